"""Money that came without a gateway: recorded once, it pays the order that it names, with others or in part, and never twice."""

import asyncio
from dataclasses import replace

import pytest

from tests.builders.orders import Paid, a_line, a_paid_order, a_part
from tests.builders.people import a_tenant
from tests.builders.purses import gives_credit
from tests.builders.receipts import ADA, GRACE, LIMITS, a_receipt, an_awaited_order, comes
from tests.builders.shop import Shop
from velora.flows.bookkeeping.verify import verify
from velora.flows.four_eyes import decide
from velora.flows.four_eyes.decide import Decision
from velora.flows.postings import BANK, CLEARING, SUSPENSE, escrow
from velora.flows.reactions import relay_once
from velora.flows.receipts.record import Recorded, record
from velora.flows.receipts.waiting import bucket_of, waiting_orders
from velora.flows.refund.cancel import Cancellation, cancel
from velora.flows.screens.finance.journals.about import about
from velora.flows.screens.finance.trails.trail import trail_of
from velora.flows.second_person import Hand
from velora.flows.suspense.let_go import LettingGo, let_go
from velora.flows.suspense.open import open_case
from velora.flows.suspense.settle import Wish, settle
from velora.kernel.errors import NotFound, Refusal
from velora.kernel.ids import encode
from velora.kernel.principal import Role
from velora.modules.ledger import service as ledger
from velora.modules.payments.gateways.port import Captured, ChargeOrder
from velora.modules.payments.service import IntentState
from velora.modules.suspense import service as suspense
from velora.modules.suspense.errors import NotKept, NotWaiting, OtherCurrency, ReceiptDiffers
from velora.modules.suspense.service import CaseFacts, CaseState, NewCase, Settlement


async def an_order(shop: Shop, **how: object) -> Paid:
    """It costs 115.56."""
    async with shop.db.begin(None) as uow:
        return await an_awaited_order(uow, shop.market.tenant.id, **how)  # pyright: ignore[reportArgumentType] -- the builder's own words


async def arrives(shop: Shop, amount: int, words: str = "", **how: object) -> Recorded:
    receipt = a_receipt(shop.market.tenant.id, amount, words, **how)  # pyright: ignore[reportArgumentType] -- the builder's own words
    async with shop.db.begin(None) as uow:
        return await comes(uow, receipt)


async def stands(shop: Shop, case: CaseFacts) -> CaseFacts:
    async with shop.db.read(None) as uow:
        return (await suspense.by_id(uow, [case.key]))[case.key]


async def books(shop: Shop) -> tuple[int, int, int]:
    """What came into the bank, is nobody's, and lies at the gateway; and nothing is wrong with the books."""
    tenant_id = shop.market.tenant.id
    codes = [str(BANK), str(SUSPENSE), str(CLEARING)]
    async with shop.db.read(None) as uow:
        found = await ledger.balances(uow, {(tenant_id, code) for code in codes})
    assert [check for check in (await verify(shop.db, tenant_id)).checks if check.count] == []
    bank, suspended, clearing = (found.get((tenant_id, code, "EUR"), 0) for code in codes)
    return bank, suspended, clearing


def a_wish(case: CaseFacts, order: Paid, by: Hand = ADA) -> Wish:
    return Wish(case.tenant_id, case.id, Settlement.TAKE, "Asked the buyer", by, LIMITS, "sandbox", order_id=order.order_id)


async def test_a_receipt_that_names_its_order_pays_it_at_once(shop: Shop):
    order = await an_order(shop)
    done = await arrives(shop, 11_556, f"Rechnung {encode('ord', order.order_id).lower().replace('_', ' ')} danke")
    intent = await shop.intent(order.order_id)
    assert (done.case.state, done.case.settlement, done.case.order_id) == (CaseState.SETTLED, Settlement.TAKE, order.order_id)
    assert (intent.state, intent.captured_minor) == (IntentState.CAPTURED, 11_556)
    assert (await shop.order(order.order_id)).order.state == "paid"
    assert await books(shop) == (11_556, 0, 0)
    async with shop.db.read(None) as uow:
        held = await ledger.balances(uow, {(order.tenant_id, str(escrow(order.parts[0].seller_id)))})
    assert set(held.values()) == {10_800}


