"""What a payment gateway promises. Held for every adapter by backend/tests/contract/test_gateway.py.

The key is ours: however often an order comes with the same key, it is done once, and answered the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol, runtime_checkable

# A notice that was signed longer ago than this, or so far in the future, is not believed: somebody may be playing it again.
TOLERANCE: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class ChargeOrder:
    """Take this much from whoever is behind the token, or have it held (`capture="later"`) until it is captured or voided.

    `reference` is our id, by which the charge can be found again. `customer` is ours for whoever has this card kept, or wants it kept.
    """

    key: str
    reference: str
    amount_minor: int
    currency: str
    token: str
    capture: Literal["now", "later"] = "now"
    customer: str = ""


@dataclass(frozen=True, slots=True)
class Captured:
    """So much is taken. `fee_minor` is what the gateway keeps of it, by its own account: None while it has not said so yet."""

    ref: str
    brand: str
    last4: str
    fee_minor: int | None
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Authorised:
    """The bank holds the whole amount for us until then (UTC); nothing is taken yet."""

    ref: str
    brand: str
    last4: str
    expires_at: datetime | None  # None where the gateway does not say


@dataclass(frozen=True, slots=True)
class DeclinedCharge:
    """Definitely not taken, and never will be under this key. What was given up says `voided`, what was held too long `expired`."""

    reason: str
    brand: str = ""
    last4: str = ""


@dataclass(frozen=True, slots=True)
class ActionRequired:
    """The buyer must confirm at this address first."""

    ref: str
    challenge_url: str
    brand: str
    last4: str


@dataclass(frozen=True, slots=True)
class Unheard:
    """No answer: it may or may not have been done. Ask `find`, or send the same key again."""

    why: str


@dataclass(frozen=True, slots=True)
class NotKnown:
    """The gateway has never seen this key."""


ChargeOutcome = Captured | Authorised | DeclinedCharge | ActionRequired | Unheard


@dataclass(frozen=True, slots=True)
class CaptureOrder:
    """Take so much of what is held, at most all of it, once; the rest is released. `charge_ref` is the authorisation's own."""

    key: str
    charge_ref: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class CaptureFailed:
    """Definitely not taken under this key, and never will be: `expired`, `voided`, `too_large`, `already_captured`, …"""

    reason: str


CaptureOutcome = Captured | CaptureFailed | Unheard


@dataclass(frozen=True, slots=True)
class RefundOrder:
    key: str
    charge_ref: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Refunded:
    ref: str


@dataclass(frozen=True, slots=True)
class RefundFailed:
    """Definitely not given back, and never will be under this key."""

    reason: str


RefundOutcome = Refunded | RefundFailed | Unheard


@dataclass(frozen=True, slots=True)
class Notice:
    """The gateway says that something happened to one of its objects. A hint: the object itself says what."""

    event_id: str
    type: str
    ref: str


@dataclass(frozen=True, slots=True)
class Forged:
    """Not from the gateway, or not from just now."""

    why: str


@dataclass(frozen=True, slots=True)
class SeenCharge:
    """A charge as the gateway has it now. `key` is ours, or empty when it was not made by us; the amount is what was taken."""

    key: str
    ref: str
    amount_minor: int
    currency: str
    outcome: ChargeOutcome


@dataclass(frozen=True, slots=True)
class SeenRefund:
    """A refund as the gateway has it now."""

    key: str
    ref: str
    outcome: RefundOutcome


@dataclass(frozen=True, slots=True)
class SeenDispute:
    """What a buyer's bank asks back of a charge, as the gateway has it now.

    What it asks for may not have been taken (yet, or ever: a question of the bank's takes nothing). `taken_minor`, `returned_minor` and
    the fees are sums of what the gateway has moved by its own account, each only ever growing.
    """

    ref: str
    charge: SeenCharge
    standing: Literal["open", "won", "lost"]
    reason: str
    amount_minor: int
    currency: str
    opened_at: datetime
    answer_by: datetime | None
    taken_minor: int
    returned_minor: int
    fee_minor: int
    fee_back_minor: int


# NotKnown: there is no such object, or none that moves money.
Seen = SeenCharge | SeenRefund | SeenDispute | NotKnown | Unheard


class Gateway(Protocol):
    """Never raises for what a bank or a line does: an outcome says it."""

    name: str

    async def charge(self, order: ChargeOrder) -> ChargeOutcome: ...

    async def find(self, key: str) -> ChargeOutcome | NotKnown:
        """What became of the charge with this key: held, taken (and how much of it), or not."""
        ...

    async def capture(self, order: CaptureOrder) -> CaptureOutcome:
        """Take what is held. Sent again under its key, it is taken once and answered the same."""
        ...

    async def void(self, key: str) -> ChargeOutcome:
        """Nothing is taken under this key from now on and what is held is released, unless it was taken: then Captured says so."""
        ...

    async def refund(self, order: RefundOrder) -> RefundOutcome: ...

    async def find_refund(self, key: str) -> RefundOutcome | NotKnown: ...

    def read_notice(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Notice | Forged:
        """What this says, if the gateway has signed these very bytes within TOLERANCE of now. Header names in small letters."""
        ...

    async def look_up(self, notice: Notice) -> Seen:
        """What the object of a notice is now."""
        ...

    async def find_dispute(self, ref: str) -> SeenDispute | NotKnown | Unheard:
        """How the dispute with the gateway's own name stands."""
        ...

    async def disputes_since(self, moment: datetime) -> list[SeenDispute] | Unheard:
        """Every dispute that was opened from then on, for those of which no notice came."""
        ...

    async def ping(self) -> None:
        """Returns when the gateway answers; raises OSError, which says why not."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True)
class Card:
    """A card as the gateway shows it."""

    token: str
    brand: str
    last4: str


@dataclass(frozen=True)
class KeptCard(Card):
    """A card that can be charged again and again, by this token, for one customer alone."""

    exp_month: int
    exp_year: int


@runtime_checkable
class Keeper(Protocol):
    """What a gateway has besides when it keeps cards."""

    async def keep(self, token: str, customer: str) -> KeptCard | None:
        """The card of a token that was charged, kept for this customer; the same when asked again.

        None for a token that it does not know, or cannot be asked about now.
        """
        ...


@runtime_checkable
class Counter(Protocol):
    """What a gateway has besides when it plays the card form and the bank itself."""

    async def tokenize(self, number: str, exp_month: int, exp_year: int) -> Card | None:
        """A token for this card, or None when the number is not one of a card."""
        ...

    async def answer_challenge(self, ref: str, *, approved: bool) -> ChargeOutcome | NotKnown:
        """The buyer has confirmed, or refused, at the bank."""
        ...
