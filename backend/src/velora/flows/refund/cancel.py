"""Cancellation before shipment: what has not left is kept, and all of its money goes back, delivery included."""

from collections.abc import Sequence
from dataclasses import dataclass

from velora.flows.payment_outcome.owing import owe_less
from velora.flows.refund.settle import settle_credit
from velora.flows.refund.start import Started, of_cancellation, start
from velora.kernel.errors import NotFound, Refusal
from velora.kernel.ids import encode
from velora.modules.inventory import service as inventory
from velora.modules.orders import service as orders
from velora.modules.payments import service as payments
from velora.platform.db import UnitOfWork


@dataclass(frozen=True)
class Cancellation:
    """Cancel every seller order of this order of which nothing has left, or this one alone. The route has checked that `actor_ref` may."""

    tenant_id: int
    order_id: int
    actor_ref: str
    seller_order_id: int | None = None


@dataclass(frozen=True)
class Cancelled:
    """The refunds that stand now, one per cancelled seller order that was paid; or the intent whose money no bank need hold any longer."""

    started: tuple[Started, ...] = ()
    to_void: payments.PaymentIntent | None = None


async def cancel(uow: UnitOfWork, cancellations: Sequence[Cancellation]) -> list[Cancelled | Refusal]:
    """Each order is cancelled as far as it can be, its goods are free again and its refunds stand; or says why nothing can be.

    What a bank only holds is not refunded: the capture will be so much lower, or there will be none. What is awaited is so much less.
    Once the gateway may have been asked to capture, nothing is cancelled until it has answered.
    """
    return [await _cancel(uow, one) for one in cancellations]  # rare: one by one is fast enough


async def _cancel(uow: UnitOfWork, wanted: Cancellation) -> Cancelled | Refusal:
    order_key = (wanted.tenant_id, wanted.order_id)
    intent = (await payments.lock_of_orders(uow, [order_key])).get(order_key)
    order = (await orders.orders_by_id(uow, [order_key])).get(order_key)
    if order is None:
        return NotFound("order", encode("ord", wanted.order_id))
    if intent is not None and (payments.is_asked(intent) or intent.state == payments.IntentState.CAPTURING):
        return payments.PaymentUnderWay()
    parts = [part for part in await orders.parts_of(uow, [order_key]) if wanted.seller_order_id in (None, part.id)]
    outcomes = await orders.cancel_parts(uow, [(part.tenant_id, part.id) for part in parts])
    cancelled = [part for part in outcomes if isinstance(part, orders.SellerOrder)]
    if not cancelled:
        return next(one for one in outcomes if isinstance(one, Refusal))
    await inventory.release_parts(uow, {(order.id, part.seller_id) for part in cancelled})
    if intent is not None and intent.state == payments.IntentState.AUTHORISED:
        return await _hold_less(uow, intent)
    if intent is not None and intent.state == payments.IntentState.AWAITED:
        await owe_less(uow, intent, cancelled, wanted.actor_ref)
        return Cancelled()
    started = await start(uow, [of_cancellation(part, order.country, wanted.actor_ref) for part in cancelled])
    if refusal := next((one for one in started if isinstance(one, Refusal)), None):
        raise refusal  # a paid part always has its money in escrow; give the transaction up rather than cancel without refunding
    stand = tuple(one for one in started if isinstance(one, Started))
    await settle_credit(uow, stand)
    return Cancelled(stand)


async def _hold_less(uow: UnitOfWork, intent: payments.PaymentIntent) -> Cancelled:
    """Of an order that is not paid yet: the sweeper releases what is held for it, if nobody does so sooner and nothing of it is left."""
    parts = await orders.parts_of(uow, [(intent.tenant_id, intent.order_id)])
    if any(part.state != orders.State.CANCELLED for part in parts):
        return Cancelled()
    await payments.look_now(uow, [(intent.tenant_id, intent.id)])
    return Cancelled(to_void=intent)
