"""What escrow tells."""

from dataclasses import dataclass
from typing import ClassVar

from velora.kernel.events import Event
from velora.kernel.ids import OrderId, SellerId, SellerOrderId


@dataclass(frozen=True)
class EscrowReleased(Event):
    """The delivery is settled; the seller's share can be paid out."""

    type: ClassVar[str] = "escrow.released.v1"
    aggregate: ClassVar[str] = "seller_order"
    key: ClassVar[str] = "seller_order_id"

    seller_order_id: SellerOrderId
    order_id: OrderId
    seller_id: SellerId
    currency: str
    amount_minor: int
