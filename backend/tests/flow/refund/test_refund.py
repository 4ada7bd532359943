"""A return from the buyer's wish to the money on the card, and every way in which it does not get there."""

import secrets

import pytest

from tests.builders.figures import count_today
from tests.builders.orders import GUEST, Paid, a_line, a_paid_order, a_part, delivered
from velora.flows import postings
from velora.flows.once import Once
from velora.flows.postings import CLEARING, COMMISSION, REFUND_CLEARING, escrow, payable, tax
from velora.flows.refund.ask import ReturnAsk, ask, ask_once
from velora.flows.refund.decide import Decision, approve, decline
from velora.flows.refund.settle import RefundNews, settle
from velora.flows.refund.start import Started
from velora.flows.release.release import release
from velora.flows.screens.finance.books.overview import overview
from velora.kernel.errors import NotFound, Refusal
from velora.kernel.ids import encode
from velora.kernel.principal import Principal
from velora.modules.escrow import service as escrow_service
from velora.modules.ledger import service as ledger
from velora.modules.orders import service as orders
from velora.modules.payments import service as payments
from velora.modules.payments.gateways.port import Refunded, RefundFailed, Unheard
from velora.modules.returns import service as returns
from velora.modules.returns.errors import AfterRelease, AlreadyDecided, NotReturnable
from velora.platform.db import UnitOfWork
from velora.platform.db.idempotency import Asked, KeyReused, Replay

BUYER = Principal(guest_key=GUEST)


def a_wish(paid: Paid, quantity: int = 1, *, by: Principal = BUYER) -> ReturnAsk:
    part = paid.parts[0]
    return ReturnAsk(paid.tenant_id, part.id, ((part.lines[0].id, quantity),), returns.Reason.DAMAGED, "It is bent", by)


async def a_return(uow: UnitOfWork, paid: Paid, quantity: int = 1) -> returns.ReturnFacts:
    (facts,) = await ask(uow, [a_wish(paid, quantity)])
    assert isinstance(facts, returns.ReturnFacts), facts
    return facts


def yes(facts: returns.ReturnFacts) -> Decision:
    return Decision(facts.tenant_id, facts.order_id, facts.id, "Sorry about that", "account:5")


async def an_approved(uow: UnitOfWork, paid: Paid, quantity: int = 1) -> Started:
    (started,) = await approve(uow, [yes(await a_return(uow, paid, quantity))])
    assert isinstance(started, Started), started
    return started


@pytest.fixture
async def paid(uow: UnitOfWork) -> Paid:
    """Five pieces at 20.00 + 1.40 tax with 10 % commission, 8.00 + 0.56 delivery: shipped and delivered."""
    paid = await a_paid_order(uow, uow.new_id(), [a_part(uow, a_line(uow, quantity=5, net=10000, tax=700))])
    await delivered(uow, paid)
    return paid


async def test_one_of_five_pieces_goes_back_with_its_tax_and_its_commission(uow, paid, holds):
    tenant, seller = paid.tenant_id, paid.parts[0].seller_id
    facts = await a_return(uow, paid)
    assert (facts.net_minor, facts.tax_minor, facts.commission_minor) == (2000, 140, 200)

    (started,) = await approve(uow, [yes(facts)])
    assert isinstance(started, Started)
    assert (started.order.amount_minor, started.order.charge_ref) == (2140, paid.charge_ref)
    await holds(uow, tenant, {escrow(seller): 8800, tax("DE"): 616, REFUND_CLEARING: 2140, CLEARING: 11556})

    assert await settle(uow, [RefundNews(tenant, started.refund_id, Refunded("re_1"))]) == [True]
    await holds(uow, tenant, {escrow(seller): 8800, REFUND_CLEARING: 0, CLEARING: 9416})
    (now,) = (await returns.by_id(uow, {(tenant, facts.id)})).values()
    assert (now.state, now.refund_id, now.note) == (returns.State.REFUNDED, started.refund_id, "Sorry about that")
    (line,) = (await orders.lines_of(uow, {paid.part}))[paid.part]
    assert line.returned_quantity == 1


async def test_the_release_after_a_refund_takes_commission_of_what_is_left(uow, paid, holds, clock):
    started = await an_approved(uow, paid)
    await settle(uow, [RefundNews(paid.tenant_id, started.refund_id, Refunded("re_1"))])
    await escrow_service.confirm(uow, [paid.part])
    await release(uow, 1000)
    seller = paid.parts[0].seller_id
    await holds(uow, paid.tenant_id, {escrow(seller): 0, COMMISSION: 800, payable(seller): 8000})


