"""Marketplaces and roles, as super admins, administrators and visitors meet them."""

from typing import Any

import httpx
import pytest

from tests.http.people.conftest import BrowserAt, SignedInAs
from velora.flows.house import TradingHouse
from velora.kernel.ids import encode
from velora.kernel.principal import Role
from velora.modules.audit import service as audit
from velora.modules.identity.service import AccountFacts
from velora.modules.tenants import service as tenants
from velora.modules.tenants.service import TenantFacts

COLOURS: dict[str, dict[str, float]] = {"ink": {"l": 0.38, "c": 0.09, "h": 255}, "butter": {"l": 0.9, "c": 0.1, "h": 100}}


def code(reply: httpx.Response) -> tuple[int, str]:
    return reply.status_code, reply.json()["code"]


def a_body(house: TradingHouse, **changed: object) -> dict[str, Any]:
    slug = f"market-{house.db.new_id() % 10**15}"
    return {
        "slug": slug,
        "name": "Sunrise Bazaar",
        "currency": "USD",
        "locale": "en-US",
        "country": "US",
        "tax_mode": "exclusive",
        **changed,
    }


def a_theme(colour: str = "ink") -> dict[str, Any]:
    hero = {"badge": "New", "title": "Good things", "text": "", "cta": "Look", "pictures": ["lamp"], "category_slug": "lamps"}
    return {"accent": COLOURS[colour], "display_font": "Newsreader", "radius": 8, "hero": hero, "announcement": "Free delivery"}


async def test_a_super_admin_opens_a_marketplace_and_anyone_finds_it(
    house: TradingHouse, signed_in: SignedInAs, browser_at: BrowserAt
) -> None:
    root, _ = await signed_in(None, Role.SUPER_ADMIN)
    body = a_body(house, tagline="Bright things", countries=["US", "CA"], theme=a_theme())
    reply = await root.post("/platform/tenants", body)
    assert reply.status_code == 201, reply.text
    made = reply.json()
    assert made["url"] == f"http://{body['slug']}.localhost:8000"

    async with house.db.read(None) as uow:
        tenant = (await tenants.by_slug(uow, {body["slug"]}))[body["slug"]]
    shown = (await browser_at(tenant).get("/storefront")).json()
    assert shown == {
        "id": made["id"], "slug": body["slug"], "name": "Sunrise Bazaar", "tagline": "Bright things", "currency": "USD", "locale": "en-US",
        "country": "US", "countries": ["US", "CA"], "tax_mode": "exclusive", "escrow_days": 14, "theme": a_theme(), "demo": True,
        "currencies": ["USD"], "shown_in": "USD", "card_form": {"gateway": "sandbox", "publishable_key": None},
    }  # fmt: skip
    listed = (await browser_at().get("/marketplaces")).json()
    assert listed["demo"]
    [entry] = [one for one in listed["data"] if one["slug"] == body["slug"]]
    assert entry == {name: made[name] for name in ("slug", "name", "tagline", "url", "currency", "theme")} | {"currencies": ["USD"]}
    async with house.db.read(None) as uow:
        [record] = (await audit.records(uow, tenant.id)).data
    assert (record.entry.action, record.entry.object_ref) == ("tenants.created", made["id"])


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [({"currency": "DEM"}, "/currency"), ({"theme": {**a_theme("butter")}}, "/theme/accent"), ({"domains": ["localhost"]}, "/domains")],
)
async def test_what_is_wrong_with_a_marketplace_is_said_at_its_field(
    house: TradingHouse, signed_in: SignedInAs, changed: dict[str, Any], pointer: str
) -> None:
    root, _ = await signed_in(None, Role.SUPER_ADMIN)
    body = a_body(house, **changed)
    reply = await root.post("/platform/tenants", body)
    assert (code(reply), reply.json()["errors"][0]["pointer"]) == ((422, "request.invalid"), pointer)
    async with house.db.read(None) as uow:
        assert await tenants.by_slug(uow, {body["slug"]}) == {}


async def test_only_a_super_admin_runs_the_platform(
    house: TradingHouse, signed_in: SignedInAs, browser_at: BrowserAt, nord: TenantFacts
) -> None:
    guest, body = browser_at(nord), a_body(house)
    assert code(await guest.post("/platform/tenants", body)) == (401, "identity.not_signed_in")
    for role in (Role.BUYER, Role.MARKETPLACE_ADMIN, Role.FINANCE):
        browser, _ = await signed_in(nord, role)
        suspended = await browser.post(f"/platform/tenants/{encode('ten', nord.id)}/suspend")
        for reply in (await browser.get("/platform/tenants"), await browser.post("/platform/tenants", body), suspended):
            assert code(reply) == (403, "request.forbidden")
        assert code(await browser.get("/platform/audit")) == (403, "request.forbidden")
    async with house.db.read(None) as uow:
        assert (await tenants.by_id(uow, {nord.id}))[nord.id].is_open
        assert await tenants.by_slug(uow, {body["slug"]}) == {}


