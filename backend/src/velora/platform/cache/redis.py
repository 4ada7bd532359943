"""The cache in Redis 7."""

import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, Final, cast

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from velora.platform.cache.own_counts import OwnCounts
from velora.platform.cache.pacing import Admission, Pace
from velora.platform.cache.port import CacheAway, Tally
from velora.platform.db.group_commit import GroupCommit
from velora.platform.telemetry import metrics, tracing

# An order must not wait for a cache: what does not answer in this time is away, and is left alone for the next second.
PATIENCE_SECONDS: Final = 1.0
LEFT_ALONE_SECONDS: Final = 1.0

_SWAP: Final = """
local held = redis.call('GET', KEYS[1])
if (ARGV[1] == '0' and held == false) or (ARGV[1] == '1' and held == ARGV[2]) then
  redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
  return 1
end
return 0
"""

_COUNT: Final = """
local n = redis.call('INCRBY', KEYS[1], ARGV[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  left = tonumber(ARGV[2])
end
return {n, left}
"""


# pacing.admit, in one step and by the clock of Redis, which all processes share. Numbers of microseconds are whole in Lua's floats.
_ADMIT: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local window, between = tonumber(ARGV[1]), tonumber(ARGV[2])
local due = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now)
local after = due + between
local early = after - window - now
if early > 0 then
  return {0, 0, due - now, early}
end
redis.call('SET', KEYS[1], string.format('%.0f', after), 'PX', math.ceil((after - now) / 1000))
return {1, math.floor((window - (after - now)) / between), after - now, 0}
"""


class RedisCache:
    """`prefix` keeps several installations, or test runs, apart on one server."""

    def __init__(self, url: str, *, prefix: str = "velora:") -> None:
        self._redis: Redis = Redis.from_url(  # pyright: ignore[reportUnknownMemberType] -- redis-py's **kwargs are untyped
            url, socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS, retry=Retry(NoBackoff(), 0)
        )
        self._prefix = prefix
        self._swap = self._redis.register_script(_SWAP)
        self._count = self._redis.register_script(_COUNT)
        self._admit = self._redis.register_script(_ADMIT)
        self._away_until = 0.0
        self._is_away = False
        self._said = ""
        self._own_counts = OwnCounts()
        # What many requests ask or put at the same time travels together: a connection for each would cost more than the answer.
        self._gets: GroupCommit[str, bytes | None] = GroupCommit(self.get_many, name="cache_get")
        self._puts: GroupCommit[tuple[str, bytes, timedelta], None] = GroupCommit(self._put_many, name="cache_put")

    async def get(self, key: str) -> bytes | None:
        return await self._gets.submit(key)

    async def get_many(self, keys: Sequence[str]) -> list[bytes | None]:
        if not keys:
            return []
        return await self._ask(lambda: self._redis.mget([self._prefix + key for key in keys]))

    async def put(self, key: str, value: bytes, *, ttl: timedelta) -> None:
        await self._puts.submit((key, value, ttl))

    async def _put_many(self, puts: Sequence[tuple[str, bytes, timedelta]]) -> list[None]:
        pipeline = self._redis.pipeline(transaction=False)
        for key, value, ttl in puts:
            pipeline.set(self._prefix + key, value, px=_milliseconds(ttl))
        await self._ask(pipeline.execute)
        return [None] * len(puts)

    async def swap(self, key: str, expected: bytes | None, value: bytes, *, ttl: timedelta) -> bool:
        arguments = ["0" if expected is None else "1", expected or b"", value, _milliseconds(ttl)]
        return bool(await self._ask(lambda: self._swap(keys=[self._prefix + key], args=arguments)))

    async def drop(self, *keys: str) -> None:
        self._own_counts.forget(keys)
        if keys:
            await self._ask(lambda: self._redis.delete(*(self._prefix + key for key in keys)))

    async def count(self, key: str, *, window: timedelta, by: int = 1) -> Tally:
        try:
            answer = await self._ask(lambda: self._count(keys=[self._prefix + key], args=[by, _milliseconds(window)]))
        except CacheAway:
            return self._own_counts.count(key, window=window, by=by)
        counted, left = cast("tuple[int, int]", answer)
        return Tally(counted, timedelta(milliseconds=left))

    async def admit(self, key: str, pace: Pace) -> Admission:
        try:
            answer = await self._ask(lambda: self._admit(keys=[self._prefix + key], args=[pace.window_us, pace.between_us]))
        except CacheAway:
            return self._own_counts.admit(key, pace)
        admitted, left, full_us, wait_us = cast("tuple[int, int, int, int]", answer)
        return Admission(bool(admitted), left, timedelta(microseconds=full_us), timedelta(microseconds=wait_us))

    async def ping(self) -> str:
        found = await self._ask(lambda: self._redis.info("server"))  # pyright: ignore[reportUnknownMemberType, reportUnknownLambdaType] -- its **kwargs are untyped
        return f"Redis {found.get('redis_version', '')}".strip()

    async def close(self) -> None:
        await self._redis.aclose()

    async def _ask(
        self, question: Callable[[], Awaitable[Any] | Any]
    ) -> Any:  # redis-py types its answers as awaitable or not, of anything
        if time.monotonic() < self._away_until:
            raise CacheAway(self._said)
        try:
            with tracing.span("redis", "client"):
                answer = await question()
        except (RedisError, OSError) as error:
            metrics.cache_failures.inc()
            self._note(is_away=True)
            self._away_until = time.monotonic() + LEFT_ALONE_SECONDS
            self._said = str(error) or repr(error)
            raise CacheAway(self._said) from error
        self._note(is_away=False)
        return answer

    def _note(self, *, is_away: bool) -> None:
        if is_away is not self._is_away:
            self._is_away = is_away
            metrics.cache_away.inc(1 if is_away else -1)


def _milliseconds(time_to_live: timedelta) -> int:
    return max(1, time_to_live // timedelta(milliseconds=1))
