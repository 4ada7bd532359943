"""The one row that says when the books were doubted last, and who does it now."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import or_, select, update

from velora.modules.ledger.models import LedgerWatch
from velora.modules.ledger.policy.seals import SHARD
from velora.platform.db import Duplicate, UnitOfWork


async def row(uow: UnitOfWork) -> LedgerWatch | None:
    return await uow.entity(select(LedgerWatch).where(LedgerWatch.shard == SHARD))


async def open_row(uow: UnitOfWork) -> None:
    """The row is there, and nobody has it; that another opened it before is as good."""
    try:
        await uow.insert(
            LedgerWatch,
            [{"shard": SHARD, "claimed_until": uow.now, "checked_at": None, "whole_at": None, "took_ms": 0, "wrong": []}],
        )
    except Duplicate:
        return


async def claim(uow: UnitOfWork, *, until: datetime, checked_before: datetime) -> bool:
    """Whether the row is ours until then: nobody has it, and the books were last doubted before a moment."""
    free = (LedgerWatch.shard == SHARD, LedgerWatch.claimed_until <= uow.now)
    due = or_(LedgerWatch.checked_at.is_(None), LedgerWatch.checked_at <= checked_before)
    return await uow.change(update(LedgerWatch).where(*free, due).values(claimed_until=until)) == 1


async def release(uow: UnitOfWork, found: Mapping[str, object]) -> None:
    """Nobody has the row, and this stands in it."""
    await uow.change(update(LedgerWatch).where(LedgerWatch.shard == SHARD).values({"claimed_until": uow.now, **found}))
