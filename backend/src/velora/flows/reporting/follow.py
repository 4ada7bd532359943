"""Of which day something has changed: all that an event is asked. What it says of amounts and states is not believed, but counted."""

from collections.abc import Iterable, Sequence

from velora.modules.escrow.events import EscrowReleased
from velora.modules.ledger.events import JournalsPosted
from velora.modules.orders.events import (
    OrderAuthorised,
    OrderAwaited,
    OrderFailed,
    OrderPaid,
    OrderPlaced,
    SellerOrderCancelled,
    SellerOrderDelivered,
    SellerOrderShipped,
)
from velora.modules.payments.events import PaymentCaptured, PaymentFailed, RefundSettled
from velora.modules.payouts.events import PayoutPaid
from velora.modules.reporting import service as reporting
from velora.platform.db import UnitOfWork

OfAnOrder = (
    OrderPlaced | OrderAuthorised | OrderAwaited | OrderPaid | OrderFailed | SellerOrderShipped | SellerOrderDelivered
    | SellerOrderCancelled | PaymentCaptured | PaymentFailed | RefundSettled | EscrowReleased
)  # fmt: skip
Followed = OfAnOrder | PayoutPaid | JournalsPosted


async def ask_for_days(uow: UnitOfWork, events: Sequence[Followed]) -> None:
    """The days of what these are about are counted again, a moment after this transaction."""
    await reporting.ask(uow, {day for event in events for day in reporting.days_of(event.tenant_id, _about(event))})


def _about(event: Followed) -> Iterable[int]:
    match event:
        case JournalsPosted():
            return event.journal_ids
        case PayoutPaid():
            return [event.payout_id]
        case _:
            return [event.order_id]
