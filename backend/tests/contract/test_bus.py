"""What every bus does, together with the relay that fills it and the groups that read it.

The embedded one reads the outbox itself, on either database.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders.kafka import a_kafka
from tests.fixtures_db import a_database
from velora.kernel.clock import ManualClock, SystemClock
from velora.kernel.events import Event
from velora.kernel.ids import first_id_at
from velora.modules.orders.events import SellerOrderDelivered, SellerOrderShipped
from velora.modules.payouts.events import PayoutPaid
from velora.platform.bus import Bus, Group, HasEffect, NoSuchPlace, Reacts, interests, listen, relay, tell_everyone
from velora.platform.bus.kafka import KafkaBus
from velora.platform.bus.listening import A_HANDFUL, TRIES, forget_had
from velora.platform.bus.outbox import OutboxBus
from velora.platform.bus.parking import list_parked, tell_again
from velora.platform.bus.port import Told, Unreadable
from velora.platform.bus.relaying import A_ROUND, HELD, lag, parked, told_within
from velora.platform.db import Database, Deadlock, UnitOfWork
from velora.platform.db.outbox import OutboxEvent

SHIPPED, DELIVERED, PAID = SellerOrderShipped.type, SellerOrderDelivered.type, PayoutPaid.type
Had = list[tuple[str, int]]


@dataclass
class Listener:
    """Somebody who listens, who may be away, who cannot take some things, and who notes what it was told."""

    had: Had = field(default_factory=list)
    away: bool = False
    refuses: int = 0  # what happened to this, it cannot take
    disturbed: int = 0  # so often the database gives its transaction up for another
    calls: int = 0

    async def react(self, uow: UnitOfWork, events: Sequence[Event]) -> None:
        del uow
        await self.hear(events)

    async def hear(self, events: Sequence[Event]) -> None:
        self.calls += 1
        await asyncio.sleep(0)
        if self.away:
            raise ConnectionError
        if self.disturbed:
            self.disturbed -= 1
            raise Deadlock
        if any(event.aggregate_id == self.refuses for event in events):
            raise ValueError(self.refuses)
        self.had += [(event.type, event.aggregate_id) for event in events]


@dataclass
class Place:
    """A database, a bus, letters and an index that follow parcels, and figures that follow payouts."""

    db: Database
    bus: Bus
    another_bus: Callable[[], Bus]  # of another process
    letters: Listener = field(default_factory=Listener)
    index: Listener = field(default_factory=Listener)
    figures: Listener = field(default_factory=Listener)

    @property
    def groups(self) -> list[Group]:
        parcels = (SellerOrderShipped, SellerOrderDelivered)
        return [
            Group("letters", {kind: [Reacts("letters", self.letters.react)] for kind in parcels}),
            Group("index", {kind: [HasEffect("index", self.index.hear)] for kind in parcels}),
            Group("figures", {PayoutPaid: [Reacts("figures", self.figures.react)]}),
        ]

    async def told(self, *events: Event) -> None:
        """Each happens in a transaction of its own, one after the other."""
        for event in events:
            async with self.db.begin(None) as uow:
                uow.tell([event])

    async def told_at_once(self, events: Sequence[Event]) -> None:
        async with self.db.begin(None) as uow:
            uow.tell(events)

    async def everyone(self) -> int:
        return await tell_everyone(self.db, self.bus, self.groups)

    async def waiting(self) -> int:
        return (await lag(self.db))[0]


@pytest.fixture(params=["outbox on sqlite", "outbox on mysql", "kafka on sqlite"])
async def place(request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock) -> AsyncGenerator[Place]:
    bus, _, engine = request.param.partition(" on ")
    async with AsyncExitStack() as closing:
        db = await closing.enter_async_context(a_database(engine, tmp_path, clock))
        address = await closing.enter_async_context(a_kafka()) if bus == "kafka" else ""
        if address:
            clock.set(SystemClock().now())  # by its own clock a broker knows what is old

        def another_bus() -> Bus:
            bus = KafkaBus(address, "https://market.example.com") if address else OutboxBus(db)
            closing.push_async_callback(bus.close)
            return bus

        made = Place(db, another_bus(), another_bus)
        await made.bus.prepare(interests(made.groups))
        yield made


def shipped(order_id: int) -> Event:
    return SellerOrderShipped(1, order_id, order_id, 1)


def delivered(order_id: int) -> Event:
    return SellerOrderDelivered(1, order_id, order_id)


def paid(payout_id: int) -> Event:
    return PayoutPaid(tenant_id=1, payout_id=payout_id, seller_id=7, amount_minor=100, currency="EUR")


def of_each(had: Had) -> dict[int, list[str]]:
    """What was told of each thing, in its order."""
    return {thing: [type_ for type_, about in had if about == thing] for thing in {about for _, about in had}}


# ------------------------------------------------------------------------------------------ who is told, and in which order


async def test_everybody_has_what_they_listen_to_once(place: Place):
    await place.told(shipped(1), paid(1), paid(2))
    assert (await place.everyone(), await place.everyone(), await place.waiting()) == (3, 0, 0)
    assert (place.letters.had, place.index.had) == ([(SHIPPED, 1)], [(SHIPPED, 1)])
    assert sorted(place.figures.had) == [(PAID, 1), (PAID, 2)]


async def test_what_happened_to_one_thing_is_told_in_its_order_however_many_wait(place: Place):
    things = range(1, A_ROUND + 50)
    await place.told_at_once([event for thing in things for event in (shipped(thing), delivered(thing))])
    assert await place.everyone() == 2 * len(things)
    assert of_each(place.letters.had) == of_each(place.index.had) == {thing: [SHIPPED, DELIVERED] for thing in things}


async def test_a_transaction_that_commits_late_is_told_later_and_not_skipped(place: Place, clock: ManualClock):
    await place.told(shipped(1))
    await place.everyone()
    began_before = first_id_at(clock.now() - timedelta(seconds=5))
    event = shipped(2)
    row = {"aggregate_type": event.aggregate, "aggregate_id": 2, "type": event.type, "payload": event.payload()}
    row |= {"id": began_before, "tenant_id": 1, "epoch": 1, "relayed": 0}
    async with place.db.begin(None) as uow:
        await uow.insert(OutboxEvent, [row])
    assert await place.everyone() == 1
    assert place.index.had == [(SHIPPED, 1), (SHIPPED, 2)]


async def test_a_group_that_is_new_begins_with_what_is_told_from_then_on(place: Place):
    await place.told(shipped(1))
    await place.everyone()
    late = Listener()
    await place.told(shipped(2))  # waits in the outbox while the group begins
    groups = [*place.groups, Group("late", {SellerOrderShipped: [Reacts("late", late.react)]})]
    assert await tell_everyone(place.db, place.bus, groups) == 1
    assert late.had == [(SHIPPED, 2)]


async def test_it_is_known_how_much_was_told_lately_whether_or_not_it_was_relayed(place: Place, clock: ManualClock):
    await place.told(shipped(1), shipped(2))
    await place.everyone()
    clock.advance(timedelta(seconds=10))
    await place.told(shipped(3))
    assert [await told_within(place.db, seconds) for seconds in (5, 60)] == [1, 3]


# ------------------------------------------------------------------------------------------ who is away, and what cannot be taken


@pytest.mark.parametrize("who", ["letters", "index"])
async def test_who_is_away_is_told_in_order_when_it_is_back_and_nobody_else_waits(place: Place, who: str):
    away: Listener = getattr(place, who)
    others = [one for one in (place.letters, place.index) if one is not away]
    away.away = True
    await place.told(shipped(1), paid(2), delivered(1))
    for _ in range(TRIES + 2):  # longer than what cannot be taken is tried
        with pytest.raises(ConnectionError):
            await place.everyone()
    assert (away.had, place.figures.had, [one.had for one in others]) == ([], [(PAID, 2)], [[(SHIPPED, 1), (DELIVERED, 1)]])
    assert ((await place.bus.lags(interests(place.groups)))[who].waiting, await parked(place.db)) == (2, {})
    await place.told(shipped(3))
    away.away = False
    assert await place.everyone() == 1
    assert of_each(away.had) == {1: [SHIPPED, DELIVERED], 3: [SHIPPED]}
    assert (await place.bus.lags(interests(place.groups)))[who].waiting == 0
    assert others[0].calls <= 3  # they are not told again what they had


async def test_what_cannot_be_taken_is_parked_after_five_tries_and_stops_nobody(place: Place):
    place.index.refuses = 1
    await place.told(shipped(1), shipped(2), delivered(1))
    assert await place.everyone() == 3
    assert place.index.had == [(SHIPPED, 2)]
    assert await parked(place.db) == {"index": 2}
    assert of_each(place.letters.had) == {1: [SHIPPED, DELIVERED], 2: [SHIPPED]}
    async with place.db.read(None) as uow:
        found = await list_parked(uow, limit=10)
    assert [(one.listener, one.type, one.reason, one.attempts) for one in found] == [
        ("index", SHIPPED, "ValueError(1)", TRIES), ("index", DELIVERED, "ValueError(1)", TRIES),
    ]  # fmt: skip


async def test_what_was_parked_is_told_again_when_a_person_says_so_and_only_to_whom_it_is_new(place: Place):
    place.letters.refuses = 1
    await place.told(shipped(1))
    await place.everyone()
    place.letters.refuses = 0
    async with place.db.begin(None) as uow:
        assert await tell_again(uow, []) == 1
    await place.everyone()
    await place.everyone()
    assert (place.letters.had, await parked(place.db)) == ([(SHIPPED, 1)], {})


async def test_an_event_of_a_type_that_nobody_knows_is_parked_and_the_rest_goes_on(place: Place):
    await place.told(shipped(1), shipped(2))
    async with place.db.begin(None) as uow:
        await uow.connection.exec_driver_sql(f"UPDATE outbox_event SET type = 'lamps.lit.v9' WHERE aggregate_id = {1}")
    assert (await place.everyone(), place.letters.had, await parked(place.db)) == (2, [(SHIPPED, 2)], {"relay": 1})


# ------------------------------------------------------------------------------------------ several at once


async def test_several_relays_at_once_bring_everything_in_its_order(place: Place):
    things = range(1, 2 * A_ROUND)
    await place.told_at_once([event for thing in things for event in (shipped(thing), delivered(thing))])
    buses = [place.another_bus() for _ in range(3)]

    async def until_nothing_waits(bus: Bus) -> int:
        done = 0
        while await place.waiting():
            done += await relay(place.db, bus)
        return done

    assert sum(await asyncio.gather(*map(until_nothing_waits, buses))) == 2 * len(things)
    await place.everyone()
    assert of_each(place.letters.had) == {thing: [SHIPPED, DELIVERED] for thing in things}


class Held:
    """A relay's bus in a process that stands still in the middle of its work."""

    def __init__(self, bus: Bus) -> None:
        self._bus, self.began, self.goes_on = bus, asyncio.Event(), asyncio.Event()

    async def publish(self, told: Sequence[Told]) -> Sequence[Unreadable]:
        self.began.set()
        await self.goes_on.wait()
        return await self._bus.publish(told)

    def marked(self) -> None:
        self._bus.marked()


