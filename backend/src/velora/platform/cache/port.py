"""What a cache promises. Held for every adapter by backend/tests/contract/test_cache.py."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from velora.platform.cache.pacing import Admission, Pace


class CacheAway(Exception):
    """The engine does not answer. Go on with what the database knows; the cache says it again for a while without asking."""


@dataclass(frozen=True)
class Tally:
    """How often something was counted in the running window, and when the window ends."""

    count: int
    resets_in: timedelta


class Cache(Protocol):
    """Bytes by key, each with a time to live. Any value may be gone at any moment; none is ever served after its time.

    All processes see the same values; nothing is kept in the process, so what was dropped is gone for everyone. Every
    method but `count` and `admit` raises CacheAway while the engine is away. Keys that are counted or
    paced are not read with `get`.
    """

    async def get(self, key: str) -> bytes | None:
        """The value as it was put, or None."""
        ...

    async def get_many(self, keys: list[str]) -> list[bytes | None]:
        """The values in the order of the keys, in one round trip."""
        ...

    async def put(self, key: str, value: bytes, *, ttl: timedelta) -> None:
        """From now the key holds this value, whatever it held before."""
        ...

    async def swap(self, key: str, expected: bytes | None, value: bytes, *, ttl: timedelta) -> bool:
        """Puts the value if the key still holds `expected` (None: nothing), and says whether it did. Atomic."""
        ...

    async def drop(self, *keys: str) -> None:
        """The keys hold nothing, and their counts are forgotten."""
        ...

    async def count(self, key: str, *, window: timedelta, by: int = 1) -> Tally:
        """Counts, and says how often so far. The window begins with the first count and does not move. Atomic.

        Never raises: while the engine is away every process counts for itself.
        """
        ...

    async def admit(self, key: str, pace: Pace) -> Admission:
        """Whether one more may be at this pace; who is refused has not asked. Atomic, by the engine's clock.

        Never raises: while the engine is away every process paces by itself.
        """
        ...

    async def ping(self) -> str:
        """Which version answers."""
        ...

    async def close(self) -> None: ...
