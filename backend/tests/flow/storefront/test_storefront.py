"""What a visitor finds: kept up to date by events, built anew when lost, from the database while the index is away."""

import shutil
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.builders.catalog import a_draft
from tests.builders.house import a_house
from tests.builders.market import Market, a_market, goods, restock
from velora.flows.indexing import index_listings, mend_index, rebuild_index
from velora.flows.screens.storefront.home import home_page
from velora.flows.screens.storefront.lists import cards, facets_of, found
from velora.flows.screens.storefront.product import product_page, seller_page
from velora.kernel.errors import NotFound
from velora.kernel.events import Event
from velora.kernel.ids import encode
from velora.modules.catalog import service as catalog
from velora.modules.catalog.errors import ProductNotFound
from velora.modules.catalog.events import ListingChanged, ProductChanged
from velora.modules.catalog.policy import State
from velora.modules.inventory.events import LevelChanged
from velora.modules.pricing.service import Basket
from velora.platform.db import Database
from velora.platform.house import House
from velora.platform.search import Found, Query, SearchUnavailable, Sort
from velora.platform.search.tantivy import TantivyIndex


@pytest.fixture
async def house(db: Database, tmp_path: Path) -> AsyncGenerator[House]:
    async with a_house(db, tmp_path) as made:
        yield made


@pytest.fixture
async def market(db: Database) -> Market:
    return await a_market(db)


def titles(result: Found) -> list[object]:
    return [card["title"] for card in cards(result, "EUR")]


async def page(house: House, market: Market, slug: str):
    tenant = market.tenant
    return await product_page(house, slug, shown=Basket(tenant.id, tenant.currency, tenant.tax_mode, tenant.country, ()))


async def test_a_listing_is_found_with_a_card_that_needs_no_database(house: House, market: Market):
    async with house.db.begin(None) as uow:
        lamp = await goods(uow, market, price=4900, sizes=("S", "M"))
    await index_listings(house, [ListingChanged(market.tenant.id, lamp.listing_id)])
    [card] = cards(await found(house, market.tenant.id, Query("EUR", "lamp")), "EUR")
    assert card == {
        "product_id": encode("prd", lamp.product_id),
        "listing_id": encode("lst", lamp.listing_id),
        "slug": "brass-lamp",
        "title": "Brass Lamp",
        "seller": {"id": encode("sel", market.seller.id), "name": market.seller.name, "slug": market.seller.slug},
        "picture": "light-bulb",
        "tone": "peach",
        "price": {"amount": 4900, "currency": "EUR"},
        "compare_at": None,
        "from_price": True,
        "variants": 2,
        "in_stock": True,
        "category_slug": card["category_slug"],
    }


async def test_it_is_found_by_brand_seller_category_attribute_option_and_article_number(house: House, market: Market):
    async with house.db.begin(None) as uow:
        lamp = await goods(uow, market, sizes=("Petite",))
    await index_listings(house, [ListingChanged(market.tenant.id, lamp.listing_id)])
    for words in ("lumen", "oak", "lamps", "32 cm", "petite", "warm light", "BRASS-LAMP-Petite"):
        assert titles(await found(house, market.tenant.id, Query("EUR", words, locale="de-DE"))) == ["Brass Lamp"], words


async def test_facets_narrow_by_category_colour_size_brand_and_stock(house: House, market: Market):
    async with house.db.begin(None) as uow:
        lamp, gone = await goods(uow, market, sizes=("S", "M")), await goods(uow, market, "Gone", stock=0)
    await index_listings(house, [ListingChanged(market.tenant.id, sold.listing_id) for sold in (lamp, gone)])
    everything = await found(house, market.tenant.id, Query("EUR"))
    counts = {(facet.key, value.value): value.count for facet in everything.facets for value in facet.values}
    assert counts["attr.colour", "brass"] == 2
    assert counts["attr.size", "S"] == 1
    assert counts["attr.brand", "lumen"] == 2
    assert counts["in_stock", "true"] == 1
    in_stock = await found(house, market.tenant.id, Query("EUR", choices={"in_stock": frozenset({"true"})}))
    assert titles(in_stock) == ["Brass Lamp"]


