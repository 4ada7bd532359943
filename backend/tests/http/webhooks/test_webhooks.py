"""Webhooks as administrators and sellers keep them."""

import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from tests.builders.people import PASSWORD, a_seller, an_account
from tests.builders.receivers import a_receiver, answers
from tests.builders.webhooks import a_pro, post_all
from tests.http.people.conftest import Browser, BrowserAt, SignedInAs
from velora.flows.house import TradingHouse
from velora.flows.webhooks import telling
from velora.kernel.clock import ManualClock
from velora.kernel.errors import Refusal
from velora.kernel.events import numbered
from velora.kernel.ids import decode, encode
from velora.kernel.principal import Role
from velora.modules.audit import service as audit
from velora.modules.catalog.events import ListingChanged, ProductChanged
from velora.modules.sellers import service as sellers
from velora.modules.sellers.policy import StaffRole
from velora.modules.tenants.service import TenantFacts

LISTED = "catalog.listing_changed.v1"


def code(reply: httpx.Response) -> tuple[int, str]:
    return reply.status_code, reply.json()["code"]


async def added(browser: Browser, url: str, *types: str, at: str = "/admin/webhooks") -> dict[str, Any]:
    reply = await browser.post(at, {"url": url, "description": "Our ERP", "event_types": list(types or (LISTED,))})
    assert reply.status_code == 201, reply.text
    return reply.json()


async def happens(house: TradingHouse, tenant_id: int) -> str:
    """Something happens at a marketplace; its id as receivers know it."""
    async with house.db.begin(None) as uow:
        number = uow.new_id()
        await telling.enqueue(uow, [numbered(ListingChanged(tenant_id, 5), number)])
    return encode("evt", number)


@pytest.fixture
async def admin(nord: TenantFacts, signed_in: SignedInAs) -> Browser:
    browser, _ = await signed_in(nord, Role.MARKETPLACE_ADMIN)
    return browser


async def test_an_endpoint_is_made_tested_and_its_log_read(house: TradingHouse, nord: TenantFacts, admin: Browser, clock: ManualClock):
    clock.advance(timedelta(seconds=time.time() - clock.now().timestamp()))
    async with a_receiver(answers(200, body=b"thank you")) as receiver:
        made = await added(admin, receiver.url)
        endpoint = made["endpoint"]
        at = f"/admin/webhooks/{endpoint['id']}"
        assert (endpoint["state"], endpoint["reason"], endpoint["failures"]) == ("enabled", "", 0)
        sent = await admin.post(f"{at}/test")
        assert sent.status_code == 202, sent.text
        await post_all(house)
        [request] = receiver.heard
    assert Webhook(made["secret"]).verify(request.body, request.headers)["type"] == "webhooks.test.v1"
    listed = (await admin.get("/admin/webhooks")).json()
    assert [one["id"] for one in listed["data"]] == [endpoint["id"]]
    assert LISTED in listed["event_types"]
    assert "payouts.payout_paid.v1" not in listed["event_types"]
    [delivery] = (await admin.get(f"{at}/deliveries")).json()["data"]
    assert (delivery["id"], delivery["state"], delivery["last_status"]) == (sent.json()["id"], "delivered", 200)
    whole = (await admin.get(f"{at}/deliveries/{delivery['id']}")).json()
    assert whole["body"].encode() == request.body
    assert whole["attempts"][0]["reply"] == "thank you"
    assert whole["attempts"][0]["request_headers"]["webhook-signature"] == request.headers["webhook-signature"]


async def test_the_secret_is_shown_once_and_stands_nowhere_in_the_clear(house: TradingHouse, admin: Browser):
    made = await added(admin, "http://127.0.0.1:9/hook")
    at = f"/admin/webhooks/{made['endpoint']['id']}"
    again = await admin.post(f"{at}/rotate-secret")
    assert again.status_code == 200, again.text
    assert again.json()["secret"] != made["secret"]
    assert again.json()["secret"].startswith("whsec_")
    assert again.json()["endpoint"]["old_secret_until"] is not None
    for path in ("/admin/webhooks", at):
        said = (await admin.get(path)).text
        assert made["secret"] not in said
        assert "whsec_" not in said
    files = [file.read_bytes() for file in house.settings.home.parent.rglob("*.db")]
    assert not [file for file in files if made["secret"].removeprefix("whsec_").encode() in file]


