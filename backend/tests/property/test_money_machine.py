"""Orders, refunds, releases and payouts in any order, held against a small model of who has which money.

Hypothesis plays buyers, sellers, the gateway, the bank and the passing of days. After every step the ledger must hold what the
model says, account by account, and at the end every invariant of the books must hold.
"""

from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from tests.builders.orders import GUEST, a_line, a_paid_order, a_part, shipped
from tests.builders.people import a_new_tenant
from tests.fixtures_db import NOW
from tests.property.money_model import Books, Part, Refund
from tests.property.world import World, play
from velora.flows import postings
from velora.flows.bookkeeping.verify import examine
from velora.flows.fulfilment.ship import deliver
from velora.flows.payout_run.run import PayoutRun, reserve
from velora.flows.payout_run.run import settle as settle_payouts
from velora.flows.postings import BANK, PAYOUT_CLEARING
from velora.flows.refund.ask import ReturnAsk, ask
from velora.flows.refund.cancel import Cancellation, Cancelled, cancel
from velora.flows.refund.decide import Decision, approve, decline
from velora.flows.refund.settle import RefundNews, settle
from velora.flows.refund.start import Started
from velora.flows.release.release import Confirmation, confirm, release
from velora.kernel.errors import Refusal
from velora.kernel.principal import Principal
from velora.modules.commission import service as commission
from velora.modules.ledger import service as ledger
from velora.modules.orders.service import NewPart
from velora.modules.payments.gateways.port import Refunded, RefundFailed, Unheard
from velora.modules.payouts.service import PayoutFacts, Settled
from velora.modules.returns import service as returns
from velora.modules.tenants import service as tenants
from velora.platform.db import UnitOfWork

T = TypeVar("T")
ESCROW_DAYS, RESERVE_BPS, THRESHOLD = 14, 500, 3000
OUTCOMES = st.sampled_from([Refunded("re"), RefundFailed("no"), Unheard("time-out")])


