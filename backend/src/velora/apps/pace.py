"""Requests go first: where all cores are busy, the worker takes a small part of them, and catches up when there is room.

A priority of the operating system alone does not do that: what the worker asks of databases that share the machine has theirs.
"""

import asyncio
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from velora.platform.telemetry import metrics

SHARE: Final = 0.05
"""Of all cores, while the machine is crowded. What databases do for it comes on top, and is about as much."""

# It is crowded where the worker, of the time in which it had something to do, waited so much for a core.
_CROWDED: Final = 0.3
_LOOKS_EVERY: Final = 0.5  # seconds
_ENOUGH_TO_TELL: Final = 0.01  # seconds: who rests does not learn by that whether there is room
_SAVES_UP: Final = 1.0  # seconds of its share: so much can be done at once when it gets crowded
_SCHEDULED: Final = Path("/proc/self/schedstat")


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
        cores: int = 0,
        *,
        scheduled: Callable[[], Scheduled] = scheduled,
        spent: Callable[[], float] = time.process_time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`spent` says how many seconds of CPU the process has used."""
        self._share = SHARE * (cores or os.cpu_count() or 1)
        self._scheduled, self._spent, self._clock = scheduled, spent, clock
        self._seen, self._looked_at = scheduled(), clock()
        self._counted, self._counted_at = spent(), clock()
        self._saved = 0.0
        self.is_crowded = False

    async def turn(self, stop: asyncio.Event) -> None:
        """There is room for the next round, or this process has waited for its share, or `stop` is set."""
        while (rest := self.rest()) and not stop.is_set():
            try:
                await asyncio.wait_for(stop.wait(), min(rest, _LOOKS_EVERY))
            except TimeoutError:
                continue

    def rest(self) -> float:
        """For how many seconds nothing more should be begun."""
        self._look()
        now, spent = self._clock(), self._spent()
        self._saved = min(_SAVES_UP, self._saved + now - self._counted_at - (spent - self._counted) / self._share)
        self._counted, self._counted_at = spent, now
        if not self.is_crowded:
            self._saved = max(self._saved, 0.0)
        return max(0.0, -self._saved)

    def _look(self) -> None:
        if self._clock() - self._looked_at < _LOOKS_EVERY:
            return
        now = self._scheduled()
        ran, waited = now.ran - self._seen.ran, now.waited - self._seen.waited
        if ran + waited < _ENOUGH_TO_TELL:
            return
        self._seen, self._looked_at = now, self._clock()
        self.is_crowded = waited > _CROWDED * (ran + waited)
        metrics.gives_way.set(self.is_crowded)
