"""Money that matches nothing, settled by several people in any order, held against a small model of who has which money."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.builders.people import a_tenant
from tests.property.test_money_machine import OUTCOMES
from tests.property.world import World, play
from velora.flows.bookkeeping.verify import examine
from velora.flows.four_eyes import decide
from velora.flows.four_eyes.decide import Decision
from velora.flows.postings import credit
from velora.flows.second_person import Hand
from velora.flows.suspense.open import open_case
from velora.flows.suspense.send import BackNews, settle_back
from velora.flows.suspense.settle import Wish, settle
from velora.kernel.errors import Refusal
from velora.kernel.principal import Role
from velora.modules.ledger import service as ledger
from velora.modules.payments.gateways.port import Refunded, RefundFailed, RefundOutcome
from velora.modules.suspense import service as suspense
from velora.modules.suspense.service import CaseFacts, Limits, NewCase, Settlement
from velora.platform.db import UnitOfWork

LIMITS = Limits(second_person_from_minor=1000, write_off_up_to_minor=300)
FINANCE = frozenset({Role.FINANCE})
PEOPLE = st.sampled_from(["account:1", "account:2"])
CLEARING, REFUNDS, SUSPENSE, ROUNDING = "1010", "2050", "2090", "4090"
BUYER = 7
CREDITED = str(credit(BUYER))


@dataclass
class Card:
    ref: str
    amount: int
    id: int
    state: str = "open"
    how: str = ""
    asked_by: str = ""
    approval: int = 0
    tries: int = 0


class Suspense(RuleBasedStateMachine):
    world: World

    def __init__(self) -> None:
        super().__init__()
        self.tenant = self.world.write(a_tenant).id
        self.cards: list[Card] = []
        self.holds: Counter[str] = Counter()

    def move(self, debit: str, credit: str, amount: int) -> None:
        self.holds[debit] -= amount
        self.holds[credit] += amount

    @rule(ref=st.integers(0, 5), amount=st.sampled_from([1, 300, 301, 999, 1000, 50_000]), times=st.integers(1, 2))
    def charge_comes(self, ref: int, amount: int, times: int) -> None:
        new = NewCase(self.tenant, "sandbox", f"ch_{ref}", amount, "EUR", {"status": "succeeded"})
        opened = self.world.write(lambda uow: open_case(uow, [new] * times))
        if not any(card.ref == new.gateway_ref for card in self.cards):
            assert [one.is_new for one in opened] == [True, False][:times]
            self.cards.append(Card(new.gateway_ref, amount, opened[0].id))
            self.move(CLEARING, SUSPENSE, amount)
        else:
            assert not any(one.is_new for one in opened)

    @precondition(lambda self: self.cards)
    @rule(pick=st.integers(0, 99), how=st.sampled_from(sorted({*Settlement} - {Settlement.TAKE})), by=PEOPLE)
    def settle(self, pick: int, how: Settlement, by: str) -> None:
        card = self.cards[pick % len(self.cards)]
        wish = Wish(self.tenant, card.id, how, "because", Hand(by), LIMITS, "sandbox", BUYER if how is Settlement.CREDIT else None)
        [outcome] = self.world.write(lambda uow: settle(uow, [wish]))
        may = card.state == "open" and (how is not Settlement.WRITE_OFF or card.amount <= LIMITS.write_off_up_to_minor)
        assert isinstance(outcome, CaseFacts) == may
        if isinstance(outcome, CaseFacts):
            card.how, card.asked_by = how, by
            if card.amount >= LIMITS.second_person_from_minor:
                card.state, card.approval = "awaiting_second", outcome.approval_id or 0
            else:
                self.carried_out(card)

    def carried_out(self, card: Card) -> None:
        if card.how == Settlement.GIVE_BACK:
            card.state = "giving_back"
            card.tries += 1
            self.move(SUSPENSE, REFUNDS, card.amount)
        else:
            card.state = "settled"
            self.move(SUSPENSE, CREDITED if card.how == Settlement.CREDIT else ROUNDING, card.amount)

    @precondition(lambda self: self.cards)
    @rule(pick=st.integers(0, 99), by=PEOPLE, agrees=st.booleans())
    def second_person(self, pick: int, by: str, agrees: bool) -> None:
        card = self.cards[pick % len(self.cards)]
        if not card.approval:
            return
        decision = Decision(self.tenant, card.approval, Hand(by), FINANCE, "seen")
        deciding = decide.approve if agrees else decide.reject
        [outcome] = self.world.write(lambda uow: deciding(uow, [decision]))
        may = card.state == "awaiting_second" and by != card.asked_by
        assert isinstance(outcome, Refusal) != may
        if may and agrees:
            card.approval = 0
            self.carried_out(card)
        elif may:
            card.approval, card.state, card.how = 0, "open", ""

    @precondition(lambda self: self.cards)
    @rule(pick=st.integers(0, 99), outcome=OUTCOMES, late=st.integers(0, 1))
    def gateway_says(self, pick: int, outcome: RefundOutcome, late: int) -> None:
        on_their_way = [card for card in self.cards if card.state == "giving_back"] or self.cards
        card = on_their_way[pick % len(on_their_way)]
        news = BackNews(self.tenant, card.id, card.tries - late, outcome)
        self.world.write(lambda uow: settle_back(uow, [news, news]))
        if card.state != "giving_back" or late:
            return
        if isinstance(outcome, Refunded):
            card.state = "settled"
            self.move(REFUNDS, CLEARING, card.amount)
        elif isinstance(outcome, RefundFailed):
            card.state, card.how = "open", ""
            self.move(REFUNDS, SUSPENSE, card.amount)

    @rule()
    def days_pass(self) -> None:
        self.world.clock.advance(timedelta(days=4))

        async def expire(uow: UnitOfWork) -> None:
            await decide.expire(uow)

        self.world.write(expire)
        for card in self.cards:
            if card.state == "awaiting_second":
                card.approval, card.state, card.how = 0, "open", ""

    @invariant()
    def cases_and_accounts_stand_as_the_model_says(self) -> None:
        async def standing(uow: UnitOfWork) -> tuple[dict[int, str], dict[str, int]]:
            cases = await suspense.by_id(uow, [(self.tenant, card.id) for card in self.cards])
            accounts = await ledger.accounts(uow, tenant_id=self.tenant)
            return {key[1]: one.state for key, one in cases.items()}, {one.code: one.credit - one.debit for one in accounts}

        states, held = self.world.write(standing)
        assert states == {card.id: card.state for card in self.cards}
        assert {code: amount for code, amount in held.items() if amount} == {code: amount for code, amount in self.holds.items() if amount}

    def teardown(self) -> None:
        verdict = self.world.write(lambda uow: examine(uow, self.tenant))
        assert [check for check in verdict.checks if check.count] == []


def test_money_that_is_nobodys_is_settled_once_whatever_happens(world: World):
    play(Suspense, world, sqlite=25, mysql=6)
