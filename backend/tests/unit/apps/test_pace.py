"""The worker's pace: a small part of a machine whose cores are all busy, and as fast as it can where there is room."""

import asyncio
from pathlib import Path

import pytest

from velora.apps import pace
from velora.apps.pace import SHARE, Pace, Scheduled, scheduled
from velora.apps.worker import Loop, run
from velora.platform.telemetry import metrics

from .test_worker import AT_ONCE, HOUSE

CORES = 4


class Machine:
    """One on which a second of the worker's work takes as long as others leave it."""

    def __init__(self) -> None:
        self.now, self.spent, self.waited = 0.0, 0.0, 0.0
        self.is_busy = False
        self.pace = Pace(CORES, scheduled=lambda: Scheduled(self.spent, self.waited), spent=lambda: self.spent, clock=lambda: self.now)

    def work(self, seconds: float) -> None:
        self.spent += seconds
        self.waited += seconds * self.is_busy
        self.now += seconds * (1 + self.is_busy)

    def work_until(self, when: float, a_round: float) -> float:
        """Round after round, as fast as the pace lets it; how many seconds of CPU that took."""
        before = self.spent
        while self.now < when:
            if rest := self.pace.rest():
                self.now += min(rest, 0.5)
            else:
                self.work(a_round)
        return self.spent - before


@pytest.mark.parametrize("a_round", [0.001, 0.05, 1.0])
def test_where_there_is_room_nobody_rests(a_round: float):
    machine = Machine()
    assert machine.work_until(100.0, a_round) == pytest.approx(100.0, abs=a_round)
    assert not machine.pace.is_crowded


@pytest.mark.parametrize("a_round", [0.001, 0.05, 1.0])
def test_on_a_crowded_machine_the_worker_takes_its_share_and_no_less(a_round: float):
    machine = Machine()
    machine.is_busy = True
    machine.work_until(10.0, a_round)  # it is noticed
    share = CORES * SHARE
    assert machine.work_until(310.0, a_round) == pytest.approx(300 * share, abs=2 * a_round + share)
    assert machine.pace.is_crowded
    assert metrics.gives_way._value.get() == 1  # pyright: ignore[reportPrivateUsage] -- the library has no other way to ask a gauge


def test_when_the_crowd_has_gone_it_catches_up_at_once():
    machine = Machine()
    machine.is_busy = True
    machine.work_until(60.0, 0.05)
    machine.is_busy = False
    machine.work_until(65.0, 0.05)
    assert machine.work_until(75.0, 0.05) == pytest.approx(10.0, abs=0.1)
    assert metrics.gives_way._value.get() == 0  # pyright: ignore[reportPrivateUsage]


def test_what_was_not_used_on_a_quiet_day_is_not_taken_on_a_busy_one():
    machine = Machine()
    machine.now = 86_400.0
    machine.is_busy = True
    machine.work_until(86_402.0, 0.05)
    assert machine.work_until(86_412.0, 0.05) <= 10 * CORES * SHARE + 0.1


async def test_a_loop_waits_for_its_turn_and_stops_when_told():
    """Also while it rests."""
    machine, rounds = Machine(), 0
    machine.is_busy = True
    machine.work(30.0)
    assert machine.pace.rest() > 60

    async def job(_: object) -> int:
        nonlocal rounds
        rounds += 1
        return 0

    stop = asyncio.Event()
    working = asyncio.create_task(run(HOUSE, stop, [Loop("jobs", AT_ONCE, job)], machine.pace))
    for _ in range(20):
        await asyncio.sleep(0)
    assert rounds == 0
    stop.set()
    await asyncio.wait_for(working, 10)


def test_where_the_system_does_not_say_who_waited_nobody_gives_way(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(pace, "_SCHEDULED", tmp_path / "schedstat")
    assert scheduled() == Scheduled(0.0, 0.0)
    own = Pace(CORES, spent=iter(range(1000)).__next__, clock=iter(range(1000)).__next__)
    assert [own.rest() for _ in range(20)] == [0.0] * 20


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="only Linux says who waited")
def test_linux_says_how_long_this_process_has_run():
    before = scheduled()
    sum(range(1_000_000))
    after = scheduled()
    assert after.ran > before.ran > 0
    assert after.waited >= before.waited