async def test_a_relay_that_was_held_up_and_wakes_late_marks_nothing_and_turns_no_order(place: Place, clock: ManualClock):
    await place.told(shipped(1))
    held = Held(place.another_bus())
    sleeper = asyncio.create_task(relay(place.db, held))  # pyright: ignore[reportArgumentType] -- it needs no more of a bus
    await held.began.wait()
    await place.told(delivered(1))
    assert await relay(place.db, place.bus) == 0  # the lane is held
    clock.advance(HELD)
    assert await place.everyone() == 2
    held.goes_on.set()
    assert await sleeper == 0
    await place.told(shipped(2))
    await place.everyone()
    assert (of_each(place.letters.had), len(place.letters.had)) == ({1: [SHIPPED, DELIVERED], 2: [SHIPPED]}, 3)
    assert {thing: types[:2] for thing, types in of_each(place.index.had).items()} == {1: [SHIPPED, DELIVERED], 2: [SHIPPED]}


async def test_a_process_whose_clock_is_ahead_keeps_nobody_waiting(place: Place, clock: ManualClock):
    await place.told(shipped(1))
    held = Held(place.another_bus())
    clock.advance(timedelta(hours=1))
    sleeper = asyncio.create_task(relay(place.db, held))  # pyright: ignore[reportArgumentType] -- it needs no more of a bus
    await held.began.wait()
    clock.advance(-timedelta(hours=1))
    assert await place.everyone() == 1
    held.goes_on.set()
    assert await sleeper == 0


