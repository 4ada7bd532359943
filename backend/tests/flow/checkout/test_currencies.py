"""A marketplace that sells in two currencies: every price is somebody's own number, and none is made of another."""

import shutil
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.builders.catalog import OnSale
from tests.builders.checkout import a_draft, a_trading_house
from tests.builders.market import Market, a_market, goods
from tests.builders.search import built
from tests.builders.shop import order_id_of
from velora.flows.bookkeeping.verify import verify
from velora.flows.checkout.draft import Draft, NotOnSale
from velora.flows.checkout.pay import check_out
from velora.flows.house import TradingHouse
from velora.flows.offering.place import NewPrice, reprice
from velora.flows.operating import currencies
from velora.flows.operating.currencies import NewCurrency
from velora.flows.postings import CLEARING, escrow
from velora.flows.reactions import relay_once
from velora.flows.screens.storefront.home import home_page
from velora.flows.screens.storefront.lists import cards, found
from velora.flows.screens.storefront.product import product_page, seller_page
from velora.flows.shopping import view
from velora.flows.shopping.view import Shop
from velora.kernel.errors import Invalid
from velora.kernel.principal import Principal
from velora.modules.catalog.errors import NotForSaleIn
from velora.modules.commission import service as commission
from velora.modules.inventory import service as inventory
from velora.modules.ledger import service as ledger
from velora.modules.pricing.service import Basket, Rate, ShippingRule, set_shipping_rules
from velora.modules.tenants import service as tenants
from velora.modules.tenants.service import TenantFacts
from velora.platform.db import Database
from velora.platform.search import Query, Sort

GUEST = Principal(guest_key="a-guest-of-two-currencies")
IN_YEN, DELIVERY = 8_000, 900


@dataclass(frozen=True)
class Place:
    """A lamp at 49.00 and ¥8,000, a chair at 99.00 in euros only; delivery is 4.90, or ¥900 up to ¥20,000."""

    house: TradingHouse
    market: Market
    lamp: OnSale
    chair: OnSale

    def shop(self, currency: str) -> Shop:
        return replace(self.market.shop, currency=currency, further=currency != "EUR")

    async def draft(self, sold: OnSale, *, expects: int) -> Draft:
        draft = await a_draft(self.house.db, self.market, (sold.variant_ids[0], 1), expects=expects)
        return replace(draft, market=replace(draft.market, currency="JPY", further=True))

    async def titles(self, currency: str, sort: Sort = Sort.PRICE_ASC, price_from: int | None = None) -> list[str]:
        listed = await found(self.house, self.market.tenant.id, Query(currency, sort=sort, price_from=price_from))
        return [f"{card['title']} {card['price']['amount']} {card['price']['currency']}" for card in cards(listed, currency)]


@pytest.fixture
async def place(db: Database, tmp_path: Path) -> AsyncGenerator[Place]:
    market = await a_market(db)
    async with a_trading_house(db, tmp_path) as (house, _):
        await built(house.search, [])
        async with db.begin(None) as uow:
            lamp, chair = await goods(uow, market), await goods(uow, market, "Chair", price=9_900)
            rule = ShippingRule(490, 5000, further={"JPY": Rate(DELIVERY, 20_000)})
            await set_shipping_rules(uow, {(market.tenant.id, market.seller.id): rule})
            sells = await currencies.sell_in(uow, market.tenant.id, NewCurrency("JPY", 5_000), actor_ref="test")
            assert isinstance(sells, TenantFacts)
            await reprice(uow, market.seller.id, [NewPrice(lamp.variant_ids[0], market.tenant.slug, IN_YEN, 9_500, "JPY")])
        while await relay_once(house):
            pass
        yield Place(house, replace(market, tenant=sells), lamp, chair)


async def test_lists_show_and_sort_what_has_a_price_in_the_currency_and_nothing_else(place: Place):
    assert await place.titles("EUR") == ["Brass Lamp 4900 EUR", "Chair 9900 EUR"]
    assert await place.titles("EUR", Sort.PRICE_DESC) == ["Chair 9900 EUR", "Brass Lamp 4900 EUR"]
    assert await place.titles("JPY") == ["Brass Lamp 8000 JPY"]
    assert await place.titles("JPY", price_from=8_001) == []
    assert await place.titles("USD") == []


