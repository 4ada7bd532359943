"""Who may pay later: where the marketplace offers it, up to the limits, and how it ends where the money never comes."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.checkout import asked
from tests.builders.later import may_owe, owed, pays_later
from tests.builders.people import a_caller
from tests.builders.purses import gives_credit, purse
from tests.builders.shop import order_id_of
from velora.flows.checkout.draft import Buyer
from velora.flows.fulfilment.refused import Refused, refuse, refuse_once
from velora.flows.invoice_terms import give_up, limits
from velora.flows.once import Once
from velora.flows.postings import AWAITED, AWAITED_AGAINST, CLEARING
from velora.flows.second_person import Done, Hand
from velora.kernel.errors import Refusal
from velora.modules.credit.errors import NotEnoughCredit
from velora.modules.orders.service import WrongState
from velora.modules.payments.service import MethodNotOffered, NotAwaited, TooMuchInCash
from velora.modules.tenants.policy import BankDetails, CashOnDelivery, OnInvoice, PaidLater, check_paid_later
from velora.modules.terms import service as terms
from velora.modules.terms.policy import Standing, Wish, share_out
from velora.modules.terms.service import NoTerms, OverLimit
from velora.platform.db.group_commit import Writes, in_one_transaction
from velora.platform.db.idempotency import Replay

# A lamp costs 49.00 with 4.90 delivery, a rug 20.00 with 4.90.
LAMP, RUG = 5390, 2490
BOTH = LAMP + RUG
ADA = 7
NOTHING = {AWAITED: 0, AWAITED_AGAINST: 0, CLEARING: 0}
FINANCE = Hand("account:1")


async def draft_of(bazaar, method, buyer=ADA, credit_minor=0):
    who = Buyer(buyer, "", "ada@example.com") if buyer else (await bazaar.draft()).buyer
    return replace(await bazaar.draft(), method=method, token="", buyer=who, credit_minor=credit_minor)


async def orders_on_invoice(bazaar, limit_minor=10 * BOTH):
    await pays_later(bazaar.shop.db, bazaar.tenant_id)
    await may_owe(bazaar.shop.db, bazaar.tenant_id, ADA, limit_minor)
    return order_id_of(await bazaar.checks_out(await draft_of(bazaar, "invoice")))


async def cash_order(bazaar):
    await pays_later(bazaar.shop.db, bazaar.tenant_id)
    return order_id_of(await bazaar.checks_out(await draft_of(bazaar, "cash_on_delivery")))


@pytest.mark.parametrize("method", ["cash_on_delivery", "invoice"])
async def test_what_is_not_offered_is_refused_and_nothing_is_promised(bazaar, method):
    with pytest.raises(MethodNotOffered):
        await bazaar.checks_out(await draft_of(bazaar, method))
    assert (await bazaar.stock())[0].reserved == 0
    assert await bazaar.shop.journals() == 0


async def test_cash_is_collected_up_to_the_largest_amount_and_credit_lowers_it(bazaar):
    await pays_later(bazaar.shop.db, bazaar.tenant_id, at_most_minor=BOTH - 1)
    with pytest.raises(TooMuchInCash) as refused:
        await bazaar.checks_out(await draft_of(bazaar, "cash_on_delivery"))
    assert refused.value.facts() == {"at_most": {"amount": BOTH - 1, "currency": "EUR"}}
    await gives_credit(bazaar.shop.db, bazaar.tenant_id, ADA, 1)
    answer = await bazaar.checks_out(await draft_of(bazaar, "cash_on_delivery", credit_minor=1))
    assert answer.body["payment"]["state"] == "awaited"


@pytest.mark.parametrize("buyer", [None, ADA])
async def test_only_who_was_let_buys_on_invoice(bazaar, buyer):
    await pays_later(bazaar.shop.db, bazaar.tenant_id)
    with pytest.raises(NoTerms):
        await bazaar.checks_out(await draft_of(bazaar, "invoice", buyer))
    assert (await bazaar.stock())[0].reserved == 0


async def test_an_invoice_says_until_when_it_is_to_be_paid(bazaar):
    order_id = await orders_on_invoice(bazaar)
    order = (await bazaar.shop.order(order_id)).order
    assert (await bazaar.shop.intent(order_id)).due_at == order.placed_at + timedelta(days=30)
    assert await owed(bazaar.shop.db, bazaar.tenant_id, ADA) == BOTH


async def test_what_is_owed_never_passes_the_limit_and_is_free_again_when_it_is_cancelled(bazaar):
    order_id = await orders_on_invoice(bazaar, BOTH + LAMP)
    with pytest.raises(OverLimit) as refused:
        await bazaar.checks_out(await draft_of(bazaar, "invoice"))
    assert refused.value.left_minor == LAMP
    assert (await bazaar.stock())[0].reserved == 1
    await bazaar.cancels(order_id, bazaar.weaver_id)
    assert await owed(bazaar.shop.db, bazaar.tenant_id, ADA) == LAMP
    await bazaar.checks_out(await draft_of(bazaar, "invoice"))
    await bazaar.cancels(order_id)
    assert await owed(bazaar.shop.db, bazaar.tenant_id, ADA) == BOTH
    await bazaar.holds({AWAITED: BOTH})


async def test_two_orders_at_once_do_not_pass_the_limit_together(bazaar):
    await pays_later(bazaar.shop.db, bazaar.tenant_id)
    await may_owe(bazaar.shop.db, bazaar.tenant_id, ADA, BOTH + LAMP)
    houses = (bazaar.house, replace(bazaar.house, writes=Writes(bazaar.shop.db)))
    drafts = [await draft_of(bazaar, "invoice") for _ in houses]
    outcomes = await asyncio.gather(
        *(replace(bazaar, shop=replace(bazaar.shop, house=house)).checks_out(one) for house, one in zip(houses, drafts, strict=True)),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["Answer", "OverLimit"]
    assert await owed(bazaar.shop.db, bazaar.tenant_id, ADA) == BOTH
    await bazaar.holds({AWAITED: BOTH})


async def test_who_lacks_the_credit_owes_nothing_either(bazaar):
    await pays_later(bazaar.shop.db, bazaar.tenant_id)
    await may_owe(bazaar.shop.db, bazaar.tenant_id, ADA, BOTH)
    with pytest.raises(NotEnoughCredit):
        await bazaar.checks_out(await draft_of(bazaar, "invoice", credit_minor=100))
    assert await owed(bazaar.shop.db, bazaar.tenant_id, ADA) == 0


@given(st.integers(0, 50), st.integers(0, 50), st.lists(st.integers(1, 30), max_size=8))
def test_whatever_is_wished_for_nobody_owes_more_than_the_limit(limit, owed_before, amounts):
    wishes = [Wish(1, ADA, "EUR", amount) for amount in amounts]
    outcomes = share_out({(1, ADA, "EUR"): Standing(limit, owed_before)}, wishes)
    taken = sum(one.amount_minor for one in outcomes if isinstance(one, Wish))
    assert owed_before + taken <= max(limit, owed_before)
    for one in outcomes:
        if isinstance(one, OverLimit):
            assert one.wanted_minor > one.left_minor


async def refuses(bazaar, order_id, seller_id, *, restock=True):
    part = await bazaar.part(order_id, seller_id)
    [outcome] = await in_one_transaction(
        bazaar.shop.db, refuse, [Refused(part.tenant_id, order_id, part.id, "account:9", restock)]
    )  # fmt: skip
    return outcome


@pytest.mark.parametrize("restock", [True, False])
async def test_what_is_refused_at_the_door_is_owed_no_longer_and_comes_back(bazaar, restock):
    order_id = await cash_order(bazaar)
    await bazaar.sends(order_id, bazaar.weaver_id)
    assert isinstance(await refuses(bazaar, order_id, bazaar.weaver_id, restock=restock), Refused)
    assert await bazaar.states(order_id) == ("awaited", "awaited", "cancelled", "awaited")
    assert (await bazaar.stock())[1].on_hand == (10 if restock else 9)
    assert [one.kind for one in (await bazaar.shop.order(order_id)).time_line] == ["placed", "shipped", "refused"]
    await bazaar.holds({AWAITED: LAMP})
    await bazaar.sends(order_id, bazaar.lamp_seller_id)
    await refuses(bazaar, order_id, bazaar.lamp_seller_id)
    assert await bazaar.states(order_id) == ("cancelled", "cancelled", "cancelled", "voided")
    await bazaar.holds(NOTHING)


async def test_a_parcel_is_refused_once_under_its_key(bazaar):
    order_id = await cash_order(bazaar)
    await bazaar.sends(order_id, bazaar.weaver_id)
    part = await bazaar.part(order_id, bazaar.weaver_id)
    request = Once(part.tenant_id, a_caller(), asked("refused"), Refused(part.tenant_id, order_id, part.id, "account:9"))
    first, again = [await bazaar.house.writes.submit(refuse_once, request) for _ in range(2)]
    assert (type(first), type(again)) == (Refused, Replay)
    assert (await bazaar.stock())[1].on_hand == 10


async def test_what_has_not_left_or_was_paid_is_not_refused_at_the_door(bazaar):
    order_id = await cash_order(bazaar)
    assert isinstance(await refuses(bazaar, order_id, bazaar.weaver_id), WrongState)
    paid = order_id_of(await bazaar.checks_out(await bazaar.draft()))
    await bazaar.sends(paid, bazaar.weaver_id)
    assert isinstance(await refuses(bazaar, paid, bazaar.weaver_id), NotAwaited)


async def gives_up(bazaar, order_id, from_minor=100_000):
    wish = give_up.Wish(bazaar.tenant_id, order_id, "Two reminders, no answer", FINANCE, from_minor)
    [outcome] = await in_one_transaction(bazaar.shop.db, give_up.give_up, [wish])
    return outcome


async def test_what_never_comes_is_given_up_once_and_on_record(bazaar):
    order_id = await orders_on_invoice(bazaar)
    assert await gives_up(bazaar, order_id) == Done()
    assert (await bazaar.states(order_id))[0::3] == ("payment_failed", "expired")
    assert await owed(bazaar.shop.db, bazaar.tenant_id, ADA) == 0
    assert isinstance(await gives_up(bazaar, order_id), NotAwaited)
    await bazaar.holds(NOTHING)


async def test_from_a_limit_on_a_second_person_gives_it_up(bazaar):
    order_id = await orders_on_invoice(bazaar)
    waiting = await gives_up(bazaar, order_id, BOTH)
    assert isinstance(waiting, Done)
    assert waiting.approval is not None
    assert (await bazaar.states(order_id))[3] == "awaited"
    async with bazaar.shop.db.begin(None) as uow:
        await give_up.give_up_agreed(uow, [waiting.approval])
    assert (await bazaar.states(order_id))[3] == "expired"
    await bazaar.holds(NOTHING)


async def lets(bazaar, limit_minor, from_minor=50_000):
    wish = limits.Wish(bazaar.tenant_id, ADA, limit_minor, "EUR", "A known house", FINANCE, from_minor)
    [outcome] = await in_one_transaction(bazaar.shop.db, limits.let, [wish])
    async with bazaar.shop.db.read(bazaar.tenant_id) as uow:
        found = await terms.of_accounts(uow, [(bazaar.tenant_id, ADA)])
    return outcome, found.get((bazaar.tenant_id, ADA, "EUR"), Standing(0, 0)).limit_minor


async def test_a_higher_limit_needs_a_second_person_and_a_lower_one_does_not(bazaar):
    assert await lets(bazaar, 49_999) == (Done(), 49_999)
    waiting, still = await lets(bazaar, 50_000)
    assert isinstance(waiting, Done)
    assert waiting.approval is not None
    assert still == 49_999
    assert isinstance((await lets(bazaar, 60_000))[0], Refusal)  # one at a time
    async with bazaar.shop.db.begin(None) as uow:
        await limits.let_agreed(uow, [waiting.approval])
    assert await lets(bazaar, 50_000) == (Done(), 50_000)
    assert await lets(bazaar, 0) == (Done(), 0)


async def test_a_limit_of_nothing_ends_buying_on_invoice_and_what_is_owed_stands(bazaar):
    await orders_on_invoice(bazaar)
    await lets(bazaar, 0)
    with pytest.raises(NoTerms):
        await bazaar.checks_out(await draft_of(bazaar, "invoice"))
    assert await owed(bazaar.shop.db, bazaar.tenant_id, ADA) == BOTH
    assert await purse(bazaar.shop.db, bazaar.tenant_id, ADA) == (0, 0)
    await bazaar.holds({AWAITED: BOTH})


@pytest.mark.parametrize(
    ("wanted", "pointer"),
    [
        (PaidLater(CashOnDelivery(0)), "/cash_on_delivery/at_most_minor"),
        (PaidLater(invoice=OnInvoice(BankDetails("X", "DE02120300000000202051"), 0)), "/invoice/days"),
        (PaidLater(invoice=OnInvoice(BankDetails(" ", "DE02120300000000202051"))), "/invoice/bank/holder"),
        (PaidLater(invoice=OnInvoice(BankDetails("X", "DE02120300000000202052"))), "/invoice/bank/iban"),
        (PaidLater(invoice=OnInvoice(BankDetails("X", "DE02120300000000202051", "BYLA"))), "/invoice/bank/bic"),
    ],
)
def test_what_cannot_be_paid_to_is_refused(wanted, pointer):
    refused = check_paid_later(wanted)
    assert refused is not None
    assert refused.pointer == pointer
    assert PaidLater.of(wanted.stored) == wanted