async def test_what_went_back_stands_in_finances_overview(uow, paid):
    started = await an_approved(uow, paid)
    await settle(uow, [RefundNews(paid.tenant_id, started.refund_id, Refunded("re_1"))])
    await count_today(uow, paid.tenant_id)
    (figures,) = (await overview(uow, paid.tenant_id)).currencies
    assert (figures.gmv, figures.refunded) == (11556, 2140)


async def test_a_refund_that_fails_leaves_everything_as_it_was(uow, paid, holds):
    tenant, seller = paid.tenant_id, paid.parts[0].seller_id
    started = await an_approved(uow, paid)
    await settle(uow, [RefundNews(tenant, started.refund_id, RefundFailed("account_closed"))])

    await holds(uow, tenant, {escrow(seller): 10800, tax("DE"): 756, REFUND_CLEARING: 0, CLEARING: 11556})
    hold = (await escrow_service.of_seller_orders(uow, {paid.part}))[paid.part]
    assert (hold.refunded, hold.commission_back_minor, hold.claims, hold.state) == (0, 0, 0, escrow_service.State.HELD)
    (intent,) = (await payments.of_orders(uow, {(tenant, paid.order_id)})).values()
    assert intent.refunded_minor == 0
    (line,) = (await orders.lines_of(uow, {paid.part}))[paid.part]
    assert line.returned_quantity == 0
    assert (await a_return(uow, paid, 5)).net_minor == 10000


async def test_a_refund_of_which_nothing_is_heard_stays_requested_and_settles_once_later(uow, paid, holds):
    tenant, seller = paid.tenant_id, paid.parts[0].seller_id
    started = await an_approved(uow, paid)
    assert await settle(uow, [RefundNews(tenant, started.refund_id, Unheard("time-out"))]) == [False]
    await holds(uow, tenant, {REFUND_CLEARING: 2140})
    for _ in range(2):
        await settle(uow, [RefundNews(tenant, started.refund_id, Refunded("re_1"))])
    await holds(uow, tenant, {REFUND_CLEARING: 0, escrow(seller): 8800, CLEARING: 9416})


async def test_all_pieces_in_three_returns_give_back_exactly_what_they_cost(uow, holds):
    paid = await a_paid_order(uow, uow.new_id(), [a_part(uow, a_line(uow, quantity=3, net=1000, tax=70), shipping=0, shipping_tax=0)])
    await delivered(uow, paid)
    for _ in range(3):
        started = await an_approved(uow, paid)
        await settle(uow, [RefundNews(paid.tenant_id, started.refund_id, Refunded("re"))])
    seller = paid.parts[0].seller_id
    await holds(uow, paid.tenant_id, {escrow(seller): 0, tax("DE"): 0, CLEARING: 0, REFUND_CLEARING: 0})
    hold = (await escrow_service.of_seller_orders(uow, {paid.part}))[paid.part]
    assert (hold.state, hold.commission_left) == (escrow_service.State.REFUNDED, 0)
    (part,) = (await orders.parts_by_id(uow, {paid.part})).values()
    assert part.state == orders.State.REFUNDED


async def test_nothing_is_released_while_a_return_is_open(uow, paid, holds):
    facts = await a_return(uow, paid)
    await escrow_service.confirm(uow, [paid.part])
    await release(uow, 1000)
    await holds(uow, paid.tenant_id, {escrow(paid.parts[0].seller_id): 10800})
    await decline(uow, [yes(facts)])
    await release(uow, 1000)
    await holds(uow, paid.tenant_id, {escrow(paid.parts[0].seller_id): 0})


async def test_after_release_a_return_is_refused_in_words_that_help(uow, paid):
    await escrow_service.confirm(uow, [paid.part])
    await release(uow, 1000)
    assert await ask(uow, [a_wish(paid)]) == [AfterRelease()]
    assert await returns.of_seller_orders(uow, {paid.part}) == {paid.part: []}


async def test_the_same_request_again_is_the_same_return_and_another_body_is_refused(uow, paid):
    asked = Asked(secrets.token_bytes(32), secrets.token_bytes(32))
    (first,) = await ask_once(uow, [Once(paid.tenant_id, BUYER, asked, a_wish(paid))])
    (again,) = await ask_once(uow, [Once(paid.tenant_id, BUYER, asked, a_wish(paid))])
    assert isinstance(first, returns.ReturnFacts)
    assert isinstance(again, Replay)
    assert again.body == {"id": encode("ret", first.id)}
    (other,) = await ask_once(uow, [Once(paid.tenant_id, BUYER, Asked(asked.key_hash, secrets.token_bytes(32)), a_wish(paid, 2))])
    assert other == KeyReused()
    assert len((await returns.of_seller_orders(uow, {paid.part}))[paid.part]) == 1