async def test_a_suspended_marketplace_is_closed_for_everyone_until_resumed(
    signed_in: SignedInAs, browser_at: BrowserAt, nord: TenantFacts, harbour: TenantFacts
) -> None:
    root, _ = await signed_in(None, Role.SUPER_ADMIN)
    visitor, path = browser_at(nord), f"/platform/tenants/{encode('ten', nord.id)}"
    assert (await visitor.get("/storefront")).status_code == 200
    assert (await root.post(f"{path}/suspend")).json()["state"] == "suspended"
    for reply in (await visitor.get("/storefront"), await visitor.get("/auth/me"), await visitor.sign_in("ada@example.com")):
        assert code(reply) == (423, "tenants.suspended")
        assert nord.name in reply.json()["detail"]
    assert code(await root.post(f"{path}/suspend")) == (409, "tenants.not_in_that_state")
    assert (await browser_at(harbour).get("/storefront")).status_code == 200
    assert nord.slug not in {one["slug"] for one in (await root.get("/marketplaces")).json()["data"]}
    assert (await root.post(f"{path}/resume")).json()["state"] == "active"
    assert (await visitor.get("/storefront")).status_code == 200
    actions = [one["action"] for one in (await root.get(f"/platform/audit?object_ref={encode('ten', nord.id)}")).json()["data"]]
    assert actions == ["tenants.resumed", "tenants.suspended"]


async def test_an_unknown_host_has_no_storefront_and_a_header_may_name_one(browser_at: BrowserAt, nord: TenantFacts) -> None:
    bare = browser_at()
    assert code(await bare.get("/storefront")) == (404, "tenants.unknown_host")
    named = await bare.ask("GET", "/storefront", headers={"X-Velora-Tenant": nord.slug})
    assert named.json()["slug"] == nord.slug
    assert code(await bare.ask("GET", "/storefront", headers={"X-Velora-Tenant": "nowhere"})) == (404, "tenants.unknown_host")


async def test_an_administrator_dresses_the_own_marketplace(
    house: TradingHouse, signed_in: SignedInAs, nord: TenantFacts, harbour: TenantFacts
) -> None:
    admin, _ = await signed_in(nord, Role.MARKETPLACE_ADMIN)
    assert (await admin.ask("PUT", "/admin/theme", a_theme())).status_code == 200
    assert (await admin.get("/storefront")).json()["theme"] == a_theme()
    reply = await admin.ask("PUT", "/admin/theme", a_theme("butter"))
    assert (code(reply), reply.json()["errors"][0]["pointer"]) == ((422, "request.invalid"), "/theme/accent")
    assert code(await admin.ask("PUT", "/admin/theme", a_theme(), {"X-Velora-Tenant": harbour.slug})) == (403, "request.forbidden")
    assert (await admin.get("/storefront")).json()["theme"] == a_theme()
    async with house.db.read(None) as uow:
        assert (await tenants.by_id(uow, {harbour.id}))[harbour.id].theme == harbour.theme


async def test_administrators_make_and_unmake_each_other_but_never_themselves(
    signed_in: SignedInAs, browser_at: BrowserAt, nord: TenantFacts, ada: AccountFacts
) -> None:
    admin, boss = await signed_in(nord, Role.MARKETPLACE_ADMIN)
    other = browser_at(nord)
    await other.sign_in(ada.email)
    assert code(await other.get("/admin/team")) == (403, "request.forbidden")
    assert (await admin.post("/admin/team", {"email": ada.email})).status_code == 201
    team = (await other.get("/admin/team")).json()["data"]
    assert {one["account_id"] for one in team} == {encode("acc", boss.id), encode("acc", ada.id)}
    assert code(await admin.ask("DELETE", f"/admin/team/{encode('acc', boss.id)}")) == (403, "request.forbidden")
    assert (await admin.ask("DELETE", f"/admin/team/{encode('acc', ada.id)}")).status_code == 204
    assert code(await other.get("/admin/team")) == (403, "request.forbidden")
    assert code(await admin.post("/admin/team", {"email": "nobody@example.com"})) == (404, "identity.no_such_account")
    actions = [one["action"] for one in (await admin.get("/admin/audit")).json()["data"]]
    assert actions == ["identity.role_withdrawn", "identity.role_granted"]


async def test_platform_roles_are_given_and_taken_by_super_admins(
    signed_in: SignedInAs, browser_at: BrowserAt, nord: TenantFacts, ada: AccountFacts
) -> None:
    root, own = await signed_in(None, Role.SUPER_ADMIN)
    admin, _ = await signed_in(nord, Role.MARKETPLACE_ADMIN)
    finance = browser_at()
    await finance.sign_in(ada.email)
    assert code(await admin.post("/platform/roles", {"email": ada.email, "role": "finance"})) == (403, "request.forbidden")
    assert (await root.post("/platform/roles", {"email": ada.email, "role": "finance"})).status_code == 201
    assert (await finance.me())["roles"] == ["finance"]
    assert code(await root.post("/platform/roles", {"email": ada.email, "role": "buyer"})) == (422, "request.invalid")
    assert (await root.ask("DELETE", f"/platform/roles/finance/{encode('acc', ada.id)}")).status_code == 204
    assert (await finance.me())["roles"] == []
    assert code(await root.ask("DELETE", f"/platform/roles/finance/{encode('acc', ada.id)}")) == (404, "request.not_found")
    assert code(await root.ask("DELETE", f"/platform/roles/super_admin/{encode('acc', own.id)}")) == (403, "request.forbidden")


async def test_each_marketplace_reads_its_own_audit(
    signed_in: SignedInAs, nord: TenantFacts, harbour: TenantFacts, ada: AccountFacts
) -> None:
    admin, _ = await signed_in(nord, Role.MARKETPLACE_ADMIN)
    abroad, _ = await signed_in(harbour, Role.MARKETPLACE_ADMIN)
    await admin.post("/admin/team", {"email": ada.email})
    assert len((await admin.get("/admin/audit")).json()["data"]) == 1
    assert (await abroad.get("/admin/audit")).json()["data"] == []
    assert code(await admin.get("/admin/audit?cursor=nonsense")) == (422, "request.invalid")
