"""Watching: the books are doubted by one process at a time, and what it found last is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from velora.modules.ledger.repository import watching
from velora.modules.ledger.service.verify import Check
from velora.platform.db import UnitOfWork


@dataclass(frozen=True)
class Watched:
    """What the last look at the books found. `whole_at` is when every journal was looked at; `wrong` are the checks that do not hold."""

    checked_at: datetime | None
    whole_at: datetime | None
    took_ms: int
    wrong: Sequence[Check]


async def take_turn(uow: UnitOfWork, *, every: timedelta, lasts: timedelta) -> Watched | None:
    """It is time to look, and for so long nobody else does: what was found before. None when it is not, or another is at it."""
    if await watching.row(uow) is None:
        await watching.open_row(uow)
    if not await watching.claim(uow, until=uow.now + lasts, checked_before=uow.now - every):
        return None
    return await last_watch(uow)


async def end_turn(uow: UnitOfWork, found: Watched | None) -> None:
    """Another may look; this is what was found. None when nothing could be found out."""
    if found is None:
        await watching.release(uow, {})
        return
    wrong = [[one.number, one.name, one.count, list(one.examples)] for one in found.wrong]
    await watching.release(uow, {"checked_at": found.checked_at, "whole_at": found.whole_at, "took_ms": found.took_ms, "wrong": wrong})


async def last_watch(uow: UnitOfWork) -> Watched | None:
    """What the last look found; None before the first."""
    row = await watching.row(uow)
    if row is None:
        return None
    wrong = [Check(*cast("tuple[int, str, int]", tuple(one[:3])), tuple(cast("list[Any]", one[3]))) for one in row.wrong]
    return Watched(row.checked_at, row.whole_at, row.took_ms, wrong)
