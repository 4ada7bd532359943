"""Counting in this process, for the time in which the engine is away."""

import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from velora.platform.cache.pacing import Admission, Pace, admit
from velora.platform.cache.port import Tally

# Beyond it the oldest go, so that a flood of addresses cannot fill the memory.
LIMIT: Final = 20_000


class OwnCounts:
    def __init__(self) -> None:
        self._counts: dict[str, tuple[int, float]] = {}
        self._paces: dict[str, int] = {}

    def count(self, key: str, *, window: timedelta, by: int) -> Tally:
        """As the port's `count`, for this process alone."""
        now = time.monotonic()
        counted, ends = self._counts.pop(key, (0, 0.0))
        if ends <= now:
            counted, ends = 0, now + window.total_seconds()
        while len(self._counts) >= LIMIT:
            del self._counts[next(iter(self._counts))]
        self._counts[key] = counted + by, ends
        return Tally(counted + by, timedelta(seconds=ends - now))

    def admit(self, key: str, pace: Pace) -> Admission:
        """As the port's `admit`, for this process alone."""
        said, due = admit(pace, self._paces.pop(key, 0), time.monotonic_ns() // 1000)
        while len(self._paces) >= LIMIT:
            del self._paces[next(iter(self._paces))]
        self._paces[key] = due
        return said

    def forget(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._counts.pop(key, None)
            self._paces.pop(key, None)
