"""What returns tell."""

from dataclasses import dataclass
from typing import ClassVar

from velora.kernel.events import Event


@dataclass(frozen=True)
class ReturnRequested(Event):
    type: ClassVar[str] = "returns.return_requested.v1"
    aggregate: ClassVar[str] = "order"
    key: ClassVar[str] = "order_id"

    order_id: int
    seller_order_id: int
    seller_id: int
    return_id: int


@dataclass(frozen=True)
class ReturnApproved(Event):
    type: ClassVar[str] = "returns.return_approved.v1"
    aggregate: ClassVar[str] = "order"
    key: ClassVar[str] = "order_id"

    order_id: int
    seller_order_id: int
    return_id: int
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class ReturnDeclined(Event):
    type: ClassVar[str] = "returns.return_declined.v1"
    aggregate: ClassVar[str] = "order"
    key: ClassVar[str] = "order_id"

    order_id: int
    seller_order_id: int
    return_id: int
