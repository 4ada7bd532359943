"""When a hold may be released and what a refund may take of it. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from velora.modules.escrow.errors import AlreadyReleased, MoreThanHeld, NothingHeld, UnderDispute


class State(StrEnum):
    HELD = "held"
    DUE = "due"
    RELEASED = "released"
    REFUNDED = "refunded"
    FROZEN = "frozen"  # a dispute about it is open: neither released nor refunded before that has ended


OPEN: Final = (State.HELD, State.DUE)


@dataclass(frozen=True)
class Hold:
    """One hold as the rules see it."""

    tenant_id: int
    seller_order_id: int
    order_id: int
    seller_id: int
    currency: str
    captured: int
    refunded: int
    released: int
    commission_minor: int
    commission_back_minor: int
    tax_minor: int
    state: State
    claims: int
    due_at: datetime | None

    @property
    def rest(self) -> int:
        """What is still held."""
        return self.captured - self.refunded - self.released

    @property
    def commission_left(self) -> int:
        """What the operator takes of the rest."""
        return self.commission_minor - self.commission_back_minor

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def may_open(self) -> bool:
        """Whether it is open, or may be again: a dispute about it can be won, and a refund that took all of it can fail."""
        return self.is_open or self.state is State.FROZEN or (self.state is State.REFUNDED and self.claims > 0)

    @property
    def shown_state(self) -> State:
        """As people see it: frozen while a return, a refund or a dispute is open."""
        return State.FROZEN if self.is_open and self.claims else self.state


@dataclass(frozen=True)
class Taking:
    """A refund takes this much out of a hold, net of tax, and gives up this much of the commission."""

    tenant_id: int
    seller_order_id: int
    net_minor: int
    commission_minor: int


def ended(hold: Hold | None, seller_order_id: int) -> NothingHeld | AlreadyReleased | None:
    """Why nothing can be asked of this hold any more, or None."""
    if hold is None or hold.state is State.REFUNDED:
        return NothingHeld(seller_order_id)
    return AlreadyReleased(seller_order_id) if hold.state is State.RELEASED else None


def over(hold: Hold | None, seller_order_id: int) -> NothingHeld | AlreadyReleased | None:
    """Why this hold can never be open again, or None."""
    return None if hold is not None and hold.may_open else ended(hold, seller_order_id)


def refusal_of(hold: Hold | None, taking: Taking) -> NothingHeld | AlreadyReleased | UnderDispute | MoreThanHeld | None:
    """Why a refund cannot take this, or None: never more than the rest, and nothing while it is disputed or once it is released."""
    if refusal := ended(hold, taking.seller_order_id):
        return refusal
    assert hold is not None
    if hold.state is State.FROZEN:
        return UnderDispute(taking.seller_order_id)
    if taking.net_minor > hold.rest or taking.commission_minor > hold.commission_left:
        return MoreThanHeld(taking.seller_order_id, taking.net_minor, hold.rest)
    return None


def taken(hold: Hold, taking: Taking) -> Hold:
    """The hold after a refund was asked for: less by it, and claimed until the refund has ended."""
    after = replace(
        hold, refunded=hold.refunded + taking.net_minor, commission_back_minor=hold.commission_back_minor + taking.commission_minor,
        claims=hold.claims + 1,
    )  # fmt: skip
    return replace(after, state=State.REFUNDED) if after.rest == 0 else after


def given_back(hold: Hold, taking: Taking) -> Hold:
    """The hold after a refund failed: as if it had never been asked for."""
    after = replace(
        hold, refunded=hold.refunded - taking.net_minor, commission_back_minor=hold.commission_back_minor - taking.commission_minor,
        claims=hold.claims - 1,
    )  # fmt: skip
    return replace(after, state=State.HELD) if hold.state is State.REFUNDED and after.rest else after


def frozen(hold: Hold) -> Hold:
    """The hold while a dispute about it is open. What has ended stays as it is."""
    return replace(hold, state=State.FROZEN) if hold.is_open else hold


def thawed(hold: Hold, now: datetime) -> Hold:
    """The hold after its last dispute has ended: as if there had been none, so due if its time came meanwhile."""
    if hold.state is not State.FROZEN:
        return hold
    is_due = hold.due_at is not None and hold.due_at <= now
    return replace(hold, state=State.DUE if is_due else State.HELD)


def lost(hold: Hold, taking: Taking) -> Hold:
    """The hold after the bank kept this much of it for the buyer: less by it, for good, and so is the commission on it."""
    back = min(taking.commission_minor, hold.commission_left)
    after = replace(hold, refunded=hold.refunded + taking.net_minor, commission_back_minor=hold.commission_back_minor + back)
    return replace(after, state=State.REFUNDED) if after.rest == 0 else after
