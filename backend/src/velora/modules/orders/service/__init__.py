"""What can be done with orders, set-based: each function takes many and answers for each."""

from velora.modules.orders.errors import TooMany, WrongState
from velora.modules.orders.models import Order, OrderLine, SellerOrder
from velora.modules.orders.policy import Quantities, State, whole
from velora.modules.orders.service.place import NewLine, NewOrder, NewPart, place
from velora.modules.orders.service.progress import (
    PaidPart,
    Parcel,
    SentParcel,
    cancel_parts,
    complete,
    deliver,
    mark_failed,
    mark_paid,
    mark_returned,
    ship,
)
from velora.modules.orders.service.reading import (
    OrderRead,
    counts_of_seller,
    full_order,
    lines_of,
    lock_parts,
    of_buyer,
    of_seller,
    orders_by_id,
    parts_by_id,
    parts_of,
)

__all__ = [
    "NewLine",
    "NewOrder",
    "NewPart",
    "Order",
    "OrderLine",
    "OrderRead",
    "PaidPart",
    "Parcel",
    "Quantities",
    "SellerOrder",
    "SentParcel",
    "State",
    "TooMany",
    "WrongState",
    "cancel_parts",
    "complete",
    "counts_of_seller",
    "deliver",
    "full_order",
    "lines_of",
    "lock_parts",
    "mark_failed",
    "mark_paid",
    "mark_returned",
    "of_buyer",
    "of_seller",
    "orders_by_id",
    "parts_by_id",
    "parts_of",
    "place",
    "ship",
    "whole",
]
