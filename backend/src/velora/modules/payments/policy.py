"""How a payment may move: forward only. One table says it; what decides, the tests and the diagram in 05-design.md are made from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Literal

# Whether a charge takes the money, or has it held until it is captured.
Capture = Literal["now", "later"]
# What an order is paid with. Of all but a card no gateway ever hears: the money comes by itself, later.
Method = Literal["card", "cash_on_delivery", "invoice"]


class IntentState(StrEnum):
    AUTHORISING = "authorising"  # the gateway has been, or is about to be, asked
    ACTION_REQUIRED = "action_required"  # the buyer must confirm with the bank
    UNKNOWN = "unknown"  # we did not hear what became of it
    AUTHORISED = "authorised"  # the bank holds the money for us; nothing is taken yet
    CAPTURING = "capturing"  # the gateway has been, or is about to be, asked to take it
    AWAITED = "awaited"  # the buyer is to pay later, at the door or by transfer; no gateway has a part in it, and no bank holds anything
    CAPTURED = "captured"
    DECLINED = "declined"
    VOIDED = "voided"  # we gave it up, and the gateway knows
    EXPIRED = "expired"  # the bank no longer holds the money


@dataclass(frozen=True, slots=True)
class Arrow:
    """A payment may go this way, by this."""

    source: IntentState
    target: IntentState
    by: str


def _table() -> tuple[Arrow, ...]:
    state = IntentState
    return (
        Arrow(state.AUTHORISING, state.AUTHORISED, "held, to be taken later"),
        Arrow(state.AUTHORISING, state.CAPTURED, "taken at once"),
        Arrow(state.AUTHORISING, state.ACTION_REQUIRED, "the bank asks the buyer"),
        Arrow(state.AUTHORISING, state.UNKNOWN, "no answer"),
        Arrow(state.AUTHORISING, state.AWAITED, "to be paid at the door or on an invoice"),
        Arrow(state.AUTHORISING, state.DECLINED, "the bank refuses"),
        Arrow(state.AUTHORISING, state.VOIDED, "given up"),
        Arrow(state.AUTHORISING, state.EXPIRED, "heard too late"),
        Arrow(state.ACTION_REQUIRED, state.AUTHORISED, "confirmed, held"),
        Arrow(state.ACTION_REQUIRED, state.CAPTURED, "confirmed, taken"),
        Arrow(state.ACTION_REQUIRED, state.UNKNOWN, "no answer"),
        Arrow(state.ACTION_REQUIRED, state.DECLINED, "not confirmed"),
        Arrow(state.ACTION_REQUIRED, state.VOIDED, "the buyer stayed away"),
        Arrow(state.ACTION_REQUIRED, state.EXPIRED, "heard too late"),
        Arrow(state.UNKNOWN, state.AUTHORISED, "asked again, held"),
        Arrow(state.UNKNOWN, state.CAPTURED, "asked again, taken"),
        Arrow(state.UNKNOWN, state.ACTION_REQUIRED, "asked again, the bank asks the buyer"),
        Arrow(state.UNKNOWN, state.DECLINED, "asked again, refused"),
        Arrow(state.UNKNOWN, state.VOIDED, "asked again, it never arrived"),
        Arrow(state.UNKNOWN, state.EXPIRED, "heard too late"),
        Arrow(state.AUTHORISED, state.CAPTURING, "the first parcel is to leave"),
        Arrow(state.AUTHORISED, state.CAPTURED, "taken by hand at the gateway"),
        Arrow(state.AUTHORISED, state.VOIDED, "all of it was cancelled"),
        Arrow(state.AUTHORISED, state.EXPIRED, "not taken in time"),
        Arrow(state.CAPTURING, state.CAPTURED, "taken, all or part"),
        Arrow(state.CAPTURING, state.VOIDED, "the gateway refuses to take it"),
        Arrow(state.CAPTURING, state.EXPIRED, "asked too late"),
        Arrow(state.AWAITED, state.CAPTURED, "all that is due is here"),
        Arrow(state.AWAITED, state.VOIDED, "all of it was cancelled or refused at the door"),
        Arrow(state.AWAITED, state.EXPIRED, "given up, it never came"),
    )


ARROWS: Final = _table()
NEXT: Final[Mapping[IntentState, frozenset[IntentState]]] = {
    state: frozenset(arrow.target for arrow in ARROWS if arrow.source is state) for state in IntentState
}
# From here something can follow; what nothing can follow is settled.
OPEN: Final = frozenset(state for state, then in NEXT.items() if then)
# The bank holds the money for us, whether or not we have asked for it.
HELD: Final = frozenset({IntentState.AUTHORISED, IntentState.CAPTURING})
# The buyer has done all there is to do, and the goods are promised.
PROMISED: Final = HELD | {IntentState.AWAITED, IntentState.CAPTURED}
# Nothing was taken, and never will be.
FAILED: Final = frozenset(IntentState) - OPEN - {IntentState.CAPTURED}

# Derived, not stored: how far the refunds of a captured payment are follows from its amounts, which each refund changes in the same
# transaction. A state beside them could only ever say the same, or be wrong.
DERIVED: Final = (
    ("captured", "partly_refunded", "some of it went back"),
    ("captured", "refunded", "all of it went back"),
    ("partly_refunded", "refunded", "all of it went back"),
)

# How long to wait for an answer before asking the gateway, and for a buyer who must confirm; an authorisation says itself when it ends.
# What is awaited is not here: no gateway knows of it.
LOOK_AFTER: Final[Mapping[IntentState, timedelta]] = {
    IntentState.AUTHORISING: timedelta(seconds=30),
    IntentState.UNKNOWN: timedelta(seconds=5),
    IntentState.ACTION_REQUIRED: timedelta(minutes=14),
    IntentState.AUTHORISED: timedelta(days=7),
    IntentState.CAPTURING: timedelta(seconds=30),
}

# How long to wait for a gateway that has not said what it keeps, before asking again.
FEE_LOOK_AFTER: Final = timedelta(minutes=10)

# An open refund is asked about again after as long as it has been waiting: at once it may be a lost reply, after days a slow bank.
_SOONEST_LOOK: Final = timedelta(seconds=30)
_LATEST_LOOK: Final = timedelta(hours=6)
# Of what nothing was heard for so long, a person should look: whether it was taken, or whether what was held has been.
UNHEARD: Final = frozenset({IntentState.UNKNOWN, IntentState.CAPTURING})
UNHEARD_PAYMENT: Final = timedelta(minutes=15)
UNHEARD_REFUND: Final = timedelta(days=1)

# How long to wait before a refund that the gateway refused is asked for again: after the first refusal, the second, and so on.
_AGAIN_AFTER: Final = (timedelta(hours=1), timedelta(hours=4), timedelta(days=1), timedelta(days=3), timedelta(days=7))
LONGEST_WAIT: Final = _AGAIN_AFTER[-1]

# An invoice that is overdue is asked for so long after its day, and again each so many days later, so many times at most.
REMIND_AFTER: Final = timedelta(days=3)
REMIND_EVERY: Final = timedelta(days=7)
REMIND_TIMES: Final = 3

# Of several things heard at once, the one that knows more counts.
_FURTHER: Final = (
    IntentState.AUTHORISING, IntentState.UNKNOWN, IntentState.ACTION_REQUIRED, IntentState.AUTHORISED, IntentState.CAPTURING,
    IntentState.AWAITED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parted:
    """What of an amount belongs to the card, or whatever else brings the money, and what to the buyer's store credit."""

    card_minor: int
    credit_minor: int