@pytest.mark.parametrize("stranger", [Principal(guest_key="somebody else"), Principal(), Principal(account_id=9, guest_key=GUEST + "x")])
async def test_nobody_but_the_buyer_may_ask(uow, paid, stranger):
    (refusal,) = await ask(uow, [a_wish(paid, by=stranger)])
    assert isinstance(refusal, NotFound)
    assert await returns.of_seller_orders(uow, {paid.part}) == {paid.part: []}


async def test_in_one_batch_the_second_wish_for_the_last_piece_is_refused(uow):
    paid = await a_paid_order(uow, uow.new_id(), [a_part(uow, a_line(uow))])
    await delivered(uow, paid)
    first, second = await ask(uow, [a_wish(paid), a_wish(paid)])
    assert isinstance(first, returns.ReturnFacts)
    assert second == NotReturnable(paid.parts[0].lines[0].id, 1, 0)


async def test_what_has_not_been_shipped_cannot_be_returned(uow):
    paid = await a_paid_order(uow, uow.new_id())
    (refusal,) = await ask(uow, [a_wish(paid)])
    assert isinstance(refusal, NotReturnable)


async def test_a_return_is_decided_once(uow, paid, holds):
    facts = await a_return(uow, paid)
    (started,) = await approve(uow, [yes(facts)])
    assert isinstance(started, Started)
    again, declined = (await approve(uow, [yes(facts)]))[0], (await decline(uow, [yes(facts)]))[0]
    assert again == declined == AlreadyDecided("approved")
    await holds(uow, paid.tenant_id, {REFUND_CLEARING: 2140})


@pytest.mark.parametrize("decide", [approve, decline])
async def test_of_two_decisions_about_a_return_in_one_batch_the_first_counts(uow, paid, holds, decide):
    facts = await a_return(uow, paid, quantity=5)
    first, second = await decide(uow, [yes(facts), yes(facts)])
    assert isinstance(first, Started | returns.ReturnFacts)
    assert second == AlreadyDecided("being_decided")
    found = (await escrow_service.of_seller_orders(uow, {paid.part}))[paid.part]
    refunded = 10000 if decide is approve else 0
    assert (found.refunded, found.claims) == (refunded, 1 if decide is approve else 0)
    await holds(uow, paid.tenant_id, {REFUND_CLEARING: refunded * 107 // 100})


async def test_the_refunds_of_one_order_never_exceed_what_its_seller_holds(uow):
    """Two sellers in one order: each refund comes out of its own seller's escrow."""
    one, other = (a_part(uow, a_line(uow, net=5000, tax=350), shipping=0, shipping_tax=0) for _ in range(2))
    paid = await a_paid_order(uow, uow.new_id(), [one, other])
    await delivered(uow, paid)
    started = await an_approved(uow, paid)
    await settle(uow, [RefundNews(paid.tenant_id, started.refund_id, Refunded("re"))])
    found = await escrow_service.of_seller_orders(uow, {(paid.tenant_id, part.id) for part in paid.parts})
    assert [found[paid.tenant_id, part.id].rest for part in paid.parts] == [0, 5000]
    balances = await ledger.balances(uow, {(paid.tenant_id, str(postings.escrow(part.seller_id))) for part in paid.parts})
    assert sorted(balances.values()) == [0, 5000]


async def test_a_sellers_returns_come_newest_first_whatever_became_of_them(uow):
    seller, asked = uow.new_id(), list[returns.ReturnFacts]()
    for _ in range(4):
        paid = await a_paid_order(uow, uow.new_id(), [a_part(uow, seller_id=seller)])
        await delivered(uow, paid)
        asked.append(await a_return(uow, paid))
    await decline(uow, [yes(asked[1])])
    await approve(uow, [yes(asked[2])])
    newest = [one.id for one in reversed(asked)]

    async def ids(**wanted):
        return [one.id for one in await returns.of_seller(uow, seller, **wanted)]

    assert await ids() == newest
    assert (await ids(limit=3), await ids(before=newest[2])) == (newest[:3], newest[3:])
    assert await ids(states=[returns.State.REQUESTED]) == [newest[0], newest[3]]


def test_refusals_say_what_to_do():
    for refusal in (AfterRelease(), NotReturnable(1, 2, 1), NotReturnable(1, 2, 0), AlreadyDecided("declined")):
        assert isinstance(refusal, Refusal)
        assert refusal.detail().endswith(".")
