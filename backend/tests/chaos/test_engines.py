"""Redis, OpenSearch and Kafka die under load and come back: nobody sells less meanwhile, and afterwards everything has followed.

MySQL dies: who asks is told to come again, and is served when it is back, without a restart. Real servers, real processes.
"""

import asyncio
import os
import secrets
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from aiokafka.admin import AIOKafkaAdminClient
from pydantic import SecretStr
from redis.asyncio import Redis
from redis.exceptions import OutOfMemoryError

from tests.chaos.crashes import Running, books_of, prepared
from tests.chaos.servers import ENGINES, Servers, own_servers
from tests.chaos.trading import BUYING, LOOKING, Seen, Trade, confirmations, converged
from tests.fixtures_db import an_address
from velora.apps.bench.world import World
from velora.apps.wiring import open_house
from velora.flows.house import TradingHouse
from velora.platform.bus.kafka_cluster import KafkaAddress
from velora.platform.bus.relaying import A_ROUND, HELD, lag
from velora.platform.settings import Settings

AWAY = float(os.environ.get("VELORA_CHAOS_AWAY", "60"))  # seconds
BEFORE, AFTER, SLOW = 5.0, 15.0, 15.0
NOTICED_WITHIN = 12.0  # an engine that is back: who asks in vain asks ever more seldom
CONVERGES_WITHIN = 120.0
SERVED = 0.999


@pytest.fixture(scope="module")
def own() -> Generator[Servers]:
    with own_servers(*ENGINES) as servers:
        yield servers


@pytest.fixture
def servers(own: Servers) -> Servers:
    """All three, running again whatever the test before has left."""
    own.start(*ENGINES)
    return own


@asynccontextmanager
async def an_installation(database: str, servers: Servers, home: Path) -> AsyncGenerator[tuple[Running, World, TradingHouse]]:
    """On all four engines, whose processes run: one that answers, one that works in the background, one that seals."""
    own = f"test-{secrets.token_hex(5)}"  # how what is kept there begins
    settings = Settings(
        home=home,
        database_url=SecretStr(database),
        redis_url=SecretStr(servers.urls["redis"]),
        opensearch_url=SecretStr(f"{servers.urls['opensearch']}/{own}"),
        kafka_url=SecretStr(f"{servers.urls['kafka']}/{own}?partitions=3&replication=1"),
    )
    world = await prepared(settings)
    running = Running(settings)
    for what in ("server", "worker", "sealer"):
        await running.start(what)
    try:
        async with open_house(settings) as house:
            await converged(house, CONVERGES_WITHIN)
            yield running, world, house
    finally:
        await running.stop()
    await asyncio.sleep(0.1)  # the closed connections leave the loop


@asynccontextmanager
async def filled_up(engine: str, url: str) -> AsyncGenerator[None]:
    """It answers as with a full disk or memory, as long as the block lasts."""
    if engine == "redis":
        client = Redis.from_url(url)
        await client.config_set("maxmemory", "1mb")
        with pytest.raises(OutOfMemoryError):
            await client.set("test", "there is no room")
        yield
        await client.config_set("maxmemory", "0")
        await client.aclose()
        return
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        for is_full in (True, None):
            block = {"index.blocks.read_only_allow_delete": is_full}
            (await client.put("/test-*-products-*/_settings", json=block)).raise_for_status()
            if is_full:
                yield


async def delete_every_index(settings: Settings) -> None:
    base, _, prefix = settings.opensearch_url.get_secret_value().rpartition("/")
    async with httpx.AsyncClient(base_url=base, timeout=30) as client:
        names = list((await client.get(f"/{prefix}-products-*")).json())
        assert names
        (await client.delete("/" + ",".join(names))).raise_for_status()


async def delete_topic(settings: Settings, name: str) -> None:
    address = KafkaAddress.read(settings.kafka_url.get_secret_value())
    admin = AIOKafkaAdminClient(**address.connection())
    await admin.start()
    try:
        await admin.delete_topics([address.named(name)])
    finally:
        await admin.close()


async def relayed(house: TradingHouse, within: float) -> None:
    """Hardly anything waits for the bus: somebody relays."""
    for _ in range(round(2 * within)):
        if (await lag(house.db))[0] <= A_ROUND / 10:
            return
        await asyncio.sleep(0.5)
    raise AssertionError("nobody relays")


