"""What becomes of a payment, and everything that follows from it."""

import asyncio
from datetime import timedelta

import pytest

from tests.builders.checkout import CHALLENGED, GUEST, NO_FUNDS, REPLY_LOST, REQUEST_LOST
from tests.builders.shop import order_id_of
from velora.flows.bookkeeping.verify import verify
from velora.flows.checkout.draft import HOLD_FOR
from velora.flows.checkout.pay import check_out, confirm
from velora.flows.payment_outcome.settle import News, settle
from velora.flows.payment_outcome.sweep import sweep_payments
from velora.flows.postings import CLEARING, GATEWAY_FEES, escrow, tax
from velora.kernel.errors import NotFound
from velora.kernel.ids import decode
from velora.kernel.principal import Principal
from velora.modules.escrow import service as escrow_service
from velora.modules.inventory.service import Availability
from velora.modules.payments.gateways.port import ChargeOrder
from velora.modules.payments.policy import LOOK_AFTER
from velora.modules.payments.service import Declined, Heard, IntentState

# 49.00 and 4.90 delivery, of which 19 % tax is contained.
TOTAL, NET, TAX, FEE = 5390, 4530, 860, 186
BUYER = Principal(guest_key=GUEST.guest_key)


async def test_a_paid_order_holds_stock_and_money(shop, holds):
    answer = await shop.buys(2)
    assert (answer.code, answer.replayed) == (201, False)
    read = await shop.order(order_id_of(answer))
    assert (read.order.state, read.order.total_minor, read.parts[0].state) == ("paid", 9800, "paid")
    assert [(one.kind) for one in read.time_line] == ["placed", "paid"]
    assert await shop.stock() == Availability(on_hand=10, reserved=2)
    assert (await shop.gateway.totals()).charged_minor == {"EUR": 9800}
    async with shop.db.read(shop.market.tenant.id) as uow:
        held = await escrow_service.of_seller_orders(uow, [(read.parts[0].tenant_id, read.parts[0].id)])
    [hold] = held.values()
    assert (hold.captured, hold.tax_minor, hold.state) == (read.parts[0].items_minor + read.parts[0].shipping_minor, 1565, "held")


async def test_the_books_say_who_is_owed_what(shop, holds):
    await shop.buys()
    async with shop.db.read(None) as uow:
        expected = {escrow(shop.market.seller.id): NET, tax("DE"): TAX, GATEWAY_FEES: FEE, CLEARING: TOTAL - FEE}
        await holds(uow, shop.market.tenant.id, expected)


async def test_a_declined_card_leaves_no_money_and_no_promise(shop):
    draft = await shop.draft(card=NO_FUNDS)
    with pytest.raises(Declined) as refused:
        await check_out(shop.house, draft)
    assert refused.value.reason == "insufficient_funds"
    assert (await shop.order(draft.order_id)).order.state == "payment_failed"
    assert await shop.stock() == Availability(on_hand=10, reserved=0)
    assert (await shop.charges(), await shop.journals()) == (0, 0)


async def test_the_same_key_hears_the_same_decline(shop):
    draft = await shop.draft(card=NO_FUNDS)
    for _ in range(2):
        with pytest.raises(Declined):
            await check_out(shop.house, draft)
    assert (await shop.written())["orders"] == 1


async def test_a_challenge_that_is_passed_pays_the_order(shop):
    answer = await shop.buys(card=CHALLENGED)
    assert (answer.code, answer.body["payment"]["state"]) == (202, "action_required")
    order_id = order_id_of(answer)
    assert (await shop.order(order_id)).order.state == "placed"
    ref = answer.body["payment"]["challenge_url"].rsplit("/", 1)[1]
    await shop.gateway.answer_challenge(ref, approved=True)
    confirmed = await confirm(shop.house, shop.market.tenant.id, decode("pi", answer.body["payment"]["intent_id"]), BUYER)
    assert confirmed.code == 201
    assert (await shop.order(order_id)).order.state == "paid"


async def test_a_challenge_that_is_failed_frees_the_goods(shop):
    answer = await shop.buys(card=CHALLENGED)
    await shop.gateway.answer_challenge(answer.body["payment"]["challenge_url"].rsplit("/", 1)[1], approved=False)
    with pytest.raises(Declined):
        await confirm(shop.house, shop.market.tenant.id, decode("pi", answer.body["payment"]["intent_id"]), BUYER)
    assert await shop.stock() == Availability(on_hand=10, reserved=0)
    assert await shop.charges() == 0


