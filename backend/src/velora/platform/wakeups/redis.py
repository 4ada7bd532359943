"""Wake-ups between processes, over one pub/sub channel of Redis 7.

A message is who sends it and then topics, with spaces between: `3f1c… events jobs`. It goes out behind the committer's back, one at a
time: what is committed meanwhile goes with the next.
"""

import asyncio
import logging
import secrets
from collections.abc import Collection
from datetime import timedelta
from typing import Any, Final

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from velora.platform.wakeups.in_process import InProcessWakeUps
from velora.platform.wakeups.port import TRUSTED_FOR

log: Final = logging.getLogger("velora.wakeups")

CHANNEL: Final = "all:wakeups"

_PATIENCE_SECONDS: Final = 1.0
_LEFT_ALONE_SECONDS: Final = 1.0
# However much is committed, no more than one message in so long.
_BETWEEN_SECONDS: Final = 0.005
# A connection that has brought nothing for so long is asked whether it still lives: one that was cut without a word looks like a quiet one.
_QUIET_SECONDS: Final = 2.0
_AWAY: Final = (RedisError, OSError, TimeoutError)


class RedisWakeUps:
    """`prefix` keeps several installations, or test runs, apart on one server. Only a process in which somebody waits listens."""

    def __init__(self, url: str, *, prefix: str = "velora:", trusted_for: timedelta = TRUSTED_FOR) -> None:
        # Any: redis-py's **kwargs are untyped.
        self._redis: Any = Redis.from_url(  # pyright: ignore[reportUnknownMemberType]
            url, socket_timeout=_PATIENCE_SECONDS, socket_connect_timeout=_PATIENCE_SECONDS, retry=Retry(NoBackoff(), 0)
        )
        self._channel = prefix + CHANNEL
        self._me = secrets.token_hex(8)
        self._trusted_for = trusted_for
        self._here = InProcessWakeUps()
        self._unsaid: set[str] = set()
        self._saying: asyncio.Task[None] | None = None
        self._listening: asyncio.Task[None] | None = None
        self._hears: bool | None = None  # nobody knows yet

    @property
    def trusted_for(self) -> timedelta:
        return self._trusted_for if self._hears else timedelta(0)

    def wake(self, topics: Collection[str]) -> None:
        self._here.wake(topics)
        self._unsaid.update(topics)
        if self._unsaid and self._saying is None:
            self._saying = asyncio.create_task(self._say())

    def news(self, topic: str) -> asyncio.Event:
        if self._listening is None:
            self._listening = asyncio.create_task(self._listen())
        return self._here.news(topic)

    async def close(self) -> None:
        if self._saying is not None:
            await asyncio.wait((self._saying,), timeout=_PATIENCE_SECONDS)
        running = [task for task in (self._saying, self._listening) if task is not None]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await self._redis.aclose()

    async def _say(self) -> None:
        """What is unsaid is said. What cannot be is not said again: who listens knows that it does not hear, and looks by itself."""
        try:
            while self._unsaid:
                topics, self._unsaid = self._unsaid, set()
                try:
                    await self._redis.publish(self._channel, " ".join([self._me, *sorted(topics)]))
                    pause = _BETWEEN_SECONDS
                except _AWAY:
                    pause = _LEFT_ALONE_SECONDS
                await asyncio.sleep(pause)
        finally:
            self._saying = None

    async def _listen(self) -> None:
        """Hears the others, over one connection, and over another when that one is lost."""
        while True:
            try:
                async with self._redis.pubsub() as ear:
                    await ear.subscribe(self._channel)
                    await self._hear(ear)
            except _AWAY as error:
                if self._hears is not False:
                    log.warning("Wake-ups of other processes are not heard; loops look as often as without them: %s", error)
            self._note(hears=False)
            await asyncio.sleep(_LEFT_ALONE_SECONDS)

    async def _hear(self, ear: Any) -> None:
        is_asked = False
        while True:
            message = await ear.get_message(timeout=_PATIENCE_SECONDS if is_asked else _QUIET_SECONDS)
            if message is None and is_asked:
                raise TimeoutError("Redis says nothing any more")
            if message is None:
                await ear.ping()
            is_asked = message is None
            match message:
                case {"type": "subscribe"}:
                    self._note(hears=True)
                case {"type": "message", "data": bytes() as said}:
                    sender, *topics = said.decode(errors="replace").split(" ")
                    if sender != self._me:
                        self._here.wake(topics)
                case _:
                    continue

    def _note(self, *, hears: bool) -> None:
        """Whoever waits looks, and waits anew: something was missed before, or will be."""
        if hears or self._hears:
            self._here.wake_everyone()
        self._hears = hears
