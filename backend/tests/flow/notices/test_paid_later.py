"""Letters about what is paid later: how to pay with the order, and reminders of an invoice that is overdue, patient and never twice."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders.later import BANK, may_owe, pays_later
from tests.builders.letters import waiting_letters
from tests.builders.receipts import a_receipt, comes
from tests.builders.shop import order_id_of
from velora.flows.checkout.draft import Buyer
from velora.flows.notices.buyers import remind_overdue
from velora.flows.payment_outcome.settle import News, settle
from velora.flows.reactions import relay_once
from velora.kernel.ids import encode
from velora.modules.payments.service import Heard, IntentState

ADA = 7
DAY = timedelta(days=1)


async def ordered(shop, method):
    await pays_later(shop.db, shop.market.tenant.id)
    await may_owe(shop.db, shop.market.tenant.id, ADA, 100_000)
    draft = replace(
        await shop.draft(), method=method, token="", buyer=Buyer(ADA, "", "ada@example.com"), purchase_order="PO-4711"
    )  # fmt: skip
    return order_id_of(await shop.checks_out(draft))


async def told(shop):
    while await relay_once(shop.house):
        pass


async def kinds(shop):
    return [one.template for one in await waiting_letters(shop.db, shop.market.tenant.id)]


async def letters(shop):
    return [(one.template, one.params) for one in await waiting_letters(shop.db, shop.market.tenant.id)]


@pytest.mark.parametrize(("method", "template"), [("cash_on_delivery", "order_cash"), ("invoice", "order_invoice")])
async def test_the_letter_says_how_it_is_paid(shop, method, template):
    order_id = await ordered(shop, method)
    await told(shop)
    found = [one for one in await letters(shop) if one[0] != "seller_approved"]
    assert [kind for kind, _ in found] == [template]
    [(kind, params)] = found
    assert (kind, params["amount"]) == (template, {"amount": 5390, "currency": "EUR"})
    if method == "invoice":
        due_at = (await shop.intent(order_id)).due_at
        assert due_at is not None
        assert (params["iban"], params["holder"], params["number"]) == (BANK.iban, BANK.holder, "PO-4711")
        assert (params["order"], params["until"]) == (encode("ord", order_id), {"day": due_at.date().isoformat()})


@pytest.mark.parametrize("method", ["cash_on_delivery", "invoice"])
async def test_whoever_paid_after_the_goods_knows_that_the_money_is_here_once(shop, clock, method):
    order_id = await ordered(shop, method)
    tenant_id = shop.market.tenant.id
    async with shop.db.begin(tenant_id) as uow:
        await comes(uow, a_receipt(tenant_id, 5000, reference="S-1", order_id=order_id))
    await told(shop)
    assert "payment_received" not in await kinds(shop), "a part of it is not all of it"
    clock.advance(20 * DAY)
    async with shop.db.begin(tenant_id) as uow:
        await comes(uow, a_receipt(tenant_id, 390, reference="S-2", order_id=order_id))
    await told(shop)
    [params] = [params for kind, params in await letters(shop) if kind == "payment_received"]
    assert (params["amount"], params["number"]) == ({"amount": 5390, "currency": "EUR"}, "PO-4711")


async def test_whoever_paid_by_card_has_no_second_letter(shop):
    await shop.checks_out(await shop.draft())
    await told(shop)
    assert [kind for kind in await kinds(shop) if kind != "seller_approved"] == ["order_confirmed"]


async def test_an_overdue_invoice_is_asked_for_three_times_and_once_each_however_many_look(shop, clock):
    await ordered(shop, "invoice")
    clock.advance(32 * DAY)
    await remind_overdue(shop.house)
    assert await kinds(shop) == []
    days: list[int] = []
    for day in range(33, 73):
        clock.advance(DAY)
        before = len(await kinds(shop))
        await asyncio.gather(remind_overdue(shop.house), remind_overdue(shop.house))
        days += [day] * (len(await kinds(shop)) - before)
    assert days == [33, 40, 47]
    assert await kinds(shop) == ["invoice_reminder"] * 3


async def test_what_was_paid_or_is_paid_at_the_door_is_not_asked_for(shop, clock):
    paid = await shop.intent(await ordered(shop, "invoice"))
    await shop.house.writes.submit(settle, News(Heard(paid.tenant_id, paid.id, IntentState.CAPTURED)))
    await ordered(shop, "cash_on_delivery")
    clock.advance(60 * DAY)
    await remind_overdue(shop.house)
    assert await kinds(shop) == []
