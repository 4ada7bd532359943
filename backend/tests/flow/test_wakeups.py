"""The worker's own loops are woken by what is committed, look by themselves where they may not hear it, and lose nothing either way.

Silence is trusted for an hour here: what is done nevertheless was woken. Nothing here depends on how long it takes.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from tests.builders.checkout import a_trading_house
from tests.builders.people import a_tenant
from tests.builders.receivers import a_receiver, answers
from tests.builders.wakeups import OverheardWakeUps
from tests.builders.webhooks import beside_us, listens
from tests.fixtures_db import undone
from tests.needs import needs_url
from velora.apps.worker import LOOPS, run
from velora.flows.catalog_import import sent
from velora.flows.house import TradingHouse
from velora.kernel.clock import SystemClock
from velora.modules.catalog.events import ListingChanged
from velora.modules.notifications import service as notifications
from velora.modules.notifications.policy.words import Template
from velora.modules.notifications.service import LETTERS, Note
from velora.modules.webhooks.service import DELIVERIES, Owner
from velora.platform.bus.outbox import RELAYED
from velora.platform.db import Database, jobs
from velora.platform.db.jobs import JOBS, NewJob
from velora.platform.db.outbox import EVENTS
from velora.platform.wakeups.port import WakeUps
from velora.platform.wakeups.redis import RedisWakeUps

HOUR = timedelta(hours=1)
PATIENCE_SECONDS = 60
A_JOB = NewJob(sent.FORGET, {"seller_id": 1, "import_id": 2})


@asynccontextmanager
async def a_house_with(db: Database, folder: Path, wakeups: WakeUps) -> AsyncGenerator[TradingHouse]:
    async with a_trading_house(Database(db.engine, SystemClock(), db.new_id, wakeups), folder) as (house, _):
        yield beside_us(house)


@asynccontextmanager
async def working(house: TradingHouse, *loops: str) -> AsyncGenerator[None]:
    """These loops of the worker run until the block ends."""
    stop = asyncio.Event()
    work = asyncio.create_task(run(house, stop, [loop for loop in LOOPS if loop.name in loops]))
    try:
        yield
    finally:
        stop.set()
        await work


async def all_wait(wakeups: OverheardWakeUps, *topics: str) -> None:
    """The loops have looked, found nothing, and wait to be woken."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        for topic in topics:
            await wakeups.waited_for[topic].wait()


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            if await is_so():
                return
            await asyncio.sleep(0.02)


async def enqueue(db: Database) -> None:
    async with db.begin(None) as uow:
        await jobs.enqueue(uow, [A_JOB])


async def all_jobs_are_done(db: Database) -> bool:
    async with db.read(None) as uow:
        return not await jobs.counted(uow)


async def test_an_event_goes_its_whole_way_to_whom_it_is_sent(fresh_db: Database, tmp_path: Path):
    wakeups = OverheardWakeUps(HOUR)
    async with a_house_with(fresh_db, tmp_path, wakeups) as house, a_receiver(answers(200)) as receiver:
        async with house.db.begin(None) as uow:
            tenant = await a_tenant(uow)
        await listens(house, Owner.tenant(tenant.id), receiver.url, ListingChanged.type)
        async with working(house, "relay events", "tell webhooks.telling", "send webhooks 1"):
            await all_wait(wakeups, EVENTS, RELAYED, DELIVERIES)
            async with house.db.begin(None) as uow:
                uow.tell([ListingChanged(tenant.id, 5)])

            async def is_heard() -> bool:
                return bool(receiver.heard)

            await until(is_heard)


async def test_a_letter_leaves(fresh_db: Database, tmp_path: Path):
    wakeups = OverheardWakeUps(HOUR)
    async with a_house_with(fresh_db, tmp_path, wakeups) as house:
        async with house.db.begin(None) as uow:
            tenant = await a_tenant(uow)
        async with working(house, "send letters"):
            await all_wait(wakeups, LETTERS)
            words = {"order": "ord_1", "name": "Ada", "path": "/orders/ord_1"}
            async with house.db.begin(None) as uow:
                await notifications.enqueue(uow, [Note(tenant.id, "ada@example.com", Template.ORDER_CONFIRMED, words)])

            async def has_left() -> bool:
                return any((tmp_path / "mailbox").glob("*"))

            await until(has_left)


async def test_a_job_is_done(fresh_db: Database, tmp_path: Path):
    wakeups = OverheardWakeUps(HOUR)
    async with a_house_with(fresh_db, tmp_path, wakeups) as house, working(house, "do jobs 1"):
        await all_wait(wakeups, JOBS)
        await enqueue(house.db)
        await until(lambda: all_jobs_are_done(house.db))


async def test_what_was_not_committed_wakes_nobody(fresh_db: Database):
    wakeups = OverheardWakeUps(HOUR)
    db = Database(fresh_db.engine, SystemClock(), fresh_db.new_id, wakeups)
    news = wakeups.news(JOBS)
    async with undone(db, None) as uow:
        await jobs.enqueue(uow, [A_JOB])
    assert not news.is_set()
    async with db.begin(None) as uow:
        await jobs.enqueue(uow, [A_JOB])
        assert not news.is_set()
    assert news.is_set()


async def test_what_another_process_commits_is_done_time_after_time(fresh_db: Database, tmp_path: Path):
    """More often than the loop looks by itself: when it begins, when it first hears the others, and once after that."""
    url, prefix = needs_url("VELORA_TEST_REDIS_URL"), f"test-{uuid4().hex[:8]}:"
    here, there = [RedisWakeUps(url, prefix=prefix, trusted_for=HOUR) for _ in range(2)]
    elsewhere = Database(fresh_db.engine, SystemClock(), fresh_db.new_id, there)
    async with a_house_with(fresh_db, tmp_path, here) as house, working(house, "do jobs 1"):
        for _ in range(5):
            await enqueue(elsewhere)
            await until(lambda: all_jobs_are_done(elsewhere))
    await here.close()
    await there.close()


async def test_while_redis_is_away_work_is_done_at_the_loops_own_pace(fresh_db: Database, tmp_path: Path, unused_tcp_port: int):
    here, there = [RedisWakeUps(f"redis://127.0.0.1:{unused_tcp_port}/0", trusted_for=HOUR) for _ in range(2)]
    elsewhere = Database(fresh_db.engine, SystemClock(), fresh_db.new_id, there)
    async with a_house_with(fresh_db, tmp_path, here) as house, working(house, "do jobs 1"):
        for _ in range(3):
            await enqueue(elsewhere)
            await until(lambda: all_jobs_are_done(elsewhere))
    await here.close()
    await there.close()
