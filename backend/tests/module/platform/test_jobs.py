"""Jobs are done after their transaction has committed, once in the database, by one worker at a time, and never lost."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders.house import a_house
from velora.kernel.clock import ManualClock
from velora.platform.db import Database, UnitOfWork, jobs
from velora.platform.db.jobs import LEASE, MOST_TRIES, PAUSES, NewJob, Priority, Taken
from velora.platform.db.run_marks import mark_done, steps_done
from velora.platform.house import House
from velora.platform.jobs import Settle, do_one

KIND = "tests.lamp"


@pytest.fixture
async def house(fresh_db: Database, tmp_path: Path) -> AsyncGenerator[House]:
    async with a_house(fresh_db, tmp_path) as house:
        yield house


async def enqueue(house: House, *new: NewJob) -> list[int]:
    async with house.db.begin(None) as uow:
        return await jobs.enqueue(uow, new)


async def take(house: House, *kinds: str) -> Taken | None:
    async with house.db.begin(None) as uow:
        return await jobs.take(uow, kinds or {KIND})


async def waiting(house: House) -> list[jobs.Shown]:
    async with house.db.read(None) as uow:
        return await jobs.shown(uow, parked=False, limit=100)


async def parked(house: House) -> list[jobs.Shown]:
    async with house.db.read(None) as uow:
        return await jobs.shown(uow, parked=True, limit=100)


def marking(name: str) -> Settle:
    """An effect in the database that says by a duplicate key if it happened before."""

    async def settle(uow: UnitOfWork) -> None:
        await mark_done(uow, 7, b"r" * 32, [name])

    return settle


async def marks(house: House) -> set[str]:
    async with house.db.read(None) as uow:
        return await steps_done(uow, 7, b"r" * 32)


async def test_a_job_of_a_transaction_that_was_undone_never_was(house: House):
    async def come_to_nothing() -> None:
        async with house.db.begin(None) as uow:
            await jobs.enqueue(uow, [NewJob(KIND, {})])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await come_to_nothing()
    assert await take(house) is None


async def test_a_job_is_done_with_its_arguments_and_its_effect_once_and_is_gone(house: House):
    seen: list[Taken] = []

    async def handler(_: House, job: Taken) -> Settle:
        seen.append(job)
        return marking("done")

    [id_] = await enqueue(house, NewJob(KIND, {"lamp": 3}, tenant_id=7))
    assert await do_one(house, {KIND: handler}) == 1
    assert await do_one(house, {KIND: handler}) == 0
    assert [(job.id, job.args, job.tenant_id, job.tries) for job in seen] == [(id_, {"lamp": 3}, 7, 1)]
    assert await marks(house) == {"done"}
    assert (await waiting(house), await parked(house)) == ([], [])


async def test_what_somebody_waits_for_goes_first_and_later_is_not_now(house: House, clock: ManualClock):
    later = clock.now() + timedelta(hours=1)
    ids = await enqueue(
        house,
        NewJob(KIND, {}, priority=Priority.WHENEVER),
        NewJob(KIND, {}),
        NewJob(KIND, {}, priority=Priority.SOMEBODY_WAITS),
        NewJob(KIND, {}, priority=Priority.SOMEBODY_WAITS, run_at=later),
    )
    taken = [found for _ in ids if (found := await take(house))]
    assert [found.id for found in taken] == [ids[2], ids[1], ids[0]]
    async with house.db.begin(None) as uow:
        assert [await jobs.done(uow, found) for found in taken] == [True] * 3
    clock.set(later)
    last = await take(house)
    assert last is not None
    assert last.id == ids[3]


async def test_a_worker_takes_only_what_it_knows(house: House):
    await enqueue(house, NewJob("tests.of_a_newer_version", {}))
    assert await take(house, KIND) is None
    assert len(await waiting(house)) == 1
    assert await take(house, "tests.of_a_newer_version") is not None


async def test_of_many_workers_each_job_has_one(house: House):
    ids = await enqueue(house, *(NewJob(KIND, {"n": n}) for n in range(12)))
    seen: list[int] = []

    async def handler(_: House, job: Taken) -> Settle:
        seen.append(job.id)
        await asyncio.sleep(0.01)
        return marking(str(job.args["n"]))

    async def worker() -> None:
        for _ in range(200):
            if len(seen) == len(ids):
                return
            await do_one(house, {KIND: handler})

    await asyncio.gather(*(worker() for _ in range(4)))
    assert sorted(seen) == ids
    assert await marks(house) == {str(n) for n in range(12)}


async def test_a_job_whose_worker_died_is_done_by_another_and_the_late_one_changes_nothing(house: House, clock: ManualClock):
    await enqueue(house, NewJob(KIND, {}))
    dead = await take(house)
    assert dead is not None
    assert await take(house) is None
    clock.advance(LEASE)
    second = await take(house)
    assert second is not None
    assert (second.id, second.tries) == (dead.id, 2)
    async with house.db.begin(None) as uow:
        assert not await jobs.done(uow, dead)
        await jobs.failed(uow, dead, "late")
        await jobs.give_back(uow, dead)
    assert [(one.tries, one.reason, one.next_at) for one in await waiting(house)] == [(2, "", clock.now() + LEASE)]
    async with house.db.begin(None) as uow:
        assert await jobs.done(uow, second)


async def test_the_effect_of_a_job_that_was_lost_meanwhile_does_not_happen(house: House, clock: ManualClock):
    async def handler(_: House, job: Taken) -> Settle:
        clock.advance(LEASE)
        assert await take(house) is not None
        return marking("twice")

    await enqueue(house, NewJob(KIND, {}))
    assert await do_one(house, {KIND: handler}) == 1
    assert await marks(house) == set()


async def test_what_fails_is_tried_again_ever_later_and_then_parked_with_the_reason_until_a_person_says_again(
    house: House, clock: ManualClock
):
    async def handler(_: House, job: Taken) -> None:
        raise ValueError(f"no lamp, try {job.tries}")

    [id_] = await enqueue(house, NewJob(KIND, {}))
    for pause in PAUSES:
        assert await do_one(house, {KIND: handler}) == 1
        assert await do_one(house, {KIND: handler}) == 0
        clock.advance(pause)
    assert await do_one(house, {KIND: handler}) == 1
    [gone] = await parked(house)
    assert (gone.id, gone.tries, gone.reason) == (id_, MOST_TRIES, f"ValueError('no lamp, try {MOST_TRIES}')")
    clock.advance(timedelta(days=30))
    assert await do_one(house, {KIND: handler}) == 0
    async with house.db.begin(None) as uow:
        assert await jobs.again(uow, [id_ + 1]) == 0
        assert await jobs.again(uow, []) == 1
    again = await take(house)
    assert again is not None
    assert again.tries == 1


async def test_a_job_that_kills_whoever_has_it_is_parked(house: House, clock: ManualClock):
    await enqueue(house, NewJob(KIND, {}))
    for _ in range(MOST_TRIES):
        assert await take(house) is not None
        clock.advance(LEASE)
    assert await take(house) is None
    [gone] = await parked(house)
    assert f"{MOST_TRIES} times, was gone before it was done" in gone.reason


async def test_an_effect_that_fails_leaves_the_job_for_another_try(house: House):
    async def handler(_: House, job: Taken) -> Settle:
        async def settle(uow: UnitOfWork) -> None:
            await mark_done(uow, 7, b"r" * 32, ["half"])
            raise ValueError("the second half")

        return settle

    await enqueue(house, NewJob(KIND, {}))
    assert await do_one(house, {KIND: handler}) == 1
    assert await marks(house) == set()
    assert [(one.tries, one.reason) for one in await waiting(house)] == [(1, "ValueError('the second half')")]


async def test_a_worker_that_stops_gives_its_job_back_as_if_it_had_not_taken_it(house: House):
    begun = asyncio.Event()

    async def handler(_: House, job: Taken) -> None:
        begun.set()
        await asyncio.sleep(60)

    await enqueue(house, NewJob(KIND, {}))
    working = asyncio.create_task(do_one(house, {KIND: handler}))
    await begun.wait()
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    again = await take(house)
    assert again is not None
    assert again.tries == 1
