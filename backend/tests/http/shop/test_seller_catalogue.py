"""Sellers keep their products, list and price them, import and export; administrators shape the tree. Over HTTP."""

import asyncio
from datetime import timedelta

import pytest

from tests.builders.market import Market, a_market, another_seller, goods
from tests.builders.people import an_account
from velora.flows.jobs import do_job
from velora.kernel.ids import encode
from velora.kernel.principal import Role
from velora.modules.audit import service as audit
from velora.modules.sellers import service as sellers
from velora.modules.sellers.policy import StaffRole


@pytest.fixture
async def staff(house, market, browser_at):
    """A browser of somebody who works for the market's seller."""
    return await at_work_for(house, market, browser_at)


async def at_work_for(house, market: Market, browser_at):
    async with house.db.begin(None) as uow:
        account = await an_account(uow, name="Sam")
        await sellers.hire(uow, market.seller.id, account.id, StaffRole.STAFF)
    browser = browser_at()
    assert (await browser.sign_in(account.email)).status_code == 200
    return browser


def of(market: Market, path: str) -> str:
    return f"/seller/{encode('sel', market.seller.id)}{path}"


LAMP = {"title": "Moon Lamp", "variants": [{"sku": "MOON"}], "pictures": [{"name": "light-bulb"}], "attributes": {"colour": "brass"}}


async def category_slug(market: Market, browser_at) -> str:
    return (await browser_at(market.tenant).get("/categories")).json()["data"][0]["slug"]


async def test_a_seller_describes_lists_and_prices_a_product(market, staff, browser_at):
    added = (await staff.post(of(market, "/products"), LAMP)).json()
    [variant] = added["variants"]
    listing = {"category": await category_slug(market, browser_at), "offers": [{"variant_id": variant["id"], "price_minor": 4900}]}
    listed = await staff.ask("PUT", of(market, f"/products/{added['id']}/listings/{market.tenant.slug}"), listing)
    assert listed.json()["slug"] == "moon-lamp"
    prices = {"changes": [{"variant_id": variant["id"], "tenant": market.tenant.slug, "price_minor": 4500, "compare_at_minor": 4900}]}
    assert (await staff.ask("PUT", of(market, "/prices"), prices)).json()["data"][0]["price"] == {"amount": 4500, "currency": "EUR"}
    [row] = (await staff.get(of(market, "/products?q=moon"))).json()["data"]
    assert row["variants"][0]["offers"] == [
        {
            "tenant": {"slug": market.tenant.slug, "name": market.tenant.name},
            "price": {"amount": 4500, "currency": "EUR"},
            "compare_at": {"amount": 4900, "currency": "EUR"},
            "further": [],
            "currencies": ["EUR"],
            "state": "published",
        }
    ]
    assert (await browser_at(market.tenant).get("/products/moon-lamp")).json()["variants"][0]["price"]["amount"] == 4500


async def test_a_product_is_edited_only_in_the_version_that_was_loaded(market, staff):
    added = await staff.post(of(market, "/products"), LAMP)
    path, tag = of(market, f"/products/{added.json()['id']}"), added.headers["etag"]
    assert (await staff.ask("PUT", path, LAMP)).status_code == 428
    changed = await staff.ask("PUT", path, LAMP | {"title": "Sun Lamp"}, {"If-Match": tag})
    assert (changed.json()["title"], changed.headers["etag"]) == ("Sun Lamp", '"v2"')
    late = await staff.ask("PUT", path, LAMP | {"title": "Late"}, {"If-Match": tag})
    assert (late.status_code, late.json()["code"]) == (412, "catalog.version_conflict")
    assert (await staff.get(path)).json()["title"] == "Sun Lamp"


async def test_prices_are_set_all_or_none(house, market, staff):
    async with house.db.begin(None) as uow:
        sold = await goods(uow, market, sizes=("S", "M"))
    small, medium = (encode("var", variant) for variant in sold.variant_ids)
    changes = [
        {"variant_id": small, "tenant": market.tenant.slug, "price_minor": 1},
        {"variant_id": medium, "tenant": market.tenant.slug, "price_minor": -1},
    ]
    reply = await staff.ask("PUT", of(market, "/prices"), {"changes": changes})
    assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (422, "/changes/1/price_minor")
    [row] = (await staff.get(of(market, "/products"))).json()["data"]
    assert [variant["offers"][0]["price"]["amount"] for variant in row["variants"]] == [4900, 5000]


async def test_nobody_touches_the_products_of_another_seller(house, market, staff):
    other = await a_market(house.db)
    async with house.db.begin(None) as uow:
        theirs = await goods(uow, other)
    assert (await staff.get(of(other, "/products"))).status_code == 404
    assert (await staff.post(of(other, "/products"), LAMP)).status_code == 404
    assert (await staff.get(of(market, f"/products/{encode('prd', theirs.product_id)}"))).status_code == 404
    price = {"variant_id": encode("var", theirs.variant_ids[0]), "tenant": other.tenant.slug, "price_minor": 1}
    assert (await staff.ask("PUT", of(market, "/prices"), {"changes": [price]})).status_code == 404


async def test_a_seller_lists_only_where_it_is_approved(house, market, staff, browser_at):
    other = await a_market(house.db)
    added = (await staff.post(of(market, "/products"), LAMP)).json()
    listing = {"category": await category_slug(other, browser_at), "offers": [{"variant_id": added["variants"][0]["id"], "price_minor": 1}]}
    reply = await staff.ask("PUT", of(market, f"/products/{added['id']}/listings/{other.tenant.slug}"), listing)
    assert reply.status_code == 403


