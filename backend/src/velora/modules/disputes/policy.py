"""How a dispute may move, forward only, and who bears it. Pure. The diagram in 05-design.md is made from the table of arrows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from velora.kernel.money import round_half_up, split

# How long to wait for news of an open dispute before asking the gateway; and how far back to look for those of which no notice came.
LOOK_AFTER: Final = timedelta(hours=1)
LOOK_BACK: Final = timedelta(days=3)


class State(StrEnum):
    OPEN = "open"  # the bank has asked, and as a rule has taken the money; it has not decided
    WON = "won"  # decided for us: what was taken has come back
    LOST = "lost"  # decided for the buyer


@dataclass(frozen=True, slots=True)
class Arrow:
    """A dispute may go this way, by this."""

    source: State
    target: State
    by: str


ARROWS: Final = (
    Arrow(State.OPEN, State.WON, "decided for us, and all that was taken is back"),
    Arrow(State.OPEN, State.LOST, "decided for the buyer, and it is known on whom it falls"),
)
NEXT: Final[Mapping[State, frozenset[State]]] = {
    state: frozenset(arrow.target for arrow in ARROWS if arrow.source is state) for state in State
}


def may_become(now: State, then: State) -> bool:
    """Whether a dispute may go from one state to the other."""
    return then in NEXT[now]


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    ends = [f"    {state} --> [*]" for state in State if not NEXT[state]]
    stored = [f"    {arrow.source} --> {arrow.target}: {arrow.by}" for arrow in ARROWS]
    return "\n".join(["stateDiagram-v2", f"    [*] --> {State.OPEN}: the gateway tells of it", *stored, *ends])


@dataclass(frozen=True, slots=True)
class Stake:
    """What still stands of one seller order: neither refunded nor under another dispute. Commission is within the net."""

    seller_order_id: int
    seller_id: int
    country: str
    net_minor: int
    tax_minor: int
    commission_minor: int
    in_escrow: bool

    @property
    def gross_minor(self) -> int:
        return self.net_minor + self.tax_minor


@dataclass(frozen=True, slots=True)
class Part:
    """What of a disputed amount falls on one seller order: never more than its stake."""

    stake: Stake
    net_minor: int
    tax_minor: int
    commission_minor: int

    @property
    def gross_minor(self) -> int:
        return self.net_minor + self.tax_minor

    @property
    def sellers_minor(self) -> int:
        """What the seller bears; the operator gives its commission back."""
        return self.net_minor - self.commission_minor


def share_out(amount_minor: int, stakes: Sequence[Stake]) -> list[Part]:
    """The amount in proportion to what stands of each seller order, exactly; at most all that stands, and never more on one than it has."""
    standing = [stake for stake in stakes if stake.gross_minor > 0]
    covered = min(amount_minor, sum(stake.gross_minor for stake in standing))
    if covered < 1:
        return []
    parts: list[Part] = []
    for stake, gross in zip(standing, split(covered, [stake.gross_minor for stake in standing]), strict=True):
        if gross:
            net, tax = split(gross, [stake.net_minor, stake.tax_minor])
            commission = min(round_half_up(stake.commission_minor * net, stake.net_minor), net) if stake.net_minor else 0
            parts.append(Part(stake, net, tax, commission))
    return parts


@dataclass(frozen=True, slots=True)
class Borne:
    """From what a seller's part is met; `short_minor` is what the seller would owe."""

    payable_minor: int
    reserve_minor: int
    short_minor: int


def bear(wanted_minor: int, *, payable_minor: int, reserve_minor: int) -> Borne:
    """What may be paid out first, then the reserve; the rest is a debt."""
    from_payable = min(wanted_minor, max(payable_minor, 0))
    from_reserve = min(wanted_minor - from_payable, max(reserve_minor, 0))
    return Borne(from_payable, from_reserve, wanted_minor - from_payable - from_reserve)
