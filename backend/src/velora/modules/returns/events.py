"""What returns tell."""

from dataclasses import dataclass
from typing import ClassVar

from velora.kernel.events import Event
from velora.kernel.ids import OrderId, ReturnId, SellerId, SellerOrderId


@dataclass(frozen=True)
class ReturnRequested(Event):
    type: ClassVar[str] = "returns.return_requested.v1"
    aggregate: ClassVar[str] = "order"
    key: ClassVar[str] = "order_id"

    order_id: OrderId
    seller_order_id: SellerOrderId
    seller_id: SellerId
    return_id: ReturnId


@dataclass(frozen=True)
class ReturnApproved(Event):
    type: ClassVar[str] = "returns.return_approved.v1"
    aggregate: ClassVar[str] = "order"
    key: ClassVar[str] = "order_id"

    order_id: OrderId
    seller_order_id: SellerOrderId
    return_id: ReturnId
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class ReturnDeclined(Event):
    type: ClassVar[str] = "returns.return_declined.v1"
    aggregate: ClassVar[str] = "order"
    key: ClassVar[str] = "order_id"

    order_id: OrderId
    seller_order_id: SellerOrderId
    return_id: ReturnId
