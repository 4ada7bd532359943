"""Time as an argument: whoever needs the hour is given a clock."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The present, aware and in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class ManualClock:
    """A clock that stands still until it is told: for tests, and for replaying a past year."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def set(self, moment: datetime) -> None:
        """It is now `moment` (UTC)."""
        self._now = moment

    def advance(self, by: timedelta) -> None:
        """`by` has passed."""
        self._now += by
