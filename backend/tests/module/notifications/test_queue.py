"""The queue of letters, on both databases."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.builders.letters import an_empty_queue
from velora.kernel.clock import ManualClock
from velora.modules.notifications import service
from velora.modules.notifications.models import NotificationMail
from velora.modules.notifications.policy.patience import KEPT, LEASE, MOST_ATTEMPTS
from velora.modules.notifications.policy.words import Template
from velora.modules.notifications.service import Note, NotSent, Sent, Unsendable, Waiting
from velora.platform.db import ACROSS_TENANTS, Database

NORD, HARBOUR = 11, 22


@pytest.fixture
async def queue(db: Database) -> Database:
    await an_empty_queue(db)
    return db


def a_note(tenant_id: int = NORD, address: str = "ada@example.com") -> Note:
    return Note(tenant_id, address, Template.ORDER_CONFIRMED, {"order": "ord_1", "name": "Ada", "path": "/orders/ord_1"})


async def keep(db: Database, *notes: Note) -> None:
    async with db.begin(None) as uow:
        await service.enqueue(uow, notes)


async def claim(db: Database, limit: int = 10) -> list[Waiting]:
    async with db.begin(None) as uow:
        return await service.claim(uow, limit=limit)


async def settle(db: Database, *outcomes: Sent | NotSent | Unsendable) -> None:
    async with db.begin(None) as uow:
        await service.settle(uow, outcomes)


async def states(db: Database) -> list[tuple[str, int, str]]:
    async with db.read(None) as uow:
        chosen = select(NotificationMail.state, NotificationMail.attempts, NotificationMail.last_error).order_by(NotificationMail.id)
        return [(row.state, row.attempts, row.last_error) for row in await uow.all(chosen.execution_options(**ACROSS_TENANTS))]


async def test_a_letter_is_claimed_once_and_gone_once_it_is_sent(queue: Database, clock: ManualClock) -> None:
    await keep(queue, a_note(), a_note(HARBOUR, "bob@example.com"))
    letters = await claim(queue)
    assert [(letter.note, letter.attempts) for letter in letters] == [(a_note(), 1), (a_note(HARBOUR, "bob@example.com"), 1)]
    assert await claim(queue) == []
    await settle(queue, *(Sent(letter) for letter in letters))
    clock.advance(LEASE * 2)
    assert await claim(queue) == []
    assert await states(queue) == [("sent", 1, "")] * 2


async def test_what_a_dead_worker_took_is_given_to_another(queue: Database, clock: ManualClock) -> None:
    await keep(queue, a_note())
    await claim(queue)
    clock.advance(LEASE)
    [again] = await claim(queue)
    assert again.attempts == 2


async def test_two_workers_never_take_the_same_letter(queue: Database) -> None:
    await keep(queue, *(a_note(address=f"buyer-{number}@example.com") for number in range(12)))
    taken = await asyncio.gather(*(claim(queue, limit=4) for _ in range(4)))
    addresses = [letter.note.address for letters in taken for letter in letters]
    assert len(addresses) == len(set(addresses))
    while more := await claim(queue):
        addresses += [letter.note.address for letter in more]
    assert len(addresses) == len(set(addresses)) == 12


async def test_a_letter_that_did_not_leave_waits_longer_each_time_and_fails_in_the_end(queue: Database, clock: ManualClock) -> None:
    await keep(queue, a_note())
    for attempt in range(1, MOST_ATTEMPTS + 1):
        [letter] = await claim(queue)
        assert letter.attempts == attempt
        await settle(queue, NotSent(letter, f"busy {attempt}" + "x" * 600))
        assert await claim(queue) == []
        clock.advance(timedelta(hours=6))
    [(state, attempts, error)] = await states(queue)
    assert (state, attempts) == ("failed", MOST_ATTEMPTS)
    assert error.startswith("busy 8")
    async with queue.read(None) as uow:
        assert await service.waiting(uow) == {"queued": 0, "failed": 1}


async def test_a_letter_that_can_never_be_sent_fails_at_once(queue: Database, clock: ManualClock) -> None:
    await keep(queue, a_note())
    [letter] = await claim(queue)
    await settle(queue, Unsendable(letter, "no such person"))
    clock.advance(timedelta(days=1))
    assert await claim(queue) == []
    assert await states(queue) == [("failed", 1, "no such person")]


async def test_settled_letters_are_forgotten_after_a_month_and_waiting_ones_are_not(queue: Database, clock: ManualClock) -> None:
    await keep(queue, a_note(), a_note())
    first, _second = await claim(queue)
    await settle(queue, Sent(first))
    clock.advance(KEPT + timedelta(seconds=1))
    async with queue.begin(None) as uow:
        assert await service.forget_settled(uow) == 1
    assert [state for state, _, _ in await states(queue)] == ["queued"]


async def test_a_letter_that_lacks_a_param_is_refused_where_it_is_written(queue: Database) -> None:
    with pytest.raises(ValueError, match="order_confirmed needs name, path"):
        await keep(queue, Note(NORD, "ada@example.com", Template.ORDER_CONFIRMED, {"order": "ord_1"}))
    assert await states(queue) == []
