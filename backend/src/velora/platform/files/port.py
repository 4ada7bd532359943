"""What a store of files promises. Held for every adapter by backend/tests/contract/test_files.py.

Keys are ours, never a user's: words of letters, digits, `.`, `_` and `-`, parted by `/`, the owner first. A file is there in whole or
not at all. Nobody reads or writes one but us, and whoever has an address that we signed, as long as that lasts.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


class FilesAway(Exception):
    """The store does not answer; nothing is half there."""


class TooLarge(Exception):
    """The file is larger than whoever asks for it can use."""


@dataclass(frozen=True, slots=True)
class Upload:
    """Where, and with which headers, one file may be PUT until then. The address is its own authority: no cookie goes with it.

    How large the file is and what it says of itself is looked at again when it is there: not every store refuses what was not agreed.
    """

    url: str
    headers: Mapping[str, str]
    until: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    key: str
    size: int
    changed_at: datetime


class Files(Protocol):
    """Every method raises FilesAway."""

    @property
    def place(self) -> str:
        """Where they are, for a person."""
        ...

    @property
    def origin(self) -> str:
        """Whom browsers must be allowed to reach for it, as https://bucket.example.com; empty where that is ourselves."""
        ...

    async def put(self, key: str, content: bytes | AsyncIterator[bytes], *, media_type: str, name: str = "") -> None:
        """The file is there, whatever was before. An error of the iterator is raised, and nothing has changed.

        Whoever gets it by a link is told this media type, and this name to save it by.
        """
        ...

    async def size(self, key: str) -> int | None:
        """How many bytes it has; None where it is not there."""
        ...

    async def read(self, key: str, *, at_most: int) -> bytes | None:
        """All of it; None where it is not there. Raises TooLarge, and has then read no more than its size."""
        ...

    async def remove(self, keys: Sequence[str]) -> None:
        """None of them is there; those that were not are no error."""
        ...

    def list(self, prefix: str) -> AsyncGenerator[Listed]:
        """Every file below this prefix, which ends where a word ends."""
        ...

    async def upload_to(self, key: str, *, media_type: str, size: int, lasts: timedelta) -> Upload:
        """Whoever has this may put this one file of so many bytes there."""
        ...

    async def link_to(self, key: str, *, media_type: str, name: str, lasts: timedelta) -> str:
        """Whoever has this address gets the file, by this name."""
        ...

    async def ping(self) -> None:
        """Returns when the store answers."""
        ...