class Money(RuleBasedStateMachine):
    world: World

    parts = Bundle("parts")
    asked = Bundle("asked")
    refunds = Bundle("refunds")
    payouts = Bundle("payouts")

    def __init__(self) -> None:
        super().__init__()
        self.world.clock.set(NOW)
        self.books = Books(RESERVE_BPS)
        self.tenant, self.rule_id = self.world.write(self._opened)
        self.sellers = [self.world.db.new_id(), self.world.db.new_id()]

    async def _opened(self, uow: UnitOfWork) -> tuple[int, int]:
        new = replace(
            a_new_tenant(f"m-{uow.new_id() % 10**14}"), reserve_bps=RESERVE_BPS, payout_threshold_minor=THRESHOLD, escrow_days=ESCROW_DAYS
        )
        (tenant,) = await tenants.create(uow, [new])
        assert isinstance(tenant, tenants.TenantFacts)
        made = await commission.create(uow, tenant.id, commission.NewRule(1000), created_by="test")
        assert isinstance(made, commission.Rule)
        return tenant.id, made.rule_id

    @rule(
        target=parts,
        wanted=st.lists(
            st.tuples(st.integers(1, 4), st.integers(1, 9999), st.integers(0, 99), st.sampled_from([0, 490])), min_size=1, max_size=2
        ),
    )
    def buy(self, wanted: list[tuple[int, int, int, int]]):
        async def place(uow: UnitOfWork) -> list[Part]:
            sold: list[NewPart] = []
            for seller, (quantity, unit, tax, shipping) in zip(self.sellers, wanted, strict=False):
                line = replace(
                    a_line(uow, quantity=quantity, net=quantity * unit, tax=tax), commission_rule_id=self.rule_id, commission_rule_version=1
                )
                sold.append(a_part(uow, line, seller_id=seller, shipping=shipping, shipping_tax=shipping // 10))
            paid = await a_paid_order(uow, self.tenant, sold)
            return [Part(paid, place) for place in range(len(sold))]

        bought = self.world.write(place)
        for part in bought:
            self.books.bought(part)
        return multiple(*bought)

    @rule(part=parts)
    def ship_whole_order(self, part: Part):
        together = [one for one in self.books.parts if one.paid is part.paid]
        if all(one.state == "paid" for one in together):
            self.world.write(lambda uow: shipped(uow, part.paid))
            for one in together:
                one.state = "shipped"

    @rule(part=parts)
    def arrive(self, part: Part):
        self.world.write(lambda uow: deliver(uow, [part.key]))
        if part.state == "shipped" and part.due is None:
            part.due = self.world.clock.now() + timedelta(days=ESCROW_DAYS)

    @rule(part=parts)
    def buyer_confirms(self, part: Part):
        (answer,) = self.world.write(lambda uow: confirm(uow, [Confirmation(*part.key)]))
        if part.state == "shipped" and part.rest and part.returned < part.line.quantity:
            assert not isinstance(answer, Refusal), answer
            part.due = min(part.due or self.world.clock.now(), self.world.clock.now())
        else:
            assert isinstance(answer, Refusal)

    @rule(target=asked, part=parts, pieces=st.integers(1, 4))
    def buyer_asks(self, part: Part, pieces: int):
        wish = ReturnAsk(self.tenant, part.sold.id, ((part.line.id, pieces),), returns.Reason.OTHER, "", Principal(guest_key=GUEST))
        (answer,) = self.world.write(lambda uow: ask(uow, [wish]))
        if not (part.state == "shipped" and part.rest and pieces <= part.pieces_left):
            assert isinstance(answer, Refusal)
            return multiple()
        assert isinstance(answer, returns.ReturnFacts), answer
        part.taken.append(answer)
        part.claims += 1
        given = sum(one.net_minor for one in part.taken), sum(one.tax_minor for one in part.taken)
        whole = part.line.net_minor, part.line.tax_minor
        assert given == whole if part.pieces_left == 0 else all(one <= most for one, most in zip(given, whole, strict=True))
        return (part, answer)

    @rule(target=refunds, case=consumes(asked))
    def seller_approves(self, case: tuple[Part, returns.ReturnFacts]):
        part, facts = case
        decision = Decision(self.tenant, facts.order_id, facts.id, "", "test")
        (started,) = self.world.write(lambda uow: approve(uow, [decision]))
        assert isinstance(started, Started), started
        refund = Refund(started, part, facts.net_minor, facts.tax_minor, facts.commission_minor, facts)
        self.books.refund_asked(refund)
        return refund

    @rule(case=consumes(asked))
    def seller_declines(self, case: tuple[Part, returns.ReturnFacts]):
        part, facts = case
        self.world.write(lambda uow: decline(uow, [Decision(self.tenant, facts.order_id, facts.id, "", "test")]))
        part.claims -= 1
        part.taken.remove(facts)

    @rule(target=refunds, part=parts)
    def buyer_cancels(self, part: Part):
        (answer,) = self.world.write(lambda uow: cancel(uow, [Cancellation(self.tenant, part.paid.order_id, "test")]))
        waiting = [one for one in sorted(self.books.parts, key=lambda one: one.sold.id) if one.paid is part.paid and one.state == "paid"]
        if not waiting:
            assert isinstance(answer, Refusal)
            return multiple()
        assert isinstance(answer, Cancelled), answer
        begun: list[Refund] = []
        for one, started in zip(waiting, answer.started, strict=True):
            one.state = "cancelled"
            one.claims += 1
            sold = one.sold
            begun.append(Refund(started, one, sold.items_minor + sold.shipping_minor, sold.tax_minor, one.line.commission_minor, None))
            self.books.refund_asked(begun[-1])
        return multiple(*begun)

    @rule(target=refunds, refund=consumes(refunds), outcome=OUTCOMES)
    def gateway_answers(self, refund: Refund, outcome: Refunded | RefundFailed | Unheard):
        for said in (outcome, RefundFailed("changed its mind") if isinstance(outcome, Refunded) else outcome):
            self.world.write(lambda uow, said=said: settle(uow, [RefundNews(self.tenant, refund.started.refund_id, said)]))
        if isinstance(outcome, Unheard):
            return refund
        if isinstance(outcome, Refunded):
            self.books.refund_paid(refund, self.world.clock.now())
        else:
            self.books.refund_failed(refund)
        return multiple()

    @rule(days=st.integers(1, 15))
    def days_pass(self, days: int):
        self.world.clock.advance(timedelta(days=days))

    @rule()
    def worker_releases(self):
        self.world.write(lambda uow: release(uow, 1000))
        self.books.release(self.world.clock.now())

    @rule(target=payouts)
    def finance_pays_out(self):
        (answer,) = self.world.write(lambda uow: reserve(uow, [PayoutRun(self.tenant)]))
        assert isinstance(answer, list)
        due = {seller: self.books.holds[str(postings.payable(seller))] for seller in self.sellers}
        assert {one.seller_id: one.amount_minor for one in answer} == {
            seller: amount for seller, amount in due.items() if amount >= THRESHOLD
        }
        for one in answer:
            self.books.move(postings.payable(one.seller_id), PAYOUT_CLEARING, one.amount_minor)
        return multiple(*answer)

    @rule(target=payouts, payout=consumes(payouts), state=st.sampled_from(["paid", "failed", "unknown"]))
    def bank_answers(self, payout: PayoutFacts, state: str):
        for said in (state, "failed" if state == "paid" else state):
            self.world.write(lambda uow, said=said: settle_payouts(uow, [Settled(self.tenant, payout.id, said)]))
        if state == "unknown":
            return payout
        self.books.move(PAYOUT_CLEARING, BANK if state == "paid" else postings.payable(payout.seller_id), payout.amount_minor)
        return multiple()

    @invariant()
    def the_ledger_holds_what_the_model_says(self):
        async def standing(uow: UnitOfWork) -> dict[str, int]:
            return {
                one.code: one.credit - one.debit for one in await ledger.accounts(uow, tenant_id=self.tenant) if one.credit != one.debit
            }

        assert self.world.write(standing) == {code: amount for code, amount in self.books.holds.items() if amount}

    def teardown(self) -> None:
        verdict = self.world.write(lambda uow: examine(uow, self.tenant))
        assert [check for check in verdict.checks if check.count] == []


def test_whatever_happens_in_whatever_order_the_ledger_holds_what_the_model_says(world: World):
    play(Money, world, sqlite=20, mysql=6)
