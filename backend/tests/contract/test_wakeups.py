"""What platform/wakeups/port.py promises, within one process and over Redis, also while Redis is away."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from redis.asyncio import Redis
from sqlalchemy.engine import make_url

from tests.builders.gate import Gate, a_gate
from tests.needs import needs_url
from velora.platform.wakeups.in_process import InProcessWakeUps
from velora.platform.wakeups.port import WakeUps
from velora.platform.wakeups.redis import CHANNEL, RedisWakeUps

HOUR = timedelta(hours=1)
PATIENCE_SECONDS = 30

Processes = Callable[[], WakeUps]


@pytest.fixture
def prefix() -> str:
    return f"test-{uuid4().hex[:8]}:"


@pytest.fixture(params=["in process", "redis"])
async def processes(request: pytest.FixtureRequest, prefix: str) -> AsyncGenerator[Processes]:
    """The wake-ups of one more process; without Redis there is only the one."""
    made: list[WakeUps] = []

    def another() -> WakeUps:
        if request.param == "redis":
            made.append(RedisWakeUps(needs_url("VELORA_TEST_REDIS_URL"), prefix=prefix, trusted_for=HOUR))
        elif not made:
            made.append(InProcessWakeUps(HOUR))
        return made[-1]

    yield another
    for one in made:
        await one.close()


async def woken(news: asyncio.Event) -> None:
    await asyncio.wait_for(news.wait(), PATIENCE_SECONDS)


async def until_trusted(wakeups: WakeUps) -> None:
    """It hears the others: whoever waits is woken then, to look once more."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not wakeups.trusted_for:
            news = wakeups.news("anything")
            if not wakeups.trusted_for:
                await news.wait()


async def until_not_trusted(wakeups: WakeUps) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while wakeups.trusted_for:
            news = wakeups.news("anything")
            if wakeups.trusted_for:
                await news.wait()


async def test_who_waits_for_a_topic_is_woken_and_nobody_else(processes: Processes) -> None:
    here, there = processes(), processes()
    await until_trusted(here)
    jobs, events, letters = here.news("jobs"), here.news("events"), here.news("letters")
    there.wake(["jobs", "events"])
    await woken(jobs)
    await woken(events)
    assert not letters.is_set()


async def test_what_was_committed_between_asking_and_waiting_is_not_missed(processes: Processes) -> None:
    here = processes()
    await until_trusted(here)
    news = here.news("jobs")
    here.wake(["jobs"])
    assert news.is_set()
    assert not here.news("jobs").is_set()


async def test_all_who_wait_for_a_topic_are_woken(processes: Processes) -> None:
    here, there = processes(), processes()
    await until_trusted(here)
    waiting = [asyncio.create_task(woken(here.news("jobs"))) for _ in range(3)]
    there.wake(["jobs"])
    await asyncio.gather(*waiting)


async def test_waking_nobody_is_no_error(processes: Processes) -> None:
    here = processes()
    here.wake([])
    here.wake(["nobody waits for this"])


def test_a_process_that_hears_only_itself_is_not_trusted_unless_it_is_told_so() -> None:
    assert not InProcessWakeUps().trusted_for


# ------------------------------------------------------------------------------------------- over Redis


@asynccontextmanager
async def an_ear(prefix: str) -> AsyncGenerator[Callable[[], "asyncio.Future[str]"]]:
    """What somebody hears who listens on the channel itself: the topics of each message."""
    client = Redis.from_url(needs_url("VELORA_TEST_REDIS_URL"), decode_responses=True)  # pyright: ignore[reportUnknownMemberType]
    async with client, client.pubsub() as ear:  # pyright: ignore[reportUnknownMemberType]
        await ear.subscribe(prefix + CHANNEL)
        messages = (one["data"].partition(" ")[2] async for one in ear.listen() if one["type"] == "message")
        yield lambda: asyncio.ensure_future(asyncio.wait_for(anext(messages), PATIENCE_SECONDS))


