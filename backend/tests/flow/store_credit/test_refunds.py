"""Refunds of two tenders: the card first, credit after it; and money that a buyer takes as credit."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.orders import Paid, a_line, a_paid_order, a_part, delivered
from tests.flow.refund.test_refund import yes
from velora.flows import postings
from velora.flows.bookkeeping.verify import examine
from velora.flows.postings import CLEARING, REFUND_CLEARING
from velora.flows.refund.ask import ReturnAsk, ask
from velora.flows.refund.decide import approve
from velora.flows.refund.settle import RefundNews, settle
from velora.flows.refund.start import Started
from velora.kernel.errors import Invalid
from velora.kernel.principal import Principal
from velora.modules.credit import service as credit
from velora.modules.ledger.policy import AccountRef, paired
from velora.modules.payments import service as payments
from velora.modules.payments.gateways.port import Refunded, RefundFailed
from velora.modules.payments.policy import part_due, part_refund
from velora.modules.returns import service as returns

ADA = 7
BUYER = Principal(account_id=ADA)
CREDIT = 9000


@pytest.fixture
async def paid(uow) -> Paid:
    """Five pieces at 20.00 + 1.40 tax, 8.00 + 0.56 delivery: 115.56, of which credit paid 90.00 and a card 25.56."""
    tenant_id = uow.new_id()
    paid = await a_paid_order(uow, tenant_id, [a_part(uow, a_line(uow, quantity=5, net=10000, tax=700))], buyer_id=ADA, credit_minor=CREDIT)
    await delivered(uow, paid)
    return paid


async def gives_back(uow, paid, quantity, *, as_credit=False):
    part = paid.parts[0]
    wish = ReturnAsk(paid.tenant_id, part.id, ((part.lines[0].id, quantity),), returns.Reason.DAMAGED, "", BUYER, as_credit)
    (facts,) = await ask(uow, [wish])
    assert isinstance(facts, returns.ReturnFacts), facts
    (started,) = await approve(uow, [yes(facts)])
    assert isinstance(started, Started), started
    return facts, started


async def having(uow, paid):
    found = (await credit.of_accounts(uow, [(paid.tenant_id, ADA)]))[paid.tenant_id, ADA, "EUR"]
    return found.balance_minor


async def clean(uow, paid):
    """What is wrong with money; this transaction's events are not written yet, and its lines name no rule of commission."""
    return [check for check in (await examine(uow, paid.tenant_id)).checks if check.count and check.number not in (22, 25)]


async def test_the_card_has_its_own_before_credit_has(uow, paid, holds):
    _, first = await gives_back(uow, paid, 1)
    assert first.order.amount_minor == 2140
    _, second = await gives_back(uow, paid, 2)
    assert second.order.amount_minor == 2556 - 2140
    await settle(
        uow, [RefundNews(paid.tenant_id, first.refund_id, Refunded("re_1")), RefundNews(paid.tenant_id, second.refund_id, Refunded("re_2"))]
    )
    assert await having(uow, paid) == 2 * 2140 - (2556 - 2140)
    _, third = await gives_back(uow, paid, 2)
    assert not third.asks_gateway
    await holds(uow, paid.tenant_id, {CLEARING: 0, REFUND_CLEARING: 0, postings.credit(ADA): await having(uow, paid)})
    assert await having(uow, paid) == 5 * 2140 - 2556
    assert await clean(uow, paid) == []


async def test_a_refused_refund_of_both_gives_neither(uow, paid):
    facts, started = await gives_back(uow, paid, 5)
    assert started.order.amount_minor == 2556
    assert await clean(uow, paid) == []
    await settle(uow, [RefundNews(paid.tenant_id, started.refund_id, RefundFailed("no"))])
    assert await having(uow, paid) == 0
    intent = (await payments.intents_seen(uow, [(paid.tenant_id, paid.intent_id)]))[paid.tenant_id, paid.intent_id]
    use = (await credit.uses_of(uow, [(paid.tenant_id, paid.intent_id)]))[paid.tenant_id, paid.intent_id]
    assert (intent.refunded_minor, use.back_minor) == (0, 0)
    assert await clean(uow, paid) == []
    assert (await returns.by_id(uow, [(paid.tenant_id, facts.id)]))[paid.tenant_id, facts.id].state is returns.State.REFUND_FAILED


async def test_a_buyer_takes_card_money_as_credit_and_no_gateway_is_asked(uow, paid):
    facts, started = await gives_back(uow, paid, 1, as_credit=True)
    assert (started.asks_gateway, await having(uow, paid)) == (False, 2140)
    assert (await returns.by_id(uow, [(paid.tenant_id, facts.id)]))[paid.tenant_id, facts.id].state is returns.State.REFUNDED
    intent = (await payments.intents_seen(uow, [(paid.tenant_id, paid.intent_id)]))[paid.tenant_id, paid.intent_id]
    assert intent.refunded_minor == 2140
    _, rest = await gives_back(uow, paid, 4)
    assert rest.order.amount_minor == 2556 - 2140
    assert await clean(uow, paid) == []


async def test_a_guest_has_no_credit(uow):
    guest = await a_paid_order(uow, uow.new_id())
    await delivered(uow, guest)
    part = guest.parts[0]
    wish = ReturnAsk(
        guest.tenant_id, part.id, ((part.lines[0].id, 1),), returns.Reason.DAMAGED, "", Principal(guest_key="guest-of-the-tests"), True
    )
    (refused,) = await ask(uow, [wish])
    assert isinstance(refused, Invalid)


AMOUNTS = st.integers(0, 10**9)


@settings(deadline=None)
@given(due=AMOUNTS, held=AMOUNTS)
def test_what_is_due_is_parted_whole_and_never_takes_more_credit_than_was_held(due, held):
    parted = part_due(due, held)
    assert parted.card_minor + parted.credit_minor == due
    assert 0 <= parted.credit_minor <= held
    assert parted.card_minor >= 0
    assert parted.card_minor == 0 or parted.credit_minor == held


@settings(deadline=None)
@given(card=AMOUNTS, credit_paid=AMOUNTS, data=st.data())
def test_however_an_order_goes_back_the_card_never_has_more_than_it_paid(card, credit_paid, data):
    card_left, credit_left = card, credit_paid
    while card_left + credit_left and data.draw(st.booleans()):
        amount = data.draw(st.integers(1, card_left + credit_left))
        parted = part_refund(amount, card_left_minor=card_left)
        assert parted.card_minor + parted.credit_minor == amount
        assert 0 <= parted.card_minor <= card_left
        assert 0 <= parted.credit_minor <= credit_left
        card_left -= parted.card_minor
        credit_left -= parted.credit_minor


@settings(deadline=None)
@given(amounts=st.lists(st.integers(0, 10**6), max_size=8), data=st.data())
def test_the_legs_pay_every_due_whole_and_part_at_most_one(amounts, data):
    whole = sum(amounts)
    first_minor = data.draw(st.integers(0, whole))
    first, then = AccountRef("2060", "acc"), CLEARING
    dues = [(AccountRef("2010", str(i)), amount) for i, amount in enumerate(amounts)]
    legs = [(leg.debit, leg.credit, leg.amount_minor) for leg in paired([(first, first_minor), (then, whole - first_minor)], dues)]
    assert all(amount > 0 for _, _, amount in legs)
    for due, amount in dues:
        assert sum(leg[2] for leg in legs if leg[1] == due) == amount
    assert sum(leg[2] for leg in legs if leg[0] == first) == first_minor
    assert sum(len({leg[0] for leg in legs if leg[1] == due}) == 2 for due, _ in dues) <= 1