async def test_the_trail_of_the_order_and_the_journals_of_the_case_show_how_the_money_came(shop: Shop):
    async with shop.db.begin(None) as uow:
        part = a_part(uow, a_line(uow, bps=0), seller_id=shop.market.seller.id)
    order = await an_order(shop, parts=[part])
    done = await arrives(shop, 12_000, encode("ord", order.order_id))
    async with shop.db.read(None) as uow:
        trail = await trail_of(uow, order.order_id)
        journals = await ledger.journals(uow, await about(uow, [order.tenant_id], done.case.ref))
    assert trail is not None
    assert [step.kind for step in trail.steps if not step.expected] == ["awaited", "receipt", "capture"]
    assert {one.kind for one in journals} == {"receipt", "capture"}
    [capture] = [one for one in journals if one.kind == "capture"]
    assert capture.payload["cases"] == [done.case.ref]


async def test_a_receipt_is_recorded_once_however_often_it_is_sent(shop: Shop):
    order = await an_order(shop)
    first = await arrives(shop, 4_000, encode("ord", order.order_id))
    again = await arrives(shop, 4_000, encode("ord", order.order_id))
    assert first.is_new
    assert again == replace(first, is_new=False)
    async with shop.db.begin(None) as uow:
        other = a_receipt(order.tenant_id, 4_001)
        assert await record(uow, [other]) == [ReceiptDiffers(first.case.ref, "S-1", 4_000, "EUR")]
        dollars = replace(a_receipt(order.tenant_id, 4_000), currency="USD")
        assert await record(uow, [dollars]) == [ReceiptDiffers(first.case.ref, "S-1", 4_000, "EUR")]
    assert await books(shop) == (4_000, 4_000, 0)


async def test_what_is_too_little_is_kept_until_the_rest_comes(shop: Shop):
    order = await an_order(shop)
    first = await arrives(shop, 4_000, encode("ord", order.order_id))
    assert (first.case.state, first.case.order_id) == (CaseState.KEPT, order.order_id)
    assert (await shop.intent(order.order_id)).state == IntentState.AWAITED
    async with shop.db.read(None) as uow:
        [waiting] = await waiting_orders(uow, order.tenant_id)
    assert (waiting.due_minor, waiting.kept_minor, waiting.missing_minor, waiting.bucket) == (11_556, 4_000, 7_556, "not_due")
    second = await arrives(shop, 7_556, encode("ord", order.order_id), reference="S-2")
    assert second.case.state is CaseState.SETTLED
    assert (await stands(shop, first.case)).state is CaseState.SETTLED
    assert (await shop.intent(order.order_id)).state == IntentState.CAPTURED
    assert await books(shop) == (11_556, 0, 0)


async def test_what_is_too_much_pays_the_order_and_the_rest_is_a_case_of_its_own(shop: Shop):
    order = await an_order(shop)
    done = await arrives(shop, 12_000, encode("ord", order.order_id))
    assert (done.case.amount_minor, done.case.split_minor, done.case.received_minor) == (11_556, 444, 12_000)
    async with shop.db.read(None) as uow:
        [rest] = await suspense.listed(uow, order.tenant_id, states={CaseState.OPEN}, limit=5)
    assert (rest.amount_minor, rest.parent_id, rest.source, rest.order_id) == (444, done.case.id, suspense.REST, None)
    assert await books(shop) == (12_000, 444, 0)
    other = await an_order(shop)
    async with shop.db.begin(None) as uow:
        [kept] = await settle(uow, [a_wish(rest, other)])
    assert isinstance(kept, CaseFacts)
    assert kept.state is CaseState.KEPT
    assert await books(shop) == (12_000, 444, 0)


