"""Money that comes without a gateway, taken for orders in whatever order people and cancellations do it, held against a small model."""

from dataclasses import dataclass, field

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.builders.orders import Paid, a_line, a_part
from tests.builders.people import a_tenant
from tests.builders.receipts import ADA, a_receipt, an_awaited_order
from tests.property.world import World, play
from velora.flows.bookkeeping.verify import examine
from velora.flows.payment_outcome.take_up import take_up
from velora.flows.postings import BANK, SUSPENSE
from velora.flows.receipts.record import Recorded, record
from velora.flows.refund.cancel import Cancellation, cancel
from velora.flows.suspense.let_go import LettingGo, let_go
from velora.flows.suspense.settle import Wish, settle
from velora.kernel.errors import Refusal
from velora.kernel.ids import encode
from velora.modules.ledger import service as ledger
from velora.modules.payments import service as payments
from velora.modules.payments.service import IntentState
from velora.modules.suspense import service as suspense
from velora.modules.suspense.service import CaseFacts, CaseState, Limits, Settlement
from velora.platform.db import UnitOfWork

NEVER_TWO = Limits(second_person_from_minor=10**12, write_off_up_to_minor=0)
PRICES = (4_000, 7_556)


@dataclass
class Bought:
    order: Paid
    left: dict[int, int] = field(default_factory=dict[int, int])
    paid: int = 0

    @property
    def due(self) -> int:
        return sum(self.left.values())


class Receipts(RuleBasedStateMachine):
    world: World

    def __init__(self) -> None:
        super().__init__()
        self.tenant = self.world.write(a_tenant).id
        self.bought: list[Bought] = []
        self.came: dict[str, int] = {}
        self.credited = 0

    @rule()
    def order_is_placed(self) -> None:
        async def place(uow: UnitOfWork) -> Paid:
            parts = [a_part(uow, a_line(uow, net=net, tax=0, bps=0), shipping=0, shipping_tax=0) for net in PRICES]
            return await an_awaited_order(uow, self.tenant, parts)

        order = self.world.write(place)
        self.bought.append(Bought(order, {part.id: net for part, net in zip(order.parts, PRICES, strict=True)}))

    @rule(
        reference=st.integers(0, 9), amount=st.sampled_from([1, 4_000, 7_556, 11_556, 20_000]), pick=st.integers(0, 9), names=st.booleans()
    )
    def receipt_comes(self, reference: int, amount: int, pick: int, names: bool) -> None:
        words = encode("ord", self.bought[pick % len(self.bought)].order.order_id) if names and self.bought else ""
        ref = f"S-{reference}"
        [outcome] = self.world.write(lambda uow: record(uow, [a_receipt(self.tenant, amount, words, reference=ref)]))
        known = self.came.setdefault(ref, amount)
        assert isinstance(outcome, Recorded) == (known == amount)

    @precondition(lambda self: self.bought)
    @rule(pick=st.integers(0, 99), order=st.integers(0, 9))
    def somebody_takes(self, pick: int, order: int) -> None:
        open_ = [case for case in self.cases() if case.state is CaseState.OPEN]
        if not open_:
            return
        case, bought = open_[pick % len(open_)], self.bought[order % len(self.bought)]
        wish = Wish(self.tenant, case.id, Settlement.TAKE, "because", ADA, NEVER_TWO, "", order_id=bought.order.order_id)
        [outcome] = self.world.write(lambda uow: settle(uow, [wish]))
        assert isinstance(outcome, Refusal) == (bool(bought.paid) or not bought.due)

    @rule(pick=st.integers(0, 99))
    def somebody_lets_go(self, pick: int) -> None:
        kept = [case for case in self.cases() if case.state is CaseState.KEPT]
        if kept:
            wish = LettingGo(self.tenant, kept[pick % len(kept)].id, "because", ADA)
            [outcome] = self.world.write(lambda uow: let_go(uow, [wish]))
            assert isinstance(outcome, CaseFacts)

    @rule(pick=st.integers(0, 99))
    def somebody_is_credited(self, pick: int) -> None:
        open_ = [case for case in self.cases() if case.state is CaseState.OPEN]
        if open_:
            case = open_[pick % len(open_)]
            wish = Wish(self.tenant, case.id, Settlement.CREDIT, "because", ADA, NEVER_TWO, "", 7)
            self.world.write(lambda uow: settle(uow, [wish]))
            self.credited += case.amount_minor

    @precondition(lambda self: self.bought)
    @rule(order=st.integers(0, 9), part=st.integers(0, 1))
    def part_is_cancelled(self, order: int, part: int) -> None:
        bought = self.bought[order % len(self.bought)]
        part_id = bought.order.parts[part].id
        if bought.paid or part_id not in bought.left:
            return

        async def cancels(uow: UnitOfWork) -> None:
            [done] = await cancel(uow, [Cancellation(self.tenant, bought.order.order_id, "test", part_id)])
            assert not isinstance(done, Refusal)

        self.world.write(cancels)
        self.world.write(lambda uow: take_up(uow, {(self.tenant, bought.order.order_id)}))  # as the reaction does
        del bought.left[part_id]

    def cases(self) -> list[CaseFacts]:
        return self.world.write(lambda uow: suspense.listed(uow, self.tenant, limit=1000))

    @invariant()
    def every_cent_that_came_is_somewhere_once(self) -> None:
        async def standing(uow: UnitOfWork) -> tuple[list[CaseFacts], dict[int, payments.PaymentIntent], dict[str, int]]:
            cases = await suspense.listed(uow, self.tenant, limit=1000)
            intents = await payments.of_orders(uow, [(self.tenant, one.order.order_id) for one in self.bought])
            accounts = await ledger.accounts(uow, tenant_id=self.tenant)
            return cases, {key[1]: one for key, one in intents.items()}, {one.code: one.credit - one.debit for one in accounts}

        cases, intents, held = self.world.write(standing)
        assert sum(case.amount_minor for case in cases) == sum(self.came.values()) == -held.get(str(BANK), 0)
        assert sum(case.received_minor for case in cases if case.parent_id is None) == sum(self.came.values())
        unsettled = sum(case.amount_minor for case in cases if case.state in suspense.UNSETTLED)
        assert unsettled == held.get(str(SUSPENSE), 0)
        for bought in self.bought:
            intent = intents[bought.order.order_id]
            mine = [case for case in cases if case.order_id == bought.order.order_id]
            taken = sum(case.amount_minor for case in mine if case.state is CaseState.SETTLED)
            kept = sum(case.amount_minor for case in mine if case.state is CaseState.KEPT)
            bought.paid = intent.captured_minor
            assert taken == intent.captured_minor
            assert (intent.state == IntentState.AWAITED) == (bool(bought.due) and not bought.paid)
            assert kept < bought.due if intent.state == IntentState.AWAITED else kept == 0
            assert bought.paid in (0, bought.due)
        paid = sum(bought.paid for bought in self.bought)
        assert sum(self.came.values()) == paid + unsettled + self.credited

    def teardown(self) -> None:
        verdict = self.world.write(lambda uow: examine(uow, self.tenant))
        assert [check for check in verdict.checks if check.count] == []


def test_money_that_comes_without_a_gateway_is_never_lost_or_taken_twice(world: World):
    play(Receipts, world, sqlite=25, mysql=5, steps=25)
