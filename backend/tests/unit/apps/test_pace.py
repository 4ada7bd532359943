"""The worker's pace: a small part of a machine whose cores are all busy in a rush, and else as fast as it can."""

import asyncio
from pathlib import Path

import pytest

from velora.apps import pace
from velora.apps.pace import RUSH, SHARE, Pace, Scheduled, scheduled
from velora.apps.worker import Loop, run
from velora.platform.db.errors import Unavailable
from velora.platform.telemetry import metrics

from .test_worker import AT_ONCE, HOUSE

CORES = 4


class Machine:
    """One on which a second of the worker's work takes as long as others leave it."""

    def __init__(self) -> None:
        self.now, self.spent, self.waited = 0.0, 0.0, 0.0
        self.is_busy, self.told = False, RUSH
        self.pace = Pace(self.told_in, cores=CORES, scheduled=self.scheduled, spent=lambda: self.spent, clock=lambda: self.now)

    def scheduled(self) -> Scheduled:
        return Scheduled(self.spent, self.waited)

    def work(self, seconds: float) -> None:
        self.spent += seconds
        self.waited += seconds * self.is_busy
        self.now += seconds * (1 + self.is_busy)

    async def told_in(self, seconds: float) -> int:
        return round(self.told * seconds)

    async def work_until(self, when: float, a_round: float) -> float:
        """Round after round, as fast as the pace lets it; how many seconds of CPU that took."""
        before = self.spent
        while self.now < when:
            if rest := await self.pace.rest():
                self.now += min(rest, 0.5)
            else:
                self.work(a_round)
        return self.spent - before


@pytest.mark.parametrize("a_round", [0.001, 0.05, 1.0])
async def test_where_there_is_room_nobody_rests(a_round: float):
    machine = Machine()
    assert await machine.work_until(100.0, a_round) == pytest.approx(100.0, abs=a_round)
    assert not machine.pace.gives_way


@pytest.mark.parametrize("a_round", [0.001, 0.05, 1.0])
async def test_in_a_rush_on_a_crowded_machine_the_worker_takes_its_share_and_no_less(a_round: float):
    machine = Machine()
    machine.is_busy = True
    await machine.work_until(10.0, a_round)  # it is noticed
    share = CORES * SHARE
    assert await machine.work_until(310.0, a_round) == pytest.approx(300 * share, abs=2 * a_round + share)
    assert machine.pace.gives_way
    assert metrics.gives_way._value.get() == 1  # pyright: ignore[reportPrivateUsage] -- the library has no other way to ask a gauge


async def test_on_a_crowded_machine_without_a_rush_nobody_rests():
    machine = Machine()
    machine.is_busy, machine.told = True, RUSH - 1
    assert await machine.work_until(100.0, 0.05) == pytest.approx(50.0, abs=0.1)


async def test_while_the_database_is_away_there_is_no_rush():
    async def away(_: float) -> int:
        raise Unavailable("gone")

    machine = Machine()
    machine.is_busy = True
    await machine.work_until(10.0, 0.05)
    machine.pace = Pace(away, cores=CORES, scheduled=machine.scheduled, spent=lambda: machine.spent, clock=lambda: machine.now)
    machine.work(10.0)
    assert await machine.pace.rest() == 0
    assert not machine.pace.gives_way


async def test_when_the_crowd_has_gone_it_catches_up_at_once():
    machine = Machine()
    machine.is_busy = True
    await machine.work_until(60.0, 0.05)
    machine.is_busy = False
    await machine.work_until(65.0, 0.05)
    assert await machine.work_until(75.0, 0.05) == pytest.approx(10.0, abs=0.1)
    assert metrics.gives_way._value.get() == 0  # pyright: ignore[reportPrivateUsage]


async def test_what_was_not_used_on_a_quiet_day_is_not_taken_on_a_busy_one():
    machine = Machine()
    machine.now = 86_400.0
    machine.is_busy = True
    await machine.work_until(86_402.0, 0.05)
    assert await machine.work_until(86_412.0, 0.05) <= 10 * CORES * SHARE + 0.1


async def test_a_loop_waits_for_its_turn_and_stops_when_told():
    machine, rounds = Machine(), 0
    machine.is_busy = True
    machine.work(30.0)
    assert await machine.pace.rest() > 60

    async def job(_: object) -> int:
        nonlocal rounds
        rounds += 1
        return 0

    stop = asyncio.Event()
    working = asyncio.create_task(run(HOUSE, stop, [Loop("jobs", AT_ONCE, job)], machine.pace))
    for _ in range(20):
        await asyncio.sleep(0)
    stop.set()
    await asyncio.wait_for(working, 10)
    assert rounds == 0


async def test_where_the_system_does_not_say_who_waited_nobody_gives_way(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(pace, "_SCHEDULED", tmp_path / "schedstat")
    assert scheduled() == Scheduled(0.0, 0.0)
    machine = Machine()
    machine.pace = Pace(machine.told_in, cores=CORES, spent=lambda: machine.spent, clock=lambda: machine.now)
    assert await machine.work_until(100.0, 0.05) == pytest.approx(100.0, abs=0.1)


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="only Linux says who waited")
def test_linux_says_how_long_this_process_has_run():
    before = scheduled()
    sum(range(1_000_000))
    after = scheduled()
    assert after.ran > before.ran > 0
    assert after.waited >= before.waited
