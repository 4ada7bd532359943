"""Orders on an invoice in any order of events: parts cancelled or refused at the door, money kept, taken and let go, credit, giving up.

Hypothesis plays buyers, sellers, couriers and finance; reactions come late or never. After every step what is due, the memo, what the
buyer owes and has, and every case must be what a small model says, and at the end every invariant of the books must hold.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.builders.orders import Paid, a_line, a_part
from tests.builders.people import a_tenant
from tests.builders.receipts import ADA, BUYER, a_receipt, an_awaited_order, comes
from tests.property.world import World, play
from velora.flows.bookkeeping.verify import examine
from velora.flows.fulfilment.refused import Refused, refuse
from velora.flows.invoice_terms import give_up
from velora.flows.payment_outcome.take_up import take_up
from velora.flows.postings import AWAITED, BANK, SUSPENSE
from velora.flows.refund.cancel import Cancellation, cancel
from velora.flows.store_credit.moves import Gift, grant
from velora.flows.suspense.let_go import LettingGo, let_go
from velora.flows.suspense.settle import Wish, settle
from velora.kernel.errors import Refusal
from velora.kernel.ids import encode
from velora.modules.credit import service as credit
from velora.modules.ledger import service as ledger
from velora.modules.orders import service as orders
from velora.modules.payments import service as payments
from velora.modules.suspense import service as suspense
from velora.modules.suspense.service import CaseFacts, CaseState, Limits, Settlement
from velora.modules.terms import service as terms
from velora.platform.db import UnitOfWork

NEVER_TWO = Limits(second_person_from_minor=10**12, write_off_up_to_minor=0)
PRICES = (3_000, 4_500, 500)
PURSE = 10_000
ORDER, PART, ANY = st.integers(0, 9), st.integers(0, len(PRICES) - 1), st.integers(0, 99)


@dataclass
class Bought:
    """One order: what its parts that are left cost, which of them have left, and what is kept for it or was taken."""

    order: Paid
    credit: int
    left: dict[int, int]
    sent: set[int] = field(default_factory=set[int])
    state: str = "awaited"
    kept: int = 0
    taken: int = 0
    credit_used: int = 0

    @property
    def waits(self) -> bool:
        return self.state == "awaited"

    @property
    def due(self) -> int:
        return max(sum(self.left.values()) - self.credit, 0) if self.waits else 0

    @property
    def key(self) -> tuple[int, int]:
        return self.order.tenant_id, self.order.order_id

    def ends(self, state: str) -> None:
        if state == "captured":
            self.credit_used = min(self.credit, sum(self.left.values()))
        self.state = state

    def looked_at(self) -> int:
        """What is kept pays the order as soon as it suffices; what is on finance's desk again by it."""
        if self.waits and self.kept < self.due:
            return 0
        self.taken += self.due
        back, self.kept = self.kept - self.due, 0
        if self.waits:
            self.ends("captured")
        return back


