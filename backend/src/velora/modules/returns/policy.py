"""What pieces of a line are worth when they come back, to the last cent. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from velora.kernel.money import round_half_up
from velora.modules.returns.errors import NothingToGiveBack, NotReturnable


class State(StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"
    DECLINED = "declined"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"


# A return in one of these states has its pieces and amounts; the others have given them up.
STANDING: Final = (State.REQUESTED, State.APPROVED, State.REFUNDED)
OPEN: Final = (State.REQUESTED, State.APPROVED)


class Reason(StrEnum):
    DAMAGED = "damaged"
    WRONG_ITEM = "wrong_item"
    NOT_AS_DESCRIBED = "not_as_described"
    NO_LONGER_WANTED = "no_longer_wanted"
    OTHER = "other"


@dataclass(frozen=True)
class Worth:
    """Amounts of some pieces: net and tax go back to the buyer, commission back to the seller."""

    quantity: int = 0
    net_minor: int = 0
    tax_minor: int = 0
    commission_minor: int = 0

    def __add__(self, other: "Worth") -> "Worth":
        return Worth(
            self.quantity + other.quantity, self.net_minor + other.net_minor, self.tax_minor + other.tax_minor,
            self.commission_minor + other.commission_minor,
        )  # fmt: skip


@dataclass(frozen=True)
class SoldLine:
    """A line as it was sold, and how many of its pieces have reached the buyer."""

    line_id: int
    whole: Worth
    shipped: int


def worth_of(whole: Worth, back: Worth, quantity: int) -> Worth:
    """The part of a line's amounts that so many more pieces have, after `back` came back before.

    After any pieces, what went back in all is the line's gross in proportion, half up; so the buyer is never given more than
    was paid, and the last piece brings the exact rest of gross, tax and commission.
    """
    pieces = back.quantity + quantity

    def due(amount: int, given: int) -> int:
        return min(max(round_half_up(amount * pieces, whole.quantity) - given, 0), amount - given)

    gross = due(whole.net_minor + whole.tax_minor, back.net_minor + back.tax_minor)
    net_left, tax_left = whole.net_minor - back.net_minor, whole.tax_minor - back.tax_minor
    tax = min(max(due(whole.tax_minor, back.tax_minor), gross - net_left), tax_left, gross)
    return Worth(quantity, gross - tax, tax, due(whole.commission_minor, back.commission_minor))


def appraise(
    lines: Mapping[int, SoldLine], back: Mapping[int, Worth], wanted: Sequence[tuple[int, int]]
) -> dict[int, Worth] | NotReturnable | NothingToGiveBack:
    """The worth of the wanted pieces by line, or why they cannot come back. `back` is what earlier returns stand for."""
    worth: dict[int, Worth] = {}
    for line_id, quantity in wanted:
        line = lines.get(line_id)
        before = back.get(line_id, Worth())
        left = max(line.shipped - before.quantity, 0) if line else 0
        if line is None or quantity > left or quantity < 1 or line_id in worth:
            return NotReturnable(line_id, quantity, left)
        worth[line_id] = worth_of(line.whole, before, quantity)
    if sum(one.net_minor + one.tax_minor for one in worth.values()) == 0:
        return NothingToGiveBack()
    return worth