@pytest.mark.parametrize("kind", ["price", "product", "stock"])
async def test_every_change_that_buyers_see_reaches_the_index(house: House, market: Market, kind: str):
    async with house.db.begin(None) as uow:
        lamp = await goods(uow, market)
    await index_listings(house, [ListingChanged(market.tenant.id, lamp.listing_id)])
    event: Event
    async with house.db.begin(None) as uow:
        match kind:
            case "price":
                await catalog.set_prices(uow, [catalog.PriceChange(market.tenant.id, market.seller.id, lamp.variant_ids[0], 100, 200)])
                event = ListingChanged(market.tenant.id, lamp.listing_id)
            case "product":
                await catalog.change_products(
                    uow, [catalog.ProductChange(lamp.product_id, a_draft(market.seller.id, "Moon Lamp", sku="BRASS-LAMP"))]
                )
                event = ProductChanged(0, market.seller.id, lamp.product_id)
            case _:
                await restock(uow, market, lamp, 0)
                event = LevelChanged(0, lamp.variant_ids[0], market.seller.id)
    await index_listings(house, [event, event])
    [card] = cards(await found(house, market.tenant.id, Query("EUR")), "EUR")
    seen = {"price": card["price"]["amount"] == 100, "product": card["title"] == "Moon Lamp", "stock": not card["in_stock"]}
    assert [name for name, changed in seen.items() if changed] == [kind]


async def test_what_is_no_longer_on_sale_is_no_longer_found(house: House, market: Market):
    async with house.db.begin(None) as uow:
        lamp = await goods(uow, market)
    await index_listings(house, [ListingChanged(market.tenant.id, lamp.listing_id)])
    async with house.db.begin(None) as uow:
        await catalog.suspend_seller(uow, market.tenant.id, market.seller.id)
    await index_listings(house, [ListingChanged(market.tenant.id, lamp.listing_id)])
    assert (await found(house, market.tenant.id, Query("EUR"))).total == 0


async def test_a_lost_index_is_built_anew_with_progress(house: House, market: Market, tmp_path: Path):
    async with house.db.begin(None) as uow:
        for number in range(3):
            await goods(uow, market, f"Lamp {number}")
    steps: list[tuple[int, int]] = []
    assert await rebuild_index(house, market.tenant.id, lambda done, of: steps.append((done, of))) == 3
    assert steps == [(0, 3), (3, 3)]
    assert (await found(house, market.tenant.id, Query("EUR", "lamp"))).total == 3
    async with a_house(house.db, tmp_path / "elsewhere") as other:
        shutil.rmtree(tmp_path / "elsewhere" / "search")
        lost = TantivyIndex(tmp_path / "elsewhere" / "search")
        assert not await lost.ready()
        object.__setattr__(other, "search", lost)
        assert await mend_index(other) >= 3
        assert await mend_index(other) == 0
        assert (await found(other, market.tenant.id, Query("EUR", "lamp"))).total == 3
        await lost.close()


async def test_while_the_index_is_away_lists_come_from_the_database_and_words_are_refused(house: House, market: Market, tmp_path: Path):
    async with house.db.begin(None) as uow:
        lamp = await goods(uow, market)
        await goods(uow, market, "Draft", price=1)
        await catalog.count_sold(uow, {lamp.keys[0]: 5})
    away = TantivyIndex(tmp_path / "nowhere")
    object.__setattr__(house, "search", away)
    home = await home_page(house, market.tenant.id, "EUR")
    assert [card["title"] for card in home.loved] == ["Brass Lamp", "Draft"]
    in_category = {"category": frozenset({home.categories[0][0].slug}), "seller": frozenset({market.seller.slug})}
    assert (await found(house, market.tenant.id, Query("EUR", choices=in_category, limit=1))).total == 2
    assert (await found(house, market.tenant.id, Query("EUR", choices={"category": frozenset({"nowhere"})}))).total == 0
    with pytest.raises(SearchUnavailable):
        await found(house, market.tenant.id, Query("EUR", "lamp"))
    assert (await page(house, market, lamp.slug)).listing.title == "Brass Lamp"
    await away.close()


