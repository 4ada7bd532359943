"""Sellers come to marketplaces, as their people and the administrators meet it."""

from typing import Any

import httpx
from sqlalchemy import func, select

from tests.http.people.conftest import Browser, BrowserAt, SignedInAs
from velora.flows.house import TradingHouse
from velora.kernel.ids import decode, encode
from velora.kernel.principal import Role
from velora.modules.audit import service as audit
from velora.modules.identity.service import AccountFacts
from velora.modules.sellers import service as sellers
from velora.modules.sellers.models import Seller
from velora.modules.tenants.service import TenantFacts


def code(reply: httpx.Response) -> tuple[int, str]:
    return reply.status_code, reply.json()["code"]


async def found(browser: Browser, house: TradingHouse, name: str = "Lumen & Oak") -> str:
    reply = await browser.post("/seller", {"slug": f"lumen-{house.db.new_id()}", "name": name, "country": "DE", "about": "Lamps."})
    assert reply.status_code == 201, reply.text
    return reply.json()["id"]


async def state_at(house: TradingHouse, tenant: TenantFacts, seller_id: str) -> str | None:
    async with house.db.read(None) as uow:
        found = await sellers.memberships_of(uow, {decode("sel", seller_id)})
    return next((one.state.value for one in found if one.tenant_id == tenant.id), None)


async def recorded(house: TradingHouse, object_ref: str) -> list[tuple[int, str]]:
    async with house.db.read(None) as uow:
        page = await audit.records(uow, None, object_ref=object_ref)
    return [(record.tenant_id, record.entry.action) for record in reversed(page.data)]


async def test_from_an_idea_to_an_approved_seller_every_step_is_on_record(
    house: TradingHouse, signed_in: SignedInAs, nord: TenantFacts, harbour: TenantFacts
) -> None:
    owner, _ = await signed_in(nord)
    admin, boss = await signed_in(nord, Role.MARKETPLACE_ADMIN)
    seller_id = await found(owner, house)
    me = await owner.me()
    assert me["roles"] == ["buyer", "seller"]
    assert [seller["id"] for seller in me["sellers"]] == [seller_id]

    reply = await owner.post(f"/seller/{seller_id}/applications", {"tenant": nord.slug, "note": "We make lamps."})
    assert (reply.status_code, reply.json()["state"]) == (201, "applied")
    [waiting] = (await admin.get("/admin/sellers?state=applied")).json()["data"]
    assert (waiting["seller"]["id"], waiting["standing"]["note"]) == (seller_id, "We make lamps.")
    reply = await admin.post(f"/admin/sellers/{seller_id}/approve", {})
    assert (reply.status_code, reply.json()["state"]) == (200, "approved")

    places = (await owner.get(f"/seller/{seller_id}/applications")).json()["data"]
    states = {place["marketplace"]["slug"]: place["state"] for place in places}
    assert (states[nord.slug], states[harbour.slug]) == ("approved", "none")
    assert await recorded(house, seller_id) == [(0, "sellers.founded"), (nord.id, "sellers.applied"), (nord.id, "sellers.approved")]
    [last] = (await admin.get(f"/admin/audit?action=sellers.approved&object_ref={seller_id}")).json()["data"]
    assert (last["actor"], last["address"]) == (encode("acc", boss.id), "192.0.2.1")


async def test_a_seller_is_suspended_with_a_reason_and_approved_again(
    house: TradingHouse, signed_in: SignedInAs, nord: TenantFacts
) -> None:
    owner, _ = await signed_in(nord)
    admin, _ = await signed_in(nord, Role.MARKETPLACE_ADMIN)
    seller_id = await found(owner, house)
    await owner.post(f"/seller/{seller_id}/applications", {"tenant": nord.slug})
    assert code(await admin.post(f"/admin/sellers/{seller_id}/suspend", {"note": "late"})) == (409, "sellers.not_possible_now")
    await admin.post(f"/admin/sellers/{seller_id}/approve", {})
    reply = await admin.post(f"/admin/sellers/{seller_id}/suspend", {"note": " "})
    assert (code(reply), reply.json()["errors"][0]["pointer"]) == ((422, "request.invalid"), "/note")
    assert await state_at(house, nord, seller_id) == "approved"
    assert (await admin.post(f"/admin/sellers/{seller_id}/suspend", {"note": "Late three times."})).json()["state"] == "suspended"
    assert (await admin.post(f"/admin/sellers/{seller_id}/approve", {})).json()["state"] == "approved"