async def test_of_several_processes_of_a_group_each_event_has_its_effect_once(place: Place):
    things = range(1, 3 * A_HANDFUL)
    await place.told_at_once([event for thing in things for event in (shipped(thing), delivered(thing))])
    while await relay(place.db, place.bus):
        continue
    buses = [place.another_bus() for _ in range(3)]
    letters = place.groups[0]

    async def reads(bus: Bus) -> None:
        await bus.prepare(interests(place.groups))
        while (await place.bus.lags(interests([letters])))["letters"].waiting:
            await listen(place.db, bus, letters)

    await asyncio.gather(*map(reads, buses))
    assert of_each(place.letters.had) == {thing: [SHIPPED, DELIVERED] for thing in things}


async def test_what_a_process_took_and_did_not_finish_comes_to_another(place: Place, clock: ManualClock):
    await place.told(shipped(1))
    await relay(place.db, place.bus)
    dying, letters = place.another_bus(), place.groups[0]
    await dying.prepare(interests(place.groups))
    assert len(await dying.take("letters", letters.types, at_most=10, wait=0)) == 1
    await dying.close()
    clock.advance(HELD)
    assert (await listen(place.db, place.bus, letters), place.letters.had) == (1, [(SHIPPED, 1)])
    assert await listen(place.db, place.bus, letters) == 0


