"""How an order moves from state to state, and what may still be done with it."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final


class State(StrEnum):
    PLACED = "placed"
    AUTHORISED = "authorised"  # the buyer's bank holds the money: it can be packed, and is paid for before it leaves
    AWAITED = "awaited"  # the buyer pays later, at the door or on an invoice: it can be packed and sent before that
    PAID = "paid"
    PARTLY_SHIPPED = "partly_shipped"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    PAYMENT_FAILED = "payment_failed"
    UNPAID = "unpaid"  # it was sent, and the money for it never came


# Forward only: from each state, the states that can follow.
NEXT: Final[Mapping[State, frozenset[State]]] = {
    State.PLACED: frozenset({State.AUTHORISED, State.AWAITED, State.PAID, State.PAYMENT_FAILED, State.CANCELLED}),
    State.AUTHORISED: frozenset({State.PAID, State.PAYMENT_FAILED, State.CANCELLED}),
    State.AWAITED: frozenset({State.PAID, State.PARTLY_SHIPPED, State.SHIPPED, State.PAYMENT_FAILED, State.CANCELLED}),
    State.PAID: frozenset({State.PARTLY_SHIPPED, State.SHIPPED, State.CANCELLED, State.REFUNDED}),
    State.PARTLY_SHIPPED: frozenset({State.PARTLY_SHIPPED, State.SHIPPED, State.CANCELLED, State.REFUNDED, State.UNPAID}),
    State.SHIPPED: frozenset({State.DELIVERED, State.CANCELLED, State.REFUNDED, State.UNPAID}),
    State.DELIVERED: frozenset({State.COMPLETED, State.REFUNDED, State.UNPAID}),
    State.COMPLETED: frozenset({State.REFUNDED}),
    State.CANCELLED: frozenset(),
    State.REFUNDED: frozenset(),
    State.PAYMENT_FAILED: frozenset(),
    State.UNPAID: frozenset(),
}

# From here it can be cancelled, as nothing has left; what is on its way can only be refused at the door.
CANCELLABLE: Final = frozenset({State.PLACED, State.AUTHORISED, State.AWAITED, State.PAID})
REFUSABLE: Final = frozenset({State.PARTLY_SHIPPED, State.SHIPPED})
TO_SHIP: Final = frozenset({State.AUTHORISED, State.AWAITED, State.PAID, State.PARTLY_SHIPPED})
# Paid for or sent, whatever came of it but a cancellation and no money at all.
SOLD: Final = TO_SHIP - {State.AUTHORISED, State.AWAITED} | {State.SHIPPED, State.DELIVERED, State.COMPLETED, State.REFUNDED}
# Some of it, or all, is with the carrier or with the buyer.
LEFT: Final = frozenset({State.PARTLY_SHIPPED, State.SHIPPED, State.DELIVERED, State.COMPLETED})
# How an order ends that is not completed; where its parts end differently, the first of these says how.
_ENDS: Final = (State.REFUNDED, State.UNPAID, State.CANCELLED, State.PAYMENT_FAILED)

_PROGRESS: Final = (
    State.PLACED, State.AUTHORISED, State.AWAITED, State.PAID, State.PARTLY_SHIPPED, State.SHIPPED, State.DELIVERED, State.COMPLETED,
)  # fmt: skip


def may_become(now: State, then: State) -> bool:
    """Whether an order may go from one state to the other."""
    return then in NEXT[now]


def whole(parts: Collection[State]) -> State:
    """The state of an order from those of its seller orders: as far as the slowest that still matters."""
    live = [part for part in parts if part not in _ENDS]
    if not live:
        return next((state for state in _ENDS if state in parts), State.CANCELLED)
    slowest = min(live, key=_PROGRESS.index)
    if slowest in (State.AWAITED, State.PAID) and any(part in LEFT for part in live):
        return State.PARTLY_SHIPPED
    return slowest


@dataclass(frozen=True)
class Quantities:
    """What has happened to the pieces of one line."""

    quantity: int
    shipped: int = 0
    cancelled: int = 0
    returned: int = 0

    @property
    def to_ship(self) -> int:
        return self.quantity - self.shipped - self.cancelled

    def after_sending(self, pieces: int) -> "Quantities":
        """The line after so many more of its pieces have left."""
        return replace(self, shipped=self.shipped + pieces)

    @property
    def returnable(self) -> int:
        """Pieces that reached the buyer, or are on their way, and have not come back."""
        return self.shipped - self.returned


def after_shipping(lines: Collection[Quantities]) -> State:
    """The state of a seller order whose lines stand so."""
    if all(line.to_ship == 0 for line in lines):
        return State.SHIPPED
    return State.PARTLY_SHIPPED if any(line.shipped for line in lines) else State.PAID


def summed(pieces: Iterable[tuple[int, int]]) -> dict[int, int]:
    """The pieces of each line together, when a line was named more than once."""
    total: Counter[int] = Counter()
    for line, quantity in pieces:
        total[line] += quantity
    return dict(total)