async def test_lists_from_the_database_obey_the_currency_too(place: Place):
    shutil.rmtree(place.house.settings.home / "search")
    assert await place.titles("JPY", Sort.POPULAR) == ["Brass Lamp 8000 JPY"]
    assert len(await place.titles("EUR", Sort.POPULAR)) == 2


async def test_counts_and_facets_are_of_what_has_a_price_in_the_currency(place: Place):
    tenant_id, seller = place.market.tenant.id, place.market.seller.slug
    for currency, number in (("EUR", 2), ("JPY", 1)):
        further = currency if currency != "EUR" else None
        home = await home_page(place.house, tenant_id, currency, further=further)
        assert (home.products, sum(count for _, count in home.categories)) == (number, number)
        assert (await seller_page(place.house, tenant_id, seller, further=further)).products == number


async def test_a_size_that_has_no_price_in_the_currency_is_neither_a_facet_nor_in_stock_in_it(place: Place):
    market = place.market
    async with place.house.db.begin(None) as uow:
        coat = await goods(uow, market, "Coat", price=5_000, stock=0, sizes=("M", "L"))
        medium, large = coat.variant_ids
        await inventory.set_on_hand(uow, [inventory.Count(market.seller.id, large, market.location_id, 3)])
        await reprice(uow, market.seller.id, [NewPrice(medium, market.tenant.slug, 9_000, None, "JPY")])
    while await relay_once(place.house):
        pass
    for currency, sizes, in_stock in (("EUR", {"M", "L"}, True), ("JPY", {"M"}, False)):
        listed = await found(place.house, market.tenant.id, Query(currency, text="coat"))
        facets = {facet.key: {value.value for value in facet.values} for facet in listed.facets}
        assert facets["attr.size"] == sizes
        assert ("in_stock" in facets, cards(listed, currency)[0]["in_stock"]) == (in_stock, in_stock)


async def test_a_product_page_is_in_the_currency_or_says_that_it_is_not_sold_in_it(place: Place):
    shown = Basket(place.market.tenant.id, "JPY", "inclusive", "DE", (), further=True)
    page = await product_page(place.house, "brass-lamp", shown=shown)
    [offer] = page.listing.offers
    assert (offer.price_minor, offer.compare_at_minor, offer.currency) == (IN_YEN, 9_500, "JPY")
    assert (page.delivery.shipping_minor, page.delivery.free_above_minor) == (DELIVERY, 20_000)
    with pytest.raises(NotForSaleIn):
        await product_page(place.house, "chair", shown=shown)


async def test_another_currency_reprices_the_cart_and_shows_what_is_not_sold_in_it(place: Place):
    euros, yen = place.shop("EUR"), place.shop("JPY")
    for sold in (place.lamp, place.chair):
        await view.put_in(place.house, GUEST, euros, sold.variant_ids[0], 1)
    cart = await view.look(place.house, GUEST, yen)
    assert [(line.offer.title, line.problem) for line in cart.groups[0].lines] == [("Brass Lamp", None), ("Chair", "not_in_currency")]
    assert (cart.items_minor, cart.shipping_minor, cart.total_minor) == (IN_YEN, DELIVERY, IN_YEN + DELIVERY)
    assert cart.changes == ()  # another currency is no change of price
    again = await view.look(place.house, GUEST, euros)
    assert (again.items_minor, again.changes) == (14_800, ())
    with pytest.raises(NotForSaleIn):
        await view.put_in(place.house, GUEST, yen, place.chair.variant_ids[0], 1)


async def test_a_price_that_changes_in_the_carts_currency_is_told_and_one_in_another_is_not(place: Place):
    await view.put_in(place.house, GUEST, place.shop("JPY"), place.lamp.variant_ids[0], 1)
    seller, slug, variant = place.market.seller.id, place.market.tenant.slug, place.lamp.variant_ids[0]
    async with place.house.db.begin(None) as uow:
        await reprice(uow, seller, [NewPrice(variant, slug, 4_500, None)])
    assert (await view.look(place.house, GUEST, place.shop("JPY"))).changes == ()
    async with place.house.db.begin(None) as uow:
        await reprice(uow, seller, [NewPrice(variant, slug, 7_700, None, "JPY")])
    [change] = (await view.look(place.house, GUEST, place.shop("JPY"))).changes
    assert (change.before_minor, change.after_minor) == (IN_YEN, 7_700)


