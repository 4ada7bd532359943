"""What a process tells of itself, scraped as Prometheus does it, against what was done: over the embedded engines and the real ones."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text

from tests.builders.house import a_house
from tests.builders.kafka import a_kafka
from tests.builders.people import a_tenant
from tests.builders.search import a_document, an_engine, built
from tests.fixtures_db import a_database
from tests.needs import needs_url
from velora.apps.health import Health
from velora.apps.operations import operations
from velora.apps.worker import Loop, run
from velora.flows.reactions import INTERESTS
from velora.flows.watching.figures import THIS_PROCESS, watch
from velora.kernel.clock import ManualClock
from velora.modules.notifications import service as notifications
from velora.modules.notifications.policy.words import Template, needed
from velora.modules.notifications.service import Note
from velora.modules.orders.events import SellerOrderShipped
from velora.platform.bus import Group, Reacts, listen, relay
from velora.platform.bus.kafka import KafkaBus
from velora.platform.bus.listening import TRIES
from velora.platform.cache.redis import RedisCache
from velora.platform.db import jobs
from velora.platform.db.errors import Unavailable
from velora.platform.db.jobs import NewJob
from velora.platform.db.outbox import ParkedEvent
from velora.platform.db.workers import note_worker, workers
from velora.platform.house import House

GROUP = "webhooks.telling"
AGE = timedelta(seconds=90)


def _series(name: str, labels: Mapping[str, str]) -> str:
    return f"{name}{{{','.join(f'{key}={value}' for key, value in sorted(labels.items()))}}}" if labels else name


@dataclass
class Watched:
    """A house, the clock that it goes by, and where its figures are told."""

    house: House
    clock: ManualClock
    address: str

    async def figures(self, accept: str = "text/plain") -> Mapping[str, float]:
        """Every series with its value, as `name{label="value"}`."""
        async with httpx.AsyncClient() as client:
            reply = await client.get(f"http://{self.address}/metrics", headers={"accept": accept})
        assert reply.status_code == 200
        read = read_openmetrics if "openmetrics" in reply.headers["content-type"] else read_text
        return {_series(sample.name, sample.labels): sample.value for family in read(reply.text) for sample in family.samples}

    async def told(self, *numbers: int) -> None:
        async with self.house.db.begin(None) as uow:
            uow.tell(SellerOrderShipped(1, number, number, number) for number in numbers)


@pytest.fixture(params=["embedded", "real"])
async def watched(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Watched]:
    clock = ManualClock(datetime.now(UTC) - AGE)
    async with AsyncExitStack() as ending:
        db = await ending.enter_async_context(a_database("sqlite" if request.param == "embedded" else "mysql", tmp_path, clock))
        house = await ending.enter_async_context(a_house(db, tmp_path))
        if request.param == "real":
            cache = RedisCache(needs_url("VELORA_TEST_REDIS_URL"), prefix=f"test-{uuid4().hex}:")
            bus = KafkaBus(await ending.enter_async_context(a_kafka()), "http://localhost")
            search = await ending.enter_async_context(an_engine("opensearch", tmp_path))
            ending.push_async_callback(cache.close)
            ending.push_async_callback(bus.close)
            house = replace(house, cache=cache, bus=bus, search=search)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{free.getsockname()[1]}"
        await ending.enter_async_context(operations(address, Health()))
        yield Watched(house, clock, address)


async def test_what_waits_is_told_with_its_age(watched: Watched):
    house = watched.house
    await house.bus.prepare(INTERESTS)
    async with house.db.begin(None) as uow:
        tenant = await a_tenant(uow)
    await relay(house.db, house.bus)
    await watched.told(1, 2, 3)
    before = await watched.figures()
    await relay(house.db, house.bus)
    await watched.told(4, 5)
    async with house.db.begin(None) as uow:
        parked = {"reason": "no", "attempts": 5, "parked_at": uow.now}
        await uow.insert(ParkedEvent, [{"consumer": "flows.a.b", "event_id": number, **parked} for number in (1, 2)])
        await notifications.enqueue(
            uow, [Note(tenant.id, "ada@example.com", Template.SELLER_DECLINED, dict.fromkeys(needed(Template.SELLER_DECLINED), "x"))]
        )
    await built(house.search, [a_document(1, "Lamp"), a_document(2, "Chair")])
    watched.clock.advance(AGE)
    await watch(house)
    now = await watched.figures()
    assert now["velora_outbox_relayed_events_total"] - before["velora_outbox_relayed_events_total"] == 3
    assert (now["velora_outbox_waiting_events"], now["velora_outbox_oldest_event_age_seconds"]) == (2, 90)
    waiting, age = now[f"velora_group_waiting_events{{group={GROUP}}}"], now[f"velora_group_oldest_event_age_seconds{{group={GROUP}}}"]
    assert (waiting, age) == (3, 90)
    assert now["velora_group_waiting_events{group=indexing.keep}"] == 0
    assert (now["velora_parked_events{listener=flows.a.b}"], now["velora_parked_oldest_event_age_seconds"]) == (2, 90)
    assert (now["velora_letters_waiting"], now["velora_letters_oldest_age_seconds"], now["velora_letters_given_up"]) == (1, 90, 0)
    assert now["velora_webhook_waiting_deliveries"] == 0
    assert now["velora_search_documents"] == 2
    assert now["velora_search_generations{stage=live}"] == 1
    assert {name: now[f"velora_engine_up{{engine={name}}}"] for name in ("database", "bus", "cache", "search")} == dict.fromkeys(
        ("database", "bus", "cache", "search"), 1
    )


async def test_jobs_that_wait_failed_or_were_given_up_are_told(watched: Watched):
    house = watched.house
    async with house.db.begin(None) as uow:
        await jobs.enqueue(uow, [*(NewJob(kind, {}) for kind in ("failed", "lost", "due")), NewJob("later", {}, run_at=uow.now + AGE)])
    async with house.db.begin(None) as uow:
        for kind, tries in (("failed", 1), ("lost", jobs.MOST_TRIES)):
            taken = await jobs.take(uow, {kind})
            assert taken is not None
            await jobs.failed(uow, replace(taken, tries=tries), "no")
    watched.clock.advance(timedelta(seconds=3))
    await watch(house)
    now = await watched.figures()
    named = ("waiting", "oldest_age_seconds", "to_try_again", "given_up")
    assert {name: now[f"velora_jobs_{name}"] for name in named} == dict(zip(named, (1, 3, 1, 1), strict=True))


async def test_a_worker_says_that_it_runs_and_is_forgotten_an_hour_after_it_did_last(watched: Watched):
    house, clock = watched.house, watched.clock
    began = clock.now()
    async with house.db.begin(None) as uow:
        await note_worker(uow, "elsewhere:7")
    clock.advance(timedelta(minutes=59))
    await watch(house)
    clock.advance(timedelta(seconds=5))
    await watch(house)
    async with house.db.read(None) as uow:
        mine, other = await workers(uow)
    assert (mine.name, mine.started_at, mine.seen_at) == (THIS_PROCESS, began + timedelta(minutes=59), clock.now())
    assert (other.name, other.seen_at) == ("elsewhere:7", began)
    clock.advance(timedelta(minutes=1))
    async with house.db.read(None) as uow:
        assert [one.name for one in await workers(uow)] == [THIS_PROCESS]


async def test_what_was_done_is_counted(watched: Watched):
    house, had = watched.house, []

    async def hear(uow: object, events: list[SellerOrderShipped]) -> None:
        if any(event.order_id == 2 for event in events):
            raise ValueError("no")
        had.extend(events)

    group = Group(f"test.{uuid4().hex}", {SellerOrderShipped: [Reacts("hear", hear)]})  # pyright: ignore[reportArgumentType] -- a list is a sequence
    await house.bus.prepare({group.name: group.types})
    before = await watched.figures()
    await watched.told(1, 2, 3)
    await relay(house.db, house.bus)
    while await listen(house.db, house.bus, group):
        continue
    now = await watched.figures("application/openmetrics-text; version=1.0.0")
    assert len(had) == 2
    assert now[f"velora_group_heard_events_total{{group={group.name}}}"] == 3
    assert now[f"velora_group_retries_total{{group={group.name}}}"] == 2 + TRIES
    assert now[f"velora_group_dead_letters_total{{group={group.name}}}"] == 1
    assert now["velora_database_commit_duration_seconds_count"] - before["velora_database_commit_duration_seconds_count"] >= 6
    assert now["velora_database_round_trips_total"] > before["velora_database_round_trips_total"]
    assert now["velora_database_connections_in_use"] == 0


async def test_an_engine_that_is_away_is_down_and_what_it_said_is_kept(watched: Watched):
    gone = RedisCache("redis://127.0.0.1:9/0")
    house = replace(watched.house, cache=gone)
    before = await watched.figures()
    await watch(house)
    now = await watched.figures()
    assert (now["velora_engine_up{engine=cache}"], now["velora_engine_up{engine=database}"]) == (0, 1)
    assert now["velora_cache_failures_total"] - before["velora_cache_failures_total"] == 1
    assert now["velora_cache_away"] - before["velora_cache_away"] == 1
    await watch(watched.house)
    assert (await watched.figures())["velora_engine_up{engine=cache}"] == 1
    gone._note(is_away=False)  # so that no later test counts it
    await gone.close()


async def test_the_workers_loops_say_when_they_ended_well_and_how_often_they_did_not(watched: Watched):
    stop = asyncio.Event()
    name = f"test {uuid4().hex}"

    async def work(house: House) -> int:
        del house
        if not failed:
            failed.append(1)
            raise Unavailable("away")
        stop.set()
        return 0

    failed: list[int] = []
    await asyncio.wait_for(run(watched.house, stop, [Loop(name, timedelta(milliseconds=1), work)]), 20)  # pyright: ignore[reportArgumentType] -- it trades with nobody
    now = await watched.figures()
    assert now[f"velora_worker_loop_failures_total{{loop={name}}}"] == 1
    assert now[f"velora_worker_loop_duration_seconds_count{{loop={name}}}"] == 2
    assert abs(now[f"velora_worker_loop_last_success_timestamp_seconds{{loop={name}}}"] - datetime.now(UTC).timestamp()) < 60
