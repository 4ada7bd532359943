"""The background loops: at their own pace, patient with engines that are away, and finished before they stop."""

import asyncio
import logging
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.builders.wakeups import OverheardWakeUps
from velora.apps.worker import LOOPS, Loop, back_off, run
from velora.flows.house import TradingHouse
from velora.platform.bus import BusAway
from velora.platform.db.errors import Unavailable
from velora.platform.files import FilesAway
from velora.platform.mail.port import MailAway
from velora.platform.wakeups.in_process import InProcessWakeUps
from velora.platform.wakeups.port import WakeUps

HOUSE = cast(TradingHouse, object())  # these jobs look at no engine
AT_ONCE = timedelta(milliseconds=1)
NEVER_AGAIN = timedelta(hours=1)


def a_house_with(wakeups: WakeUps) -> TradingHouse:
    return cast(TradingHouse, SimpleNamespace(db=SimpleNamespace(wakeups=wakeups)))


async def work_until(enough: asyncio.Event, *loops: Loop, house: TradingHouse = HOUSE) -> None:
    stop = asyncio.Event()
    working = asyncio.create_task(run(house, stop, loops))
    async with asyncio.timeout(10):
        await enough.wait()
        stop.set()
        await working


async def test_a_loop_with_more_to_do_does_not_wait():
    left = [100, 100, 30, 0]
    enough = asyncio.Event()

    async def job(_: Any) -> int:
        done = left.pop(0)
        if done < 100:
            enough.set()
        return done

    await work_until(enough, Loop("relay", NEVER_AGAIN, job, full_load=100))
    assert left == [0]


@pytest.mark.parametrize("away", [Unavailable, BusAway, FilesAway, MailAway])
async def test_an_engine_that_is_away_is_asked_again_and_said_once(caplog: pytest.LogCaptureFixture, away: type[Exception]):
    outcomes = [away("gone"), away("gone")]
    enough = asyncio.Event()

    async def job(_: Any) -> int:
        if outcomes:
            raise outcomes.pop()
        enough.set()
        return 0

    with caplog.at_level(logging.INFO, "velora.worker"):
        await work_until(enough, Loop("sweep", AT_ONCE, job))
    said = [record.getMessage() for record in caplog.records if "sweep:" in record.getMessage()]
    assert [line.partition(": ")[2][:25] for line in said] == ["an engine does not answer", "goes on after 2 failures"]


async def test_a_loop_that_fails_for_another_reason_is_logged_and_the_others_go_on(caplog: pytest.LogCaptureFixture):
    rounds = [3, 2, 1]
    enough = asyncio.Event()

    async def broken(_: Any) -> int:
        raise ValueError("a bug")

    async def well(_: Any) -> int:
        if not rounds or rounds.pop() == 3:
            enough.set()
        return 0

    await work_until(enough, Loop("broken", AT_ONCE, broken), Loop("well", AT_ONCE, well))
    assert any("broken failed" in record.getMessage() and record.exc_info for record in caplog.records)


async def test_what_is_being_done_is_finished_before_the_stop():
    begun, finished = asyncio.Event(), asyncio.Event()

    async def slow(_: Any) -> int:
        begun.set()
        await asyncio.sleep(0.05)
        finished.set()
        return 0

    await work_until(begun, Loop("slow", NEVER_AGAIN, slow))
    assert finished.is_set()


async def test_a_loop_that_waits_looks_at_once_when_it_is_woken_once_more_after_its_pace_and_then_waits_again():
    wakeups, looks = OverheardWakeUps(NEVER_AGAIN), 0
    waits = wakeups.waited_for["jobs"]

    async def job(_: Any) -> int:
        nonlocal looks
        looks += 1
        return 0

    stop = asyncio.Event()
    working = asyncio.create_task(run(a_house_with(wakeups), stop, [Loop("jobs", AT_ONCE, job, woken_by="jobs")]))
    seen: list[int] = []
    async with asyncio.timeout(10):
        for _ in range(3):
            await waits.wait()
            waits.clear()
            seen.append(looks)
            wakeups.wake(["jobs"])
        await waits.wait()
        stop.set()
        await working
    assert seen == [1, 3, 5]


async def test_what_is_committed_during_a_round_is_looked_for_after_it():
    wakeups, enough = InProcessWakeUps(NEVER_AGAIN), asyncio.Event()
    rounds = 0

    async def job(_: Any) -> int:
        nonlocal rounds
        rounds += 1
        if rounds == 1:
            wakeups.wake(["jobs"])
        else:
            enough.set()
        return 0

    await work_until(enough, Loop("jobs", AT_ONCE, job, woken_by="jobs"), house=a_house_with(wakeups))


@pytest.mark.parametrize("trusted_for", [timedelta(0), timedelta(milliseconds=10)])
async def test_a_loop_that_nobody_wakes_looks_by_itself(trusted_for: timedelta):
    enough, rounds = asyncio.Event(), 0

    async def job(_: Any) -> int:
        nonlocal rounds
        rounds += 1
        if rounds == 5:
            enough.set()
        return 0

    await work_until(enough, Loop("jobs", AT_ONCE, job, woken_by="jobs"), house=a_house_with(InProcessWakeUps(trusted_for)))


async def test_a_loop_that_fails_is_not_woken_but_waits_until_it_is_its_time():
    wakeups, rounds = InProcessWakeUps(NEVER_AGAIN), 0
    failed = asyncio.Event()

    async def broken(_: Any) -> int:
        nonlocal rounds
        rounds += 1
        failed.set()
        raise Unavailable("gone")

    stop = asyncio.Event()
    working = asyncio.create_task(run(a_house_with(wakeups), stop, [Loop("jobs", NEVER_AGAIN, broken, woken_by="jobs")]))
    await asyncio.wait_for(failed.wait(), 10)
    wakeups.wake(["jobs"])
    for _ in range(20):
        await asyncio.sleep(0)
    stop.set()
    await asyncio.wait_for(working, 10)
    assert rounds == 1


def test_patience_doubles_up_to_a_minute_and_never_below_the_loops_own_pace():
    quick = timedelta(milliseconds=200)
    waits = [back_off(quick, failures) for failures in range(1, 12)]
    assert waits[:3] == [timedelta(seconds=0.5), timedelta(seconds=1), timedelta(seconds=2)]
    assert waits[-1] == timedelta(minutes=1)
    assert back_off(timedelta(hours=6), 1) == timedelta(hours=6)


def test_every_loop_has_a_name_of_its_own():
    names = [loop.name for loop in LOOPS]
    assert len(set(names)) == len(names)
    assert {"relay events", "send letters", "sweep payments", "sweep refunds", "release escrow", "make partitions"} <= {*names}
