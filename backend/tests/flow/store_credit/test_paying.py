"""Store credit beside a card: held with the order, used with the capture, free again when the payment comes to nothing."""

import asyncio
import re
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders.checkout import CHALLENGED, NO_FUNDS, REPLY_LOST, REQUEST_LOST, asked
from tests.builders.people import a_caller
from tests.builders.purses import gives_credit, purse
from tests.builders.shop import order_id_of
from tests.flow.screens.test_order_screens import statements
from velora.flows import postings
from velora.flows.bookkeeping.verify import verify
from velora.flows.cancellation.cancel import cancel_order
from velora.flows.checkout.draft import HOLD_FOR, Buyer, LineOutOfStock
from velora.flows.checkout.place import place
from velora.flows.once import Once
from velora.flows.payment_outcome.sweep import sweep_payments
from velora.flows.postings import CLEARING, GATEWAY_FEES, escrow, tax
from velora.flows.refund.cancel import Cancellation
from velora.modules.credit.errors import NotEnoughCredit
from velora.modules.inventory.service import Availability
from velora.modules.payments.service import Declined
from velora.platform.db.group_commit import Writes

ADA = 7
# A lamp at 49.00 and 4.90 delivery, of which 19 % tax is contained.
TOTAL, NET, TAX = 5390, 4530, 860


async def rich(shop, amount=10_000):
    await gives_credit(shop.db, shop.market.tenant.id, ADA, amount)


async def having(shop):
    return await purse(shop.db, shop.market.tenant.id, ADA)


async def a_draft(shop, credit_minor, *, quantity=1, card=None, key=None):
    draft = await shop.draft(quantity, card=card, buyer=Buyer(ADA, "", "ada@example.com"), **({"key": key} if key else {}))
    return replace(draft, credit_minor=credit_minor)


async def clean(shop):
    return [check for check in (await verify(shop.db, shop.market.tenant.id)).checks if check.count]


async def test_credit_pays_its_part_and_the_card_the_rest(shop, holds):
    await rich(shop)
    answer = await shop.checks_out(await a_draft(shop, 2000))
    assert (answer.code, answer.body["order"]["total"]["amount"]) == (201, TOTAL)
    assert (await shop.gateway.totals()).charged_minor == {"EUR": TOTAL - 2000}
    assert await having(shop) == (8000, 0)
    intent = await shop.intent(order_id_of(answer))
    assert (intent.amount_minor, intent.captured_minor, intent.credit_minor, intent.credit_used_minor) == (3390, 3390, 2000, 2000)
    fee = intent.fee_minor
    expected = {
        escrow(shop.market.seller.id): NET, tax("DE"): TAX, postings.credit(ADA): 8000, GATEWAY_FEES: fee, CLEARING: TOTAL - 2000 - fee,
    }  # fmt: skip
    async with shop.db.read(None) as uow:
        await holds(uow, shop.market.tenant.id, expected)
    assert await clean(shop) == []


async def test_an_order_that_credit_pays_alone_asks_no_gateway(shop):
    await rich(shop)
    answer = await shop.checks_out(replace(await a_draft(shop, TOTAL), token=""))
    assert (answer.code, (await shop.order(order_id_of(answer))).order.state) == (201, "paid")
    assert await shop.charges() == 0
    assert await having(shop) == (10_000 - TOTAL, 0)
    assert await clean(shop) == []


async def test_such_an_order_is_finished_by_the_sweeper_after_a_crash(shop, clock):
    await rich(shop)
    draft = await a_draft(shop, TOTAL)
    await shop.house.writes.submit(place, draft)
    assert await having(shop) == (10_000, TOTAL)
    assert await clean(shop) == []
    clock.advance(timedelta(seconds=31))
    await sweep_payments(shop.house)
    assert (await shop.order(draft.order_id)).order.state == "paid"
    assert (await shop.checks_out(draft)).code == 201
    assert await having(shop) == (10_000 - TOTAL, 0)