async def test_a_guest_has_no_business_in_the_seller_portal(market, browser_at):
    assert (await browser_at().get(of(market, "/products"))).status_code == 401


async def ended(market: Market, staff, operation_id: str):
    """The operation when it does not run any more."""
    for _ in range(500):
        operation = (await staff.get(of(market, f"/imports/{operation_id}"))).json()
        if operation["state"] != "running":
            return operation
        await asyncio.sleep(0.02)
    raise AssertionError("The import did not end in ten seconds.")


async def test_a_file_is_imported_and_comes_back_as_an_export(market, staff, browser_at):
    category = await category_slug(market, browser_at)
    text = f"sku,title,category,price,stock\nA,Lamp,{category},10,3\nB,Chair,nowhere,10,1\n"
    client, headers = staff.client, {"X-CSRF-Token": staff.cookie("velora_csrf")}
    path = f"/api/v1{of(market, '/imports')}?tenant={market.tenant.slug}"
    started = await client.post(path, files={"file": ("products.csv", text, "text/csv")}, headers=headers)
    assert started.status_code == 202
    operation = await ended(market, staff, started.json()["id"])
    assert (operation["state"], operation["percent"], operation["rows"], operation["failed"]) == ("finished", 100, 2, 1)
    assert (operation["errors"][0]["row"], operation["errors"][0]["column"]) == (3, "category")
    export = await staff.get(of(market, "/products.csv"))
    assert export.headers["content-type"].startswith("text/csv")
    heading, row, _ = export.text.split("\r\n")
    assert heading.startswith("handle,sku,title")
    assert row.startswith("lamp,A,Lamp")


async def test_the_file_of_an_import_is_had_again_for_five_minutes_by_its_seller_alone(house, market, staff, browser_at, clock):
    text = "sku,title,category,price\r\n"
    client, headers = staff.client, {"X-CSRF-Token": staff.cookie("velora_csrf")}
    started = await client.post(f"/api/v1{of(market, '/imports')}", files={"file": ("mine.csv", text, "text/csv")}, headers=headers)
    path = of(market, f"/imports/{started.json()['id']}/file")
    await ended(market, staff, started.json()["id"])
    link = (await staff.get(path)).json()
    assert link["until"] == (clock.now() + timedelta(minutes=5)).isoformat().replace("+00:00", "Z")
    stranger = browser_at().client
    got = await stranger.get(link["url"])
    assert (got.text, got.headers["content-type"], got.headers["cache-control"]) == (text, "text/csv; charset=utf-8", "private, no-store")
    assert f"import-{started.json()['id']}.csv" in got.headers["content-disposition"]
    assert (await browser_at().get(path)).status_code == 401
    rival = await at_work_for(house, await another_seller(house.db, market), browser_at)
    assert (await rival.get(path)).status_code == 404
    clock.advance(timedelta(minutes=5))
    assert (await stranger.get(link["url"])).json()["code"] == "files.ticket_refused"
    clock.advance(timedelta(days=30))
    while await do_job(house):
        pass
    again = await at_work_for(house, market, browser_at)
    assert (await again.get(path)).status_code == 404


async def test_a_file_that_cannot_be_read_is_told_in_its_operation(market, staff):
    client, headers = staff.client, {"X-CSRF-Token": staff.cookie("velora_csrf")}
    started = await client.post(f"/api/v1{of(market, '/imports')}", files={"file": ("x.csv", "title\n", "text/csv")}, headers=headers)
    operation = await ended(market, staff, started.json()["id"])
    assert operation["state"] == "failed"
    assert "missing" in operation["errors"][0]["problem"]


async def test_an_administrator_shapes_the_tree_and_it_is_recorded(house, market, signed_in):
    admin, account = await signed_in(market.tenant, Role.MARKETPLACE_ADMIN)
    attribute = {"key": "wood", "label": "Wood", "kind": "choice", "choices": ["oak", "ash"]}
    added = await admin.post("/admin/categories", {"name": "Chairs", "picture": "chair", "tone": "mint", "attributes": [attribute]})
    assert added.status_code == 201, added.text
    changed = await admin.ask("PUT", "/admin/categories/chairs", {"name": "Seats", "tone": "sky"})
    assert changed.status_code == 200
    defined = await admin.ask("PUT", "/admin/categories/chairs/attributes", {"attributes": [attribute | {"choices": []}]})
    assert (defined.status_code, defined.json()["errors"][0]["pointer"]) == (422, "/attributes/0/choices")
    assert "Seats" in [category["name"] for category in (await admin.get("/categories")).json()["data"]]
    async with house.db.read(None) as uow:
        page = await audit.records(uow, market.tenant.id)
    assert {record.entry.action for record in page.data} == {"catalog.category_added", "catalog.category_changed"}
    assert {record.entry.actor_ref for record in page.data} == {f"account:{account.id}"}


async def test_a_buyer_does_not_shape_the_tree(market, signed_in):
    buyer, _ = await signed_in(market.tenant, Role.BUYER)
    assert (await buyer.post("/admin/categories", {"name": "Chairs"})).status_code == 403
    assert len((await buyer.get("/categories")).json()["data"]) == 1
