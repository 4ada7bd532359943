"""A guest finds, looks and fills a cart, over HTTP; every reply is as its documentation says."""

import socket
from typing import Any

import pytest

from tests.builders.market import Market, a_market, goods
from velora.flows.indexing import index_listings
from velora.flows.screens.storefront.http import HomeOut, ProductPageOut, SearchOut, SuggestOut
from velora.flows.shopping.http import CartOut
from velora.kernel.ids import encode
from velora.modules.catalog.events import ListingChanged
from velora.modules.catalog.http import CategoriesOut
from velora.platform.search.address import OpenSearchAddress
from velora.platform.search.opensearch import OpenSearchIndex
from velora.platform.search.tantivy import TantivyIndex


async def on_sale(house: Any, market: Market, title: str = "Brass Lamp", **facts: Any):
    async with house.db.begin(None) as uow:
        sold = await goods(uow, market, title, **facts)
    await index_listings(house, [ListingChanged(market.tenant.id, sold.listing_id)])
    return sold


async def test_a_visitor_comes_from_the_first_page_to_a_product(house, market, browser_at):
    sold = await on_sale(house, market, sizes=("S", "M"))
    browser = browser_at(market.tenant)
    home = HomeOut.model_validate((await browser.get("/storefront/home")).json())
    assert (home.totals.products, home.totals.sellers, home.sellers[0].id) == (1, 1, market.seller.id)
    tree = CategoriesOut.model_validate((await browser.get("/categories")).json())
    assert [(category.name[:5], category.products) for category in tree.data] == [("Lamps", 1)]
    found = SearchOut.model_validate((await browser.get(f"/search?q=lmap&category={tree.data[0].slug}&attr.colour=brass")).json())
    assert (found.total, found.did_you_mean, found.has_more) == (1, "lamp", False)
    assert next(value for facet in found.facets if facet.key == "attr.colour" for value in facet.values).selected
    suggested = SuggestOut.model_validate((await browser.get("/search/suggest?q=bra")).json())
    assert (suggested.products[0].slug, suggested.queries) == (sold.slug, ["brass"])
    reply = await browser.get(f"/products/{found.data[0].slug}")
    product = ProductPageOut.model_validate(reply.json())
    assert [variant.title for variant in product.variants] == ["S", "M"]
    assert product.delivery.shipping.amount == 490
    assert (await browser.get(f"/sellers/{market.seller.slug}")).json()["products"] == 1


async def test_pages_of_a_search_follow_by_cursor(house, market, browser_at):
    for number in range(5):
        await on_sale(house, market, f"Lamp {number}", price=100 + number)
    browser = browser_at(market.tenant)
    seen: list[str] = []
    path = "/search?sort=price_asc&limit=2"
    while path:
        page = (await browser.get(path)).json()
        seen += [card["title"] for card in page["data"]]
        assert page["has_more"] is (page["next_cursor"] is not None)
        path = f"/search?sort=price_asc&limit=2&cursor={page['next_cursor']}" if page["has_more"] else ""
    assert seen == [f"Lamp {number}" for number in range(5)]


async def test_a_price_range_narrows_and_its_bounds_are_told(house, market, browser_at):
    for number in range(3):
        await on_sale(house, market, f"Lamp {number}", price=100 * (number + 1))
    page = (await browser_at(market.tenant).get("/search?price_min=150&price_max=250")).json()
    assert page["total"] == 1
    [price] = [facet for facet in page["facets"] if facet["key"] == "price"]
    assert (price["kind"], price["min"], price["max"]) == ("range", 100, 300)


@pytest.mark.parametrize("path", ["/search?cursor=nonsense", "/search?limit=0", "/search?price_min=-1", "/search?sort=cheapest"])
async def test_a_search_that_makes_no_sense_is_told_why(market, browser_at, path):
    reply = await browser_at(market.tenant).get(path)
    assert reply.status_code == 422
    assert reply.json()["detail"]


