"""How much of a queue waits: what whoever keeps one in the database says of it to those who watch."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much waits, since when the oldest of it; and how much was given up. `again` is what failed and waits for its next try."""

    waiting: int
    oldest: datetime | None = None
    failed: int = 0
    again: int = 0
