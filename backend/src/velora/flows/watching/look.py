"""One look at everything that can be away and everything that can wait: few statements, each bounded in time.

An engine that is away is a value. Nothing is read that names a person, and nothing is written but what was the matter.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.exc import DBAPIError

from velora.flows.reactions import INTERESTS
from velora.kernel.ids import time_of
from velora.modules.ledger import service as ledger
from velora.modules.notifications import service as notifications
from velora.modules.webhooks import service as webhooks
from velora.platform.bus import BusAway, Lag
from velora.platform.bus.parking import Backlog, backlogs
from velora.platform.bus.relaying import lag
from velora.platform.cache.port import CacheAway
from velora.platform.db.errors import DatabaseError, Duplicate
from velora.platform.db.health import health
from velora.platform.db.troubles import Trouble, last_troubles, note_troubles
from velora.platform.house import House
from velora.platform.search.port import SearchUnavailable, Stage

ANSWERS_WITHIN: Final = 5.0  # seconds
AWAY: Final = (DatabaseError, DBAPIError, BusAway, CacheAway, SearchUnavailable, OSError, TimeoutError)
DATABASE, BUS, CACHE, SEARCH = "database", "bus", "cache", "search"
ENGINES: Final = (DATABASE, BUS, CACHE, SEARCH)


@dataclass(frozen=True, slots=True)
class Engine:
    """One engine as it was seen: what it is with its version, or why it did not answer. `last` is what was the matter before."""

    name: str
    version: str
    error: str
    ms: int
    last: Trouble | None = None

    @property
    def is_up(self) -> bool:
        return not self.error


@dataclass(frozen=True, slots=True)
class Queue:
    """How much waits, since when the oldest of it; and how much was given up."""

    waiting: int
    oldest: datetime | None = None
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Books:
    """When the books were last doubted, how many checks did not hold then, and since when the oldest journal waits for its seal."""

    verified_at: datetime | None
    wrong: int
    unsealed_since: datetime | None


@dataclass(frozen=True, slots=True)
class Queues:
    """What waits in the database."""

    outbox: Queue
    parked: Mapping[str, Backlog]
    letters: Queue
    webhooks: Queue
    books: Books


@dataclass(frozen=True, slots=True)
class Index:
    """How many documents can be found, and how many generations there are by stage."""

    documents: int
    generations: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Seen:
    """All of it. `queues`, `groups` and `index` are None where what they are read from did not answer."""

    at: datetime
    engines: Sequence[Engine]
    queues: Queues | None
    groups: Mapping[str, Lag] | None
    index: Index | None


async def look(house: House) -> Seen:
    """How everything stands now; never raises for an engine that is away."""
    queues: list[Queues] = []
    groups: list[Mapping[str, Lag]] = []
    indexes: list[Index] = []

    async def database() -> str:
        version = (await health(house.db.engine)).version
        queues.append(await _queues(house))
        return version

    async def bus() -> str:
        version = await house.bus.ping()
        groups.append(await house.bus.lags(INTERESTS))
        return version

    async def search() -> str:
        about = await house.search.about()
        indexes.append(await _index(house))
        return about.engine

    asked = zip(ENGINES, (database, bus, house.cache.ping, search), strict=True)
    engines = await asyncio.gather(*(_asked(name, ask) for name, ask in asked))
    last: Mapping[str, Trouble] = await _troubles(house, engines) if queues else {}
    return Seen(
        house.clock.now(),
        [Engine(one.name, one.version, one.error, one.ms, last.get(one.name)) for one in engines],
        queues[0] if queues else None,
        groups[0] if groups else None,
        indexes[0] if indexes else None,
    )


async def _asked(name: str, ask: Callable[[], Awaitable[str]]) -> Engine:
    began = time.perf_counter()
    version, error = "", ""
    try:
        async with asyncio.timeout(ANSWERS_WITHIN):
            version = await ask()
    except TimeoutError:
        error = f"no answer within {ANSWERS_WITHIN:.0f} s"
    except AWAY as away:
        error = str(away) or type(away).__name__
    return Engine(name, version, error, round((time.perf_counter() - began) * 1000))


async def _queues(house: House) -> Queues:
    waiting, oldest = await lag(house.db)
    async with house.db.read(None) as uow:
        watched, seals = await ledger.last_watch(uow), await ledger.seals(uow)
        letters, deliveries = await notifications.backlog(uow), await webhooks.backlog(uow)
        return Queues(
            Queue(waiting, time_of(oldest) if oldest else None),
            await backlogs(uow),
            Queue(letters.waiting, letters.oldest, letters.failed),
            Queue(deliveries.waiting, deliveries.oldest, deliveries.failed),
            Books(watched.checked_at if watched else None, len(watched.wrong) if watched else 0, seals.oldest_waiting),
        )


async def _index(house: House) -> Index:
    found = await house.search.generations()
    stages = {stage.value: sum(one.stage is stage for one in found) for stage in Stage}
    return Index(sum(one.documents for one in found if one.stage is Stage.LIVE), stages)


async def _troubles(house: House, engines: Sequence[Engine]) -> Mapping[str, Trouble]:
    """What was last the matter with each; what is the matter now is kept for every other process to read."""
    errors = {one.name: one.error for one in engines if not one.is_up}
    try:
        if errors:
            async with house.db.begin(None) as uow:
                await note_troubles(uow, errors)
    except Duplicate:
        pass  # another process said so at the same moment
    async with house.db.read(None) as uow:
        return await last_troubles(uow)
