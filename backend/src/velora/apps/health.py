"""Whether this process lives, has begun, and may be given requests: what Kubernetes asks by its three probes.

Asking often costs nothing: the database is asked once a second at most, the other engines every ten seconds, whoever asks.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import literal, select

from velora.apps import migrations
from velora.platform.house import NO_ANSWER, House

DATABASE_ANSWERS_WITHIN: Final = 2.0  # seconds
_ENGINE_ANSWERS_WITHIN: Final = 3.0
_DATABASE_BELIEVED_FOR: Final = 1.0
_ENGINES_BELIEVED_FOR: Final = 10.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a probe is told: `well` or not, and in one word why. It names no address and no error: anybody may read it."""

    well: bool
    status: str
    degraded: tuple[str, ...] = ()

    @property
    def code(self) -> int:
        return 200 if self.well else 503

    def body(self) -> Mapping[str, object]:
        return {"status": self.status, "degraded": list(self.degraded)}


class Health:
    """Of one process. It is told when the house is open and when it is to end; everything else it asks."""

    def __init__(self) -> None:
        self._house: House | None = None
        self._schema_is_current = False
        self._is_stopping = False
        self._database = _Believed(self._ask_database, _DATABASE_BELIEVED_FOR)
        self._engines = _Believed(self._ask_engines, _ENGINES_BELIEVED_FOR)

    def opened(self, house: House) -> None:
        """What the process works with is there."""
        self._house = house

    def stop(self) -> None:
        """No more requests are wanted: whoever shares them out hears it before the socket is closed."""
        self._is_stopping = True

    def live(self) -> Answer:
        """That it answers at all is the answer: it asks no engine, for none of them is mended by killing this process."""
        return Answer(well=True, status="live")

    async def startup(self) -> Answer:
        """Well once everything is open and the schema is the one this Velora needs; from then on always, whoever migrates later."""
        if self._house is None:
            return Answer(well=False, status="opening")
        if not self._schema_is_current:
            try:
                async with asyncio.timeout(DATABASE_ANSWERS_WITHIN):
                    found = await migrations.status(self._house.db.engine)
            except NO_ANSWER:
                return Answer(well=False, status="database_away")
            if not found.is_current:
                return Answer(well=False, status="schema_unknown" if found.unknown else "schema_behind")
            self._schema_is_current = True
        return Answer(well=True, status="started")

    async def ready(self) -> Answer:
        """Well while requests may come: the database answers, and nobody has said to stop.

        Search, cache and bus are named when they do not answer, and change nothing: orders go on without them.
        """
        if self._is_stopping:
            return Answer(well=False, status="stopping")
        if self._house is None:
            return Answer(well=False, status="opening")
        away, degraded = await asyncio.gather(self._database.now(), self._engines.lately())
        return Answer(well=not away, status="database_away" if away else "ready", degraded=degraded)

    async def _ask_database(self) -> tuple[str, ...]:
        assert self._house is not None
        house = self._house

        async def ask() -> None:
            async with house.db.read(None) as uow:
                await uow.all(select(literal(1)))

        return ("database",) if await _is_away(ask, DATABASE_ANSWERS_WITHIN) else ()

    async def _ask_engines(self) -> tuple[str, ...]:
        assert self._house is not None
        asked: Mapping[str, Callable[[], Awaitable[object]]] = {
            "bus": self._house.bus.ping, "cache": self._house.cache.ping, "search": self._house.search.about,
        }  # fmt: skip
        away = await asyncio.gather(*(_is_away(ask, _ENGINE_ANSWERS_WITHIN) for ask in asked.values()))
        return tuple(name for name, is_away in zip(asked, away, strict=True) if is_away)


class _Believed:
    """An answer that is asked for once, however many want it, and then holds for a while."""

    def __init__(self, ask: Callable[[], Awaitable[tuple[str, ...]]], seconds: float) -> None:
        self._ask = ask
        self._seconds = seconds
        self._asked_at = 0.0
        self._asking: asyncio.Task[tuple[str, ...]] | None = None
        self._last: tuple[str, ...] | None = None

    async def now(self) -> tuple[str, ...]:
        """The answer, as it is or was a moment ago."""
        return await asyncio.shield(self._begun())

    async def lately(self) -> tuple[str, ...]:
        """The last answer, while the next is on its way: nobody waits but the first."""
        asking = self._begun()
        return await asyncio.shield(asking) if self._last is None else self._last

    def _begun(self) -> asyncio.Task[tuple[str, ...]]:
        now = time.monotonic()
        if self._asking is None or (self._asking.done() and now - self._asked_at >= self._seconds):
            self._asked_at = now
            self._asking = asyncio.create_task(self._look())
        return self._asking

    async def _look(self) -> tuple[str, ...]:
        self._last = await self._ask()
        return self._last


async def _is_away(ask: Callable[[], Awaitable[object]], seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await ask()
    except NO_ANSWER:
        return True
    return False
