"""Filling a cart and looking at it, as guest and signed in, also while the cache is away."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.builders.catalog import a_draft
from tests.builders.house import a_house
from tests.builders.market import Market, a_market, goods, restock
from velora.flows.shopping import service, view
from velora.kernel.principal import Principal
from velora.modules.cart.errors import CartUnavailable
from velora.modules.catalog import service as catalog
from velora.modules.catalog.errors import VariantNotFound
from velora.modules.catalog.policy import State
from velora.modules.inventory.service import OutOfStock
from velora.modules.pricing.service import ShippingRule, set_shipping_rules
from velora.platform.cache import CacheAway
from velora.platform.db import Database
from velora.platform.house import House

GUEST = Principal(guest_key="guest-1")


@pytest.fixture
async def house(db: Database, tmp_path: Path) -> AsyncGenerator[House]:
    async with a_house(db, tmp_path) as made:
        yield made


@pytest.fixture
async def market(db: Database) -> Market:
    return await a_market(db)


def ada(house: House) -> Principal:
    return Principal(account_id=house.db.new_id())


async def test_a_cart_shows_what_it_costs_by_seller(house: House, market: Market):
    async with house.db.begin(None) as uow:
        lamp = await goods(uow, market, price=1500, sizes=("S", "M"))
    await view.put_in(house, GUEST, market.shop, lamp.variant_ids[0], 1)
    cart = await view.put_in(house, GUEST, market.shop, lamp.variant_ids[1], 2)
    [group] = cart.groups
    assert group.seller == market.seller
    assert [(line.offer.variant_title, line.quantity, line.available, line.problem) for line in group.lines] == [
        ("S", 1, 10, None),
        ("M", 2, 10, None),
    ]
    assert (cart.lines, cart.items_minor, cart.shipping_minor, cart.total_minor) == (2, 4700, 490, 5190)
    assert cart.tax_minor == 239 + 511 + 78


async def test_the_days_of_a_sellers_delivery_hold_for_all_that_it_sends(house: House, market: Market, clock):
    async with house.db.begin(None) as uow:
        lamp, shade = await goods(uow, market), await goods(uow, market, "Shade")
        rule = ShippingRule(490, None, days_min=3, days_max=7)
        await set_shipping_rules(uow, {(market.tenant.id, market.seller.id): rule})
    await view.put_in(house, GUEST, market.shop, lamp.variant_ids[0], 1)
    cart = await view.put_in(house, GUEST, market.shop, shade.variant_ids[0], 1)
    today = clock.now().date()
    assert [group.delivery for group in cart.groups] == [(today + timedelta(days=3), today + timedelta(days=7))]


async def test_carts_of_two_guests_two_marketplaces_and_an_account_are_apart(house: House, market: Market):
    other = await a_market(house.db)
    async with house.db.begin(None) as uow:
        lamp = await goods(uow, market)
    await view.put_in(house, GUEST, market.shop, lamp.variant_ids[0], 1)
    assert await service.read_cart(house, GUEST, market.tenant.id) == ((lamp.variant_ids[0], 1),)
    for principal, shop in (
        (Principal(guest_key="guest-2"), market.shop),
        (ada(house), market.shop),
        (GUEST, other.shop),
        (Principal(), market.shop),
    ):
        assert (await view.look(house, principal, shop)).groups == ()


async def test_what_another_marketplace_sells_cannot_be_put_in(house: House, market: Market):
    other = await a_market(house.db)
    async with house.db.begin(None) as uow:
        lamp = await goods(uow, other)
    with pytest.raises(VariantNotFound):
        await view.put_in(house, GUEST, market.shop, lamp.variant_ids[0], 1)
    assert await service.read_cart(house, GUEST, market.tenant.id) == ()


async def test_what_is_sold_out_cannot_be_put_in_and_more_than_there_is_becomes_what_there_is(house: House, market: Market):
    async with house.db.begin(None) as uow:
        none, few = await goods(uow, market, "None", stock=0), await goods(uow, market, "Few", stock=2)
    with pytest.raises(OutOfStock):
        await view.put_in(house, GUEST, market.shop, none.variant_ids[0], 1)
    cart = await view.put_in(house, GUEST, market.shop, few.variant_ids[0], 5)
    assert [(change.kind, change.quantity) for change in cart.changes] == [("reduced", 2)]
    assert cart.groups[0].lines[0].problem == "reduced"
    assert await service.read_cart(house, GUEST, market.tenant.id) == ((few.variant_ids[0], 2),)


async def test_quantities_are_set_and_lines_taken_out(house: House, market: Market):
    async with house.db.begin(None) as uow:
        lamp, chair = await goods(uow, market), await goods(uow, market, "Chair")
    for sold in (lamp, chair):
        await view.put_in(house, GUEST, market.shop, sold.variant_ids[0], 1)
    cart = await view.set_quantity(house, GUEST, market.shop, lamp.variant_ids[0], 3)
    assert cart.items_minor == 4 * 4900
    assert (await view.take_out(house, GUEST, market.shop, lamp.variant_ids[0])).items_minor == 4900
    assert (await view.set_quantity(house, GUEST, market.shop, chair.variant_ids[0], 0)).groups == ()


async def test_a_changed_price_is_said_at_the_next_look_and_only_there(house: House, market: Market):
    async with house.db.begin(None) as uow:
        lamp = await goods(uow, market)
    await view.put_in(house, GUEST, market.shop, lamp.variant_ids[0], 1)
    async with house.db.begin(None) as uow:
        await catalog.set_prices(uow, [catalog.PriceChange(market.tenant.id, market.seller.id, lamp.variant_ids[0], 5200)])
    first, second = await view.look(house, GUEST, market.shop), await view.look(house, GUEST, market.shop)
    assert [(change.kind, change.before_minor, change.after_minor) for change in first.changes] == [("price_changed", 4900, 5200)]
    assert second.changes == ()
    assert second.items_minor == 5200


async def test_what_is_withdrawn_leaves_the_cart_by_name_and_what_is_sold_out_stays_without_cost(house: House, market: Market):
    async with house.db.begin(None) as uow:
        gone, sold_out, chair = await goods(uow, market, "Gone"), await goods(uow, market, "Sold Out"), await goods(uow, market, "Chair")
    for sold in (gone, sold_out, chair):
        await view.put_in(house, GUEST, market.shop, sold.variant_ids[0], 1)
    async with house.db.begin(None) as uow:
        await catalog.change_products(uow, [catalog.ProductChange(gone.product_id, a_draft(market.seller.id, "Gone", state=State.DRAFT))])
        await restock(uow, market, sold_out, 0)
    cart = await view.look(house, GUEST, market.shop)
    assert [(change.kind, change.title) for change in cart.changes] == [("removed", "Gone")]
    assert [(line.offer.title, line.problem) for line in cart.groups[0].lines] == [("Sold Out", "out_of_stock"), ("Chair", None)]
    assert cart.items_minor == 4900


async def test_at_sign_in_the_guest_s_cart_moves_into_the_account_s_once(house: House, market: Market):
    buyer = ada(house)
    assert buyer.account_id is not None
    async with house.db.begin(None) as uow:
        lamp, chair = await goods(uow, market), await goods(uow, market, "Chair")
    await view.put_in(house, buyer, market.shop, lamp.variant_ids[0], 1)
    await view.put_in(house, GUEST, market.shop, lamp.variant_ids[0], 2)
    await view.put_in(house, GUEST, market.shop, chair.variant_ids[0], 1)
    for _ in range(2):
        await service.merge_at_sign_in(house, GUEST.guest_key, buyer.account_id, market.tenant.id)
    assert await service.read_cart(house, buyer, market.tenant.id) == ((lamp.variant_ids[0], 3), (chair.variant_ids[0], 1))
    assert await service.read_cart(house, GUEST, market.tenant.id) == ()


async def test_no_change_is_lost_when_many_come_at_once(house: House, market: Market):
    async with house.db.begin(None) as uow:
        lamps = [await goods(uow, market, f"Lamp {number}", stock=99) for number in range(4)]
    for principal in (GUEST, ada(house)):
        await asyncio.gather(*(view.put_in(house, principal, market.shop, lamp.variant_ids[0], 1) for lamp in lamps))
        assert sorted(await service.read_cart(house, principal, market.tenant.id)) == sorted((lamp.variant_ids[0], 1) for lamp in lamps)


async def test_an_account_finds_its_cart_again_when_the_cache_is_lost(house: House, market: Market, tmp_path: Path):
    buyer = ada(house)
    async with house.db.begin(None) as uow:
        lamp = await goods(uow, market)
    await view.put_in(house, buyer, market.shop, lamp.variant_ids[0], 2)
    async with a_house(house.db, tmp_path / "another") as elsewhere:
        assert await service.read_cart(elsewhere, buyer, market.tenant.id) == ((lamp.variant_ids[0], 2),)


async def test_an_account_s_cart_works_while_the_cache_is_away_and_a_guest_is_told(house: House, market: Market):
    away = replace(house, cache=Away())
    buyer = ada(house)
    async with house.db.begin(None) as uow:
        lamp = await goods(uow, market)
    assert (await view.put_in(away, buyer, market.shop, lamp.variant_ids[0], 1)).items_minor == 4900
    assert (await view.set_quantity(away, buyer, market.shop, lamp.variant_ids[0], 3)).items_minor == 14700
    with pytest.raises(CartUnavailable):
        await view.put_in(away, GUEST, market.shop, lamp.variant_ids[0], 1)
    assert (await view.look(away, GUEST, market.shop)).groups == ()


async def test_a_cache_that_slept_through_a_change_loses_nothing(house: House, market: Market):
    buyer = ada(house)
    async with house.db.begin(None) as uow:
        lamp, chair = await goods(uow, market), await goods(uow, market, "Chair")
    await view.put_in(house, buyer, market.shop, lamp.variant_ids[0], 1)
    await view.put_in(replace(house, cache=Away()), buyer, market.shop, chair.variant_ids[0], 1)
    await view.put_in(house, buyer, market.shop, lamp.variant_ids[0], 1)
    assert await service.read_cart(house, buyer, market.tenant.id) == ((lamp.variant_ids[0], 2), (chair.variant_ids[0], 1))


async def test_what_was_bought_is_out_of_the_cart_and_the_rest_stays(house: House, market: Market):
    async with house.db.begin(None) as uow:
        lamp, chair = await goods(uow, market), await goods(uow, market, "Chair")
    for sold in (lamp, chair):
        await view.put_in(house, GUEST, market.shop, sold.variant_ids[0], 2)
    order_id = house.db.new_id()
    for _ in range(2):  # once in the buyer's request, and once more when the event is told
        await service.take_bought(house, GUEST, market.tenant.id, {order_id: {lamp.variant_ids[0]: 2, chair.variant_ids[0]: 1}})
    assert await service.read_cart(house, GUEST, market.tenant.id) == ((chair.variant_ids[0], 1),)


async def test_who_has_no_cart_has_nothing_taken_out_of_it_and_a_cart_that_is_away_stops_nobody(house: House, market: Market):
    bought = {house.db.new_id(): {7: 1}}
    await service.take_bought(house, Principal(), market.tenant.id, bought)
    await service.take_bought(replace(house, cache=Away()), GUEST, market.tenant.id, bought)


class Away:
    """A cache that does not answer."""

    async def get(self, key: str) -> bytes | None:
        raise CacheAway(key)

    async def get_many(self, keys: list[str]) -> list[bytes | None]:
        raise CacheAway(*keys)

    async def put(self, key: str, value: bytes, *, ttl: timedelta) -> None:
        raise CacheAway(key)

    async def swap(self, key: str, expected: bytes | None, value: bytes, *, ttl: timedelta) -> bool:
        raise CacheAway(key)

    async def drop(self, *keys: str) -> None:
        raise CacheAway(*keys)

    async def count(self, key: str, *, window: timedelta, by: int = 1) -> Any:
        raise NotImplementedError

    async def ping(self) -> str:
        raise CacheAway("ping")

    async def close(self) -> None: ...