async def test_an_order_in_the_further_currency_is_paid_and_booked_in_it(place: Place):
    answer = await check_out(place.house, await place.draft(place.lamp, expects=IN_YEN + DELIVERY))
    assert answer.code == 201, answer.body
    assert order_id_of(answer)
    tenant_id, held = place.market.tenant.id, str(escrow(place.market.seller.id))
    async with place.house.db.read(None) as uow:
        balances = await ledger.balances(uow, {(tenant_id, held), (tenant_id, str(CLEARING))})
    assert {currency for _, _, currency in balances} == {"JPY"}
    assert balances[tenant_id, held, "JPY"] == 7_479  # 8,900 less 19 % contained, half up for each
    assert [one for one in (await verify(place.house.db, tenant_id)).checks if one.count] == []


async def test_what_has_no_price_in_the_currency_cannot_be_ordered_in_it(place: Place):
    with pytest.raises(NotOnSale) as refused:
        await check_out(place.house, await place.draft(place.chair, expects=9_900))
    assert refused.value.currency == "JPY"


async def test_without_an_amount_for_delivery_nothing_is_sold_in_the_currency(place: Place):
    async with place.house.db.begin(None) as uow:
        await set_shipping_rules(uow, {(place.market.tenant.id, place.market.seller.id): ShippingRule(490)})
        with pytest.raises(Invalid):
            await reprice(uow, place.market.seller.id, [NewPrice(place.chair.variant_ids[0], place.market.tenant.slug, 1, None, "JPY")])
    with pytest.raises(NotOnSale):
        await check_out(place.house, await place.draft(place.lamp, expects=IN_YEN))


async def test_a_fixed_part_of_commission_is_said_in_every_currency_or_nothing_is_sold_in_it(place: Place):
    tenant_id = place.market.tenant.id
    async with place.house.db.begin(None) as uow:
        rule = await commission.create(uow, tenant_id, commission.NewRule(1000, 30), created_by="test")
        assert isinstance(rule, commission.Rule)
        assert isinstance(await currencies.sell_in(uow, tenant_id, NewCurrency("JPY", 5_000), actor_ref="test"), Invalid)
    with pytest.raises(NotOnSale):
        await check_out(place.house, await place.draft(place.lamp, expects=IN_YEN + DELIVERY))
    async with place.house.db.begin(None) as uow:
        await commission.change(
            uow, tenant_id, rule.rule_id, percent_bps=1000, fixed_minor=30, further_fixed={"JPY": 50}, valid_from=None, created_by="test"
        )
    await check_out(place.house, await place.draft(place.lamp, expects=IN_YEN + DELIVERY))
    assert [one for one in (await verify(place.house.db, tenant_id)).checks if one.count] == []


async def test_what_is_no_longer_sold_in_keeps_its_prices_and_its_payouts(place: Place):
    async with place.house.db.begin(None) as uow:
        ended = await currencies.stop_selling_in(uow, place.market.tenant.id, "JPY", actor_ref="test")
        again = await tenants.by_id(uow, {place.market.tenant.id})
    assert isinstance(ended, TenantFacts)
    assert ended == again[ended.id]
    assert (ended.currencies, ended.payout_thresholds) == (("EUR",), {"EUR": ended.payout_threshold_minor, "JPY": 5_000})
    async with place.house.db.begin(None) as uow:
        assert isinstance(await currencies.sell_in(uow, ended.id, NewCurrency("JPY", 6_000), actor_ref="test"), TenantFacts)
    assert await place.titles("JPY") == ["Brass Lamp 8000 JPY"]


async def test_a_marketplace_without_the_currency_does_not_take_a_price_in_it(place: Place):
    async with place.house.db.begin(None) as uow:
        with pytest.raises(Invalid):
            await reprice(uow, place.market.seller.id, [NewPrice(place.lamp.variant_ids[0], place.market.tenant.slug, 1, None, "USD")])
