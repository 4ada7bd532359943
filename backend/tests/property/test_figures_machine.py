"""Orders move as they like, what they tell is heard late, twice or in any order, and builds are broken off: figures follow the tables."""

from collections import defaultdict
from datetime import timedelta
from typing import Any, get_args

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from sqlalchemy import select

from tests.builders.orders import GUEST, Paid, a_line, a_paid_order, a_part, delivered, shipped
from tests.builders.people import a_tenant
from tests.property.world import World, play
from velora.flows.refund.ask import ReturnAsk, ask
from velora.flows.refund.decide import Decision, approve
from velora.flows.refund.settle import RefundNews, settle
from velora.flows.refund.start import Started
from velora.flows.reporting import count_due, rebuild_figures, verify_figures
from velora.flows.reporting.count import CAPTURED, COMMISSION, JOURNALS, ORDERS_PAID, POSTINGS, REFUNDED, TAKEN
from velora.flows.reporting.follow import Followed, ask_for_days
from velora.kernel.errors import Refusal
from velora.kernel.ids import time_of
from velora.kernel.principal import Principal
from velora.modules.ledger.models import LedgerAccount, LedgerJournal, LedgerPosting
from velora.modules.orders import service as orders
from velora.modules.orders.models import Order, SellerOrder
from velora.modules.payments.gateways.port import Refunded
from velora.modules.payments.models import PaymentIntent, PaymentRefund
from velora.modules.reporting import service as reporting
from velora.modules.returns.service import Reason
from velora.platform.db import UnitOfWork
from velora.platform.db.outbox import OutboxEvent

KINDS: dict[str, Any] = {kind.type: kind for kind in get_args(Followed)}
SELLERS = (71, 72)
Said = dict[tuple[str, int, str, str], tuple[int, int]]


class BrokenOff(Exception):
    """Somebody stopped the build."""


async def gone_back(uow: UnitOfWork, paid: Paid) -> None:
    """The one piece of its first seller is returned, and its money is with the buyer again."""
    wish = ReturnAsk(paid.tenant_id, paid.parts[0].id, ((paid.parts[0].lines[0].id, 1),), Reason.DAMAGED, "", Principal(guest_key=GUEST))
    (facts,) = await ask(uow, [wish])
    if isinstance(facts, Refusal):
        return  # it was before
    (started,) = await approve(uow, [Decision(facts.tenant_id, facts.order_id, facts.id, "", "account:5")])
    assert isinstance(started, Started)
    await settle(uow, [RefundNews(paid.tenant_id, started.refund_id, Refunded(f"re_{started.refund_id}"))])


