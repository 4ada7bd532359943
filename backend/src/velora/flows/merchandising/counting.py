"""Queries are counted in this process and written down every few seconds. Nothing of who searched is kept, not even for that long."""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Final, NamedTuple

from sqlalchemy.exc import DBAPIError

from velora.modules.merchandising import service as merchandising
from velora.modules.merchandising.policy.queries import may_be_kept
from velora.modules.merchandising.policy.words import as_shown, compared
from velora.modules.merchandising.service import Counted, Seen, day_of
from velora.platform.db.errors import DatabaseError, Deadlock, Duplicate
from velora.platform.house import House

log: Final = logging.getLogger("velora.merchandising")

EVERY_SECONDS: Final = 2.0
_AT_ONCE: Final = 500
_TRIES: Final = 5
_AWAY: Final = (DatabaseError, DBAPIError, OSError, TimeoutError)

Key = tuple[int, str, str]


class Searched(NamedTuple):
    """A query that somebody typed to the end."""

    tenant_id: int
    day: str
    query: str
    shown: str
    seen: Seen


def note(house: House, tenant_id: int, text: str, seen: Seen) -> None:
    """Somebody searched for this, and it found something as it was typed, or not. Costs no statement and no wait."""
    if may_be_kept(text):
        house.searched.count(Searched(tenant_id, day_of(house.clock.now()), compared(text), as_shown(text), seen))


async def write_down(house: House) -> int:
    """What was counted since the last time is in the database; how many queries. What could not be written comes with the next."""
    taken = {searched: times for searched, times in house.searched.take().items() if isinstance(searched, Searched)}
    queries: defaultdict[Key, dict[Searched, int]] = defaultdict(dict)
    for searched, times in taken.items():
        queries[searched.tenant_id, searched.day, searched.query][searched] = times
    left = sorted(queries)
    try:
        while left:
            now = left[:_AT_ONCE]
            await _add(house, {key: _summed(queries[key]) for key in now})
            left = left[_AT_ONCE:]
    except BaseException:
        house.searched.put_back({searched: times for key in left for searched, times in queries[key].items()})
        raise
    return len(queries)


@asynccontextmanager
async def writing_behind(house: House) -> AsyncGenerator[None]:
    """Within it, what is counted is written down every few seconds; at its end, the rest."""
    writing = asyncio.create_task(_write_again_and_again(house))
    try:
        yield
    finally:
        writing.cancel()
        await asyncio.wait({writing})
        await _try_to_write(house, quietly=False)


async def _write_again_and_again(house: House) -> None:
    """While the database is away, which is said once, the counts wait in memory."""
    well = True
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        well = await _try_to_write(house, quietly=not well)


async def _try_to_write(house: House, *, quietly: bool) -> bool:
    try:
        await write_down(house)
    except _AWAY as error:
        if not quietly:
            log.warning("Counted queries cannot be written down; they wait in memory: %s", error)
        return False
    return True


async def _add(house: House, counts: Mapping[Key, Counted]) -> None:
    for last in (*(False,) * (_TRIES - 1), True):
        try:
            async with house.db.begin(None) as uow:
                await merchandising.count(uow, counts)
            return
        except (Duplicate, Deadlock):  # another process counted one of them for the first time meanwhile
            if last:
                raise


def _summed(times: Mapping[Searched, int]) -> Counted:
    """One query of a day, shown as most people typed it."""
    spellings: Counter[str] = Counter()
    seen: Counter[Seen] = Counter()
    for searched, number in times.items():
        spellings[searched.shown] += number
        seen[searched.seen] += number
    return Counted(max(sorted(spellings), key=spellings.__getitem__), seen[Seen.FOUND], seen[Seen.MISSED])
