"""What others may change and this process believes for a moment: looked after once a second, and the last known while nobody answers."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

T = TypeVar("T")

log: Final = logging.getLogger("velora.followed")

_MOST: Final = 20_000
_PATIENCE_SECONDS: Final = 0.5
_SLOW_SECONDS: Final = 10.0  # nobody waits for a look that is slow, and it puts its value here whenever it is done


@dataclass(slots=True)
class _Held:
    value: Any
    until: float


class Followed:
    """Values by key. Whoever changes one here drops it; other processes learn of it when they look next."""

    def __init__(self) -> None:
        self._held: dict[Hashable, _Held] = {}
        self._looking: dict[Hashable, asyncio.Task[Any]] = {}
        self._answers = True

    async def get(self, key: Hashable, look: Callable[[T], Awaitable[T]], nothing: T, *, every: float = 1.0) -> T:
        """The value as it was at most `every` seconds ago. `look` makes the present one from the last; before the first that is `nothing`.

        All who ask meanwhile share one look. One that fails, or takes longer than half a second, is not waited for: the last known goes on.
        """
        held = self._held.get(key)
        if held is not None and time.monotonic() < held.until:
            return held.value
        known: T = nothing if held is None else held.value
        task = self._looking.get(key)
        if task is None:
            task = self._looking[key] = asyncio.create_task(self._look(key, look, known, every))
        await asyncio.wait({task}, timeout=_PATIENCE_SECONDS)
        if not task.done():
            self._keep(key, known, _SLOW_SECONDS)
            return known
        return task.result()

    def drop(self, key: Hashable) -> None:
        """Look again next time, from the value that is known."""
        self._looking.pop(key, None)
        if (held := self._held.get(key)) is not None:
            held.until = 0.0

    async def _look(self, key: Hashable, look: Callable[[T], Awaitable[T]], known: T, every: float) -> T:
        me = asyncio.current_task()
        value = known
        try:
            value = await look(known)
            if not self._answers:
                log.info("What others may have changed is looked after again")
            self._answers = True
        except Exception:
            if self._answers:
                log.exception("Nobody says whether %s has changed; what is known of it goes on", key)
            self._answers = False
        if self._looking.get(key) is me:  # otherwise it was changed here while we looked, and the next look counts
            del self._looking[key]
            self._keep(key, value, every)
        return value

    def _keep(self, key: Hashable, value: object, every: float) -> None:
        if len(self._held) >= _MOST:
            self._held.clear()
        self._held[key] = _Held(value, time.monotonic() + every)