class Awaited(RuleBasedStateMachine):
    world: World

    def __init__(self) -> None:
        super().__init__()
        self.tenant = self.world.write(self._opened)
        self.bought: list[Bought] = []
        self.came = self.loose = self.credited = 0
        self.receipts = 0

    async def _opened(self, uow: UnitOfWork) -> int:
        tenant = (await a_tenant(uow)).id
        await grant(uow, [Gift(tenant, "goodwill:first", "goodwill", BUYER, "EUR", PURSE, "account:1")])
        return tenant

    @precondition(lambda self: len(self.bought) < 2)
    @rule(credit_minor=st.sampled_from([0, 0, 2_000, 4_000]))
    def order_is_placed(self, credit_minor: int) -> None:
        if credit_minor > PURSE + self.credited - sum(one.credit if one.waits else one.credit_used for one in self.bought):
            return

        async def place(uow: UnitOfWork) -> Paid:
            parts = [a_part(uow, a_line(uow, net=net, tax=0, bps=0), shipping=0, shipping_tax=0) for net in PRICES]
            return await an_awaited_order(uow, self.tenant, parts, credit_minor=credit_minor)

        order = self.world.write(place)
        self.bought.append(Bought(order, credit_minor, {part.id: net for part, net in zip(order.parts, PRICES, strict=True)}))

    @precondition(lambda self: self.bought)
    @rule(order=ORDER, part=PART)
    def part_is_sent(self, order: int, part: int) -> None:
        bought, part_id = self.pick(order, part)
        able = bought.waits and part_id in bought.left and part_id not in bought.sent
        if able:
            self.world.write(lambda uow: orders.ship(uow, [orders.Parcel(self.tenant, part_id, "DHL", "JD01")]))
            bought.sent.add(part_id)

    @precondition(lambda self: self.bought)
    @rule(order=ORDER, part=PART)
    def part_is_cancelled(self, order: int, part: int) -> None:
        bought, part_id = self.pick(order, part)
        if bought.state == "captured":
            return  # it is refunded: the money machine's matter
        wanted = Cancellation(self.tenant, bought.order.order_id, "test", part_id)
        [outcome] = self.world.write(lambda uow: cancel(uow, [wanted]))
        able = bought.waits and part_id in bought.left and part_id not in bought.sent
        assert isinstance(outcome, Refusal) == (not able)
        if able:
            self.gone(bought, part_id)

    @precondition(lambda self: self.bought)
    @rule(order=ORDER, part=PART)
    def part_is_refused_at_the_door(self, order: int, part: int) -> None:
        bought, part_id = self.pick(order, part)
        [outcome] = self.world.write(lambda uow: refuse(uow, [Refused(self.tenant, bought.order.order_id, part_id, "test", restock=False)]))
        able = bought.waits and part_id in bought.left and part_id in bought.sent
        assert isinstance(outcome, Refusal) == (not able)
        if able:
            self.gone(bought, part_id)

    @precondition(lambda self: self.bought)
    @rule(order=ORDER)
    def it_is_given_up(self, order: int) -> None:
        bought = self.bought[order % len(self.bought)]
        wish = give_up.Wish(self.tenant, bought.order.order_id, "never came", ADA, second_person_from_minor=10**12)
        [outcome] = self.world.write(lambda uow: give_up.give_up(uow, [wish]))
        assert isinstance(outcome, Refusal) == (not bought.waits)
        if bought.waits:
            bought.ends("expired")

    @precondition(lambda self: self.bought)
    @rule(order=ORDER, amount=st.sampled_from([1, 500, 1_000, 3_000, 9_000]), names=st.booleans())
    def money_comes(self, order: int, amount: int, names: bool) -> None:
        bought = self.bought[order % len(self.bought)]
        self.receipts += 1
        words = f"for {encode('ord', bought.order.order_id)}" if names else ""
        self.world.write(lambda uow: comes(uow, a_receipt(self.tenant, amount, words, reference=f"S-{self.receipts}")))
        self.came += amount
        self.loose += amount
        if names and bought.waits:
            self.keeps(bought, amount)

    @precondition(lambda self: self.bought)
    @rule(order=ORDER, pick=ANY)
    def somebody_takes(self, order: int, pick: int) -> None:
        bought, case = self.bought[order % len(self.bought)], self.a_case(CaseState.OPEN, pick)
        if case is None:
            return
        wish = Wish(self.tenant, case.id, Settlement.TAKE, "because", ADA, NEVER_TWO, "", order_id=bought.order.order_id)
        [outcome] = self.world.write(lambda uow: settle(uow, [wish]))
        assert isinstance(outcome, Refusal) == (not bought.waits)
        if bought.waits:
            self.keeps(bought, case.amount_minor)

    @rule(pick=ANY)
    def somebody_lets_go(self, pick: int) -> None:
        case = self.a_case(CaseState.KEPT, pick)
        if case is not None:
            [outcome] = self.world.write(lambda uow: let_go(uow, [LettingGo(self.tenant, case.id, "because", ADA)]))
            assert isinstance(outcome, CaseFacts)
            self.loose += case.amount_minor
            next(one for one in self.bought if one.order.order_id == case.order_id).kept -= case.amount_minor

    @rule(pick=ANY)
    def somebody_is_credited(self, pick: int) -> None:
        case = self.a_case(CaseState.OPEN, pick)
        if case is not None:
            wish = Wish(self.tenant, case.id, Settlement.CREDIT, "because", ADA, NEVER_TWO, "", BUYER)
            self.world.write(lambda uow: settle(uow, [wish]))
            self.loose -= case.amount_minor
            self.credited += case.amount_minor

    @precondition(lambda self: self.bought)
    @rule(order=ORDER)
    def the_reaction_runs(self, order: int) -> None:
        bought = self.bought[order % len(self.bought)]
        self.world.write(lambda uow: take_up(uow, {bought.key}))
        self.loose += bought.looked_at()

    def gone(self, bought: Bought, part_id: int) -> None:
        del bought.left[part_id]
        if not bought.left:
            bought.ends("voided")
        elif not bought.due:
            bought.ends("captured")

    def keeps(self, bought: Bought, amount: int) -> None:
        bought.kept += amount
        self.loose += bought.looked_at() - amount

    def pick(self, order: int, part: int) -> tuple[Bought, int]:
        bought = self.bought[order % len(self.bought)]
        return bought, bought.order.parts[part].id

    def a_case(self, state: CaseState, pick: int) -> CaseFacts | None:
        found = [case for case in self.world.write(lambda uow: suspense.listed(uow, self.tenant, limit=1000)) if case.state is state]
        return found[pick % len(found)] if found else None

    @invariant()
    def everything_stands_as_it_must(self) -> None:
        now = self.world.write(self._standing)
        self.what_is_due_is_what_the_parts_say(now)
        self.every_cent_that_came_is_in_one_case(now)

    def what_is_due_is_what_the_parts_say(self, now: "Standing") -> None:
        for bought in self.bought:
            intent = now.intents[bought.key]
            assert (intent.state, payments.outstanding(intent), intent.captured_minor) == (bought.state, bought.due, bought.taken)
        due = sum(bought.due for bought in self.bought)
        assert (now.holds[str(AWAITED)], now.owed) == (-due, due)
        used = sum(bought.credit_used for bought in self.bought)
        promised = sum(bought.credit for bought in self.bought if bought.waits)
        assert (now.purse.balance_minor, now.purse.held_minor) == (PURSE + self.credited - used, promised)

    def every_cent_that_came_is_in_one_case(self, now: "Standing") -> None:
        kept, taken = sum(bought.kept for bought in self.bought), sum(bought.taken for bought in self.bought)
        assert total(now.cases) == self.came == -now.holds[str(BANK)]
        assert total(now.cases, CaseState.OPEN) == self.loose
        assert total(now.cases, CaseState.KEPT) == kept
        assert total(now.cases, CaseState.SETTLED) == taken + self.credited
        assert now.holds[str(SUSPENSE)] == self.loose + kept
        for bought in self.bought:
            mine = [case for case in now.cases if case.order_id == bought.order.order_id]
            assert (total(mine, CaseState.KEPT), total(mine, CaseState.SETTLED)) == (bought.kept, bought.taken)

    async def _standing(self, uow: UnitOfWork) -> "Standing":
        owing = (await terms.of_accounts(uow, [(self.tenant, BUYER)])).get((self.tenant, BUYER, "EUR"))
        return Standing(
            await payments.of_orders(uow, [bought.key for bought in self.bought]),
            await suspense.listed(uow, self.tenant, limit=1000),
            Counter({one.code: one.credit - one.debit for one in await ledger.accounts(uow, tenant_id=self.tenant)}),
            owing.owed_minor if owing else 0,
            (await credit.of_accounts(uow, [(self.tenant, BUYER)]))[self.tenant, BUYER, "EUR"],
        )

    def teardown(self) -> None:
        verdict = self.world.write(lambda uow: examine(uow, self.tenant))
        assert [check for check in verdict.checks if check.count] == []


@dataclass(frozen=True)
class Standing:
    """How it stands in the database: payments, cases, what accounts hold, what the buyer owes and has."""

    intents: dict[tuple[int, int], payments.PaymentIntent]
    cases: list[CaseFacts]
    holds: Counter[str]
    owed: int
    purse: credit.PurseFacts


def total(cases: Sequence[CaseFacts], state: CaseState | None = None) -> int:
    return sum(case.amount_minor for case in cases if state in (None, case.state))


def test_what_is_awaited_is_what_is_left_of_the_order_whatever_happens(world: World):
    play(Awaited, world, sqlite=20, mysql=3)
