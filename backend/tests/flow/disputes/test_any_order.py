"""Whatever is disputed, however it ends and in whatever order it is told of, the books come to what the gateway has."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders.checkout import a_draft
from tests.builders.market import another_seller, goods
from tests.builders.shop import Shop, order_id_of
from tests.flow.disputes.test_disputes import TOTAL, Bought, bought, known, seen, stands, told
from velora.flows.dispute_postings import CHARGEBACK_LOSS, DISPUTE_FEES, DISPUTES, dispute_hold
from velora.flows.disputes.settle import DisputeNews, settle
from velora.flows.disputes.sweep import sweep_disputes
from velora.flows.postings import CLEARING, SUSPENSE, escrow
from velora.flows.refund.cancel import Cancellation, Cancelled, cancel
from velora.flows.refund.settle import sweep_refunds
from velora.modules.disputes.service import State
from velora.modules.escrow import service as escrow_service
from velora.modules.payments import service as payments


async def heard(shop: Shop, news: DisputeNews) -> None:
    """In a transaction of its own."""
    async with shop.db.begin(None) as uow:
        await settle(uow, [news])


@pytest.mark.parametrize("seed", range(8))
async def test_told_in_any_order_it_comes_to_what_the_gateway_has(shop, clock, seed):
    dice = random.Random(seed)
    weaver = await another_seller(shop.db, shop.market)
    async with shop.db.begin(None) as uow:
        rug = await goods(uow, weaver, "Wool Rug", price=1999)
    order_id = order_id_of(await shop.checks_out(await a_draft(shop.db, shop.market, (shop.lamp_id, 1), (rug.variant_ids[0], 2))))
    intent = await shop.intent(order_id)
    if dice.random() < 0.5:
        await Bought(shop, order_id, intent.charge_ref).arrives_and_is_released()  # the first seller's part; the other's stays in escrow
    told: list[DisputeNews] = []
    refs: list[str] = []
    for _ in range(dice.randint(1, 3)):
        ref = await shop.gateway.open_dispute(intent.charge_ref, dice.randint(1, intent.captured_minor))
        refs.append(ref)
        told.append(DisputeNews("sandbox", await seen(shop, ref), (intent.tenant_id, intent.id)))
        await shop.gateway.end_dispute(ref, won=dice.random() < 0.5, fee_back=dice.random() < 0.5)
        told += [DisputeNews("sandbox", await seen(shop, ref), (intent.tenant_id, intent.id))] * dice.randint(1, 2)
    dice.shuffle(told)
    while told:
        at_once = dice.randint(1, 3)
        async with shop.db.begin(None) as uow:
            await settle(uow, told[:at_once])
        told = told[at_once:]
        await stands(shop, {})
    for _ in range(2):  # one that was lost may have waited for how another ends
        clock.advance(timedelta(hours=1))
        await sweep_disputes(shop.house)
    assert {(await known(shop, ref)).state for ref in refs} <= {State.WON, State.LOST}
    totals = await shop.gateway.totals()
    costs = [await seen(shop, ref) for ref in refs]
    fees = sum(one.fee_minor - one.fee_back_minor for one in costs)
    fee = (await shop.intent(order_id)).fee_minor
    left = totals.charged_minor["EUR"] - totals.disputed_minor.get("EUR", 0) - fee - fees
    held = {dispute_hold(seller): 0 for seller in (shop.market.seller.id, weaver.seller.id)}
    await stands(shop, {DISPUTES: 0, SUSPENSE: 0, DISPUTE_FEES: fees, CLEARING: left, **held})
    parts = {(part.tenant_id, part.id) for part in (await shop.order(order_id)).parts}
    async with shop.db.read(None) as uow:
        assert not [hold for hold in (await escrow_service.of_seller_orders(uow, parts)).values() if hold.state == "frozen"]


async def test_won_by_the_word_alone_stays_open_until_the_money_is_back(shop):
    one = await bought(shop)
    ref = await shop.gateway.open_dispute(one.charge)
    intent = await shop.intent(one.order_id)
    word = DisputeNews("sandbox", replace(await seen(shop, ref), standing="won"), (intent.tenant_id, intent.id))
    await heard(shop, word)
    assert (await known(shop, ref)).state is State.OPEN
    await heard(shop, replace(word, seen=replace(word.seen, returned_minor=word.seen.taken_minor)))
    assert (await known(shop, ref)).state is State.WON
    await shop.gateway.end_dispute(ref, won=True)
    await stands(shop, {DISPUTES: 0})


async def test_more_that_is_taken_later_and_a_later_fee_are_posted_once(shop):
    one = await bought(shop)
    ref = await shop.gateway.open_dispute(one.charge, 1000)
    intent = await shop.intent(one.order_id)
    first = DisputeNews("sandbox", await seen(shop, ref), (intent.tenant_id, intent.id))
    more = replace(first, seen=replace(first.seen, taken_minor=1500, fee_minor=3000))
    for news in (first, more, first, more):
        await heard(shop, news)
    await stands(shop, {DISPUTES: 1000, SUSPENSE: -500, DISPUTE_FEES: 3000})
    await heard(shop, replace(more, seen=replace(more.seen, standing="lost")))
    await stands(shop, {DISPUTES: 0, SUSPENSE: 0, DISPUTE_FEES: 3000})
    assert (await known(shop, ref)).covered_minor == 1500


async def test_a_question_that_cost_a_fee_costs_it_once_when_it_becomes_a_dispute(shop):
    one = await bought(shop)
    ref = await shop.gateway.open_dispute(one.charge, 1000)
    intent = await shop.intent(one.order_id)
    dispute = DisputeNews("sandbox", await seen(shop, ref), (intent.tenant_id, intent.id))
    question = replace(dispute, seen=replace(dispute.seen, taken_minor=0, fee_minor=1000))
    for news in (question, dispute, question, dispute):
        await heard(shop, news)
    await stands(shop, {DISPUTES: 1000, DISPUTE_FEES: dispute.seen.fee_minor})
    assert dispute.seen.fee_minor == 1500


@pytest.mark.parametrize("refund_goes", [True, False])
async def test_lost_while_a_refund_is_under_way_it_waits_for_what_becomes_of_that(shop, clock, refund_goes):
    one = await bought(shop)
    async with shop.db.begin(None) as uow:
        [cancelled] = await cancel(uow, [Cancellation(shop.market.tenant.id, one.order_id, "buyer")])
    assert isinstance(cancelled, Cancelled)
    if refund_goes:
        await shop.gateway.refund(cancelled.started[0].order)  # of which we have not heard
    ref = await shop.gateway.open_dispute(one.charge)
    assert await told(shop, ref)
    await shop.gateway.end_dispute(ref, won=False)
    assert await told(shop, ref)
    assert (await known(shop, ref)).state is State.OPEN
    await stands(shop, {SUSPENSE: -TOTAL, CHARGEBACK_LOSS: 0})
    clock.advance(timedelta(seconds=31))
    await sweep_refunds(shop.house)
    clock.advance(timedelta(hours=1))
    await sweep_disputes(shop.house)
    assert (await known(shop, ref)).state is State.LOST
    await stands(shop, {SUSPENSE: 0, DISPUTES: 0, escrow(one.seller): 0, CHARGEBACK_LOSS: TOTAL if refund_goes else 0})
    clock.advance(timedelta(hours=1))
    await sweep_refunds(shop.house)
    async with shop.db.read(None) as uow:
        refunds = await payments.refunds_of_orders(uow, [(shop.market.tenant.id, one.order_id)])
    assert [refund.state for refund in refunds] == ["succeeded" if refund_goes else "failed"]
    await stands(shop, {SUSPENSE: 0})


async def test_lost_while_an_earlier_one_may_be_won_it_waits_for_how_that_ends(shop, clock):
    one = await bought(shop)
    first = await shop.gateway.open_dispute(one.charge)
    assert await told(shop, first)
    await shop.gateway.end_dispute(first, won=True)  # of which we have not heard
    second = await shop.gateway.open_dispute(one.charge)
    await shop.gateway.end_dispute(second, won=False)
    assert await told(shop, second)
    assert (await known(shop, second)).state is State.OPEN
    await stands(shop, {SUSPENSE: -TOTAL, CHARGEBACK_LOSS: 0})
    for _ in range(2):
        clock.advance(timedelta(hours=1))
        await sweep_disputes(shop.house)
    assert ((await known(shop, first)).state, (await known(shop, second)).state) == (State.WON, State.LOST)
    await stands(shop, {SUSPENSE: 0, DISPUTES: 0, escrow(one.seller): 0, CHARGEBACK_LOSS: 0})