async def test_the_category_facet_offers_the_next_step_only(house: House, market: Market):
    async with house.db.begin(None) as uow:
        tree = (await catalog.category_trees(uow, [market.tenant.id]))[market.tenant.id]
        top = tree.by_id[market.category_id]
        await catalog.add_categories(
            uow,
            [
                catalog.CategoryDraft(market.tenant.id, "Table", parent_slug=top.slug),
                catalog.CategoryDraft(market.tenant.id, "Small", parent_slug="table"),
            ],
        )
        small = (await catalog.category_trees(uow, [market.tenant.id]))[market.tenant.id].by_slug("small")
        assert small is not None
        deep = await goods(uow, Market(market.tenant, market.seller, small.id, market.location_id))
    await index_listings(house, [ListingChanged(market.tenant.id, deep.listing_id)])

    async def offered(chosen: str | None) -> list[str]:
        choices = {"category": frozenset({chosen})} if chosen else {}
        result = await found(house, market.tenant.id, Query("EUR", choices=choices))
        return [value.value for facet in facets_of(result, chosen) if facet.key == "category" for value in facet.values]

    assert sorted(await offered(top.slug)) == sorted([top.slug, "table"])
    assert sorted(await offered("table")) == sorted([top.slug, "table", "small"])


async def test_the_first_page_counts_what_is_on_sale(house: House, market: Market):
    async with house.db.begin(None) as uow:
        for number in range(10):
            await goods(uow, market, f"Lamp {number}")
    await rebuild_index(house, market.tenant.id)
    home = await home_page(house, market.tenant.id, "EUR")
    assert (len(home.loved), len(home.fresh), home.products) == (8, 8, 10)
    assert [(seller.slug, products) for seller, products in home.sellers] == [(market.seller.slug, 10)]
    assert [products for _, products in home.categories] == [10]


async def test_a_product_page_tells_stock_attributes_and_delivery(house: House, market: Market):
    async with house.db.begin(None) as uow:
        lamp = await goods(uow, market, price=1500, sizes=("S", "M"), stock=3)
        other = await goods(uow, market, "Shade")
    await index_listings(house, [ListingChanged(market.tenant.id, sold.listing_id) for sold in (lamp, other)])
    shown = await page(house, market, lamp.slug)
    assert shown.left == dict.fromkeys(lamp.variant_ids, 3)
    assert shown.attributes == [("colour", "Colour", "brass"), ("height", "Height", "32 cm")]
    assert (shown.delivery.shipping_minor, shown.delivery.free_above_minor) == (490, 5000)
    assert (shown.delivery.first.isoformat(), shown.delivery.last.isoformat()) == ("2026-11-18", "2026-11-20")
    assert [card["title"] for card in shown.also] == ["Shade"]


async def test_a_draft_and_the_product_of_another_marketplace_have_no_page(house: House, market: Market):
    other = await a_market(house.db)
    async with house.db.begin(None) as uow:
        foreign = await goods(uow, other, "Foreign Lamp")
        hidden = await goods(uow, market, "Hidden")
        await catalog.change_products(
            uow, [catalog.ProductChange(hidden.product_id, a_draft(market.seller.id, "Hidden", state=State.DRAFT))]
        )
    for slug in (foreign.slug, hidden.slug, "nothing"):
        with pytest.raises(ProductNotFound):
            await page(house, market, slug)


async def test_a_seller_has_a_page_where_it_may_sell_and_nowhere_else(house: House, market: Market):
    other = await a_market(house.db)
    async with house.db.begin(None) as uow:
        await goods(uow, market)
    shop = await seller_page(house, market.tenant.id, market.seller.slug)
    assert (shop.seller.id, shop.products) == (market.seller.id, 1)
    with pytest.raises(NotFound):
        await seller_page(house, other.tenant.id, market.seller.slug)


async def test_new_lists_show_the_newest_first(house: House, market: Market, clock):
    async with house.db.begin(None) as uow:
        await goods(uow, market, "Old")
    clock.set(clock.now().replace(hour=12))
    async with house.db.begin(None) as uow:
        await goods(uow, market, "New")
    await rebuild_index(house, market.tenant.id)
    assert titles(await found(house, market.tenant.id, Query("EUR", sort=Sort.NEWEST))) == ["New", "Old"]
