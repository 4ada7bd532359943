"""Orders that are paid past every gateway, at the door or on an invoice: promised with the order, sent before they are paid, money last."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.builders.later import may_owe, owed, pays_later
from tests.builders.purses import gives_credit, purse
from tests.builders.shop import order_id_of
from tests.fixtures_db import undone
from velora.flows.bookkeeping.verify import examine, verify
from velora.flows.checkout.draft import Buyer
from velora.flows.fulfilment.ship import deliver
from velora.flows.payment_outcome.settle import News, settle
from velora.flows.payment_outcome.sweep import sweep_payments
from velora.flows.postings import AWAITED, AWAITED_AGAINST, CLEARING, SUSPENSE, credit, escrow, tax
from velora.flows.release.release import release_due
from velora.flows.screens.finance.trails.trail import trail_of
from velora.modules.escrow import service as escrows
from velora.modules.inventory.service import Availability
from velora.modules.ledger import service as ledger
from velora.modules.ledger.policy import Journal, legs
from velora.modules.orders.service import SentParcel
from velora.modules.payments import service as payments
from velora.modules.payments.service import Heard, IntentState
from velora.platform.db.group_commit import in_one_transaction

# A lamp and a rug, each with delivery from its own seller; 19 % tax is contained.
LAMP, LAMP_NET, RUG, RUG_NET = 5390, 4530, 2490, 2093
BOTH = LAMP + RUG
ADA = 7
FREE, PROMISED = Availability(on_hand=10, reserved=0), Availability(on_hand=10, reserved=1)
NOTHING = {AWAITED: 0, AWAITED_AGAINST: 0, CLEARING: 0}


async def draft_of(bazaar, method="cash_on_delivery", credit_minor=0):
    """Ada orders a lamp and a rug where she may pay so."""
    await pays_later(bazaar.shop.db, bazaar.tenant_id)
    await may_owe(bazaar.shop.db, bazaar.tenant_id, ADA, 2 * BOTH)
    return replace(await bazaar.draft(), method=method, token="", buyer=Buyer(ADA, "", "ada@example.com"), credit_minor=credit_minor)


async def ordered(bazaar, method="cash_on_delivery", credit_minor=0):
    if credit_minor:
        await gives_credit(bazaar.shop.db, bazaar.tenant_id, ADA, 10_000)
    return order_id_of(await bazaar.checks_out(await draft_of(bazaar, method, credit_minor)))


async def comes(bazaar, order_id, state=IntentState.CAPTURED):
    """What is due is here, or given up."""
    intent = await bazaar.shop.intent(order_id)
    return await bazaar.house.writes.submit(settle, News(Heard(intent.tenant_id, intent.id, state)))


async def due(bazaar, order_id):
    return payments.outstanding(await bazaar.shop.intent(order_id))


@pytest.mark.parametrize("method", ["cash_on_delivery", "invoice"])
async def test_it_is_promised_in_one_answer_and_no_gateway_hears_of_it(bazaar, clock, method):
    draft = await draft_of(bazaar, method)
    answer = await bazaar.checks_out(draft)
    assert (answer.code, answer.body["order"]["state"], answer.body["payment"]["state"]) == (201, "awaited", "awaited")
    again = await bazaar.checks_out(draft)
    assert (again.body, again.replayed) == (answer.body, True)
    order_id = order_id_of(answer)
    assert await bazaar.states(order_id) == ("awaited", "awaited", "awaited", "awaited")
    assert await bazaar.stock() == (PROMISED, PROMISED)
    clock.advance(timedelta(days=60))
    await sweep_payments(bazaar.house)
    assert await bazaar.states(order_id) == ("awaited", "awaited", "awaited", "awaited")
    async with bazaar.shop.db.read(None) as uow:
        assert await payments.unheard(uow, tenant_id=None, before=None, limit=10) == []
    assert (await bazaar.shop.charges(), await bazaar.gateway_holds()) == (0, {})
    assert await due(bazaar, order_id) == BOTH
    await bazaar.holds({AWAITED: BOTH, AWAITED_AGAINST: BOTH, CLEARING: 0, escrow(bazaar.weaver_id): 0})


async def test_it_is_sent_before_it_is_paid_and_the_sellers_have_nothing_until_it_is(bazaar):
    order_id = await ordered(bazaar)
    assert isinstance(await bazaar.sends(order_id, bazaar.weaver_id), SentParcel)
    assert await bazaar.states(order_id) == ("partly_shipped", "awaited", "shipped", "awaited")
    await bazaar.holds({AWAITED: BOTH, escrow(bazaar.weaver_id): 0})
    await comes(bazaar, order_id)
    assert await bazaar.states(order_id) == ("partly_shipped", "paid", "shipped", "captured")
    assert (await bazaar.shop.order(order_id)).order.paid_at is not None
    books = NOTHING | {CLEARING: BOTH, escrow(bazaar.weaver_id): RUG_NET, escrow(bazaar.lamp_seller_id): LAMP_NET}
    await bazaar.holds(books | {tax("DE"): BOTH - LAMP_NET - RUG_NET})
    assert await bazaar.stock() == (PROMISED, replace(FREE, on_hand=9))
    await comes(bazaar, order_id)  # heard twice
    await bazaar.holds(books)


async def test_what_arrived_before_its_money_is_released_so_many_days_after_the_delivery(bazaar, clock):
    order_id = await ordered(bazaar, "invoice")
    part = await bazaar.part(order_id, bazaar.weaver_id)
    await bazaar.sends(order_id, bazaar.weaver_id)
    await in_one_transaction(bazaar.shop.db, deliver, [(part.tenant_id, part.id)])
    arrived = bazaar.shop.db.clock.now()
    clock.advance(timedelta(days=3))
    await comes(bazaar, order_id)
    async with bazaar.shop.db.read(None) as uow:
        hold = (await escrows.of_seller_orders(uow, [(part.tenant_id, part.id)]))[part.tenant_id, part.id]
    assert hold.due_at == arrived + timedelta(days=bazaar.shop.market.tenant.escrow_days)
    assert (await bazaar.part(order_id, bazaar.weaver_id)).state == "delivered"
    clock.advance(timedelta(days=bazaar.shop.market.tenant.escrow_days))
    assert await release_due(bazaar.house) == 1
    assert (await bazaar.part(order_id, bazaar.weaver_id)).state == "completed"
    await bazaar.holds({escrow(bazaar.weaver_id): 0})


async def test_what_is_cancelled_lowers_what_is_due_and_then_ends_it(bazaar):
    order_id = await ordered(bazaar)
    await bazaar.cancels(order_id, bazaar.weaver_id)
    assert await bazaar.states(order_id) == ("awaited", "awaited", "cancelled", "awaited")
    assert await due(bazaar, order_id) == LAMP
    await bazaar.holds({AWAITED: LAMP, AWAITED_AGAINST: LAMP})
    await bazaar.cancels(order_id)
    assert await bazaar.states(order_id) == ("cancelled", "cancelled", "cancelled", "voided")
    assert await bazaar.stock() == (FREE, FREE)
    await bazaar.holds(NOTHING)


async def test_the_trail_tells_what_is_awaited_what_lowered_it_and_how_it_will_be_held(bazaar):
    order_id = await ordered(bazaar, "invoice", 3000)
    await bazaar.cancels(order_id, bazaar.weaver_id)
    async with bazaar.shop.db.read(None) as uow:
        trail = await trail_of(uow, order_id)
    assert trail is not None
    assert [(step.kind, step.expected) for step in trail.steps] == [("awaited", False), ("awaited_lowered", False), ("capture", True)]
    assert (trail.method, trail.awaited_minor, trail.authorised_minor, trail.balanced) == ("invoice", LAMP - 3000, 0, True)
    to_be = trail.steps[-1]
    assert to_be.at is not None
    moves = [(move.debit.code, move.credit.code, move.amount_minor) for move in to_be.moves]
    assert sum(amount for debit, _, amount in moves if debit == str(SUSPENSE)) == LAMP - 3000
    assert (str(AWAITED_AGAINST), str(AWAITED), LAMP - 3000) in moves
    await comes(bazaar, order_id, IntentState.EXPIRED)
    async with bazaar.shop.db.read(None) as uow:
        trail = await trail_of(uow, order_id)
    assert trail is not None
    assert [(step.kind, step.expected) for step in trail.steps] == [
        ("awaited", False), ("awaited_lowered", False), ("awaited_ended", False),
    ]  # fmt: skip
    assert (trail.awaited_minor, trail.shares, trail.balanced) == (0, (), True)


async def test_a_part_that_was_cancelled_is_never_paid_for(bazaar):
    order_id = await ordered(bazaar)
    await bazaar.cancels(order_id, bazaar.weaver_id)
    await bazaar.sends(order_id, bazaar.lamp_seller_id)
    await comes(bazaar, order_id)
    assert await bazaar.states(order_id) == ("shipped", "shipped", "cancelled", "captured")
    await bazaar.holds(NOTHING | {CLEARING: LAMP, escrow(bazaar.lamp_seller_id): LAMP_NET, escrow(bazaar.weaver_id): 0})


async def test_credit_pays_first_and_the_rest_is_awaited(bazaar):
    order_id = await ordered(bazaar, "invoice", 3000)
    assert await due(bazaar, order_id) == BOTH - 3000
    assert await purse(bazaar.shop.db, bazaar.tenant_id, ADA) == (10_000, 3000)
    await comes(bazaar, order_id)
    assert await purse(bazaar.shop.db, bazaar.tenant_id, ADA) == (7000, 0)
    assert await owed(bazaar.shop.db, bazaar.tenant_id, ADA) == 0
    await bazaar.holds(NOTHING | {CLEARING: BOTH - 3000, credit(ADA): 7000, escrow(bazaar.lamp_seller_id): LAMP_NET})


async def test_what_credit_alone_pays_after_a_cancellation_is_paid(bazaar):
    order_id = await ordered(bazaar, "invoice", 3000)
    await bazaar.cancels(order_id, bazaar.lamp_seller_id)
    assert await bazaar.states(order_id) == ("paid", "cancelled", "paid", "captured")
    assert await purse(bazaar.shop.db, bazaar.tenant_id, ADA) == (10_000 - RUG, 0)
    await bazaar.holds(NOTHING | {credit(ADA): 10_000 - RUG, escrow(bazaar.weaver_id): RUG_NET})


async def test_what_is_given_up_ends_the_memo_and_says_what_was_never_paid(bazaar):
    order_id = await ordered(bazaar, "invoice", 3000)
    await bazaar.sends(order_id, bazaar.weaver_id)
    await comes(bazaar, order_id, IntentState.EXPIRED)
    assert await bazaar.states(order_id) == ("unpaid", "payment_failed", "unpaid", "expired")
    assert await bazaar.stock() == (FREE, replace(FREE, on_hand=9))
    assert await purse(bazaar.shop.db, bazaar.tenant_id, ADA) == (10_000, 0)
    await bazaar.holds(NOTHING | {escrow(bazaar.weaver_id): 0})


async def test_what_costs_nothing_is_paid_with_the_order_whatever_it_is_to_be_paid_with(shop):
    await shop.gives_away()
    await pays_later(shop.db, shop.market.tenant.id)
    answer = await shop.checks_out(replace(await shop.draft(expects=0), method="cash_on_delivery", token=""))
    assert (answer.body["order"]["state"], await shop.charges()) == ("paid", 0)


@pytest.mark.parametrize("due_minor", [0, 1])
async def test_verify_finds_a_due_that_is_not_what_the_order_costs(bazaar, due_minor):
    order_id = await ordered(bazaar)
    intent = await bazaar.shop.intent(order_id)
    async with bazaar.shop.db.begin(bazaar.tenant_id) as uow:
        await payments.lower_due(uow, {(intent.tenant_id, intent.id): BOTH - due_minor})
    wrong = {check.number for check in (await verify(bazaar.shop.db, bazaar.tenant_id)).checks if check.count}
    assert wrong == {18}


@pytest.mark.parametrize(
    "meddled",
    [
        "UPDATE invoice_terms SET owed_minor = owed_minor + 1",
        "UPDATE invoice_terms SET owed_minor = owed_minor - 1",
        "UPDATE invoice_terms SET account_id = account_id + 1",
        "DELETE FROM invoice_terms",
    ],
)
async def test_verify_finds_a_buyer_who_owes_something_else_than_the_invoices_say(bazaar, meddled):
    await ordered(bazaar, "invoice")
    async with undone(bazaar.shop.db, None) as uow:
        assert await broken(uow, bazaar.tenant_id) == set()
        await uow.connection.execute(text(f"{meddled} WHERE tenant_id = {bazaar.tenant_id}"))
        assert await broken(uow, bazaar.tenant_id) == {18}


@pytest.mark.parametrize(("debit", "credit_"), [(AWAITED, AWAITED_AGAINST), (AWAITED_AGAINST, AWAITED)])
async def test_verify_finds_a_memo_that_is_not_what_is_awaited(bazaar, debit, credit_):
    await ordered(bazaar)
    async with bazaar.shop.db.begin(bazaar.tenant_id) as uow:
        assert await broken(uow, bazaar.tenant_id) == set()
        await ledger.post(uow, [Journal(bazaar.tenant_id, "slip", "awaited_lowered", "EUR", legs((debit, credit_, 1)), uow.now)])
    async with bazaar.shop.db.begin(bazaar.tenant_id) as uow:
        assert await broken(uow, bazaar.tenant_id) == {18}


async def broken(uow, tenant_id):
    return {check.number for check in (await examine(uow, tenant_id)).checks if check.count}
