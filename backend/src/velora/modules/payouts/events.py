"""What payouts tell."""

from dataclasses import dataclass
from typing import ClassVar

from velora.kernel.events import Event
from velora.kernel.ids import PayoutId, SellerId


@dataclass(frozen=True)
class PayoutReserved(Event):
    type: ClassVar[str] = "payouts.payout_reserved.v1"
    aggregate: ClassVar[str] = "payout"
    key: ClassVar[str] = "payout_id"

    payout_id: PayoutId
    seller_id: SellerId
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class PayoutPaid(Event):
    type: ClassVar[str] = "payouts.payout_paid.v1"
    aggregate: ClassVar[str] = "payout"
    key: ClassVar[str] = "payout_id"

    payout_id: PayoutId
    seller_id: SellerId
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class PayoutFailed(Event):
    type: ClassVar[str] = "payouts.payout_failed.v1"
    aggregate: ClassVar[str] = "payout"
    key: ClassVar[str] = "payout_id"

    payout_id: PayoutId
    seller_id: SellerId
    amount_minor: int
    currency: str
    reason: str
