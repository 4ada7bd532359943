"""Commission rules over HTTP: versions, and who may set them."""

from tests.http.money.conftest import Trade
from velora.kernel.ids import encode
from velora.kernel.principal import Role


async def test_a_rule_is_made_changed_and_ended_and_each_step_is_recorded(trade: Trade, signed_in):
    admin, _ = await signed_in(trade.market.tenant, Role.MARKETPLACE_ADMIN)
    made = await admin.post("/admin/commission-rules", {"percent_bps": 800, "seller_id": encode("sel", trade.market.seller.id)})
    assert (made.status_code, made.json()["version"], made.json()["scope"]) == (201, 1, "seller"), made.text
    path = f"/admin/commission-rules/{made.json()['id']}"
    changed = await admin.ask("PUT", path, {"percent_bps": 700, "fixed_minor": 10})
    assert (changed.json()["version"], changed.json()["percent_bps"]) == (2, 700)
    listed = (await admin.get("/admin/commission-rules")).json()["data"]
    assert [(rule["scope"], rule["percent_bps"]) for rule in listed] == [("tenant", 1000), ("seller", 700)]
    assert (await admin.ask("DELETE", path)).json()["version"] == 3
    assert len((await admin.get("/admin/commission-rules")).json()["data"]) == 1
    assert (await admin.ask("PUT", path, {"percent_bps": 1})).status_code == 404
    actions = [record["action"] for record in (await admin.get("/admin/audit")).json()["data"]]
    assert actions == ["commission.rule_retired", "commission.rule_changed", "commission.rule_created"]


async def test_there_is_one_rule_for_one_thing(trade: Trade, signed_in):
    admin, _ = await signed_in(trade.market.tenant, Role.MARKETPLACE_ADMIN)
    taken = await admin.post("/admin/commission-rules", {"percent_bps": 800})
    assert (taken.status_code, taken.json()["code"]) == (409, "commission.rule_taken")
    assert len((await admin.get("/admin/commission-rules")).json()["data"]) == 1


async def test_only_this_marketplaces_administrator_may(trade: Trade, signed_in, browser_at):
    buyer, _ = await signed_in(trade.market.tenant)
    assert (await buyer.get("/admin/commission-rules")).status_code == 403
    assert (await browser_at(trade.market.tenant).get("/admin/commission-rules")).status_code == 401
