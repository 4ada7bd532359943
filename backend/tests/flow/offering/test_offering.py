"""What follows for the catalogue from what others tell, and the relay that carries it to the index."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.builders.checkout import a_trading_house
from tests.builders.market import Market, a_market, goods
from tests.builders.orders import a_line, a_paid_order, a_part
from tests.builders.search import built
from velora.flows.house import TradingHouse
from velora.flows.offering import follow
from velora.flows.offering.place import NewPrice, Showing, reprice, show
from velora.flows.reactions import relay_once
from velora.kernel.errors import Forbidden, NotFound
from velora.modules.catalog import service as catalog
from velora.modules.catalog.errors import CategoryNotFound
from velora.modules.catalog.policy import OfferDraft, State
from velora.modules.catalog.service import Listed
from velora.modules.orders.events import OrderPaid
from velora.modules.sellers import service as sellers
from velora.modules.sellers.events import SellerApproved, SellerSuspended
from velora.modules.sellers.policy import State as Standing
from velora.platform.db import Database
from velora.platform.search import Query


@pytest.fixture
async def house(fresh_db: Database, tmp_path: Path) -> AsyncGenerator[TradingHouse]:
    async with a_trading_house(fresh_db, tmp_path) as (made, _):
        await built(made.search, [])
        yield made


@pytest.fixture
async def market(house: TradingHouse) -> Market:
    return await a_market(house.db)


async def on_sale(house: TradingHouse, market: Market) -> list[str]:
    while await relay_once(house):
        pass
    return [str(hit.card["EUR"]["title"]) for hit in (await house.search.search(market.tenant.id, Query("EUR"))).hits]


async def test_what_sellers_do_reaches_the_index_by_the_relay(house: TradingHouse, market: Market):
    async with house.db.begin(None) as uow:
        lamp = await goods(uow, market)
    assert await on_sale(house, market) == ["Brass Lamp"]
    async with house.db.begin(None) as uow:
        await reprice(uow, market.seller.id, [NewPrice(lamp.variant_ids[0], market.tenant.slug, 4500, None)])
    await on_sale(house, market)
    [hit] = (await house.search.search(market.tenant.id, Query("EUR", "lamp"))).hits
    assert hit.card["EUR"]["price"] == {"amount": 4500, "currency": "EUR"}


async def test_a_suspended_seller_sells_nothing_and_an_approved_one_again(house: TradingHouse, market: Market):
    async with house.db.begin(None) as uow:
        await goods(uow, market)
    for state, shown in ((Standing.SUSPENDED, []), (Standing.APPROVED, ["Brass Lamp"])):
        async with house.db.begin(None) as uow:
            await sellers.step(uow, [sellers.Step(market.tenant.id, market.seller.id, state, by=1)])
        assert await on_sale(house, market) == shown


async def test_news_of_a_seller_may_come_in_any_order(house: TradingHouse, market: Market):
    async with house.db.begin(None) as uow:
        await goods(uow, market)
        await sellers.step(uow, [sellers.Step(market.tenant.id, market.seller.id, Standing.SUSPENDED, by=1)])
        news = (SellerSuspended(market.tenant.id, market.seller.id), SellerApproved(market.tenant.id, market.seller.id))
        for event in news:
            await follow.follow_standing(uow, [event])
    assert await on_sale(house, market) == []


async def test_what_is_bought_becomes_popular(house: TradingHouse, market: Market):
    async with house.db.begin(None) as uow:
        lamp = await goods(uow, market)
        line = replace(a_line(uow, quantity=3), variant_id=lamp.variant_ids[0])
        paid = await a_paid_order(uow, market.tenant.id, [a_part(uow, line, seller_id=market.seller.id)])
        await follow.count_sales(uow, [OrderPaid(market.tenant.id, paid.order_id, paid.total_minor, "EUR")])
        listing = await catalog.listing_by_slug(uow, market.tenant.id, lamp.slug)
    assert listing is not None
    assert listing.sold == 3


async def test_a_seller_shows_products_only_where_it_may_sell(house: TradingHouse, market: Market):
    other = await a_market(house.db)
    async with house.db.begin(None) as uow:
        lamp = await goods(uow, market)
        tree = await catalog.category_trees(uow, [market.tenant.id, other.tenant.id])
        here, there = tree[market.tenant.id].by_id[market.category_id].slug, tree[other.tenant.id].by_id[other.category_id].slug
        offers = (OfferDraft(lamp.variant_ids[0], 100),)

        def showing(tenant: str, category: str) -> Showing:
            return Showing(market.seller.id, lamp.product_id, tenant, category, State.PUBLISHED, offers)

        outcomes = await show(
            uow,
            [
                showing(market.tenant.slug, here),
                showing(other.tenant.slug, there),
                showing("nowhere", here),
                showing(market.tenant.slug, "nowhere"),
            ],
        )
    assert [type(outcome) for outcome in outcomes] == [Listed, Forbidden, NotFound, CategoryNotFound]


async def test_prices_of_an_unknown_marketplace_are_refused_whole(house: TradingHouse, market: Market):
    async with house.db.begin(None) as uow:
        lamp = await goods(uow, market)
    wanted = [NewPrice(lamp.variant_ids[0], slug, 1, None) for slug in (market.tenant.slug, "nowhere")]
    with pytest.raises(NotFound):
        async with house.db.begin(None) as uow:
            await reprice(uow, market.seller.id, wanted)
    async with house.db.read(None) as uow:
        assert (await catalog.offers(uow, lamp.keys))[lamp.keys[0]].price_minor == 4900
