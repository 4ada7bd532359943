"""How a payment may move: forward only."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final


class IntentState(StrEnum):
    AUTHORISING = "authorising"  # the gateway has been, or is about to be, asked
    ACTION_REQUIRED = "action_required"  # the buyer must confirm with the bank
    UNKNOWN = "unknown"  # we did not hear what became of it
    CAPTURED = "captured"
    DECLINED = "declined"
    VOIDED = "voided"  # we gave it up, and the gateway knows


OPEN: Final = frozenset({IntentState.AUTHORISING, IntentState.ACTION_REQUIRED, IntentState.UNKNOWN})

NEXT: Final[Mapping[IntentState, frozenset[IntentState]]] = {
    IntentState.AUTHORISING: frozenset(IntentState) - {IntentState.AUTHORISING},
    IntentState.ACTION_REQUIRED: frozenset({IntentState.CAPTURED, IntentState.DECLINED, IntentState.VOIDED, IntentState.UNKNOWN}),
    IntentState.UNKNOWN: frozenset({IntentState.CAPTURED, IntentState.DECLINED, IntentState.VOIDED, IntentState.ACTION_REQUIRED}),
    IntentState.CAPTURED: frozenset(),
    IntentState.DECLINED: frozenset(),
    IntentState.VOIDED: frozenset(),
}

# How long to wait for an answer before asking the gateway, and for a buyer who must confirm.
LOOK_AFTER: Final[Mapping[IntentState, timedelta]] = {
    IntentState.AUTHORISING: timedelta(seconds=30),
    IntentState.UNKNOWN: timedelta(seconds=5),
    IntentState.ACTION_REQUIRED: timedelta(minutes=14),
}

# Of what nothing was heard for so long, a person should look.
UNHEARD_PAYMENT: Final = timedelta(minutes=15)
UNHEARD_REFUND: Final = timedelta(days=1)

# How long to wait before a refund that the gateway refused is asked for again: after the first refusal, the second, and so on.
_AGAIN_AFTER: Final = (timedelta(hours=1), timedelta(hours=4), timedelta(days=1), timedelta(days=3), timedelta(days=7))
LONGEST_WAIT: Final = _AGAIN_AFTER[-1]


def again_after(refusals: int) -> timedelta:
    """How long to wait after so many refusals (1 or more) of the same money: ever longer, never for good."""
    return _AGAIN_AFTER[min(refusals, len(_AGAIN_AFTER)) - 1]


def may_become(now: IntentState, then: IntentState) -> bool:
    """Whether a payment may go from one state to the other."""
    return then in NEXT[now]
