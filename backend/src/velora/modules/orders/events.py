"""What orders tell."""

from dataclasses import dataclass
from typing import ClassVar

from velora.kernel.events import Event
from velora.kernel.ids import OrderId, SellerOrderId, ShipmentId


@dataclass(frozen=True)
class OrderPlaced(Event):
    type: ClassVar[str] = "orders.order_placed.v1"
    aggregate: ClassVar[str] = "order"
    key: ClassVar[str] = "order_id"

    order_id: OrderId
    total_minor: int
    currency: str


@dataclass(frozen=True)
class OrderAuthorised(Event):
    """The buyer's bank holds the money, and the order is on: it is paid when the first parcel leaves."""

    type: ClassVar[str] = "orders.order_authorised.v1"
    aggregate: ClassVar[str] = "order"
    key: ClassVar[str] = "order_id"

    order_id: OrderId
    total_minor: int
    currency: str


@dataclass(frozen=True)
class OrderAwaited(Event):
    """The order is on, and its buyer pays later, at the door or on an invoice."""

    type: ClassVar[str] = "orders.order_awaited.v1"
    aggregate: ClassVar[str] = "order"
    key: ClassVar[str] = "order_id"

    order_id: OrderId
    total_minor: int
    currency: str


@dataclass(frozen=True)
class OrderPaid(Event):
    """`was_authorised`: the buyer has had a confirmation already, as the order was authorised or awaited before."""

    type: ClassVar[str] = "orders.order_paid.v1"
    aggregate: ClassVar[str] = "order"
    key: ClassVar[str] = "order_id"

    order_id: OrderId
    total_minor: int
    currency: str
    was_authorised: bool = False


@dataclass(frozen=True)
class OrderFailed(Event):
    """The payment came to nothing; the goods are free again."""

    type: ClassVar[str] = "orders.order_failed.v1"
    aggregate: ClassVar[str] = "order"
    key: ClassVar[str] = "order_id"

    order_id: OrderId


@dataclass(frozen=True)
class SellerOrderShipped(Event):
    type: ClassVar[str] = "orders.seller_order_shipped.v1"
    aggregate: ClassVar[str] = "order"
    key: ClassVar[str] = "order_id"

    order_id: OrderId
    seller_order_id: SellerOrderId
    shipment_id: ShipmentId


@dataclass(frozen=True)
class SellerOrderDelivered(Event):
    type: ClassVar[str] = "orders.seller_order_delivered.v1"
    aggregate: ClassVar[str] = "order"
    key: ClassVar[str] = "order_id"

    order_id: OrderId
    seller_order_id: SellerOrderId


@dataclass(frozen=True)
class SellerOrderCancelled(Event):
    type: ClassVar[str] = "orders.seller_order_cancelled.v1"
    aggregate: ClassVar[str] = "order"
    key: ClassVar[str] = "order_id"

    order_id: OrderId
    seller_order_id: SellerOrderId
