"""What payments tell."""

from dataclasses import dataclass
from typing import ClassVar

from velora.kernel.events import Event
from velora.kernel.ids import OrderId, PaymentId, RefundId


@dataclass(frozen=True)
class PaymentCaptured(Event):
    type: ClassVar[str] = "payments.payment_captured.v1"
    aggregate: ClassVar[str] = "order"
    key: ClassVar[str] = "order_id"

    order_id: OrderId
    intent_id: PaymentId
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class PaymentFailed(Event):
    type: ClassVar[str] = "payments.payment_failed.v1"
    aggregate: ClassVar[str] = "order"
    key: ClassVar[str] = "order_id"

    order_id: OrderId
    intent_id: PaymentId
    reason: str


@dataclass(frozen=True)
class RefundSettled(Event):
    """The money went back (`succeeded`), `credit_minor` of it as store credit; or it did not."""

    type: ClassVar[str] = "payments.refund_settled.v1"
    aggregate: ClassVar[str] = "order"
    key: ClassVar[str] = "order_id"

    order_id: OrderId
    refund_id: RefundId
    amount_minor: int
    currency: str
    succeeded: bool
    credit_minor: int = 0
