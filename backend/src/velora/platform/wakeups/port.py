"""Who committed something tells those who wait for it, by a topic: a word that both know.

A wake-up is only a hint. It may be lost, come twice, or come for nothing, and it says neither what was committed nor how much of it.
What is to be done stands in the database, and whoever waits looks there by itself as well: nothing is right only because it was woken.
"""

import asyncio
from collections.abc import Collection
from datetime import timedelta
from typing import Final, Protocol

# Who hears everybody else looks by itself after so long: what a wake-up that was lost costs, and a retry whose moment nobody tells.
TRUSTED_FOR: Final = timedelta(seconds=5)


class WakeUps(Protocol):
    def wake(self, topics: Collection[str]) -> None:
        """Whoever waits for one of these topics is woken, sooner or later or never: this neither waits nor raises."""
        ...

    def news(self, topic: str) -> asyncio.Event:
        """Set when something has been committed for this topic after this call. Ask before looking into the database, and then wait."""
        ...

    @property
    def trusted_for(self) -> timedelta:
        """How long silence may be taken for there being nothing. Zero while others cannot be heard: then wake-ups save no look."""
        ...

    async def close(self) -> None: ...
