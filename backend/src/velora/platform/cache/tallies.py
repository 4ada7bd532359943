"""Counts that are kept in this process until somebody writes them down: what a killed process had not written is lost."""

from collections.abc import Hashable, Mapping
from typing import Final

_MOST: Final = 20_000
"""Different things between two writings; beyond it new ones are not counted, so that a flood cannot fill the memory."""


class Tallies:
    def __init__(self) -> None:
        self._counts: dict[Hashable, int] = {}

    def count(self, key: Hashable, by: int = 1) -> None:
        """So much more of this."""
        if key in self._counts or len(self._counts) < _MOST:
            self._counts[key] = self._counts.get(key, 0) + by

    def take(self) -> dict[Hashable, int]:
        """All that was counted since the last time; it is the caller's to write now."""
        taken, self._counts = self._counts, {}
        return taken

    def put_back(self, counts: Mapping[Hashable, int]) -> None:
        """These could not be written; they come with the next."""
        for key, count in counts.items():
            self.count(key, count)
