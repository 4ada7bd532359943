"""What may become of money that matches nothing. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from velora.kernel.errors import Refusal
from velora.kernel.ids import try_decode
from velora.modules.suspense.errors import NotOpen, OtherGateway, TooMuchToWriteOff

# How long to wait for the gateway's answer before the same is sent again.
LOOK_AFTER: Final = timedelta(seconds=30)

# Where money lies that no gateway has: on the marketplace's own account, as its statement says.
BANK: Final = "bank"
_ORDER: Final = re.compile(r"(?=ORD([0-9A-HJKMNP-TV-Z]{13}))")


class CaseState(StrEnum):
    OPEN = "open"
    AWAITING_SECOND = "awaiting_second"  # somebody has said what becomes of it, and a second person must agree
    KEPT = "kept"  # a part of what a waiting order costs, until the rest has come
    GIVING_BACK = "giving_back"  # the gateway has been, or is about to be, asked to give it back
    SETTLED = "settled"


class Settlement(StrEnum):
    GIVE_BACK = "give_back"
    WRITE_OFF = "write_off"
    CREDIT = "credit"  # it is some buyer's, who has it as store credit
    TAKE = "take"  # it pays an order that waits for its money


# In these the money is nobody's yet; in GIVING_BACK it is on its way, and then it is gone.
UNSETTLED: Final = frozenset({CaseState.OPEN, CaseState.AWAITING_SECOND, CaseState.KEPT})


@dataclass(frozen=True)
class Limits:
    """Minor units of whatever currency: from how much on a second person must agree, and up to how much may be written off."""

    second_person_from_minor: int
    write_off_up_to_minor: int


@dataclass(frozen=True)
class Standing:
    """What the rules need to know of a case."""

    ref: str
    state: CaseState
    gateway: str
    amount_minor: int
    currency: str
    approval: str


def objection(case: Standing, how: Settlement, limits: Limits, gateway: str) -> Refusal | None:
    """Why this may not become of it now, with this gateway at hand; None when nothing speaks against it."""
    if case.state is not CaseState.OPEN:
        return NotOpen(case.ref, case.state, case.approval)
    if how is Settlement.WRITE_OFF and case.amount_minor > limits.write_off_up_to_minor:
        return TooMuchToWriteOff(case.ref, case.amount_minor, limits.write_off_up_to_minor, case.currency)
    if how is Settlement.GIVE_BACK and case.gateway not in (gateway, BANK):
        return OtherGateway(case.ref, case.gateway)
    return None


def needs_second_person(amount_minor: int, limits: Limits) -> bool:
    return amount_minor >= limits.second_person_from_minor


def shares(due_minor: int, kept: Sequence[int]) -> list[int]:
    """How much of each amount pays what is due, those first that come first; nothing of any where all of them are too little."""
    if sum(kept) < due_minor:
        return [0] * len(kept)
    taken: list[int] = []
    for amount in kept:
        taken.append(min(amount, due_minor - sum(taken)))
    return taken


def orders_named(words: str) -> set[int]:
    """The orders that a payer's words name. Banks lose case, blanks and signs, so only letters and figures count."""
    plain = re.sub(r"[^0-9A-Z]", "", words.upper())
    found = {try_decode("ord", f"ord_{name}") for name in _ORDER.findall(plain)}
    return {order for order in found if order is not None}