async def test_a_person_who_chooses_the_order_by_hand_needs_a_second_one_from_the_limit_on(shop: Shop):
    order = await an_order(shop)
    waiting = (await arrives(shop, 11_556, "no word of it", order_id=order.order_id)).case
    assert (waiting.state, waiting.order_id) == (CaseState.AWAITING_SECOND, order.order_id)
    assert (await shop.intent(order.order_id)).state == IntentState.AWAITED
    assert await books(shop) == (11_556, 11_556, 0)
    decision = Decision(order.tenant_id, waiting.approval_id or 0, GRACE, frozenset({Role.FINANCE}))
    await shop.house.writes.submit(decide.approve, decision)
    assert (await stands(shop, waiting)).state is CaseState.SETTLED
    assert (await shop.intent(order.order_id)).state == IntentState.CAPTURED
    assert await books(shop) == (11_556, 0, 0)


async def test_what_a_second_person_agrees_to_too_late_is_not_taken(shop: Shop):
    order = await an_order(shop)
    waiting = (await arrives(shop, 11_556, "no word of it", order_id=order.order_id)).case
    await arrives(shop, 11_556, encode("ord", order.order_id), reference="S-2")
    decision = Decision(order.tenant_id, waiting.approval_id or 0, GRACE, frozenset({Role.FINANCE}))
    with pytest.raises(NotWaiting, match=encode("ord", order.order_id)):
        await shop.house.writes.submit(decide.approve, decision)
    assert (await stands(shop, waiting)).state is CaseState.AWAITING_SECOND
    await shop.house.writes.submit(decide.reject, replace(decision, reason="It came twice"))
    assert (await stands(shop, waiting)).order_id is None
    assert await books(shop) == (23_112, 11_556, 0)


async def test_what_is_kept_may_be_let_go(shop: Shop):
    order = await an_order(shop)
    kept = (await arrives(shop, 4_000, encode("ord", order.order_id))).case
    wish = LettingGo(kept.tenant_id, kept.id, "Meant for another", GRACE)
    async with shop.db.begin(None) as uow:
        [opened] = await let_go(uow, [wish])
    assert isinstance(opened, CaseFacts)
    assert (opened.state, opened.order_id) == (CaseState.OPEN, None)
    async with shop.db.begin(None) as uow:
        assert await let_go(uow, [wish]) == [NotKept(kept.ref)]
        assert await let_go(uow, [replace(wish, tenant_id=wish.tenant_id + 1)]) == [NotFound("case", kept.ref)]
    assert await books(shop) == (4_000, 4_000, 0)


async def test_what_is_kept_pays_an_order_of_which_the_rest_was_cancelled(shop: Shop):
    async with shop.db.begin(None) as uow:
        parts = [a_part(uow, a_line(uow, net=3_000, tax=0, bps=0), shipping=0, shipping_tax=0), a_part(uow, a_line(uow, bps=0))]
    order = await an_order(shop, parts=parts)
    kept = (await arrives(shop, 4_000, encode("ord", order.order_id))).case
    async with shop.db.begin(None) as uow:
        await cancel(uow, [Cancellation(order.tenant_id, order.order_id, "test", parts[1].id)])
    while await relay_once(shop.house):
        pass
    now = await stands(shop, kept)
    assert (now.state, now.amount_minor, now.split_minor) == (CaseState.SETTLED, 3_000, 1_000)
    assert (await shop.intent(order.order_id)).captured_minor == 3_000
    assert await books(shop) == (4_000, 1_000, 0)


async def test_what_was_kept_for_an_order_that_is_cancelled_is_nobodys_again(shop: Shop):
    order = await an_order(shop)
    kept = (await arrives(shop, 4_000, encode("ord", order.order_id))).case
    async with shop.db.begin(None) as uow:
        await cancel(uow, [Cancellation(order.tenant_id, order.order_id, "test")])
    while await relay_once(shop.house):
        pass
    assert (await shop.intent(order.order_id)).state == IntentState.VOIDED
    assert ((await stands(shop, kept)).state, (await stands(shop, kept)).order_id) == (CaseState.OPEN, None)
    assert await books(shop) == (4_000, 4_000, 0)


