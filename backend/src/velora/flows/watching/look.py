"""One look at everything that can be away and everything that can wait: few statements, each bounded in time.

An engine that is away is a value. Nothing is read that names a person, and nothing is written but what was the matter.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from time import perf_counter_ns
from typing import Final

from sqlalchemy.exc import DBAPIError

from velora.flows.reactions import INTERESTS
from velora.kernel.ids import time_of
from velora.modules.ledger import service as ledger
from velora.modules.notifications import service as notifications
from velora.modules.webhooks import service as webhooks
from velora.platform.bus import Lag
from velora.platform.bus.parking import ParkedEvents, backlogs
from velora.platform.bus.relaying import lag
from velora.platform.db import jobs
from velora.platform.db.backlog import Backlog
from velora.platform.db.errors import Duplicate
from velora.platform.db.health import health
from velora.platform.db.troubles import Trouble, last_troubles, note_troubles
from velora.platform.db.workers import Present, workers
from velora.platform.house import NO_ANSWER, House
from velora.platform.search.port import Stage

ANSWERS_WITHIN: Final = timedelta(seconds=5)
READ_WITHIN: Final = timedelta(seconds=5)
# A worker says every five seconds that it runs; while engines are away it may take it some more.
SEEN_WITHIN: Final = timedelta(seconds=30)
DATABASE, BUS, CACHE, SEARCH = "database", "bus", "cache", "search"
ENGINES: Final = (DATABASE, BUS, CACHE, SEARCH)


@dataclass(frozen=True, slots=True)
class Engine:
    """One engine as it was seen: what it is with its version, or why it did not answer. `last` is what was the matter before.

    One that answers, and could not say what waits there, has a version and an error. `ails` is what it says of itself that is not well.
    """

    name: str
    version: str
    error: str
    ms: int
    ails: str = ""
    last: Trouble | None = None

    @property
    def is_up(self) -> bool:
        return not self.error


@dataclass(frozen=True, slots=True)
class Books:
    """When the books were last doubted, how many checks did not hold then, and since when the oldest journal waits for its seal."""

    verified_at: datetime | None
    wrong: int
    unsealed_since: datetime | None


@dataclass(frozen=True, slots=True)
class Queues:
    """What waits in the database, and who is there to do it."""

    outbox: Backlog
    parked: Mapping[str, ParkedEvents]
    letters: Backlog
    webhooks: Backlog
    jobs: Backlog
    books: Books
    workers: Sequence[Present]


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


@dataclass(slots=True)
class _Read:
    """What engines have said so far, beside which they are."""

    queues: Queues | None = None
    groups: Mapping[str, Lag] | None = None
    index: Index | None = None
    ails: dict[str, str] = field(default_factory=dict[str, str])


async def look(house: House, *, answers_within: timedelta = ANSWERS_WITHIN) -> Seen:
    """How everything stands now; never raises for an engine that is away, and waits so long at most for one to answer."""
    found = _Read()

    async def database() -> str:
        return (await health(house.db.engine)).version

    async def queues() -> None:
        found.queues = await _queues(house)

    async def groups() -> None:
        found.groups = await house.bus.lags(INTERESTS)

    async def search() -> str:
        about = await house.search.about()
        found.ails[SEARCH] = "" if about.health == "green" else f"health {about.health}"
        return about.engine

    async def index() -> None:
        found.index = await _index(house)

    engines = await asyncio.gather(
        _asked(DATABASE, answers_within, database, queues),
        _asked(BUS, answers_within, house.bus.ping, groups),
        _asked(CACHE, answers_within, house.cache.ping),
        _asked(SEARCH, answers_within, search, index),
    )
    last: Mapping[str, Trouble] = await _troubles(house, engines) if found.queues else {}
    seen = [replace(one, ails=found.ails.get(one.name, ""), last=last.get(one.name)) for one in engines]
    return Seen(house.clock.now(), seen, found.queues, found.groups, found.index)


async def _asked(
    name: str, within: timedelta, ask: Callable[[], Awaitable[str]], read: Callable[[], Awaitable[None]] | None = None
) -> Engine:
    """Whether it answers in time, and then what waits there; `ms` is of its answer alone."""
    began = perf_counter_ns()
    version, error = "", ""
    ms: int | None = None
    try:
        async with asyncio.timeout(within.total_seconds()):
            version = await ask()
        ms = since(began)
        if read:
            async with asyncio.timeout(READ_WITHIN.total_seconds()):
                await read()
    except TimeoutError:
        late = READ_WITHIN if version else within
        error = f"{'what waits there could not be read' if version else 'no answer'} within {late.total_seconds():.0f} s"
    except NO_ANSWER as away:
        error = _words(away)
    return Engine(name, version, error, since(began) if ms is None else ms)


def _words(away: Exception) -> str:
    """What the engine, or the way to it, says: without the statement that was asked."""
    origin = away.orig if isinstance(away, DBAPIError) and away.orig is not None else away
    return str(origin) or type(origin).__name__


def since(began: int) -> int:
    """How many milliseconds ago that was, by perf_counter_ns."""
    return round((perf_counter_ns() - began) / 1_000_000)


async def _queues(house: House) -> Queues:
    waiting, oldest = await lag(house.db)
    async with house.db.read(None) as uow:
        watched, seals = await ledger.last_watch(uow), await ledger.seals(uow)
        return Queues(
            Backlog(waiting, time_of(oldest) if oldest else None),
            await backlogs(uow),
            await notifications.backlog(uow),
            await webhooks.backlog(uow),
            await jobs.backlog(uow),
            Books(watched.checked_at if watched else None, len(watched.wrong) if watched else 0, seals.oldest_waiting),
            await workers(uow),
        )


async def _index(house: House) -> Index:
    found = await house.search.generations()
    stages = {stage.value: sum(one.stage is stage for one in found) for stage in Stage}
    return Index(sum(one.documents for one in found if one.stage is Stage.LIVE), stages)


async def _troubles(house: House, engines: Sequence[Engine]) -> Mapping[str, Trouble]:
    """What was last the matter with each; what is the matter now is kept for every other process to read."""
    errors = {one.name: one.error for one in engines if not one.is_up}
    try:
        async with asyncio.timeout(READ_WITHIN.total_seconds()):
            if errors:
                await _note(house, errors)
            async with house.db.read(None) as uow:
                return await last_troubles(uow)
    except NO_ANSWER:
        return {}  # the database went away while it was looked at


async def _note(house: House, errors: Mapping[str, str]) -> None:
    try:
        async with house.db.begin(None) as uow:
            await note_troubles(uow, errors)
    except Duplicate:
        pass  # another process said so at the same moment
