"""The books are doubted by themselves: every hour what was sealed since, once a day all of it, by one process at a time.

It only reads, at one moment, and waits for nobody. What is found stands where `velora doctor` and finance look, and in the log.
"""

import logging
import time
from datetime import datetime, timedelta
from typing import Final

from velora.flows.bookkeeping.verify import Outside, verify
from velora.modules.ledger import service as ledger
from velora.modules.ledger.service import Watched
from velora.platform.house import House

log: Final = logging.getLogger("velora.books")

EVERY: Final = timedelta(hours=1)
WHOLE: Final = timedelta(days=1)
LATE: Final = 3 * EVERY  # after so long somebody should look why nobody looks
_LASTS: Final = timedelta(hours=6)  # after so long whoever began is taken for dead
_OVERLAP: Final = timedelta(minutes=10)  # by which clocks may differ


async def watch_books(house: House) -> int:
    """1 when it was time to doubt the books and they were doubted, else 0."""
    async with house.db.begin(None) as uow:
        before = await ledger.take_turn(uow, every=EVERY, lasts=_LASTS)
        began = uow.now
    if before is None:
        return 0
    try:
        found = await _look(house, before, began)
    except BaseException:
        await _end(house, None)
        raise
    await _end(house, found)
    for check in found.wrong:
        named = ", ".join(check.examples)
        log.error("The books are not in order: %d, %s: %d (%s). velora ledger verify", check.number, check.name, check.count, named)
    return 1


async def _end(house: House, found: Watched | None) -> None:
    async with house.db.begin(None) as uow:
        await ledger.end_turn(uow, found)


async def _look(house: House, before: Watched, began: datetime) -> Watched:
    """All of the books once a day, and whenever something was wrong the last time; otherwise what was sealed since."""
    whole_at, since = before.whole_at, None
    if before.wrong or whole_at is None or before.checked_at is None or began - whole_at >= WHOLE:
        whole_at = began
    else:
        since = before.checked_at - _OVERLAP
    # A process without any key cannot tell a signature; one that has the public halves can.
    outside = Outside(house.keys, house.anchors, looks_at_archives=False) if house.keys.known() else None
    started = time.monotonic()
    verdict = await verify(house.db, outside=outside, since=since)
    return Watched(began, whole_at, round((time.monotonic() - started) * 1000), [one for one in verdict.checks if one.count])
