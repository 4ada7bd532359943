"""What this process has just learnt and may believe for a moment: no engine, no promise, gone with the process."""

import time
from collections.abc import Hashable
from typing import Any, Final

_MOST: Final = 20_000


class Recent:
    """Values by key that are believed for `seconds`; whoever changes one here drops it, other processes wait that long."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._held: dict[Hashable, tuple[float, Any]] = {}

    def get(self, key: Hashable) -> Any | None:
        """The value, unless it is too old or was never there."""
        found = self._held.get(key)
        return found[1] if found is not None and time.monotonic() < found[0] else None

    def put(self, key: Hashable, value: object) -> None:
        """Believe this from now."""
        if len(self._held) >= _MOST:
            self._held.clear()
        self._held[key] = (time.monotonic() + self._seconds, value)

    def drop(self, key: Hashable) -> None:
        """Ask again next time."""
        self._held.pop(key, None)
