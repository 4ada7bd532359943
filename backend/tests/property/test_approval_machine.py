"""Requests for a second person in any order, held against a small model: none is done by one person, and none twice."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.property.world import World, play
from velora.modules.approvals import service as approvals
from velora.modules.approvals.service import PLATFORM, ApprovalFacts, Matter, Request, State, Taking, Vote
from velora.platform.db import UnitOfWork

PEOPLE = st.sampled_from(["account:1", "account:2"])
SUBJECTS = st.sampled_from(["one", "other"])
LASTS = st.integers(24, 72)
HOURS = st.integers(1, 24)
OPEN = ("requested", "approved")


@dataclass
class Card:
    """A request as a child would remember it."""

    subject: str
    payload: int
    by: str
    until: datetime
    facts: ApprovalFacts
    state: str = "requested"
    second: str = ""
    taken: int = 0


class FourEyes(RuleBasedStateMachine):
    world: World

    def __init__(self) -> None:
        super().__init__()
        self.place = PLATFORM  # without a marketplace; each example has subjects of its own
        self.mark = self.world.db.new_id()
        self.cards: list[Card] = []

    @property
    def now(self) -> datetime:
        return self.world.clock.now()

    def matter(self, subject: str, payload: int) -> Matter:
        return Matter("test.act", f"{subject}-{self.mark}", {"amount": payload})

    def open_on(self, subject: str) -> Card | None:
        return next((card for card in self.cards if card.subject == subject and card.state in OPEN), None)

    @rule(subject=SUBJECTS, payload=st.integers(0, 1), by=PEOPLE, hours=LASTS)
    def ask(self, subject: str, payload: int, by: str, hours: int) -> None:
        request = Request(self.place, self.matter(subject, payload), by, timedelta(hours=hours))
        [outcome] = self.world.write(lambda uow: approvals.request(uow, [request]))
        if known := self.open_on(subject):
            assert getattr(outcome, "approval", "") == known.facts.ref
        else:
            assert isinstance(outcome, ApprovalFacts)
            self.cards.append(Card(subject, payload, by, self.now + timedelta(hours=hours), outcome))

    def vote(self, subject: str, by: str, then: str) -> None:
        card = next((card for card in reversed(self.cards) if card.subject == subject), None)
        if card is None:
            return
        deciding = {"approved": approvals.approve, "rejected": approvals.reject, "withdrawn": approvals.withdraw}[then]
        [outcome] = self.world.write(lambda uow: deciding(uow, [Vote(*card.facts.key, by)]))
        may = (by == card.by) == (then == "withdrawn")
        from_here = card.state == "requested" or (card.state == "approved" and then == "withdrawn")
        assert isinstance(outcome, ApprovalFacts) == (may and from_here and self.now < card.until)
        if isinstance(outcome, ApprovalFacts):
            card.state, card.second = then, by

    @rule(subject=SUBJECTS, by=PEOPLE)
    def approve(self, subject: str, by: str) -> None:
        self.vote(subject, by, "approved")

    @rule(subject=SUBJECTS, by=PEOPLE)
    def reject(self, subject: str, by: str) -> None:
        self.vote(subject, by, "rejected")

    @rule(subject=SUBJECTS, by=PEOPLE)
    def withdraw(self, subject: str, by: str) -> None:
        self.vote(subject, by, "withdrawn")

    @rule(subject=SUBJECTS, times=st.integers(1, 3))
    def agree_and_take(self, subject: str, times: int) -> None:
        """What is open is agreed to by the other one, and done at once: what happens most."""
        if card := self.open_on(subject):
            self.vote(subject, "account:2" if card.by == "account:1" else "account:1", "approved")
            self.take(subject, card.payload, times)

    @rule(subject=SUBJECTS, payload=st.integers(0, 1), times=st.integers(1, 3))
    def take_any(self, subject: str, payload: int, times: int) -> None:
        self.take(subject, payload, times)

    def take(self, subject: str, payload: int, times: int) -> None:
        taking = Taking(self.place, self.matter(subject, payload))
        outcomes = self.world.write(lambda uow: approvals.take(uow, [taking] * times))
        card = self.open_on(subject)
        may = card is not None and card.state == "approved" and card.payload == payload and self.now < card.until
        assert sum(isinstance(one, ApprovalFacts) for one in outcomes) == may
        if card is not None and may:
            card.state = "done"
            card.taken += 1

    @rule(hours=HOURS)
    def wait(self, hours: int) -> None:
        self.world.clock.advance(timedelta(hours=hours))

    @rule()
    def expire(self) -> None:
        self.world.write(lambda uow: approvals.expire_due(uow, limit=1000))
        for card in self.cards:
            if card.state in OPEN and card.until <= self.now:
                card.state = "expired"

    @invariant()
    def each_stands_where_the_model_says(self) -> None:
        async def standing(uow: UnitOfWork) -> dict[tuple[int, int], ApprovalFacts]:
            return await approvals.by_id(uow, [card.facts.key for card in self.cards])

        found = self.world.write(standing)
        for card in self.cards:
            one = found[card.facts.key]
            assert one.state == card.state
            assert card.taken == (card.state == "done")
            if one.state in (State.APPROVED, State.DONE):
                assert one.decided_by == card.second != one.requested_by


def test_nothing_is_done_that_two_people_did_not_agree_to_in_time_and_nothing_twice(world: World):
    play(FourEyes, world, sqlite=40, mysql=10)
