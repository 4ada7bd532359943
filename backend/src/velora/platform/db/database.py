"""The database as the rest of Velora sees it: begin, read, and the ids and hour of this process."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, nullcontext
from typing import Final

from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.orm import Session

from velora.kernel.clock import Clock, SystemClock
from velora.kernel.ids import NODES, IdSource, id_source
from velora.platform.db.engine import make_engine
from velora.platform.db.errors import translated
from velora.platform.db.types import UtcTime
from velora.platform.db.uow import UnitOfWork, guard_every_session
from velora.platform.telemetry import metrics
from velora.platform.wakeups.in_process import InProcessWakeUps
from velora.platform.wakeups.port import WakeUps

event.listen(Session, "do_orm_execute", guard_every_session)

_LEASE: Final = text("SELECT node FROM node_lease ORDER BY leased_at, node LIMIT 1")


class Database:
    """A pool of connections with a clock, a source of ids, and those who are woken by what is committed.

    On SQLite one writer at a time waits its turn here, in memory, instead of polling for the file's lock.
    """

    def __init__(self, engine: AsyncEngine, clock: Clock, new_id: IdSource, wakeups: WakeUps | None = None) -> None:
        self.engine = engine
        self.clock = clock
        self.new_id = new_id
        self.wakeups: WakeUps = wakeups or InProcessWakeUps()
        self.dialect = engine.dialect.name
        self._turn = asyncio.Lock() if self.dialect == "sqlite" else nullcontext()

    @asynccontextmanager
    async def begin(self, tenant_id: int | None, *, seller_id: int | None = None) -> AsyncGenerator[UnitOfWork]:
        """A transaction that may write: commits when the block ends well, and otherwise leaves nothing behind."""
        async with self._turn, self._connection(read_only=False) as connection:
            uow = UnitOfWork(connection, now=self.clock.now(), new_id=self.new_id, tenant_id=tenant_id, seller_id=seller_id)
            try:
                yield uow
                await uow.finish()
            except BaseException:
                await uow.abandon()
                raise
            self.wakeups.wake(uow.woken)

    @asynccontextmanager
    async def read(self, tenant_id: int | None, *, seller_id: int | None = None) -> AsyncGenerator[UnitOfWork]:
        """A transaction that only reads: it never waits for a writer."""
        async with self._connection(read_only=True) as connection:
            uow = UnitOfWork(connection, now=self.clock.now(), new_id=self.new_id, tenant_id=tenant_id, seller_id=seller_id)
            try:
                yield uow
            finally:
                await uow.abandon()

    @asynccontextmanager
    async def snapshot(self, tenant_id: int | None) -> AsyncGenerator[UnitOfWork]:
        """Like `read`, but every statement sees the same moment: for checks that compare tables while others write."""
        async with self._connection(read_only=True) as connection:
            if self.dialect == "mysql":
                await connection.execution_options(isolation_level="REPEATABLE READ")
            uow = UnitOfWork(connection, now=self.clock.now(), new_id=self.new_id, tenant_id=tenant_id)
            try:
                yield uow
            finally:
                await uow.abandon()

    @asynccontextmanager
    async def _connection(self, *, read_only: bool) -> AsyncGenerator[AsyncConnection]:
        try:
            connection = await self.engine.connect()
        except DBAPIError as error:
            raise translated(error) from error
        metrics.connections_in_use.inc()
        try:
            if read_only:
                connection = await connection.execution_options(read_only=True)
            yield connection
        finally:
            metrics.connections_in_use.dec()
            await connection.close()

    async def close(self) -> None:
        """Every connection is given back."""
        await self.engine.dispose()


async def open_database(address: str, clock: Clock | None = None, *, connections: int = 8, wakeups: WakeUps | None = None) -> Database:
    """A database whose tables exist, with a node number leased for this process's ids."""
    engine = make_engine(address, connections=connections)
    clock = clock or SystemClock()
    return Database(engine, clock, id_source(clock, await lease_node(engine)), wakeups)


async def lease_node(engine: AsyncEngine) -> int:
    """The node number that has been unused for longest, so that no two processes of the last thousand starts share one."""
    now = UtcTime().bind_processor(engine.dialect)
    assert now is not None
    async with engine.begin() as connection:
        lock = " FOR UPDATE" if engine.dialect.name == "mysql" else ""
        node = (await connection.execute(text(_LEASE.text + lock))).scalar()
        if node is None:
            await connection.execute(
                text("INSERT INTO node_lease (node, leased_at) VALUES (:node, :at)"),
                [{"node": node, "at": now(_NEVER)} for node in range(NODES)],
            )
            node = 0
        await connection.execute(
            text("UPDATE node_lease SET leased_at = :at WHERE node = :node"), {"node": node, "at": now(SystemClock().now())}
        )
    return node


_NEVER: Final = SystemClock().now().replace(year=2010)