def part_due(due_minor: int, credit_minor: int) -> Parted:
    """What is due is paid with credit first, as far as it goes: so what is cancelled before lowers what is taken from the card."""
    credit = min(credit_minor, due_minor)
    return Parted(due_minor - credit, credit)


def part_refund(amount_minor: int, *, card_left_minor: int) -> Parted:
    """What goes back is what the card paid, as long as some of that is left; then it is what credit paid."""
    card = min(amount_minor, card_left_minor)
    return Parted(card, amount_minor - card)


def late_since(now: datetime) -> list[datetime]:
    """Until when an invoice was to be paid whose buyer hears of it now: for the first time, the second, and so on; not for ever."""
    return [now - REMIND_AFTER - times * REMIND_EVERY for times in range(REMIND_TIMES)]


def is_to_be_reminded(due_at: datetime, reminded: int, now: datetime) -> bool:
    """Whether the buyer of an unpaid invoice should hear of it now, having heard so many times."""
    return reminded < REMIND_TIMES and due_at <= late_since(now)[reminded]


def may_become(now: IntentState, then: IntentState) -> bool:
    """Whether a payment may go from one state to the other."""
    return then in NEXT[now]


def how_far(state: IntentState) -> int:
    """Settled is further than open, and held further than unknown."""
    return _FURTHER.index(state) if state in OPEN else len(_FURTHER)


def again_after(refusals: int) -> timedelta:
    """How long to wait after so many refusals (1 or more) of the same money: ever longer, never for good."""
    return _AGAIN_AFTER[min(refusals, len(_AGAIN_AFTER)) - 1]


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    stored = [f"    {arrow.source} --> {arrow.target}: {arrow.by}" for arrow in ARROWS]
    ends = [f"    {state} --> [*]" for state in IntentState if state in FAILED]
    derived = [f"    {source} --> {target}: {by} (derived)" for source, target, by in DERIVED]
    return "\n".join(["stateDiagram-v2", f"    [*] --> {IntentState.AUTHORISING}: an order is placed", *stored, *ends, *derived])


def look_again_after(waited: timedelta) -> timedelta:
    """How long to wait before asking again about a refund that has been waiting so long."""
    return min(max(waited, _SOONEST_LOOK), _LATEST_LOOK)
