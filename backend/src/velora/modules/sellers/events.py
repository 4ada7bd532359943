"""What sellers tell: where each stands at one marketplace."""

from dataclasses import dataclass
from typing import ClassVar

from velora.kernel.events import Event
from velora.kernel.ids import SellerId


@dataclass(frozen=True)
class SellerApplied(Event):
    type: ClassVar[str] = "sellers.seller_applied.v1"
    aggregate: ClassVar[str] = "seller"
    key: ClassVar[str] = "seller_id"

    seller_id: SellerId


@dataclass(frozen=True)
class SellerApproved(Event):
    type: ClassVar[str] = "sellers.seller_approved.v1"
    aggregate: ClassVar[str] = "seller"
    key: ClassVar[str] = "seller_id"

    seller_id: SellerId


@dataclass(frozen=True)
class SellerDeclined(Event):
    type: ClassVar[str] = "sellers.seller_declined.v1"
    aggregate: ClassVar[str] = "seller"
    key: ClassVar[str] = "seller_id"

    seller_id: SellerId


@dataclass(frozen=True)
class SellerSuspended(Event):
    type: ClassVar[str] = "sellers.seller_suspended.v1"
    aggregate: ClassVar[str] = "seller"
    key: ClassVar[str] = "seller_id"

    seller_id: SellerId
