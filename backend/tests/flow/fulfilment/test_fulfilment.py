"""Goods leave, arrive and are counted."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from tests.builders.catalog import a_listing
from tests.builders.checkout import CHALLENGED, asked
from tests.builders.market import a_market
from tests.builders.people import a_caller
from tests.builders.shop import order_id_of
from velora.flows.fulfilment.ship import deliver, ship, ship_once
from velora.flows.fulfilment.stock import FIRST_LOCATION, Counted, count_stock
from velora.flows.once import Once
from velora.flows.postings import payable
from velora.flows.release.release import release_due
from velora.kernel.errors import NotFound
from velora.modules.escrow import service as escrow
from velora.modules.inventory import service as inventory
from velora.modules.inventory.service import Availability, BelowReserved
from velora.modules.ledger import service as ledger
from velora.modules.orders import service as orders
from velora.modules.orders.service import Parcel, SentParcel, TooMany, WrongState
from velora.platform.db.group_commit import in_one_transaction
from velora.platform.db.idempotency import KeyReused, Replay


@dataclass(frozen=True)
class Bought:
    order_id: int
    part: tuple[int, int]
    line_id: int

    def parcel(self, *pieces: int) -> Parcel:
        return Parcel(*self.part, "DHL", "JD01", tuple((self.line_id, quantity) for quantity in pieces))


async def bought(shop, quantity=1):
    read = await shop.order(order_id_of(await shop.buys(quantity)))
    return Bought(read.order.id, (read.parts[0].tenant_id, read.parts[0].id), read.lines[0].id)


async def hold_of(shop, one):
    async with shop.db.read(None) as uow:
        return (await escrow.of_seller_orders(uow, [one.part]))[one.part]


async def test_what_is_shipped_leaves_the_shelf_and_the_movement_names_the_parcel(shop):
    one = await bought(shop, 3)
    [first] = await in_one_transaction(shop.db, ship, [one.parcel(2)])
    assert isinstance(first, SentParcel)
    assert await shop.stock() == Availability(on_hand=8, reserved=1)
    assert (await shop.order(one.order_id)).order.state == "partly_shipped"
    await in_one_transaction(shop.db, ship, [one.parcel()])
    assert await shop.stock() == Availability(on_hand=7, reserved=0)
    assert (await shop.order(one.order_id)).order.state == "shipped"
    async with shop.db.read(None) as uow:
        moved = await inventory.movements(uow, shop.lamp_id)
    assert [one.quantity for one in moved] == [-1, -2, 10]
    assert all(one.ref.startswith("shp_") for one in moved[:2])


async def test_one_refused_parcel_leaves_its_neighbours_and_its_own_stock_alone(shop):
    good, greedy = await bought(shop), await bought(shop)
    outcomes = await in_one_transaction(shop.db, ship, [greedy.parcel(2), good.parcel(), good.parcel()])
    assert [type(one) for one in outcomes] == [TooMany, SentParcel, WrongState]
    assert await shop.stock() == Availability(on_hand=9, reserved=1)
    assert (await shop.order(greedy.order_id)).shipments == []


async def test_the_same_key_ships_once_and_another_body_is_refused(shop):
    one, caller = await bought(shop, 2), a_caller()

    async def ships(body, *pieces):
        request = Once(one.part[0], caller, asked("label-1", body), one.parcel(*pieces))
        return await shop.house.writes.attempt(ship_once, request)

    assert isinstance(await ships("one", 1), SentParcel)
    assert isinstance(await ships("one", 1), Replay)
    assert isinstance(await ships("two", 2), KeyReused)
    assert await shop.stock() == Availability(on_hand=9, reserved=1)


async def test_a_refused_parcel_may_be_tried_again_under_its_key(shop):
    one, caller = await bought(shop), a_caller()
    greedy = Once(one.part[0], caller, asked("label-1", "two"), one.parcel(2))
    assert isinstance(await shop.house.writes.attempt(ship_once, greedy), TooMany)
    fitting = Once(one.part[0], caller, asked("label-1", "one"), one.parcel(1))
    assert isinstance(await shop.house.writes.attempt(ship_once, fitting), SentParcel)


async def test_a_delivery_starts_the_clock_of_its_marketplace(shop):
    one, waiting = await bought(shop), await bought(shop)
    await in_one_transaction(shop.db, ship, [one.parcel()])
    assert (await hold_of(shop, one)).due_at is None
    unknown = (one.part[0], shop.db.new_id())
    outcomes = await in_one_transaction(shop.db, deliver, [waiting.part, one.part, unknown, one.part])
    assert outcomes[1] == outcomes[3] == one.part
    assert outcomes[0] == WrongState("paid", "delivered")
    assert isinstance(outcomes[2], NotFound)
    assert (await hold_of(shop, one)).due_at == shop.db.clock.now() + timedelta(days=shop.market.tenant.escrow_days)
    assert (await hold_of(shop, waiting)).due_at is None


async def test_after_its_days_the_money_is_the_sellers_less_commission(shop, clock):
    one = await bought(shop)
    await in_one_transaction(shop.db, ship, [one.parcel()])
    await in_one_transaction(shop.db, deliver, [one.part])
    clock.advance(timedelta(days=shop.market.tenant.escrow_days, seconds=1))
    before = await hold_of(shop, one)
    await release_due(shop.house)
    assert (await shop.order(one.order_id)).order.state == "completed"
    account = (shop.market.tenant.id, str(payable(shop.market.seller.id)))
    async with shop.db.read(None) as uow:
        assert (await ledger.balances(uow, {account}))[*account, "EUR"] == before.captured - before.commission_minor


async def test_a_seller_counts_its_shelf(shop):
    await bought(shop, 2)
    async with shop.db.begin(None, seller_id=shop.market.seller.id) as uow:
        [shelf] = await count_stock(uow, shop.market.seller.id, [Counted(shop.lamp_id, 4)])
    assert (shelf.location_id, shelf.on_hand, shelf.reserved) == (shop.market.location_id, 4, 2)
    assert await shop.stock() == Availability(on_hand=4, reserved=2)


async def test_one_bad_count_refuses_all_of_them(shop):
    await bought(shop, 2)
    async with shop.db.begin(None) as uow:
        vase = await a_listing(uow, shop.market.tenant.id, shop.market.seller.id, "Vase", category_id=shop.market.category_id)
    async with shop.db.begin(None, seller_id=shop.market.seller.id) as uow:
        with pytest.raises(BelowReserved):
            await count_stock(uow, shop.market.seller.id, [Counted(vase.variant_ids[0], 7), Counted(shop.lamp_id, 1)])
        await uow.abandon()
    assert await shop.stock() == Availability(on_hand=10, reserved=2)
    async with shop.db.read(None) as uow:
        assert await inventory.levels(uow, vase.variant_ids) == []


async def test_nobody_counts_what_is_not_theirs(shop):
    other = await a_market(shop.db)
    async with shop.db.begin(None, seller_id=other.seller.id) as uow:
        with pytest.raises(NotFound):
            await count_stock(uow, other.seller.id, [Counted(shop.lamp_id, 99)])
        await uow.abandon()
    async with shop.db.begin(None, seller_id=shop.market.seller.id) as uow:
        with pytest.raises(NotFound):
            await count_stock(uow, shop.market.seller.id, [Counted(shop.lamp_id, 99, other.location_id)])
        await uow.abandon()
    assert await shop.stock() == Availability(on_hand=10, reserved=0)


async def test_a_seller_without_a_location_gets_its_first(uow):
    seller = uow.new_id()
    listed = await a_listing(uow, uow.new_id(), seller)
    [shelf] = await count_stock(uow, seller, [Counted(listed.variant_ids[0], 5)])
    [place] = await inventory.locations(uow, [seller])
    assert (shelf.location_id, place.name) == (place.id, FIRST_LOCATION)


async def test_an_unpaid_order_cannot_be_shipped(shop):
    read = await shop.order(order_id_of(await shop.buys(card=CHALLENGED)))
    part = read.parts[0]
    outcomes = await in_one_transaction(shop.db, ship, [Parcel(part.tenant_id, part.id, "DHL", "JD01")])
    assert outcomes == [WrongState("placed", "shipped")]
    assert await shop.stock() == Availability(on_hand=10, reserved=1)
    async with shop.db.read(None) as uow:
        assert await orders.part_of_seller(uow, part.seller_id, part.id) is None
