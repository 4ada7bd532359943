"""The finance console: figures that agree with each other, and one order's money to the cent."""

from typing import Any

import pytest

from tests.builders.bazaar import a_bazaar
from tests.builders.figures import figures_follow
from tests.http.money.conftest import Trade, keyed
from tests.http.money.test_returns import returns_of, wish
from tests.http.people.conftest import Browser
from velora.flows.release.release import Confirmation, confirm, release_due
from velora.kernel.ids import encode
from velora.kernel.principal import Role


@pytest.fixture
async def finance(signed_in) -> Browser:
    browser, _ = await signed_in(None, Role.FINANCE)
    return browser


async def released(trade: Trade, bought) -> None:
    async with trade.house.db.begin(None) as uow:
        await confirm(uow, [Confirmation(trade.market.tenant.id, bought.part.id)])
    await release_due(trade.house)


async def test_a_trail_tells_what_happened_and_what_is_to_come(trade: Trade, finance: Browser, browser_at):
    bought, staff = await trade.bought(2), await trade.staff(browser_at)
    view = (await bought.buyer.ask("POST", returns_of(bought), wish(bought), keyed())).json()
    await staff.ask("POST", f"/seller/{encode('sel', trade.market.seller.id)}/returns/{view['id']}/approve", {}, keyed())

    reply = await finance.get(f"/finance/trails/{encode('ord', bought.order_id)}")
    assert reply.status_code == 200, reply.text
    trail = reply.json()
    assert [(step["kind"], step["expected"]) for step in trail["steps"]] == [("capture", False), ("refund", False), ("release", True)]
    assert (trail["state"], trail["balanced"], trail["postings"]) == ("partly_refunded", True, 5)
    totals = {name: money["amount"] for name, money in trail["totals"].items()}
    assert totals["charged"] == 9800
    assert totals["refunded"] == 4900
    assert totals["held"] == totals["seller_gets"] + totals["keeps"] + totals["reserve"]
    refund = trail["steps"][1]
    assert [(move["debit"]["code"], move["credit"]["code"]) for move in refund["postings"]] == [
        ("2010", "2050"),
        ("2030", "2050"),
        ("2050", "1010"),
    ]
    assert refund["postings"][0]["debit"] == {"code": "2010", "name": "Escrow", "sub_label": trade.market.seller.name}
    assert refund["refund"] == {"pieces": 1, "cancelled": False, "answered": True}
    assert trail["steps"][2]["at"] is not None
    assert trail["steps"][2]["release"]["waits_for"] == "days"
    into, out = {}, {}
    for link in trail["where"]["links"]:
        out[link["from"]] = out.get(link["from"], 0) + link["amount"]["amount"]
        into[link["to"]] = into.get(link["to"], 0) + link["amount"]["amount"]
    assert into["escrow"] == out["escrow"]
    assert out["buyer"] == 9800
    assert into["refund"] == 4900


async def test_after_release_the_trail_has_no_more_to_come(trade: Trade, finance: Browser):
    bought = await trade.bought(1)
    await released(trade, bought)
    trail = (await finance.get(f"/finance/trails/{encode('ord', bought.order_id)}")).json()
    assert [(step["kind"], step["expected"]) for step in trail["steps"]] == [("capture", False), ("release", False)]
    assert trail["totals"]["held"]["amount"] == 0
    terms = trail["steps"][1]["release"]
    assert (terms["rate_bps"], terms["fixed"]["amount"], terms["seller"], terms["waits_for"]) == (1000, 0, trade.market.seller.name, None)
    assert terms["commission"]["amount"] == round(terms["base"]["amount"] / 10)


async def trail_at(finance: Browser, order_id: int) -> dict[str, Any]:
    reply = await finance.get(f"/finance/trails/{encode('ord', order_id)}")
    assert reply.status_code == 200, reply.text
    return reply.json()


async def test_the_trail_of_what_a_bank_holds_says_what_will_be_taken_and_then_what_was(trade: Trade, finance: Browser, tmp_path):
    async with a_bazaar(trade.house.db, tmp_path) as bazaar:
        order_id = await bazaar.order()
        held = await trail_at(finance, order_id)
        await bazaar.cancels(order_id, bazaar.weaver_id)
        await bazaar.sends(order_id, bazaar.lamp_seller_id)
        taken = await trail_at(finance, order_id)
        await bazaar.cancels(given_up := await bazaar.order())
        ended = await trail_at(finance, given_up)
    assert [(step["kind"], step["expected"]) for step in held["steps"]] == [("authorisation", False), ("capture", True)]
    assert (held["state"], held["balanced"], held["postings"]) == ("authorised", True, 1)
    totals = {name: money["amount"] for name, money in held["totals"].items()}
    assert (totals["authorised"], totals["charged"], totals["held"]) == (7880, 0, 0)
    assert totals["seller_gets"] + totals["keeps"] + totals["reserve"] == 4530 + 2093
    assert {link["kind"] for link in held["where"]["links"]} == {"expected"}
    assert sum(link["amount"]["amount"] for link in held["where"]["links"] if link["from"] == "buyer") == 7880
    assert [step["kind"] for step in taken["steps"]] == ["authorisation", "capture", "gateway_fee", "release"]
    totals = {name: money["amount"] for name, money in taken["totals"].items()}
    assert (totals["authorised"], totals["charged"], totals["held"], taken["balanced"]) == (0, 5390, 4530, True)
    assert [step["kind"] for step in ended["steps"]] == ["authorisation", "authorisation_ended"]
    assert (ended["state"], ended["where"]["links"], ended["balanced"]) == ("cancelled", [], True)