async def assert_everything_followed(settings: Settings, world: World, house: TradingHouse, seen: Seen) -> None:
    """Row by row: the index, the letters, the books."""
    print(f"converged {await converged(house, CONVERGES_WITHIN):.1f} s after the load")
    books = await books_of(settings, world)
    # Payments of which nothing was heard are known only now, and tell of themselves.
    print(f"and {await converged(house, CONVERGES_WITHIN):.1f} s after the last payment was known")
    letters = await confirmations(house, world)
    paid = books["paid"]
    assert isinstance(paid, set)
    assert seen.paid - paid == set(), "acknowledged, and gone"
    assert books["charges"] == len(paid)
    assert (len(letters), set(letters.values())) == (len(paid), {1}), "one letter for each order"
    assert (books["undecided"], books["broken"]) == (0, {})


@pytest.mark.parametrize("dies", [("redis",), ("opensearch",), ("kafka",), ENGINES], ids="-".join)
async def test_nobody_sells_less_while_engines_are_dead_for_a_minute(dies: tuple[str, ...], servers: Servers, tmp_path: Path):
    async with an_address("mysql", tmp_path) as address, an_installation(address, servers, tmp_path) as (running, world, house):
        async with Trade(running, world, house).going_on() as seen:
            await asyncio.sleep(BEFORE)
            died = time.monotonic()
            await asyncio.to_thread(servers.kill, *dies)
            dead = time.monotonic()
            await asyncio.sleep(max(0.0, AWAY - (time.monotonic() - died)))
            back = time.monotonic()
            await asyncio.to_thread(servers.start, *dies)
            returned = time.monotonic()
            await asyncio.sleep(AFTER)
        for what in (*BUYING, *LOOKING, "sign in", "stock"):
            print(what, "before", seen.says(what, until=died), "away", seen.says(what, since=died, until=back), seen.says(what, since=back))
        buying = seen.of(*BUYING)
        assert sum(one.status == 201 for one in buying) >= SERVED * len(buying)
        assert {(one.status, bool(one.code)) for one in buying if one.status != 201} <= {(503, True), (409, True)}, "a clear answer"
        assert {one.status for one in seen.of("list", "product", "sign in", "stock", "register")} <= {200, 201}
        looking = seen.of("search", "suggest", since=dead + 1, until=back)
        if "opensearch" in dies:
            assert {(one.status, one.code) for one in looking} == {(503, "search.unavailable")}
            assert max(one.took for one in looking) < 5
        else:
            assert {one.status for one in looking} == {200}
        assert {one.status for one in seen.of("search", since=returned + NOTICED_WITHIN)} == {200}, "found again, without a restart"
        await assert_everything_followed(running.settings, world, house, seen)


@pytest.mark.parametrize("crawls", ENGINES)
async def test_an_engine_that_answers_once_in_five_seconds_keeps_nobody_waiting(crawls: str, servers: Servers, tmp_path: Path):
    async with an_address("mysql", tmp_path) as address, an_installation(address, servers, tmp_path) as (running, world, house):
        async with Trade(running, world, house).going_on() as seen:
            await asyncio.sleep(BEFORE)
            began = time.monotonic()
            async with servers.slowed(crawls, 5.0):
                await asyncio.sleep(SLOW)
            ended = time.monotonic()
            await asyncio.sleep(AFTER)
        for what in (*BUYING, *LOOKING, "sign in"):
            print(what, "before", seen.says(what, until=began), "slow", seen.says(what, since=began, until=ended))
        meanwhile = seen.of(*BUYING, since=began, until=ended)
        assert sum(one.status == 201 for one in meanwhile) >= SERVED * len(meanwhile)
        assert len(meanwhile) > SLOW, "buyers go on buying"
        assert max(one.took for one in seen.of("search", "suggest", "list", "sign in", since=began)) < 5, "bounded waiting"
        await assert_everything_followed(running.settings, world, house, seen)