class Figures(RuleBasedStateMachine):
    world: World

    def __init__(self) -> None:
        super().__init__()
        self.tenant = self.world.write(a_tenant).id
        self.bought: list[Paid] = []
        self.last_heard = 0

    @rule(nets=st.lists(st.integers(100, 20_000), min_size=1, max_size=2), days=st.sampled_from([0, 0, 1, 13]))
    def order_is_paid(self, nets: list[int], days: int) -> None:
        self.world.clock.advance(timedelta(days=days))

        async def buy(uow: UnitOfWork) -> Paid:
            parts = [a_part(uow, a_line(uow, net=net, tax=0), seller_id=seller) for net, seller in zip(nets, SELLERS, strict=False)]
            return await a_paid_order(uow, self.tenant, parts)

        self.bought.append(self.world.write(buy))

    @precondition(lambda self: self.bought)
    @rule(pick=st.integers(0, 99), deed=st.sampled_from(["cancel", "ship", "deliver", "return"]))
    def something_is_done(self, pick: int, deed: str) -> None:
        paid = self.bought[pick % len(self.bought)]

        async def act(uow: UnitOfWork) -> None:
            states = {part.state for part in await orders.parts_of(uow, [(paid.tenant_id, paid.order_id)])}
            if deed == "cancel":
                await orders.cancel_parts(uow, [paid.part])
            elif deed == "return" and states == {"delivered"}:
                await gone_back(uow, paid)
            elif deed in ("ship", "deliver") and states == {"paid"}:
                await (shipped if deed == "ship" else delivered)(uow, paid)

        self.world.write(act)

    @rule(pick=st.integers(0, 99), many=st.integers(1, 4))
    def old_events_come_again(self, pick: int, many: int) -> None:
        events = self.events()
        some = events[pick % len(events) :][:many] if events else []
        self.world.write(lambda uow: ask_for_days(uow, [event for _, event in some]))

    @rule()
    def news_is_heard(self) -> None:
        news = [(id_, event) for id_, event in self.events() if id_ > self.last_heard]
        self.world.write(lambda uow: ask_for_days(uow, [event for _, event in news]))
        self.last_heard = max([self.last_heard, *(id_ for id_, _ in news)])

    @rule(at_most=st.integers(1, 3))
    def a_worker_counts(self, at_most: int) -> None:
        self.world.run(count_due(self.world.db, at_most=at_most))

    @rule(after=st.integers(1, 5))
    def a_build_is_broken_off(self, after: int) -> None:
        def progress(done: int, of: int) -> None:
            if done == after:
                raise BrokenOff

        try:
            self.world.run(rebuild_figures(self.world.db, self.tenant, progress))
        except BrokenOff:
            return

    @rule()
    def it_is_heard_and_counted_to_the_end(self) -> None:
        self.news_is_heard()
        while self.world.run(count_due(self.world.db)):
            continue
        assert self.world.write(self.said) == self.world.write(self.true_figures)
        assert self.world.run(verify_figures(self.world.db, self.tenant, lambda done, of: None)).well

    def teardown(self) -> None:
        self.it_is_heard_and_counted_to_the_end()

    def events(self) -> list[tuple[int, Any]]:
        """All that this marketplace told, oldest first, as the outbox has it."""

        async def read(uow: UnitOfWork) -> list[tuple[int, Any]]:
            rows = await uow.entities(select(OutboxEvent).where(OutboxEvent.tenant_id == self.tenant).order_by(OutboxEvent.id))
            return [(row.id, KINDS[row.type](**row.payload)) for row in rows if row.type in KINDS]

        return self.world.write(read)

    async def said(self, uow: UnitOfWork) -> Said:
        """By month: what sellers' and the marketplace's figures say."""
        found: Said = {}
        for seller in (reporting.ALL_SELLERS, *SELLERS):
            for one in await reporting.of_seller(uow, seller, tenant_id=self.tenant):
                if one.pieces or one.amount_minor:
                    found[f"{one.month}", seller, one.name, one.currency] = (one.pieces, one.amount_minor)
        return found

    async def true_figures(self, uow: UnitOfWork) -> Said:
        """The same, added up here from every row."""
        sums: defaultdict[tuple[str, int, str, str], list[int]] = defaultdict(lambda: [0, 0])

        def add(id_: int, seller: int, name: str, currency: str, pieces: int, amount: int) -> None:
            key = f"{reporting.month_at(time_of(id_))}", seller, name, currency
            sums[key][0] += pieces
            sums[key][1] += amount

        for part in await uow.entities(select(SellerOrder).where(SellerOrder.tenant_id == self.tenant)):
            add(part.order_id, part.seller_id, part.state, part.currency, 1, part.total_minor)
        for order in await uow.entities(select(Order).where(Order.tenant_id == self.tenant)):
            add(order.id, 0, ORDERS_PAID, "", int(order.paid_at is not None), 0)
        for intent in await uow.entities(select(PaymentIntent).where(PaymentIntent.tenant_id == self.tenant)):
            add(intent.order_id, 0, CAPTURED, intent.currency, 0, intent.captured_minor)
        for refund in await uow.entities(select(PaymentRefund).where(PaymentRefund.tenant_id == self.tenant)):
            add(refund.order_id, 0, REFUNDED, refund.currency, 0, refund.amount_minor if refund.state == "succeeded" else 0)
        for (journal,) in await uow.all(select(LedgerJournal.id).where(LedgerJournal.tenant_id == self.tenant)):
            add(journal, 0, JOURNALS, "", 1, 0)
        codes = dict(await uow.all(select(LedgerAccount.id, LedgerAccount.code).where(LedgerAccount.tenant_id == self.tenant)))
        for posting in await uow.entities(select(LedgerPosting).where(LedgerPosting.tenant_id == self.tenant)):
            add(posting.journal_id, 0, POSTINGS, "", 1, 0)
            if codes[posting.debit_account_id] == "1010":
                add(posting.journal_id, 0, TAKEN, posting.currency, 0, posting.amount)
            if codes[posting.credit_account_id] == "4010":
                add(posting.journal_id, 0, COMMISSION, posting.currency, 0, posting.amount)
        return {key: (pieces, amount) for key, (pieces, amount) in sums.items() if pieces or amount}


def test_figures_are_what_the_tables_say_however_they_were_told(world: World):
    play(Figures, world, sqlite=12, mysql=5, steps=20)
