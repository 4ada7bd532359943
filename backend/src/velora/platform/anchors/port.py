"""What a keeper of anchors promises. Held for every adapter by backend/tests/contract/test_anchors.py.

Write once: what was written for a place stays as it was, and another text for the same place is refused.
"""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Anchor:
    """That the block `n` of a shard's chain had this hash, when it was sealed."""

    shard: int
    n: int
    block_hash: str
    key_id: str
    signature: str
    sealed_at: datetime


class AnchorConflict(Exception):
    """Another anchor stands in this place: the chain in the database is not the one that was anchored. Run velora ledger verify."""


class AnchorsAway(Exception):
    """The keeper does not answer; nothing was written, or it is not known whether it was."""


class Anchors(Protocol):
    async def write(self, anchors: Sequence[Anchor]) -> None:
        """These stand, in the order of their numbers; those that stood already are left. Raises AnchorConflict, AnchorsAway."""
        ...

    async def newest(self, shard: int) -> Anchor | None:
        """The anchor with the largest number. Raises AnchorsAway."""
        ...

    def read(self, shard: int, *, after: int) -> AsyncGenerator[Anchor]:
        """Every anchor with a larger number than this, in their order. Raises AnchorsAway."""
        ...

    @property
    def every(self) -> timedelta:
        """So long may a block wait for its anchor, that many go in one write; nothing where a write costs nothing."""
        ...

    @property
    def place(self) -> str:
        """Where they are, for a person."""
        ...