@pytest.mark.parametrize("full", ["redis", "opensearch"])
async def test_an_engine_whose_disk_or_memory_is_full_keeps_nobody_from_buying(full: str, servers: Servers, tmp_path: Path):
    async with an_address("mysql", tmp_path) as address, an_installation(address, servers, tmp_path) as (running, world, house):
        async with Trade(running, world, house).going_on() as seen:
            await asyncio.sleep(BEFORE)
            async with filled_up(full, servers.urls[full]):
                await asyncio.sleep(SLOW)
            await asyncio.sleep(AFTER)
        for what in (*BUYING, *LOOKING, "sign in"):
            print(what, seen.says(what))
        assert {one.status for one in seen.of(*BUYING)} == {201}
        assert {one.status for one in seen.of(*LOOKING, "sign in")} == {200}, "what is there is found all the while"
        await assert_everything_followed(running.settings, world, house, seen)


async def test_an_index_and_a_topic_that_somebody_deletes_come_back_by_themselves(servers: Servers, tmp_path: Path):
    async with an_address("mysql", tmp_path) as address, an_installation(address, servers, tmp_path) as (running, world, house):
        async with Trade(running, world, house).going_on() as seen:
            await asyncio.sleep(BEFORE)
            began = time.monotonic()
            await delete_every_index(running.settings)
            await delete_topic(running.settings, "orders")
            await asyncio.sleep(2 * AFTER)
        for what in (*BUYING, *LOOKING):
            print(what, "since", seen.says(what, since=began))
        assert {one.status for one in seen.of(*BUYING, "list", "product")} <= {200, 201}
        assert {(one.status, one.code) for one in seen.of("search", "suggest")} <= {(200, ""), (503, "search.unavailable")}
        assert seen.of("search")[-1].status == 200, "built again while people bought"
        await assert_everything_followed(running.settings, world, house, seen)


async def test_a_worker_that_stood_still_and_wakes_late_does_nothing_twice(servers: Servers, tmp_path: Path):
    """It holds a share of the relay's lanes and reads for its groups; another worker takes both over meanwhile."""
    async with an_address("mysql", tmp_path) as address, an_installation(address, servers, tmp_path) as (running, world, house):
        await running.start("another worker")
        async with Trade(running, world, house).going_on() as seen:
            await asyncio.sleep(BEFORE)
            for who in ("worker", "another worker"):
                async with running.paused(who):
                    await asyncio.sleep(HELD.total_seconds() + 5)
                    await relayed(house, within=60)
        await assert_everything_followed(running.settings, world, house, seen)


async def test_who_asks_while_mysql_is_dead_is_told_to_come_again_and_served_when_it_is_back(servers: Servers, tmp_path: Path):
    with own_servers("mysql") as mysql:
        at = mysql.urls["mysql"]
        async with an_address("mysql", tmp_path, at) as address, an_installation(address, servers, tmp_path) as (running, world, house):
            async with Trade(running, world, house).going_on() as seen, httpx.AsyncClient(timeout=30) as browser:
                await asyncio.sleep(BEFORE)
                died = time.monotonic()
                await asyncio.to_thread(mysql.kill, "mysql")
                await asyncio.sleep(2)
                refused = await browser.get(
                    f"http://127.0.0.1:{running.port}/api/v1/products/thing-1", headers={"host": f"{world.slug}.localhost"}
                )
                await asyncio.sleep(8)
                back = time.monotonic()
                await asyncio.to_thread(mysql.start, "mysql")
                returned = time.monotonic()
                await asyncio.sleep(AFTER)
            for what in (*BUYING, *LOOKING, "sign in"):
                print(what, "away", seen.says(what, since=died, until=back), "after", seen.says(what, since=returned))
            assert (refused.status_code, refused.json()["code"]) == (503, "platform.database_unavailable")
            assert int(refused.headers["retry-after"]) > 0
            away = seen.of(*BUYING, since=died + 1, until=back - 1)
            assert {(one.status, one.code) for one in away} == {(503, "platform.database_unavailable")}
            assert {one.status for one in seen.of("search", "suggest", "list", since=died + 1, until=back)} == {200}, "from the index"
            served = seen.of(*BUYING, since=returned + NOTICED_WITHIN)
            assert served
            assert {one.status for one in served} <= {201, 409}
            assert sum(one.status == 201 for one in served) > len(served) / 2
            await assert_everything_followed(running.settings, world, house, seen)