@pytest.mark.parametrize("card", [NO_FUNDS, REQUEST_LOST, CHALLENGED])
async def test_a_payment_that_comes_to_nothing_gives_the_credit_free(shop, clock, card):
    await rich(shop)
    draft = await a_draft(shop, 2000, card=card)
    with suppress(Declined):
        await shop.checks_out(draft)
    clock.advance(HOLD_FOR)
    await sweep_payments(shop.house)
    assert (await shop.order(draft.order_id)).order.state == "payment_failed"
    assert await having(shop) == (10_000, 0)
    assert await shop.stock() == Availability(on_hand=10, reserved=0)
    assert await clean(shop) == []


async def test_a_lost_reply_keeps_the_credit_until_the_truth_is_known(shop, clock):
    await rich(shop)
    draft = await a_draft(shop, 2000, card=REPLY_LOST)
    assert (await shop.checks_out(draft)).code == 202
    assert await having(shop) == (10_000, 2000)
    assert (await shop.checks_out(draft)).code == 201
    assert await having(shop) == (8000, 0)


async def test_more_credit_than_there_is_places_nothing_and_holds_nothing(shop):
    await rich(shop, 1999)
    with pytest.raises(NotEnoughCredit) as refused:
        await shop.checks_out(await a_draft(shop, 2000, key="k"))
    assert (refused.value.left_minor, (await shop.written())["orders"]) == (1999, 0)
    assert await shop.stock() == Availability(on_hand=10, reserved=0)
    assert (await shop.checks_out(await a_draft(shop, 1999, key="k"))).code == 201


async def test_what_is_sold_out_takes_no_credit(shop):
    await rich(shop, 100_000)
    with pytest.raises(LineOutOfStock):
        await shop.checks_out(await a_draft(shop, 2000, quantity=11))
    assert await having(shop) == (100_000, 0)


async def test_the_same_credit_never_pays_twice_however_many_order_at_once(shop):
    await rich(shop, 5000)
    houses = (shop.house, replace(shop.house, writes=Writes(shop.db)))
    drafts = [await a_draft(shop, 2000) for _ in range(8)]
    outcomes = await asyncio.gather(*(houses[i % 2].writes.attempt(place, draft) for i, draft in enumerate(drafts)), return_exceptions=True)
    assert sum(isinstance(one, NotEnoughCredit) for one in outcomes) == 6
    assert await having(shop) == (5000, 4000)
    assert await shop.stock() == Availability(on_hand=10, reserved=2)
    assert await clean(shop) == []


async def test_an_order_without_credit_asks_the_database_nothing_more(shop, db):
    await shop.buys()
    counts = []
    for _ in range(2):
        with statements(db) as seen:
            await shop.buys()
        counts.append([one for one in seen if re.search(r"\b(credit_use|customer_credit)\b", one)])
        await rich(shop)
    assert counts == [[], []]


async def test_a_cancelled_order_gives_each_tender_its_own(shop):
    await rich(shop)
    order_id = order_id_of(await shop.checks_out(await a_draft(shop, 2000)))
    wanted = Cancellation(shop.market.tenant.id, order_id, f"account:{ADA}")
    await cancel_order(shop.house, Once(shop.market.tenant.id, a_caller(), asked("cancel"), wanted))
    assert (await shop.gateway.totals()).refunded_minor == {"EUR": TOTAL - 2000}
    assert await having(shop) == (10_000, 0)
    assert await clean(shop) == []
    intent = await shop.intent(order_id)
    assert intent.refunded_minor == intent.captured_minor


async def test_what_credit_paid_alone_comes_back_as_credit_at_once(shop):
    await rich(shop)
    order_id = order_id_of(await shop.checks_out(await a_draft(shop, TOTAL)))
    wanted = Cancellation(shop.market.tenant.id, order_id, f"account:{ADA}")
    await cancel_order(shop.house, Once(shop.market.tenant.id, a_caller(), asked("cancel"), wanted))
    assert await having(shop) == (10_000, 0)
    assert (await shop.gateway.totals()).refunded_minor == {}
    assert await clean(shop) == []
