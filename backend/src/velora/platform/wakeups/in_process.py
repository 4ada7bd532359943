"""Wake-ups within one process."""

import asyncio
from collections.abc import Collection
from datetime import timedelta


class InProcessWakeUps:
    """Of other processes it hears nothing. So it is trusted only where this one is told for how long, as whoever works alone may be."""

    def __init__(self, trusted_for: timedelta = timedelta(0)) -> None:
        self.trusted_for = trusted_for
        self._news: dict[str, asyncio.Event] = {}

    def wake(self, topics: Collection[str]) -> None:
        for topic in topics:
            if news := self._news.pop(topic, None):
                news.set()

    def wake_everyone(self) -> None:
        """Whatever anybody waits for: something may have been missed."""
        self.wake(list(self._news))

    def news(self, topic: str) -> asyncio.Event:
        return self._news.setdefault(topic, asyncio.Event())

    async def close(self) -> None:
        return