async def test_another_marketplace_has_neither_the_product_nor_the_seller(house, market, browser_at):
    sold = await on_sale(house, market)
    other = await a_market(house.db)
    browser = browser_at(other.tenant)
    assert (await browser.get(f"/products/{sold.slug}")).json()["code"] == "product.not_found"
    assert (await browser.get(f"/sellers/{market.seller.slug}")).status_code == 404
    assert (await browser.get("/search?q=lamp")).json()["total"] == 0
    reply = await browser.post("/cart/lines", {"variant_id": encode("var", sold.variant_ids[0])})
    assert (reply.status_code, reply.json()["code"]) == (404, "variant.not_found")


@pytest.mark.parametrize("engine", ["no folder", "no server"])
async def test_while_search_is_away_categories_work_and_words_are_refused(house, market, browser_at, tmp_path, engine):
    sold = await on_sale(house, market)
    nowhere = OpenSearchAddress.from_url(f"http://127.0.0.1:{a_closed_port()}")
    object.__setattr__(house, "search", TantivyIndex(tmp_path / "gone") if engine == "no folder" else OpenSearchIndex(nowhere))
    browser = browser_at(market.tenant)
    home = (await browser.get("/storefront/home")).json()
    assert home["loved"][0]["title"] == "Brass Lamp"
    assert (await browser.get("/search")).json()["total"] == 1
    assert (await browser.get(f"/search?category={home['categories'][0]['slug']}")).json()["total"] == 1
    assert (await browser.get("/search?category=elsewhere")).json()["total"] == 0
    assert (await browser.get(f"/products/{sold.slug}")).json()["title"] == "Brass Lamp"
    assert (await browser.get(f"/sellers/{market.seller.slug}")).status_code == 200
    for path in ("/search?q=lamp", "/search/suggest?q=la"):
        reply = await browser.get(path)
        assert (reply.status_code, reply.json()["code"]) == (503, "search.unavailable")
        assert reply.headers["content-type"] == "application/problem+json"
    await house.search.close()


def a_closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


async def test_a_guest_fills_a_cart_that_its_cookie_finds_again(house, market, browser_at):
    sold = await on_sale(house, market, price=1500)
    variant = encode("var", sold.variant_ids[0])
    browser = browser_at(market.tenant)
    empty = CartOut.model_validate((await browser.get("/cart")).json())
    assert (empty.lines, empty.total.amount, browser.cookie("velora_guest")) == (0, 0, None)
    filled = CartOut.model_validate((await browser.post("/cart/lines", {"variant_id": variant, "quantity": 2})).json())
    assert (filled.lines, filled.total.amount, filled.tax_mode, filled.country) == (1, 3490, "inclusive", "DE")
    assert browser.cookie("velora_guest")
    assert CartOut.model_validate((await browser.get("/cart?country=FR")).json()).tax.amount == 582
    more = await browser.ask("PUT", f"/cart/lines/{variant}", {"quantity": 3})
    assert more.json()["items"]["amount"] == 4500
    assert (await browser.ask("DELETE", f"/cart/lines/{variant}")).json()["lines"] == 0
    assert (await browser_at(market.tenant).get("/cart")).json()["lines"] == 0


@pytest.mark.parametrize("body", [{"variant_id": "var_nonsense"}, {"variant_id": 5, "quantity": 0}, {}, {"variant_id": 5, "quantity": 100}])
async def test_a_line_that_makes_no_sense_is_refused(market, browser_at, body):
    browser = browser_at(market.tenant)
    assert (await browser.post("/cart/lines", body)).status_code in (404, 422)
    assert browser.cookie("velora_guest") is None


async def test_what_is_sold_out_cannot_be_put_in(house, market, browser_at):
    sold = await on_sale(house, market, stock=0)
    reply = await browser_at(market.tenant).post("/cart/lines", {"variant_id": encode("var", sold.variant_ids[0])})
    assert (reply.status_code, reply.json()["code"]) == (409, "inventory.out_of_stock")