async def test_store_credit_pays_first_and_the_receipt_the_rest(shop: Shop):
    await gives_credit(shop.db, shop.market.tenant.id, 7, 2_000)
    order = await an_order(shop, buyer_id=7, credit_minor=2_000)
    await arrives(shop, 9_556, encode("ord", order.order_id))
    intent = await shop.intent(order.order_id)
    assert (intent.state, intent.captured_minor, intent.credit_used_minor) == (IntentState.CAPTURED, 9_556, 2_000)
    assert await books(shop) == (9_556, 0, 0)


async def test_money_at_the_gateway_that_is_nobodys_pays_a_waiting_order_too(shop: Shop):
    order = await an_order(shop)
    charge = await shop.gateway.charge(ChargeOrder("pi_of_nobody", "", 9_000, "EUR", "tok_visa"))
    assert isinstance(charge, Captured)
    async with shop.db.begin(None) as uow:
        [case] = await open_case(uow, [NewCase(order.tenant_id, "sandbox", charge.ref, 9_000, "EUR")])
        [kept] = await settle(uow, [a_wish(case, order)])
    assert isinstance(kept, CaseFacts)
    assert kept.state is CaseState.KEPT
    await arrives(shop, 2_556, encode("ord", order.order_id))
    assert (await shop.intent(order.order_id)).state == IntentState.CAPTURED
    assert await books(shop) == (2_556, 0, 9_000)


async def test_an_order_that_does_not_wait_or_is_in_another_currency_takes_nothing(shop: Shop):
    async with shop.db.begin(None) as uow:
        paid = await a_paid_order(uow, shop.market.tenant.id, [a_part(uow, a_line(uow, bps=0))])
    ref = encode("ord", paid.order_id)
    done = await arrives(shop, 4_000, ref, order_id=paid.order_id)
    assert (done.case.state, done.refusal) == (CaseState.OPEN, NotWaiting(ref))
    order = await an_order(shop)
    async with shop.db.begin(None) as uow:
        dollars = replace(a_receipt(order.tenant_id, 4_000, reference="S-2", order_id=order.order_id), currency="USD")
        [found] = await record(uow, [dollars])
    assert isinstance(found, Recorded)
    assert found.refusal == OtherCurrency(encode("ord", order.order_id), "EUR", "USD")
    assert found.case.state is CaseState.OPEN


async def test_no_marketplace_takes_the_money_of_another(shop: Shop):
    order = await an_order(shop)
    async with shop.db.begin(None) as uow:
        other = await a_tenant(uow)
        done = await comes(uow, a_receipt(other.id, 11_556, order_id=order.order_id))
    assert done.refusal == NotFound("order", encode("ord", order.order_id))
    assert (await shop.intent(order.order_id)).state == IntentState.AWAITED
    done = await arrives(shop, 1_000, encode("ord", order.order_id))
    async with shop.db.begin(None) as uow:
        assert await settle(uow, [replace(a_wish(done.case, order), tenant_id=other.id)]) == [NotFound("case", done.case.ref)]


async def test_of_two_who_take_for_the_same_order_at_once_each_pays_it_once(shop: Shop):
    order = await an_order(shop)
    cases = [(await arrives(shop, 9_000, reference=f"S-{place}")).case for place in range(2)]

    async def takes(case: CaseFacts, by: Hand) -> CaseFacts | Refusal:
        async with shop.db.begin(None) as uow:
            [outcome] = await settle(uow, [a_wish(case, order, by)])
        return outcome

    outcomes = await asyncio.gather(takes(cases[0], ADA), takes(cases[1], GRACE))
    assert {one.state for one in outcomes if isinstance(one, CaseFacts)} <= {CaseState.KEPT, CaseState.SETTLED}
    assert (await shop.intent(order.order_id)).captured_minor == 11_556
    assert await books(shop) == (18_000, 6_444, 0)
    third = (await arrives(shop, 500, reference="S-9")).case
    async with shop.db.begin(None) as uow:
        assert await settle(uow, [a_wish(third, order)]) == [NotWaiting(encode("ord", order.order_id))]


def test_an_age_is_in_one_bucket():
    days = (-1, 0, 30, 31, 60, 61, 90, 91)
    assert [bucket_of(day) for day in days] == ["not_due", "0-30", "0-30", "31-60", "31-60", "61-90", "61-90", "90+"]