async def test_who_was_declined_reads_why_and_may_apply_again(house: TradingHouse, signed_in: SignedInAs, nord: TenantFacts) -> None:
    owner, _ = await signed_in(nord)
    admin, _ = await signed_in(nord, Role.MARKETPLACE_ADMIN)
    seller_id = await found(owner, house)
    apply = {"tenant": nord.slug}
    await owner.post(f"/seller/{seller_id}/applications", apply)
    assert code(await owner.post(f"/seller/{seller_id}/applications", apply)) == (409, "sellers.not_possible_now")
    await admin.post(f"/admin/sellers/{seller_id}/decline", {"note": "No imprint."})
    places = (await owner.get(f"/seller/{seller_id}/applications")).json()["data"]
    assert {"No imprint."} == {place["note"] for place in places if place["state"] == "declined"}
    assert (await owner.post(f"/seller/{seller_id}/applications", apply)).json()["state"] == "applied"


async def test_only_the_marketplaces_own_administrator_decides(
    house: TradingHouse, signed_in: SignedInAs, browser_at: BrowserAt, nord: TenantFacts, harbour: TenantFacts
) -> None:
    owner, _ = await signed_in(nord)
    seller_id = await found(owner, house)
    await owner.post(f"/seller/{seller_id}/applications", {"tenant": nord.slug})
    path = f"/admin/sellers/{seller_id}/approve"
    assert code(await owner.post(path, {})) == (403, "request.forbidden")
    assert code(await browser_at(nord).post(path, {})) == (401, "identity.not_signed_in")
    assert code(await (await signed_in(nord, Role.FINANCE))[0].post(path, {})) == (403, "request.forbidden")
    abroad, _ = await signed_in(harbour, Role.MARKETPLACE_ADMIN)
    assert code(await abroad.post(path, {})) == (404, "request.not_found")
    assert code(await abroad.ask("POST", path, {}, {"X-Velora-Tenant": nord.slug})) == (403, "request.forbidden")
    assert (await abroad.get("/admin/sellers")).json() == {"data": []}
    assert await state_at(house, nord, seller_id) == "applied"
    assert [action for _, action in await recorded(house, seller_id)] == ["sellers.founded", "sellers.applied"]


async def test_nobody_acts_for_a_seller_they_do_not_work_for(house: TradingHouse, signed_in: SignedInAs, nord: TenantFacts) -> None:
    owner, _ = await signed_in(nord)
    seller_id = await found(owner, house)
    other, _ = await signed_in(nord)
    await found(other, house, "Other")
    refused = [
        await other.get(f"/seller/{seller_id}/applications"),
        await other.post(f"/seller/{seller_id}/applications", {"tenant": nord.slug}),
        await other.get(f"/seller/{seller_id}/staff"),
        await other.post(f"/seller/{seller_id}/staff", {"email": "eve@example.com"}),
    ]
    assert {code(reply) for reply in refused} == {(404, "request.not_found")}
    assert await state_at(house, nord, seller_id) is None


async def test_a_seller_applies_only_to_marketplaces_that_are_there(house: TradingHouse, signed_in: SignedInAs, nord: TenantFacts) -> None:
    owner, _ = await signed_in(nord)
    seller_id = await found(owner, house)
    assert code(await owner.post(f"/seller/{seller_id}/applications", {"tenant": "nowhere"})) == (404, "request.not_found")


async def test_a_short_name_that_is_taken_founds_nothing(house: TradingHouse, signed_in: SignedInAs, nord: TenantFacts) -> None:
    owner, _ = await signed_in(nord)
    slug = f"lumen-{house.db.new_id()}"
    body = {"slug": slug, "name": "Lumen", "country": "DE"}
    assert (await owner.post("/seller", body)).status_code == 201
    assert code(await owner.post("/seller", body)) == (409, "sellers.slug_taken")
    assert code(await owner.post("/seller", {**body, "slug": "X"})) == (422, "request.invalid")
    async with house.db.read(None) as uow:
        assert await uow.scalar(select(func.count()).select_from(Seller).where(Seller.slug == slug)) == 1