async def test_an_endpoint_is_changed_by_whoever_has_seen_it_last(admin: Browser):
    made = (await added(admin, "http://127.0.0.1:9/hook"))["endpoint"]
    at = f"/admin/webhooks/{made['id']}"
    tag = (await admin.get(at)).headers["etag"]
    wish = {"url": "http://127.0.0.1:9/other", "description": "", "event_types": [LISTED, "orders.order_paid.v1"]}
    assert code(await admin.ask("PUT", at, wish)) == (428, "webhooks.version_missing")
    changed = await admin.ask("PUT", at, wish, {"If-Match": tag})
    assert (changed.status_code, changed.json()["event_types"]) == (200, [LISTED, "orders.order_paid.v1"])
    assert code(await admin.ask("PUT", at, wish, {"If-Match": tag})) == (412, "webhooks.endpoint_changed")
    assert (await admin.get(at)).headers["etag"] == changed.headers["etag"]


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"url": "ftp://erp.example.com"}, "/url"),
        ({"url": "http://10.0.0.1/hook"}, "/url"),
        ({"url": "http://169.254.169.254/latest/meta-data"}, "/url"),
        ({"url": "http://[::ffff:10.0.0.1]/hook"}, "/url"),
        ({"url": "http://2130706433:0x50/hook"}, "/url"),
        ({"event_types": []}, "/event_types"),
        ({"event_types": ["ledger.journals_posted.v1"]}, "/event_types"),
        ({"event_types": ["payouts.payout_paid.v1"]}, "/event_types"),
        ({"description": "x" * 201}, "/description"),
    ],
)
async def test_what_no_endpoint_can_be_is_refused_at_its_field(admin: Browser, changed: dict[str, Any], pointer: str):
    reply = await admin.post("/admin/webhooks", {"url": "http://127.0.0.1:9/hook", "event_types": [LISTED]} | changed)
    assert code(reply) == (422, "request.invalid"), reply.text
    assert reply.json()["errors"][0]["pointer"] == pointer
    assert (await admin.get("/admin/webhooks")).json()["data"] == []


async def test_without_the_setting_this_machine_is_not_reached_even_in_development(house: TradingHouse, app: Any, admin: Browser):
    app.state.house = replace(house, settings=house.settings.model_copy(update={"webhooks_to_loopback": False}))
    for url in ("http://127.0.0.1:9/hook", "http://localhost:9/hook", "http://127.1:9/", "http://0x7f000001:9/"):
        reply = await admin.post("/admin/webhooks", {"url": url, "event_types": [LISTED]})
        assert code(reply) == (422, "request.invalid"), url


async def test_what_failed_is_replayed_one_by_one_and_all_since(house: TradingHouse, nord: TenantFacts, admin: Browser, clock: ManualClock):
    async with a_receiver(answers(500)) as bad:
        made = (await added(admin, bad.url))["endpoint"]
        at = f"/admin/webhooks/{made['id']}"
        since = clock.now()
        events = [await happens(house, nord.id) for _ in range(3)]
        for _ in range(3):
            await post_all(house)
            clock.advance(timedelta(seconds=1))
    assert {one["state"] for one in (await admin.get(f"{at}/deliveries?state=failed&limit=2")).json()["data"]} == {"failed"}
    async with a_receiver(answers(200)) as good:
        tag = (await admin.get(at)).headers["etag"]
        await admin.ask("PUT", at, {"url": good.url, "event_types": [LISTED]}, {"If-Match": tag})
        one = await admin.post(f"{at}/deliveries/{events[0]}/replay")
        assert (one.status_code, one.json()["state"]) == (202, "pending")
        await post_all(house)
        assert [each.headers["webhook-id"] for each in good.heard] == [events[0]]
        rest = await admin.post(f"{at}/replay", {"since": since.isoformat()})
        assert (rest.status_code, rest.json()["events"]) == (202, 2)
        await post_all(house)
        assert sorted(each.headers["webhook-id"] for each in good.heard) == events
    states = [one["state"] for one in (await admin.get(f"{at}/deliveries")).json()["data"]]
    assert states == ["delivered"] * 3


async def test_the_log_comes_in_pages_and_can_be_narrowed(house: TradingHouse, nord: TenantFacts, admin: Browser):
    made = (await added(admin, "http://127.0.0.1:9/hook"))["endpoint"]
    at = f"/admin/webhooks/{made['id']}/deliveries"
    events = [await happens(house, nord.id) for _ in range(5)]
    first = (await admin.get(f"{at}?limit=3")).json()
    second = (await admin.get(f"{at}?limit=3&cursor={first['next_cursor']}")).json()
    assert [one["id"] for one in first["data"] + second["data"]] == events[::-1]
    assert (first["has_more"], second["has_more"]) == (True, False)
    assert (await admin.get(f"{at}?state=delivered")).json()["data"] == []
    assert (await admin.get(f"{at}?type=webhooks.test.v1")).json()["data"] == []
    assert code(await admin.get(f"{at}?cursor=cake")) == (422, "request.invalid")


async def test_a_disabled_endpoint_is_sent_nothing_not_even_by_hand(house: TradingHouse, nord: TenantFacts, admin: Browser):
    made = (await added(admin, "http://127.0.0.1:9/hook"))["endpoint"]
    at = f"/admin/webhooks/{made['id']}"
    event = await happens(house, nord.id)
    off = (await admin.post(f"{at}/disable")).json()
    assert (off["state"], off["reason"]) == ("disabled", "asked")
    for path, body in (
        (f"{at}/test", None),
        (f"{at}/deliveries/{event}/replay", None),
        (f"{at}/replay", {"since": "2026-01-01T00:00:00Z"}),
    ):
        assert code(await admin.post(path, body)) == (409, "webhooks.endpoint_disabled")
    assert (await admin.post(f"{at}/enable")).json()["state"] == "enabled"


