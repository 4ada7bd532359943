"""Stock as it is kept: held, committed, shipped, counted."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from velora.modules.inventory import service as inventory
from velora.modules.inventory.errors import BelowReserved
from velora.modules.inventory.events import LevelChanged
from velora.modules.inventory.models import StockHold
from velora.modules.inventory.service import Availability, Claim, Count, Held, NewLocation, Receipt, Shipped, Short, Wish
from velora.platform.db import CheckFailed, UnitOfWork


class Store:
    """A seller with one variant on some shelves."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self.seller, self.variant = uow.new_id(), uow.new_id()
        self.places: list[int] = []

    async def stocked(self, *on_hand: int) -> "Store":
        self.places = await inventory.open_locations(self.uow, [NewLocation(self.seller, f"Shelf {i}", i) for i, _ in enumerate(on_hand)])
        await inventory.receive(
            self.uow, [Receipt(self.seller, self.variant, place, count) for place, count in zip(self.places, on_hand, strict=True)]
        )
        return self

    def claim(self, quantity: int) -> Claim:
        claim_id = self.uow.new_id()
        return Claim(claim_id, (Wish(self.seller, self.variant, quantity, claim_id + 1),))

    async def hold(self, *quantities: int) -> list[Held | Short]:
        until = self.uow.now + timedelta(minutes=15)
        return await inventory.hold(self.uow, [self.claim(quantity) for quantity in quantities], until=until)

    async def committed(self, quantity: int) -> Claim:
        [held] = await self.hold(quantity)
        assert isinstance(held, Held)
        await inventory.commit_holds(self.uow, [held.claim.id])
        return held.claim

    async def stands(self) -> Availability:
        return (await inventory.availability(self.uow, [self.variant]))[self.variant]

    async def shelves(self) -> list[tuple[int, int]]:
        return [(level.on_hand, level.reserved) for level in await inventory.levels(self.uow, [self.variant])]

    async def movements(self) -> list[tuple[int, str, str]]:
        return [(one.quantity, one.reason, one.ref) for one in await inventory.movements(self.uow, self.variant)]


async def test_of_two_buyers_of_the_last_lamp_one_gets_it(uow):
    store = await Store(uow).stocked(1)
    first, second = await store.hold(1, 1)
    assert isinstance(first, Held)
    assert isinstance(second, Short)
    assert [missing.left for _, missing in second.missing] == [0]
    assert await store.stands() == Availability(on_hand=1, reserved=1)


async def test_a_variant_without_stock_is_there_with_nothing(uow):
    variant = uow.new_id()
    assert await inventory.availability(uow, [variant]) == {variant: Availability(0, 0)}


async def test_what_is_released_can_be_bought_again(uow):
    store = await Store(uow).stocked(2)
    [held] = await store.hold(2)
    await inventory.release_holds(uow, [held.claim.id])
    assert await store.stands() == Availability(on_hand=2, reserved=0)
    await inventory.release_holds(uow, [held.claim.id])
    assert await store.stands() == Availability(on_hand=2, reserved=0)


async def test_one_sellers_part_of_a_claim_is_released_alone(uow):
    mine, theirs = await Store(uow).stocked(5), await Store(uow).stocked(5)
    claim = Claim(uow.new_id(), (Wish(mine.seller, mine.variant, 2, 1), Wish(theirs.seller, theirs.variant, 3, 2)))
    await inventory.hold(uow, [claim], until=uow.now + timedelta(minutes=15))
    await inventory.release_parts(uow, {(claim.id, mine.seller)})
    assert (await mine.stands(), await theirs.stands()) == (Availability(5, 0), Availability(5, 3))


async def test_what_is_committed_has_no_end(uow):
    store = await Store(uow).stocked(2)
    claim = await store.committed(1)
    [hold] = await uow.entities(select(StockHold).where(StockHold.claim_id == claim.id))
    assert (hold.state, hold.expires_at) == ("committed", None)


async def test_what_leaves_is_neither_on_hand_nor_promised_and_the_movement_says_in_what(uow):
    store = await Store(uow).stocked(5)
    claim = await store.committed(3)
    line = claim.wishes[0].line_id
    await inventory.ship(uow, [Shipped(claim.id, line, 1, "shp_A"), Shipped(claim.id, line, 1, "shp_B")])
    assert await store.stands() == Availability(on_hand=3, reserved=1)
    await inventory.ship(uow, [Shipped(claim.id, line, 1, "shp_C")])
    assert await store.stands() == Availability(on_hand=2, reserved=0)
    assert await store.movements() == [(-1, "shipped", "shp_C"), (-1, "shipped", "shp_B"), (-1, "shipped", "shp_A"), (5, "received", "")]


async def test_a_parcel_from_two_shelves_empties_both(uow):
    store = await Store(uow).stocked(2, 3)
    claim = await store.committed(4)
    await inventory.ship(uow, [Shipped(claim.id, claim.wishes[0].line_id, 3, "shp_A")])
    assert await store.shelves() == [(0, 0), (2, 1)]
    await inventory.ship(uow, [Shipped(claim.id, claim.wishes[0].line_id, 1, "shp_B")])
    assert await store.shelves() == [(0, 0), (1, 0)]


async def test_more_than_was_held_cannot_leave(uow):
    store = await Store(uow).stocked(5)
    claim = await store.committed(2)
    with pytest.raises(ValueError, match="less stock set aside"):
        await inventory.ship(uow, [Shipped(claim.id, claim.wishes[0].line_id, 3)])
    assert await store.stands() == Availability(on_hand=5, reserved=2)


async def test_a_count_below_what_is_promised_is_refused_and_its_neighbour_holds(uow):
    store, other = await Store(uow).stocked(5), await Store(uow).stocked(5)
    await store.committed(3)
    refused, counted = await inventory.set_on_hand(
        uow, [Count(store.seller, store.variant, store.places[0], 2), Count(other.seller, other.variant, other.places[0], 9)]
    )
    assert refused == BelowReserved(store.variant, 2, 3)
    assert counted == Availability(9, 0)
    assert (await store.stands(), await other.stands()) == (Availability(5, 3), Availability(9, 0))
    assert (await other.movements())[0] == (4, "counted", "")


async def test_the_same_count_moves_nothing(uow):
    store = await Store(uow).stocked(5)
    await inventory.set_on_hand(uow, [Count(store.seller, store.variant, store.places[0], 5)])
    assert len(await store.movements()) == 1


async def test_a_write_off_cannot_take_what_is_promised(uow):
    store = await Store(uow).stocked(5)
    await store.committed(3)
    with pytest.raises(CheckFailed):
        await inventory.receive(uow, [Receipt(store.seller, store.variant, store.places[0], -3)])


async def test_only_the_last_one_sold_is_news(uow):
    store = await Store(uow).stocked(3)
    told = len(uow._told)
    await store.hold(1)
    assert len(uow._told) == told
    await store.hold(2)
    assert uow._told[told:] == [LevelChanged(tenant_id=0, variant_id=store.variant, seller_id=store.seller)]


async def test_what_is_sold_out_or_nearly_so_is_counted(uow):
    store = await Store(uow).stocked(4)
    assert await inventory.count_low(uow, store.seller) == 0
    await store.hold(1)
    assert await inventory.count_low(uow, store.seller) == 1
