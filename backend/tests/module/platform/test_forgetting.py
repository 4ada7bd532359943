"""What has served its time is removed, piece by piece; what somebody may still need stays."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from hashlib import sha256

from sqlalchemy import select, update

from velora.kernel.clock import ManualClock
from velora.kernel.ids import first_id_at
from velora.modules.orders.events import OrderPaid
from velora.platform.bus import Group, Reacts, tell_everyone
from velora.platform.bus.forgetting import FORGOTTEN_AT_ONCE, forget_inbox, forget_relayed
from velora.platform.bus.outbox import OutboxBus
from velora.platform.db import Database, UnitOfWork, idempotency
from velora.platform.db.idempotency import KEPT, Asked, Keyed, Replay, Started
from velora.platform.db.outbox import RELAYED_KEPT, InboxEntry, OutboxEvent, ParkedEvent

A_MINUTE = timedelta(minutes=1)


def a_request(key: str, *, tenant: int = 1) -> Keyed:
    return Keyed(tenant, "guest:1", Asked(sha256(key.encode()).digest(), sha256(b"body").digest()), 7)


async def answered(db: Database, requests: Sequence[Keyed]) -> None:
    async with db.begin(None) as uow:
        await idempotency.begin(uow, requests, recovery_point="started")
        idempotency.finish(uow, {one.identity: (200, {}) for one in requests})


async def known(db: Database, requests: Sequence[Keyed]) -> list[bool]:
    """Which of them are still answered as before."""
    async with db.begin(None) as uow:
        return [isinstance(one, Replay) for one in await idempotency.begin(uow, requests, recovery_point="started")]


async def in_a_transaction(db: Database, forget: Callable[[UnitOfWork], Awaitable[int]]) -> int:
    async with db.begin(None) as uow:
        return await forget(uow)


async def test_a_key_is_answered_until_it_expires_and_then_it_is_gone_in_every_marketplace(fresh_db: Database, clock: ManualClock):
    old = [a_request("old"), a_request("old", tenant=2)]
    await answered(fresh_db, old)
    clock.advance(A_MINUTE)
    await answered(fresh_db, [a_request("young")])
    clock.advance(KEPT - 2 * A_MINUTE)
    assert await in_a_transaction(fresh_db, idempotency.forget_expired) == 0
    clock.advance(A_MINUTE)
    assert await in_a_transaction(fresh_db, idempotency.forget_expired) == 2
    assert await known(fresh_db, [*old, a_request("young")]) == [False, False, True]


async def test_many_go_in_pieces_those_that_expired_first_before_the_others(fresh_db: Database, clock: ManualClock):
    await answered(fresh_db, [a_request(f"first {number}") for number in range(FORGOTTEN_AT_ONCE)])
    clock.advance(A_MINUTE)
    await answered(fresh_db, [a_request("last")])
    clock.advance(KEPT)
    assert await in_a_transaction(fresh_db, idempotency.forget_expired) == FORGOTTEN_AT_ONCE
    assert await known(fresh_db, [a_request("last")]) == [True]
    assert await in_a_transaction(fresh_db, idempotency.forget_expired) == 1
    assert await in_a_transaction(fresh_db, idempotency.forget_expired) == 0


async def test_neither_waits_for_the_other_who_asks_and_who_removes(fresh_db: Database, clock: ManualClock):
    if fresh_db.dialect == "sqlite":
        return  # one writer at a time, whatever it writes
    await answered(fresh_db, [a_request(f"old {number}") for number in range(50)])
    await told(fresh_db, clock, 50)
    clock.advance(KEPT + A_MINUTE)
    await answered(fresh_db, [a_request(f"young {number}") for number in range(500)])
    await told(fresh_db, clock, 500)
    async with fresh_db.begin(None) as asking, fresh_db.begin(None) as removing:
        for one in (asking, removing):
            await one.connection.exec_driver_sql("SET innodb_lock_wait_timeout = 1")
        await ask_for(asking, "before")
        assert await idempotency.forget_expired(removing) == 50
        assert await forget_relayed(removing, needed_from=None) == 50
        await ask_for(asking, "after")


async def ask_for(uow: UnitOfWork, name: str) -> None:
    """Fifty requests are begun, done and answered, and tell what happened."""
    fresh = [a_request(f"{name} {number}") for number in range(50)]
    assert await idempotency.begin(uow, fresh, recovery_point="started") == [Started()] * 50
    idempotency.finish(uow, {one.identity: (200, {}) for one in fresh})
    await uow.insert(OutboxEvent, [a_row(uow.new_id(), an_event(number), relayed=0) for number in range(50)])


async def test_an_event_stays_for_its_time_and_longer_while_somebody_waits_for_it_or_could_not_take_it(
    fresh_db: Database, clock: ManualClock
):
    old = await told(fresh_db, clock, 3)
    async with fresh_db.begin(None) as uow:
        await uow.change(update(OutboxEvent).where(OutboxEvent.id == old[0]).values(relayed=0))
        await uow.insert(ParkedEvent, [{"consumer": "x", "event_id": old[1], "reason": "no", "attempts": 5, "parked_at": uow.now}])
    clock.advance(RELAYED_KEPT)
    young = await told(fresh_db, clock, 1)
    clock.advance(A_MINUTE)
    assert await in_a_transaction(fresh_db, partial(forget_relayed, needed_from=None)) == 1
    assert await events_there(fresh_db) == {old[0], old[1], *young}
    assert await in_a_transaction(fresh_db, partial(forget_relayed, needed_from=None)) == 0


async def test_who_has_had_an_event_is_remembered_as_long_as_the_event_could_be_told_again(fresh_db: Database, clock: ManualClock):
    took: list[int] = []

    async def take(uow: UnitOfWork, events: Sequence[OrderPaid]) -> None:
        took.extend(event.order_id for event in events)

    bus, groups = OutboxBus(fresh_db), [Group(name, {OrderPaid: [Reacts(name, take)]}) for name in ("first", "second")]
    await told(fresh_db, clock, 2, relayed=0)
    await tell_everyone(fresh_db, bus, groups)
    assert sorted(took) == [1, 1, 2, 2]
    clock.advance(RELAYED_KEPT + A_MINUTE)
    assert await in_a_transaction(fresh_db, forget_inbox) == 0
    async with fresh_db.begin(None) as uow:
        await uow.change(update(OutboxEvent).values(relayed=0))
    await tell_everyone(fresh_db, bus, groups)
    assert sorted(took) == [1, 1, 2, 2]
    assert await in_a_transaction(fresh_db, partial(forget_relayed, needed_from=None)) == 2
    assert await in_a_transaction(fresh_db, forget_inbox) == 4
    async with fresh_db.read(None) as uow:
        assert await uow.all(select(InboxEntry.event_id)) == []


async def test_an_event_stays_while_a_group_that_reads_the_outbox_has_still_to_hear_it(fresh_db: Database, clock: ManualClock):
    bus = OutboxBus(fresh_db)
    await bus.prepare({"slow": frozenset({OrderPaid.type})})
    async with fresh_db.begin(None) as uow:
        uow.tell([an_event(1)])
    await tell_everyone(fresh_db, bus, [])
    clock.advance(RELAYED_KEPT + A_MINUTE)
    assert await in_a_transaction(fresh_db, partial(forget_relayed, needed_from=await bus.needed_from())) == 0
    batch = await bus.take("slow", frozenset({OrderPaid.type}), at_most=5, wait=0)
    assert len(batch) == 1
    await bus.done(batch)
    assert await in_a_transaction(fresh_db, partial(forget_relayed, needed_from=await bus.needed_from())) == 1


def an_event(order_id: int) -> OrderPaid:
    return OrderPaid(tenant_id=1, order_id=order_id, total_minor=100, currency="EUR")


async def told(db: Database, clock: ManualClock, count: int, *, relayed: int = 1) -> list[int]:
    """So many events happen now, and everybody has had them, unless it is said that they wait; their ids."""
    ids = [first_id_at(clock.now()) + number for number in range(1, count + 1)]
    async with db.begin(None) as uow:
        await uow.insert(OutboxEvent, [a_row(id_, an_event(number), relayed=relayed) for number, id_ in enumerate(ids, 1)])
    return ids


def a_row(id_: int, event: OrderPaid, *, relayed: int) -> dict[str, object]:
    return {
        "id": id_, "tenant_id": 1, "epoch": 1, "aggregate_type": event.aggregate, "aggregate_id": event.aggregate_id,
        "type": event.type, "payload": event.payload(), "relayed": relayed,
    }  # fmt: skip


async def events_there(db: Database) -> set[int]:
    async with db.read(None) as uow:
        return set(await uow.entities(select(OutboxEvent.id)))