# ------------------------------------------------------------------------------------------ again from a moment, or a place


async def test_a_group_hears_again_from_a_moment_on_what_it_remembers_passes_it_by(place: Place, clock: ManualClock):
    await place.told(shipped(1))
    await place.everyone()
    clock.advance(timedelta(minutes=1))
    moment = clock.now()
    await place.told(shipped(2), delivered(1))
    await place.everyone()
    for group in ("letters", "index"):
        await place.bus.rewind(group, moment)
    await place.everyone()
    assert (of_each(place.letters.had), len(place.letters.had)) == ({1: [SHIPPED, DELIVERED], 2: [SHIPPED]}, 3)
    assert sorted(place.index.had[3:]) == [(DELIVERED, 1), (SHIPPED, 2)]
    async with place.db.begin(None) as uow:
        assert await forget_had(uow, ["letters"], moment) == 2
    await place.bus.rewind("letters", moment)
    await place.everyone()
    assert sorted(place.letters.had[3:]) == [(DELIVERED, 1), (SHIPPED, 2)]


async def test_a_group_hears_again_from_a_place_on(place: Place):
    before = (await place.bus.lags(interests(place.groups)))["index"].places
    await place.told(shipped(1), shipped(2))
    await place.everyone()
    await place.bus.rewind("index", before)
    await place.everyone()
    assert sorted(place.index.had) == [(SHIPPED, 1), (SHIPPED, 1), (SHIPPED, 2), (SHIPPED, 2)]


async def test_who_asks_for_a_place_or_a_group_that_is_not_there_is_told(place: Place, clock: ManualClock):
    for group, to in (("index", {"somewhere/3": 7}), ("nobody", clock.now())):
        with pytest.raises(NoSuchPlace):
            await place.bus.rewind(group, to)


async def test_a_group_that_is_forgotten_is_not_kept_for_and_begins_anew(place: Place):
    await place.told(shipped(1))
    await place.everyone()
    await place.bus.forget("index")
    await place.told(shipped(2))
    while await relay(place.db, place.bus):
        continue
    with pytest.raises(NoSuchPlace):
        await place.bus.forget("nobody")
    with pytest.raises(NoSuchPlace):
        await place.bus.take("index", place.groups[1].types, at_most=1, wait=0)


async def test_waiting_for_events_ends_when_one_comes(place: Place):
    letters = place.groups[0]
    hearing = asyncio.create_task(listen(place.db, place.bus, letters, wait=30))
    await asyncio.sleep(0.1)
    await place.told(shipped(1))
    await relay(place.db, place.bus)
    assert await asyncio.wait_for(hearing, 10) == 1


async def test_what_the_database_gives_up_again_and_again_is_not_the_events_fault(place: Place):
    """Somebody stands still in the middle of a transaction, and its locks with it."""
    place.letters.disturbed = TRIES + 2
    await place.told(shipped(1), delivered(1))
    with pytest.raises(Deadlock):
        await place.everyone()
    assert (place.letters.had, await parked(place.db)) == ([], {})
    await place.everyone()
    assert place.letters.had == [(SHIPPED, 1), (DELIVERED, 1)]
    assert await parked(place.db) == {}
