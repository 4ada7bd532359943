"""Payments as finance sees them: each with what was asked, what the gateway said and what comes next."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from tests.builders.checkout import CHALLENGED, NO_FUNDS, REPLY_LOST, a_card, a_draft
from tests.builders.market import a_market, goods
from tests.http.money.conftest import Trade, keyed
from tests.http.money.test_journals import finance
from tests.http.money.test_returns import returns_of, wish
from tests.http.people.conftest import Browser
from velora.flows.checkout.draft import Buyer
from velora.flows.checkout.pay import check_out
from velora.flows.payment_outcome.capture import take_money
from velora.flows.payment_outcome.sweep import sweep_payments
from velora.kernel.clock import ManualClock
from velora.kernel.ids import encode
from velora.modules.payments.service import Declined, IntentState, exploring

__all__ = ["finance"]


async def ordered(trade: Trade, card: str) -> int:
    """The id of an order that somebody wants to pay with this card."""
    _, account = await trade.people(trade.market.tenant)
    token = await a_card(trade.gateway, card)
    buyer = Buyer(account.id, "", account.email)
    draft = await a_draft(trade.house.db, trade.market, (trade.lamp.variant_ids[0], 1), token=token, buyer=buyer)
    with suppress(Declined):
        await check_out(trade.house, draft)
    return draft.order_id


async def listed(finance: Browser, trade: Trade, words: str = "") -> list[dict[str, Any]]:
    reply = await finance.get(f"/finance/payments?tenant={trade.market.tenant.slug}{words}")
    assert reply.status_code == 200, reply.text
    return reply.json()["data"]


async def of_order(finance: Browser, trade: Trade, order_id: int) -> dict[str, Any]:
    """The whole payment of this order."""
    (row,) = await listed(finance, trade, f"&q={encode('ord', order_id)}")
    return (await finance.get(f"/finance/payments/{row['id']}")).json()


def told(payment: dict[str, Any]) -> list[tuple[str, str, int | None]]:
    return [(one["who"], one["what"], one["amount"]["amount"] if one["amount"] else None) for one in payment["events"]]


async def test_a_paid_and_partly_refunded_payment_tells_its_whole_story(trade: Trade, finance: Browser, browser_at):
    bought, staff = await trade.bought(2), await trade.staff(browser_at)
    view = (await bought.buyer.ask("POST", returns_of(bought), wish(bought), keyed())).json()
    await staff.ask("POST", f"/seller/{encode('sel', trade.market.seller.id)}/returns/{view['id']}/approve", {}, keyed())
    payment = await of_order(finance, trade, bought.order_id)
    assert told(payment) == [
        ("velora", "charge", 9800),
        ("gateway", "captured", 9800),
        ("velora", "refund", 4900),
        ("gateway", "refunded", 4900),
    ]
    assert payment["events"][0]["key"] == payment["id"]
    assert payment["events"][1]["ref"]
    assert (payment["state"], payment["refunded"]["amount"], payment["next_look_at"]) == ("captured", 4900, None)
    assert [one["kind"] for one in payment["journals"]] == ["capture", "refund", "refund_paid"]
    assert payment["order_state"] == "delivered"
    assert "token" not in payment


async def test_what_the_gateway_refused_or_did_not_answer_is_told_with_what_comes_next(trade: Trade, finance: Browser, clock: ManualClock):
    declined = await of_order(finance, trade, await ordered(trade, NO_FUNDS))
    assert told(declined) == [("velora", "charge", 4900 + 490), ("gateway", "declined", None)]
    assert declined["reason"] == declined["events"][1]["reason"] == "insufficient_funds"
    assert declined["order_state"] == "payment_failed"

    lost_order = await ordered(trade, REPLY_LOST)
    lost = await of_order(finance, trade, lost_order)
    assert [(one["what"], one["expected"]) for one in lost["events"]] == [("charge", False), ("unknown", False), ("look", True)]
    assert lost["next_look_at"] == lost["events"][2]["at"]
    challenged = await of_order(finance, trade, await ordered(trade, CHALLENGED))
    assert [one["what"] for one in challenged["events"]] == ["charge", "action_required", "void"]

    slug = trade.market.tenant.slug
    for state, ids in (("declined", [declined["id"]]), ("unknown", [lost["id"]]), ("action_required", [challenged["id"]]), ("voided", [])):
        assert [one["id"] for one in await listed(finance, trade, f"&state={state}")] == ids, state
    page = (await finance.get(f"/finance/payments?tenant={slug}&limit=2")).json()
    rest = (await finance.get(f"/finance/payments?tenant={slug}&limit=2&cursor={page['next_cursor']}")).json()
    assert [one["id"] for one in page["data"] + rest["data"]] == [challenged["id"], lost["id"], declined["id"]]

    clock.advance(timedelta(seconds=10))
    await sweep_payments(trade.house)
    found = await of_order(finance, trade, lost_order)
    assert [(one["what"], one["expected"]) for one in found["events"]] == [("charge", False), ("unknown", False), ("captured", False)]


async def test_what_is_held_until_goods_leave_is_asked_for_twice(trade: Trade, finance: Browser):
    market = await a_market(trade.house.db, charged="at_shipment")
    async with trade.house.db.begin(None) as uow:
        lamp = await goods(uow, market, stock=10)
    later = Trade(trade.house, market, lamp, trade.people)
    order_id = await ordered(later, "4242424242424242")
    held = await of_order(finance, later, order_id)
    assert [(one["who"], one["what"], one["expected"]) for one in held["events"]] == [
        ("velora", "hold", False),
        ("gateway", "authorised", False),
        ("velora", "void", True),
    ]
    assert (held["charged"], held["captured"]["amount"]) == ("later", 0)
    assert [one["kind"] for one in held["journals"]] == ["authorisation"]
    await take_money(trade.house, market.tenant.id, order_id)
    taken = await of_order(finance, later, order_id)
    assert [one["what"] for one in taken["events"]] == ["hold", "authorised", "capture", "captured"]
    assert taken["events"][2]["key"] == taken["id"].replace("pi_", "cap_")
    assert [one["kind"] for one in taken["journals"]] == ["authorisation", "capture"]


async def test_a_rare_state_is_looked_for_in_stretches(trade: Trade, finance: Browser):
    await ordered(trade, NO_FUNDS)
    for _ in range(2):
        await trade.bought(1)
    of = [trade.market.tenant.id]
    async with trade.house.db.read(None) as uow:
        first = await exploring.newest(uow, of, state=IntentState.DECLINED, before=None, limit=5, stretch=2)
        assert first.intents == []
        assert first.next_before is not None
        then = await exploring.newest(uow, of, state=IntentState.DECLINED, before=first.next_before, limit=5, stretch=2)
    assert [one.state for one in then.intents] == ["declined"]
    assert then.next_before is None


async def test_what_cannot_be_found_is_not_there(trade: Trade, finance: Browser):
    for q in ("pi_nonsense", encode("pi", 5), encode("ord", 5), "a lamp"):
        assert await listed(finance, trade, f"&q={q}") == [], q
    assert (await finance.get(f"/finance/payments/{encode('pi', 5)}")).status_code == 404
    assert (await finance.get("/finance/payments?tenant=nowhere")).status_code == 404
    reply = await finance.get("/finance/payments?state=lost")
    assert (reply.status_code, reply.json()["code"]) == (422, "request.invalid")


@pytest.mark.parametrize("path", ["payments", f"payments/{encode('pi', 5)}"])
async def test_a_guest_is_asked_to_sign_in(trade: Trade, browser_at, path):
    assert (await browser_at().get(f"/finance/{path}")).status_code == 401