async def staff(browser: Browser, seller_id: str) -> dict[str, str]:
    reply: list[dict[str, Any]] = (await browser.get(f"/seller/{seller_id}/staff")).json()["data"]
    return {one["account_id"]: one["role"] for one in reply}


async def test_owners_hire_and_dismiss_and_it_counts_at_once(
    house: TradingHouse, signed_in: SignedInAs, browser_at: BrowserAt, nord: TenantFacts, ada: AccountFacts
) -> None:
    owner, boss = await signed_in(nord)
    seller_id = await found(owner, house)
    helper = browser_at(nord)
    await helper.sign_in(ada.email)
    assert (await owner.post(f"/seller/{seller_id}/staff", {"email": ada.email})).status_code == 201
    assert (await helper.me())["sellers"][0]["id"] == seller_id
    assert await staff(helper, seller_id) == {encode("acc", boss.id): "owner", encode("acc", ada.id): "staff"}

    assert code(await helper.post(f"/seller/{seller_id}/staff", {"email": boss.email})) == (403, "request.forbidden")
    assert code(await helper.ask("DELETE", f"/seller/{seller_id}/staff/{encode('acc', boss.id)}")) == (403, "request.forbidden")
    assert code(await owner.ask("DELETE", f"/seller/{seller_id}/staff/{encode('acc', boss.id)}")) == (409, "sellers.last_owner")
    assert (await owner.ask("DELETE", f"/seller/{seller_id}/staff/{encode('acc', ada.id)}")).status_code == 204
    assert (await helper.me())["roles"] == ["buyer"]
    assert code(await helper.get(f"/seller/{seller_id}/staff")) == (403, "request.forbidden")
    actions = [action for _, action in await recorded(house, seller_id)]
    assert actions == ["sellers.founded", "sellers.hired", "sellers.dismissed"]


async def test_anyone_may_leave_but_the_last_owner(
    house: TradingHouse, signed_in: SignedInAs, browser_at: BrowserAt, nord: TenantFacts, ada: AccountFacts
) -> None:
    owner, _ = await signed_in(nord)
    seller_id = await found(owner, house)
    await owner.post(f"/seller/{seller_id}/staff", {"email": ada.email})
    helper = browser_at(nord)
    await helper.sign_in(ada.email)
    assert (await helper.ask("DELETE", f"/seller/{seller_id}/staff/{encode('acc', ada.id)}")).status_code == 204
    assert list(await staff(owner, seller_id)) != [encode("acc", ada.id)]


async def test_somebody_without_an_account_cannot_be_hired(house: TradingHouse, signed_in: SignedInAs, nord: TenantFacts) -> None:
    owner, _ = await signed_in(nord)
    seller_id = await found(owner, house)
    assert code(await owner.post(f"/seller/{seller_id}/staff", {"email": "nobody@example.com"})) == (404, "identity.no_such_account")
    assert code(await owner.post(f"/seller/{seller_id}/staff", {"email": "nobody"})) == (422, "request.invalid")
    assert len(await staff(owner, seller_id)) == 1


async def test_also_a_super_admin_finds_no_seller_that_is_not_there(signed_in: SignedInAs, nord: TenantFacts, ada: AccountFacts) -> None:
    root, _ = await signed_in(nord, Role.SUPER_ADMIN)
    nobody = f"/seller/{encode('sel', 1)}"
    for reply in (
        await root.get(f"{nobody}/staff"),
        await root.post(f"{nobody}/staff", {"email": ada.email}),
        await root.ask("DELETE", f"{nobody}/staff/{encode('acc', ada.id)}"),
        await root.get(f"{nobody}/applications"),
        await root.post(f"{nobody}/applications", {"tenant": nord.slug}),
        await root.post(f"/admin/sellers/{encode('sel', 1)}/approve", {}),
    ):
        assert code(reply) == (404, "request.not_found")


async def test_a_body_that_is_no_json_is_said_to_be_none(signed_in: SignedInAs, nord: TenantFacts) -> None:
    browser, _ = await signed_in(nord)
    csrf = {"X-CSRF-Token": browser.cookie("velora_csrf") or "", "content-type": "application/json"}
    for body in (b"\xff\xfe", b"{", b""):
        reply = await browser.client.post("/api/v1/seller", content=body, headers=csrf)
        assert code(reply) == (422, "request.invalid")
