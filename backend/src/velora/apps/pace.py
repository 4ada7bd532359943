"""In a rush orders go first: the worker takes a small part of a machine whose cores are all busy, and catches up when there is room.

A priority of the operating system alone does not do that: what the worker asks of databases that share the machine has theirs.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from velora.platform.db.errors import Unavailable
from velora.platform.telemetry import metrics

SHARE: Final = 0.05
"""Of all cores, in a rush. What databases do for the worker comes on top, and is about as much."""

RUSH: Final = 500
"""Events told in a second, from which on a worker without a core to itself falls behind, however much it takes from others."""

# All cores are busy where the worker, of the time in which it had something to do, waited so much for one.
_CROWDED: Final = 0.3
_LOOKS_EVERY: Final = 1.0  # seconds
_ENOUGH_TO_TELL: Final = 0.01  # seconds: who rests does not learn by that whether there is room
_SAVES_UP: Final = 1.0  # seconds of its share: so much can be done at once when the rush begins
_SCHEDULED: Final = Path("/proc/self/schedstat")

Told = Callable[[float], Awaitable[int]]
"""How many events were told in the last so many seconds."""


@dataclass(frozen=True, slots=True)
class Scheduled:
    """For how many seconds the main thread has run, and for how many it could have run and waited for a core."""

    ran: float = 0.0
    waited: float = 0.0


def scheduled() -> Scheduled:
    """As Linux counts it. Elsewhere nothing is counted, and nobody gives way."""
    try:
        ran, waited, _ = _SCHEDULED.read_text().split()
    except (OSError, ValueError):
        return Scheduled()
    return Scheduled(int(ran) / 1e9, int(waited) / 1e9)


class Pace:
    """How fast one process may work. Its loops ask before each round, and share what it may take."""

    def __init__(
        self,
        told: Told,
        *,
        cores: int = 0,
        scheduled: Callable[[], Scheduled] = scheduled,
        spent: Callable[[], float] = time.process_time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`spent` says how many seconds of CPU the process has used."""
        self._share = SHARE * (cores or os.cpu_count() or 1)
        self._told, self._scheduled, self._spent, self._clock = told, scheduled, spent, clock
        self._seen, self._looked_at = scheduled(), clock()
        self._counted, self._counted_at = spent(), clock()
        self._saved = 0.0
        self.gives_way = False

    async def turn(self, stop: asyncio.Event) -> None:
        """There is room for the next round, or this process has waited for its share, or `stop` is set."""
        while (rest := await self.rest()) and not stop.is_set():
            try:
                await asyncio.wait_for(stop.wait(), min(rest, _LOOKS_EVERY))
            except TimeoutError:
                continue

    async def rest(self) -> float:
        """For how many seconds nothing more should be begun."""
        await self._look()
        now, spent = self._clock(), self._spent()
        self._saved = min(_SAVES_UP, self._saved + now - self._counted_at - (spent - self._counted) / self._share)
        self._counted, self._counted_at = spent, now
        if not self.gives_way:
            self._saved = max(self._saved, 0.0)
        return max(0.0, -self._saved)

    async def _look(self) -> None:
        """Whoever comes first looks for all of them."""
        if self._clock() - self._looked_at < _LOOKS_EVERY:
            return
        now, before = self._scheduled(), self._seen
        ran, waited = now.ran - before.ran, now.waited - before.waited
        if ran + waited < _ENOUGH_TO_TELL:
            return
        self._seen, self._looked_at = now, self._clock()
        self.gives_way = waited > _CROWDED * (ran + waited) and await self._is_rush()
        metrics.gives_way.set(self.gives_way)

    async def _is_rush(self) -> bool:
        try:
            return await self._told(_LOOKS_EVERY) >= RUSH * _LOOKS_EVERY
        except Unavailable:
            return False