async def test_ten_endpoints_are_enough_and_one_that_is_removed_makes_room(admin: Browser):
    made = [await added(admin, f"http://127.0.0.1:9/{number}") for number in range(10)]
    reply = await admin.post("/admin/webhooks", {"url": "http://127.0.0.1:9/hook", "event_types": [LISTED]})
    assert code(reply) == (409, "webhooks.too_many_endpoints")
    gone = f"/admin/webhooks/{made[3]['endpoint']['id']}"
    assert (await admin.ask("DELETE", gone)).status_code == 204
    assert code(await admin.get(gone)) == (404, "request.not_found")
    assert code(await admin.ask("DELETE", gone)) == (404, "request.not_found")
    await added(admin, "http://127.0.0.1:9/hook")


async def test_what_is_done_to_an_endpoint_is_on_record_without_its_secret(house: TradingHouse, nord: TenantFacts, admin: Browser):
    made = await added(admin, "http://127.0.0.1:9/hook")
    at = f"/admin/webhooks/{made['endpoint']['id']}"
    for step in ("rotate-secret", "disable", "enable"):
        assert (await admin.post(f"{at}/{step}")).status_code == 200
    await admin.ask("DELETE", at)
    async with house.db.read(nord.id) as uow:
        records = (await audit.records(uow, nord.id, object_ref=made["endpoint"]["id"])).data
    assert [one.entry.action for one in reversed(records)] == [
        "webhooks.endpoint_created",
        "webhooks.secret_rotated",
        "webhooks.endpoint_disabled",
        "webhooks.endpoint_enabled",
        "webhooks.endpoint_removed",
    ]
    assert "whsec_" not in str(records)


async def test_nobody_but_an_administrator_sees_a_marketplaces_webhooks(nord: TenantFacts, signed_in: SignedInAs):
    buyer, _ = await signed_in(nord, Role.BUYER)
    assert code(await buyer.get("/admin/webhooks")) == (403, "request.forbidden")


async def a_sellers_people(house: TradingHouse, nord: TenantFacts, browser_at: BrowserAt) -> tuple[str, Browser, Browser]:
    """Where the seller's webhooks are, its owner, and somebody who works there."""
    async with house.db.begin(None) as uow:
        owner, clerk = await an_account(uow), await an_account(uow)
        seller = await a_seller(uow, owner.id, at=(nord.id,))
        assert not isinstance(await sellers.hire(uow, seller.id, clerk.id, StaffRole.STAFF), Refusal)
    first, second = browser_at(nord), browser_at(nord)
    assert (await first.sign_in(owner.email, PASSWORD)).status_code == 200
    assert (await second.sign_in(clerk.email, PASSWORD)).status_code == 200
    return f"/seller/{encode('sel', seller.id)}/webhooks", first, second


async def test_a_pros_owner_keeps_webhooks_and_its_people_look(house: TradingHouse, nord: TenantFacts, browser_at: BrowserAt):
    at, owner, clerk = await a_sellers_people(house, nord, browser_at)
    wish = {"url": "http://127.0.0.1:9/hook", "event_types": ["catalog.product_changed.v1"]}
    assert code(await owner.post(at, wish)) == (403, "webhooks.needs_pro")
    listed = (await owner.get(at)).json()
    assert (listed["data"], listed["refused_with"]) == ([], "webhooks.needs_pro")
    assert (await clerk.get(at)).json()["refused_with"] == "request.forbidden"
    seller_id = decode("sel", at.split("/")[2])
    await a_pro(house.db, seller_id)
    made = await added(owner, "http://127.0.0.1:9/hook", "catalog.product_changed.v1", at=at)
    one = f"{at}/{made['endpoint']['id']}"
    async with house.db.begin(None) as uow:
        await telling.enqueue(uow, [numbered(ProductChanged(0, seller_id, 5), uow.new_id())])
    assert (await owner.get(at)).json()["refused_with"] is None
    assert (await clerk.get(at)).json()["data"] == [made["endpoint"]]
    [delivery] = (await clerk.get(f"{one}/deliveries")).json()["data"]
    assert (await clerk.get(f"{one}/deliveries/{delivery['id']}")).json()["attempts"] == []
    assert code(await clerk.post(at, wish)) == (403, "request.forbidden")
    for step in ("rotate-secret", "enable", "disable", "test", f"deliveries/{delivery['id']}/replay"):
        assert code(await clerk.post(f"{one}/{step}")) == (403, "request.forbidden"), step
    assert (await owner.post(f"{one}/deliveries/{delivery['id']}/replay")).status_code == 202
    assert (await owner.ask("DELETE", one)).status_code == 204