async def test_asking_before_the_buyer_has_answered_changes_nothing(shop):
    answer = await shop.buys(card=CHALLENGED)
    intent_id = decode("pi", answer.body["payment"]["intent_id"])
    assert (await confirm(shop.house, shop.market.tenant.id, intent_id, BUYER)).code == 202
    assert (await shop.order(order_id_of(answer))).order.state == "placed"


async def test_another_marketplace_cannot_confirm_the_payment(shop):
    answer = await shop.buys(card=CHALLENGED)
    with pytest.raises(NotFound):
        await confirm(shop.house, shop.db.new_id(), decode("pi", answer.body["payment"]["intent_id"]), BUYER)


async def test_a_buyer_who_never_comes_back_is_given_up_before_the_hold_runs_out(shop, clock):
    assert LOOK_AFTER[IntentState.ACTION_REQUIRED] < HOLD_FOR
    answer = await shop.buys(card=CHALLENGED)
    clock.advance(HOLD_FOR)
    await sweep_payments(shop.house)
    assert (await shop.order(order_id_of(answer))).order.state == "payment_failed"
    assert await shop.stock() == Availability(on_hand=10, reserved=0)
    ref = answer.body["payment"]["challenge_url"].rsplit("/", 1)[1]
    await shop.gateway.answer_challenge(ref, approved=True)
    assert await shop.charges() == 0


async def test_a_lost_reply_is_not_a_failure_and_the_sweeper_learns_the_truth(shop, clock):
    answer = await shop.buys(card=REPLY_LOST)
    assert (answer.code, answer.body["payment"]["state"]) == (202, "unknown")
    order_id = order_id_of(answer)
    assert (await shop.order(order_id)).order.state == "placed"
    clock.advance(timedelta(seconds=6))
    await sweep_payments(shop.house)
    assert (await shop.order(order_id)).order.state == "paid"
    assert (await shop.charges(), await shop.journals()) == (1, 2)


async def test_a_retry_after_a_lost_reply_gets_the_answer(shop):
    draft = await shop.draft(card=REPLY_LOST)
    assert (await check_out(shop.house, draft)).code == 202
    assert (await check_out(shop.house, draft)).code == 201
    assert (await check_out(shop.house, draft)).replayed
    assert await shop.charges() == 1


async def test_a_request_that_never_arrived_is_closed_at_the_gateway(shop, clock):
    answer = await shop.buys(card=REQUEST_LOST)
    assert answer.code == 202
    intent = await shop.intent(order_id_of(answer))
    clock.advance(timedelta(seconds=6))
    await sweep_payments(shop.house)
    assert (await shop.order(order_id_of(answer))).order.state == "payment_failed"
    assert await shop.stock() == Availability(on_hand=10, reserved=0)
    late = await shop.gateway.charge(ChargeOrder(intent.gateway_key, "", intent.amount_minor, "EUR", "tok_visa"))
    assert type(late).__name__ == "DeclinedCharge"


async def test_hearing_of_a_capture_twice_at_once_posts_once(shop):
    draft = await shop.draft(card=REPLY_LOST)
    await check_out(shop.house, draft)
    intent = await shop.intent(draft.order_id)
    captured = News(Heard(intent.tenant_id, intent.id, IntentState.CAPTURED, charge_ref="ch", fee_minor=186))
    unheard = News(Heard(intent.tenant_id, intent.id, IntentState.UNKNOWN))
    await asyncio.gather(*(shop.house.writes.submit(settle, news) for news in (unheard, captured, captured, unheard)))
    assert (await shop.order(draft.order_id)).order.state == "paid"
    assert await shop.journals() == 2


async def test_a_decline_heard_after_the_capture_changes_nothing(shop):
    answer = await shop.buys()
    intent = await shop.intent(order_id_of(answer))
    await shop.house.writes.submit(settle, News(Heard(intent.tenant_id, intent.id, IntentState.DECLINED)))
    assert (await shop.order(intent.order_id)).order.state == "paid"
    assert await shop.stock() == Availability(on_hand=10, reserved=1)


async def test_an_order_that_costs_nothing_is_paid_without_a_journal(shop):
    await shop.gives_away()
    answer = await shop.buys()
    assert (await shop.order(order_id_of(answer))).order.state == "paid"
    assert await shop.journals() == 0
    assert (await verify(shop.db, shop.market.tenant.id)).clean
