"""A house whose reads lag behind: they answer as things stood when it began, and its writes go where everybody's go."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

from sqlalchemy import func, select

from velora.flows.house import TradingHouse
from velora.platform.db import Database, UnitOfWork
from velora.platform.db.outbox import OutboxEvent


class Lagging(Database):
    """Reads see one moment of the past, however much is written meanwhile."""

    def __init__(self, db: Database, past: UnitOfWork) -> None:
        super().__init__(db.engine, db.clock, db.new_id)
        self._db, self._past = db, past

    @asynccontextmanager
    async def begin(self, tenant_id: int | None, *, seller_id: int | None = None) -> AsyncGenerator[UnitOfWork]:
        async with self._db.begin(tenant_id, seller_id=seller_id) as uow:
            yield uow

    @asynccontextmanager
    async def read(self, tenant_id: int | None, *, seller_id: int | None = None) -> AsyncGenerator[UnitOfWork]:
        connection = self._past.connection
        yield UnitOfWork(connection, now=self.clock.now(), new_id=self.new_id, tenant_id=tenant_id, seller_id=seller_id)


@asynccontextmanager
async def a_lagging_house(house: TradingHouse) -> AsyncGenerator[TradingHouse]:
    """The same house, reading from now on what stands now."""
    async with house.db.snapshot(None) as past:
        await past.scalar(select(func.count()).select_from(OutboxEvent))  # the moment is that of the first look
        yield replace(house, db=Lagging(house.db, past))