async def test_orders_are_found_by_id_by_buyer_and_by_total(trade: Trade, finance: Browser):
    bought = await trade.bought(2)
    slug = trade.market.tenant.slug
    ids = [encode("ord", bought.order_id)]
    (row,) = (await finance.get(f"/finance/trails?tenant={slug}")).json()["data"]
    assert (row["order_id"], row["total"]["amount"], row["sellers"]) == (ids[0], 9800, [trade.market.seller.name])
    for q in (ids[0], row["buyer"][:8], "98.00"):
        found = (await finance.get(f"/finance/trails?tenant={slug}&q={q}")).json()["data"]
        assert [one["order_id"] for one in found] == ids, q
    assert (await finance.get(f"/finance/trails?tenant={slug}&q=ord_nonsense")).json()["data"] == []
    assert (await finance.get(f"/finance/trails/{encode('ord', 5)}")).status_code == 404


async def test_the_trial_balance_balances_and_the_overview_agrees_with_it(trade: Trade, finance: Browser):
    await released(trade, await trade.bought(1))
    await trade.bought(2)
    await figures_follow(trade.house)
    slug = trade.market.tenant.slug
    trial = (await finance.get(f"/finance/trial-balance?tenant={slug}")).json()
    assert trial["balanced"]
    assert trial["debit"] == trial["credit"]
    by_code = {row["code"].split(":")[0]: row["balance"]["amount"] for row in trial["rows"]}
    (figures,) = (await finance.get(f"/finance/overview?tenant={slug}")).json()["currencies"]
    assert figures["gmv"]["amount"] == by_code["1010"]
    assert figures["held"]["amount"] == by_code["2010"]
    assert figures["payable"]["amount"] == by_code["2020"]
    assert figures["commission"]["amount"] == by_code["4010"]
    assert figures["tax"]["amount"] == by_code["2030"]
    overview = (await finance.get(f"/finance/overview?tenant={slug}")).json()
    assert (overview["orders"], overview["journals"]) == (2, 3)
    (today,) = overview["daily"]
    assert (today["day"], today["gmv"]) == ("2026-11-16", by_code["1010"])


async def test_an_accounts_statement_ends_at_its_balance(trade: Trade, finance: Browser):
    await trade.bought(1)
    bought = await trade.bought(2)
    slug = trade.market.tenant.slug
    (account,) = (await finance.get(f"/finance/accounts?tenant={slug}&q=escrow")).json()["data"]
    assert (account["class"], account["sub_label"]) == ("liability", trade.market.seller.name)
    first = (await finance.get(f"/finance/accounts/{account['id']}/statement?limit=1")).json()
    assert (first["has_more"], first["opening"]["amount"]) == (True, 0)
    second = (await finance.get(f"/finance/accounts/{account['id']}/statement?limit=1&cursor={first['next_cursor']}")).json()
    (line,) = second["data"]
    assert line["balance"] == account["balance"]
    assert (line["kind"], line["order_id"], line["debit"]) == ("capture", encode("ord", bought.order_id), None)
    csv = await finance.get(f"/finance/accounts/{account['id']}/statement.csv")
    assert csv.headers["content-type"].startswith("text/csv")
    assert len(csv.text.splitlines()) == 3


async def test_verify_answers_with_every_count_and_is_remembered(trade: Trade, finance: Browser):
    await trade.bought(1)
    slug = trade.market.tenant.slug
    verdict = (await finance.ask("POST", f"/finance/verify?tenant={slug}")).json()
    assert verdict["clean"], verdict
    numbers = {check["number"] for check in verdict["checks"]}
    assert numbers >= {*range(1, 11), *range(14, 24), 25, 26}
    assert numbers & {11, 12, 13} == set(), "blocks hold the journals of all marketplaces"
    assert (await finance.get("/finance/overview")).json()["last_verify"]["clean"]
    everything = (await finance.ask("POST", "/finance/verify")).json()
    assert {check["number"] for check in everything["checks"]} - numbers - {24} == {11, 12, 13, 27}  # 24 is of MySQL's months


@pytest.mark.parametrize("path", ["overview", "trial-balance", "accounts", "trails", "payouts"])
async def test_only_finance_may_look(trade: Trade, signed_in, browser_at, path):
    assert (await browser_at().get(f"/finance/{path}")).status_code == 401
    admin, _ = await signed_in(trade.market.tenant, Role.MARKETPLACE_ADMIN)
    assert (await admin.get(f"/finance/{path}")).status_code == 403


async def test_an_unknown_marketplace_is_said_to_be_unknown(finance: Browser):
    for path in ("overview", "trial-balance", "accounts", "trails", "payouts"):
        assert (await finance.get(f"/finance/{path}?tenant=nowhere")).status_code == 404
