"""The relay while somebody cannot be reached: their events wait in the outbox, the others go on, and nothing is parked for a person."""

from collections.abc import Mapping, Sequence
from typing import Final

import pytest

from velora.kernel.events import Event
from velora.modules.orders.events import OrderPaid, SellerOrderDelivered, SellerOrderShipped
from velora.platform.db import Database, UnitOfWork
from velora.platform.db.relay import _A_HANDFUL, Effect, Reaction, lag, parked, relay

SHIPPED: Final = SellerOrderShipped.type
DELIVERED: Final = SellerOrderDelivered.type


class Listener:
    """Somebody who listens, known to the inbox by name, who may be away and notes what it was told of."""

    def __init__(self, name: str) -> None:
        self.__qualname__ = name
        self.had: list[tuple[str, int]] = []
        self.away = False
        self.refuses = 0  # what happened to this, it cannot take

    def takes(self, events: Sequence[Event]) -> None:
        if self.away:
            raise ConnectionError(self.__qualname__)
        if any(event.aggregate_id == self.refuses for event in events):
            raise ValueError(self.refuses)
        self.had += [(event.type, event.aggregate_id) for event in events]


class Reacts(Listener):
    async def __call__(self, uow: UnitOfWork, events: Sequence[Event]) -> None:
        self.takes(events)


class HasEffect(Listener):
    async def __call__(self, events: Sequence[Event]) -> None:
        self.takes(events)


class Bus:
    """Two who listen to parcels, and one who listens to payments."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.letters, self.figures, self.index = Reacts("letters"), Reacts("figures"), HasEffect("index")
        parcels = (SellerOrderShipped, SellerOrderDelivered)
        self.reactions: dict[type[Event], Sequence[Reaction]] = {kind: [self.letters] for kind in parcels}
        self.reactions[OrderPaid] = [self.figures]
        self.effects: Mapping[type[Event], Sequence[Effect]] = {kind: [self.index] for kind in parcels}

    async def told(self, *events: Event) -> None:
        """Each happens in a transaction of its own, one after the other."""
        for event in events:
            async with self.db.begin(None) as uow:
                uow.tell([event])

    async def round(self) -> int:
        return await relay(self.db, self.reactions, self.effects)

    async def stands(self) -> tuple[int, int]:
        """How many events wait, and how many are parked."""
        return (await lag(self.db))[0], await parked(self.db)


def shipped(order_id: int) -> Event:
    return SellerOrderShipped(1, order_id, order_id, 1)


def delivered(order_id: int) -> Event:
    return SellerOrderDelivered(1, order_id, order_id)


def paid(order_id: int) -> Event:
    return OrderPaid(tenant_id=1, order_id=order_id, total_minor=100, currency="EUR")


@pytest.mark.parametrize("who", ["letters", "index"])
async def test_who_is_away_is_told_in_order_when_it_is_back_and_nobody_else_waits(fresh_db: Database, who: str):
    bus = Bus(fresh_db)
    away: Listener = getattr(bus, who)
    away.away = True
    await bus.told(shipped(1), paid(2), delivered(1))
    for _ in range(7):  # longer than what cannot be taken is tried
        with pytest.raises(ConnectionError):
            await bus.round()
    assert (await bus.stands(), away.had, bus.figures.had) == ((2, 0), [], [(OrderPaid.type, 2)])
    await bus.told(shipped(3))
    away.away = False
    assert await bus.round() == 3
    assert away.had == [(SHIPPED, 1), (SHIPPED, 3), (DELIVERED, 1)]
    assert (await bus.stands(), await bus.round()) == ((0, 0), 0)
    assert bus.letters.had == [(SHIPPED, 1), (DELIVERED, 1), (SHIPPED, 3)] if who == "index" else away.had


async def test_more_than_a_handful_that_waits_for_one_keeps_nothing_from_the_others(fresh_db: Database):
    bus = Bus(fresh_db)
    bus.index.away = True
    async with fresh_db.begin(None) as uow:
        uow.tell(shipped(number) for number in range(1, _A_HANDFUL + 2))
    await bus.told(paid(1))
    with pytest.raises(ConnectionError):
        await bus.round()
    assert (await bus.stands(), bus.figures.had, len(bus.letters.had)) == ((_A_HANDFUL + 1, 0), [(OrderPaid.type, 1)], _A_HANDFUL + 1)


async def test_what_happened_to_one_thing_is_told_in_the_order_in_which_it_happened(fresh_db: Database):
    bus = Bus(fresh_db)
    await bus.told(delivered(1), shipped(2), delivered(2), shipped(1), shipped(3))
    await bus.round()
    of_each = {order_id: [type_ for type_, about in bus.letters.had if about == order_id] for order_id in (1, 2, 3)}
    assert of_each == {1: [DELIVERED, SHIPPED], 2: [SHIPPED, DELIVERED], 3: [SHIPPED]}
    assert bus.index.had == bus.letters.had


async def test_what_cannot_be_taken_is_parked_after_five_tries_and_stops_nobody(fresh_db: Database):
    bus = Bus(fresh_db)
    bus.index.refuses = 1
    await bus.told(shipped(1), shipped(2))
    assert await bus.round() == 2
    assert (await bus.stands(), bus.index.had) == ((0, 1), [(SHIPPED, 2)])
