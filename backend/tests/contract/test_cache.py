"""What platform/cache/port.py promises, over Redis and over SQLite."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import closing
from datetime import timedelta
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest

from tests.needs import needs_url
from velora.platform.cache import Cache, CacheAway, Pace, Tally
from velora.platform.cache.own_counts import LIMIT, OwnCounts
from velora.platform.cache.redis import RedisCache
from velora.platform.cache.sqlite import SWEEP_EVERY_WRITES, SqliteCache

MINUTE = timedelta(minutes=1)
SOON = timedelta(milliseconds=40)
A_MOMENT_LATER = 0.06


@pytest.fixture(params=["sqlite", "redis"])
async def engines(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[tuple[Cache, Cache]]:
    """The same cache as two processes see it."""
    if request.param == "redis":
        url, prefix = needs_url("VELORA_TEST_REDIS_URL"), f"test-{uuid4().hex[:8]}:"
        first, second = RedisCache(url, prefix=prefix), RedisCache(url, prefix=prefix)
    else:
        first, second = SqliteCache(tmp_path / "cache.sqlite"), SqliteCache(tmp_path / "cache.sqlite")
    yield first, second
    await first.close()
    await second.close()


@pytest.fixture
def cache(engines: tuple[Cache, Cache]) -> Cache:
    return engines[0]


async def test_a_value_is_read_as_it_was_put_by_every_process(engines: tuple[Cache, Cache]) -> None:
    here, there = engines
    await here.put("cart:1", b"\x00lamp\xff", ttl=MINUTE)
    assert await there.get("cart:1") == b"\x00lamp\xff"


async def test_a_key_that_was_never_put_holds_nothing(cache: Cache) -> None:
    assert await cache.get("cart:unknown") is None


async def test_a_second_put_replaces_the_first(cache: Cache) -> None:
    await cache.put("k", b"old", ttl=MINUTE)
    await cache.put("k", b"new", ttl=MINUTE)
    assert await cache.get("k") == b"new"


async def test_a_value_is_never_served_after_its_time(cache: Cache) -> None:
    await cache.put("k", b"old", ttl=SOON)
    await asyncio.sleep(A_MOMENT_LATER)
    assert await cache.get("k") is None


async def test_a_put_begins_the_time_to_live_anew(cache: Cache) -> None:
    await cache.put("k", b"v", ttl=SOON)
    await cache.put("k", b"v", ttl=MINUTE)
    await asyncio.sleep(A_MOMENT_LATER)
    assert await cache.get("k") == b"v"


async def test_many_values_come_in_the_order_asked_with_none_for_the_missing(cache: Cache) -> None:
    await cache.put("a", b"1", ttl=MINUTE)
    await cache.put("b", b"2", ttl=MINUTE)
    assert await cache.get_many(["b", "missing", "a"]) == [b"2", None, b"1"]
    assert await cache.get_many([]) == []


async def test_what_one_process_dropped_is_gone_for_the_other(engines: tuple[Cache, Cache]) -> None:
    here, there = engines
    await here.put("a", b"1", ttl=MINUTE)
    await here.put("b", b"2", ttl=MINUTE)
    await there.get("a")
    await here.drop("a", "b", "never put")
    assert await there.get_many(["a", "b"]) == [None, None]


async def test_dropping_nothing_is_no_error(cache: Cache) -> None:
    await cache.drop()


async def test_a_swap_from_what_the_key_holds_succeeds(cache: Cache) -> None:
    await cache.put("k", b"old", ttl=MINUTE)
    assert await cache.swap("k", b"old", b"new", ttl=MINUTE)
    assert await cache.get("k") == b"new"


async def test_a_swap_from_anything_else_changes_nothing(cache: Cache) -> None:
    await cache.put("k", b"theirs", ttl=MINUTE)
    assert not await cache.swap("k", b"mine", b"new", ttl=MINUTE)
    assert not await cache.swap("k", None, b"new", ttl=MINUTE)
    assert await cache.get("k") == b"theirs"
    assert not await cache.swap("empty", b"something", b"new", ttl=MINUTE)
    assert await cache.get("empty") is None


async def test_a_swap_from_nothing_succeeds_where_nothing_is_or_its_time_is_over(cache: Cache) -> None:
    assert await cache.swap("new", None, b"v", ttl=MINUTE)
    await cache.put("old", b"v", ttl=SOON)
    await asyncio.sleep(A_MOMENT_LATER)
    assert await cache.swap("old", None, b"w", ttl=MINUTE)
    assert await cache.get_many(["new", "old"]) == [b"v", b"w"]


async def test_an_empty_value_is_a_value(cache: Cache) -> None:
    await cache.put("k", b"", ttl=MINUTE)
    assert await cache.get("k") == b""
    assert not await cache.swap("k", None, b"x", ttl=MINUTE)
    assert await cache.swap("k", b"", b"x", ttl=MINUTE)


async def test_of_many_swaps_at_once_every_one_that_succeeded_is_in_the_value(engines: tuple[Cache, Cache]) -> None:
    await engines[0].put("n", b"0", ttl=MINUTE)

    async def add_one(cache: Cache) -> None:
        while True:
            held = await cache.get("n")
            assert held is not None
            if await cache.swap("n", held, str(int(held) + 1).encode(), ttl=MINUTE):
                return

    await asyncio.gather(*(add_one(engines[i % 2]) for i in range(20)))
    assert await engines[0].get("n") == b"20"


async def test_counts_of_all_processes_add_up(engines: tuple[Cache, Cache]) -> None:
    tallies = await asyncio.gather(*(engines[i % 2].count("k", window=MINUTE) for i in range(10)))
    assert sorted(tally.count for tally in tallies) == list(range(1, 11))
    assert (await engines[0].count("k", window=MINUTE, by=-4)).count == 6


async def test_a_window_begins_with_the_first_count_and_does_not_move(cache: Cache) -> None:
    window = timedelta(milliseconds=300)
    first = await cache.count("k", window=window)
    await asyncio.sleep(0.1)
    second = await cache.count("k", window=window)
    assert first.resets_in <= window
    assert second.resets_in <= timedelta(milliseconds=210)
    await asyncio.sleep(0.25)
    assert (await cache.count("k", window=window)).count == 1


async def test_dropping_a_key_forgets_its_count(cache: Cache) -> None:
    await cache.count("k", window=MINUTE)
    await cache.drop("k")
    assert (await cache.count("k", window=MINUTE)).count == 1


async def test_as_many_as_the_pace_says_are_admitted_at_once_and_then_one_by_one(engines: tuple[Cache, Cache]) -> None:
    pace = Pace(10, timedelta(seconds=2))
    said = await asyncio.gather(*(engines[i % 2].admit("k", pace) for i in range(14)))
    admitted = [one for one in said if one.admitted]
    assert len(admitted) == 10
    assert sorted(one.left for one in admitted) == list(range(10))
    refused = [one for one in said if not one.admitted]
    assert all(timedelta(0) < one.wait <= timedelta(seconds=0.2) for one in refused)
    assert all(timedelta(seconds=1) < one.full_in <= timedelta(seconds=2) for one in refused)
    await asyncio.sleep(max(one.wait for one in refused).total_seconds())
    assert (await engines[0].admit("k", pace)).admitted
    assert (await engines[1].admit("another", pace)).left == 9


async def test_who_has_waited_may_ask_for_all_of_it_again(cache: Cache) -> None:
    pace = Pace(5, timedelta(milliseconds=200))
    assert sum([(await cache.admit("k", pace)).admitted for _ in range(9)]) >= 5
    await asyncio.sleep(0.25)
    assert (await cache.admit("k", pace)).left == 4


async def test_dropping_a_key_forgets_its_pace(cache: Cache) -> None:
    pace = Pace(1, MINUTE)
    assert [(await cache.admit("k", pace)).admitted for _ in range(2)] == [True, False]
    await cache.drop("k")
    assert (await cache.admit("k", pace)).admitted


async def test_an_engine_that_runs_answers_a_ping(cache: Cache) -> None:
    await cache.ping()


# ------------------------------------------------------------------------------------------- while the engine is away


@pytest.fixture(params=["sqlite", "redis"])
async def away(request: pytest.FixtureRequest, tmp_path: Path, unused_tcp_port: int) -> AsyncGenerator[Cache]:
    """A cache whose engine does not answer."""
    if request.param == "redis":
        cache: Cache = RedisCache(f"redis://127.0.0.1:{unused_tcp_port}/0")
    else:
        cache = SqliteCache(tmp_path / "no such folder" / "cache.sqlite")
    yield cache
    await cache.close()


async def test_an_engine_that_is_away_is_said_to_be(away: Cache) -> None:
    for question in (
        lambda: away.get("k"),
        lambda: away.get_many(["k"]),
        lambda: away.put("k", b"v", ttl=MINUTE),
        lambda: away.swap("k", None, b"v", ttl=MINUTE),
        lambda: away.drop("k"),
        away.ping,
    ):
        with pytest.raises(CacheAway):
            await question()


async def test_counting_goes_on_in_the_process_while_the_engine_is_away(away: Cache) -> None:
    assert [(await away.count("k", window=MINUTE)).count for _ in range(3)] == [1, 2, 3]
    assert (await away.count("other", window=MINUTE)).count == 1


async def test_pacing_goes_on_in_the_process_while_the_engine_is_away(away: Cache) -> None:
    pace = Pace(2, MINUTE)
    assert [(await away.admit("k", pace)).admitted for _ in range(3)] == [True, True, False]
    assert (await away.admit("other", pace)).admitted


async def test_a_redis_that_does_not_answer_is_left_alone_for_a_while() -> None:
    connections = count()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        next(connections)
        with closing(writer):
            await reader.read()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    cache = RedisCache(f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0")
    try:
        for _ in range(20):
            with pytest.raises(CacheAway):
                await cache.get("k")
        assert next(connections) == 1
    finally:
        await cache.close()
        server.close()
        await server.wait_closed()


def test_own_counts_begin_anew_after_their_window_and_never_fill_the_memory() -> None:
    counts = OwnCounts()
    assert counts.count("k", window=timedelta(0), by=1) == Tally(1, timedelta(0))
    assert counts.count("k", window=MINUTE, by=1).count == 1
    for number in range(LIMIT):
        counts.count(f"address {number}", window=MINUTE, by=1)
    assert counts.count("k", window=MINUTE, by=1).count == 1
    assert counts.count(f"address {LIMIT - 1}", window=MINUTE, by=1).count == 2


async def test_values_whose_time_is_over_leave_the_sqlite_file(tmp_path: Path) -> None:
    cache = SqliteCache(tmp_path / "cache.sqlite")
    await cache.put("old", b"v" * 1000, ttl=SOON)
    await asyncio.sleep(A_MOMENT_LATER)
    for _ in range(SWEEP_EVERY_WRITES):
        await cache.put("k", b"v", ttl=MINUTE)
    await cache.close()
    with closing(sqlite3.connect(tmp_path / "cache.sqlite")) as file:
        assert file.execute("SELECT key FROM entry").fetchall() == [("k",)]
