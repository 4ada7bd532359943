"""Wake-ups of which a test can see whether somebody waits for them."""

import asyncio
from collections import defaultdict
from datetime import timedelta

from velora.platform.wakeups.in_process import InProcessWakeUps


class OverheardWakeUps(InProcessWakeUps):
    """`waited_for` has an event for each topic, set once somebody waits for news of it."""

    def __init__(self, trusted_for: timedelta) -> None:
        super().__init__(trusted_for)
        self.waited_for: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def news(self, topic: str) -> asyncio.Event:
        return self._news.setdefault(topic, _Awaited(self.waited_for[topic]))


class _Awaited(asyncio.Event):
    def __init__(self, waited_for: asyncio.Event) -> None:
        super().__init__()
        self._waited_for = waited_for

    async def wait(self) -> bool:  # pyright: ignore[reportIncompatibleMethodOverride] -- always True, as the one above
        self._waited_for.set()
        return await super().wait()