@pytest.fixture
async def gate(prefix: str) -> AsyncGenerator[Gate]:
    """The way to Redis, which can be closed."""
    url = make_url(needs_url("VELORA_TEST_REDIS_URL"))
    async with a_gate(url.host or "", url.port or 6379) as gate:
        yield gate


@pytest.fixture
async def behind_gate(gate: Gate, prefix: str) -> AsyncGenerator[RedisWakeUps]:
    wakeups = RedisWakeUps(f"redis://127.0.0.1:{gate.port}/0", prefix=prefix, trusted_for=HOUR)
    yield wakeups
    await wakeups.close()


@pytest.fixture
async def beside(prefix: str) -> AsyncGenerator[RedisWakeUps]:
    """Another process, for which Redis is never away."""
    wakeups = RedisWakeUps(needs_url("VELORA_TEST_REDIS_URL"), prefix=prefix, trusted_for=HOUR)
    yield wakeups
    await wakeups.close()


async def test_while_redis_is_away_silence_is_not_trusted_and_when_it_is_back_all_look_and_hear_again(
    gate: Gate, behind_gate: RedisWakeUps, beside: RedisWakeUps, caplog: pytest.LogCaptureFixture
) -> None:
    await until_trusted(behind_gate)
    waiting = behind_gate.news("jobs")
    gate.shut()
    await woken(waiting)
    assert not behind_gate.trusted_for
    missed = behind_gate.news("jobs")
    beside.wake(["jobs"])
    gate.is_shut = False
    await woken(missed)
    await until_trusted(behind_gate)
    assert [one.levelname for one in caplog.records if "not heard" in one.getMessage()] == ["WARNING"]
    news = behind_gate.news("jobs")
    beside.wake(["jobs"])
    await woken(news)


async def test_a_connection_that_has_gone_silent_is_noticed(gate: Gate, behind_gate: RedisWakeUps) -> None:
    await until_trusted(behind_gate)
    gate.delay = 3600
    await until_not_trusted(behind_gate)


async def test_without_redis_committers_go_on_and_wake_their_own_process(unused_tcp_port: int) -> None:
    wakeups = RedisWakeUps(f"redis://127.0.0.1:{unused_tcp_port}/0")
    news = wakeups.news("jobs")
    for _ in range(100):
        wakeups.wake(["jobs"])
    assert news.is_set()
    assert not wakeups.trusted_for
    await wakeups.close()


async def test_a_burst_is_one_message_and_what_comes_meanwhile_another(beside: RedisWakeUps, prefix: str) -> None:
    async with an_ear(prefix) as next_message:
        for number in range(500):
            beside.wake([f"t{number % 3}"])
        assert await next_message() == "t0 t1 t2"
        for _ in range(500):
            beside.wake(["jobs"])
        assert await next_message() == "jobs"


async def test_who_sends_is_not_woken_by_its_own_message(behind_gate: RedisWakeUps, beside: RedisWakeUps) -> None:
    await until_trusted(behind_gate)
    await until_trusted(beside)
    heard = beside.news("jobs")
    behind_gate.wake(["jobs"])
    again, end = behind_gate.news("jobs"), behind_gate.news("end")
    await woken(heard)
    beside.wake(["end"])
    await woken(end)
    assert not again.is_set()


async def test_what_was_committed_just_before_a_process_ends_is_said(behind_gate: RedisWakeUps, beside: RedisWakeUps) -> None:
    await until_trusted(beside)
    news = beside.news("jobs")
    behind_gate.wake(["jobs"])
    await behind_gate.close()
    await woken(news)


async def test_a_process_in_which_nobody_waits_keeps_no_connection_for_hearing(beside: RedisWakeUps, prefix: str) -> None:
    async with an_ear(prefix) as next_message:
        beside.wake(["jobs"])
        await next_message()
        client = Redis.from_url(needs_url("VELORA_TEST_REDIS_URL"))  # pyright: ignore[reportUnknownMemberType]
        async with client:
            [(_, listeners)] = await client.pubsub_numsub(prefix + CHANNEL)  # pyright: ignore[reportUnknownMemberType]
    assert listeners == 1
