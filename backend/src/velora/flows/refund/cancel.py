"""Cancellation before shipment: what has not left is kept, and all of its money goes back, delivery included."""

from collections.abc import Sequence
from dataclasses import dataclass

from velora.flows.refund.start import Started, of_cancellation, start
from velora.kernel.errors import NotFound, Refusal
from velora.kernel.ids import encode
from velora.modules.inventory import service as inventory
from velora.modules.orders import service as orders
from velora.modules.payments import service as payments
from velora.platform.db import UnitOfWork


@dataclass(frozen=True)
class Cancellation:
    """Cancel every seller order of this order of which nothing has left. The route has checked that `actor_ref` may."""

    tenant_id: int
    order_id: int
    actor_ref: str


@dataclass(frozen=True)
class Cancelled:
    """The refunds that stand now, one per cancelled seller order."""

    started: tuple[Started, ...]


async def cancel(uow: UnitOfWork, cancellations: Sequence[Cancellation]) -> list[Cancelled | Refusal]:
    """Each order is cancelled as far as it can be, its goods are free again and its refunds stand; or says why nothing can be."""
    return [await _cancel(uow, one) for one in cancellations]  # rare: one by one is fast enough


async def _cancel(uow: UnitOfWork, wanted: Cancellation) -> Cancelled | Refusal:
    order_key = (wanted.tenant_id, wanted.order_id)
    await payments.lock_of_orders(uow, [order_key])
    order = (await orders.orders_by_id(uow, [order_key])).get(order_key)
    if order is None:
        return NotFound("order", encode("ord", wanted.order_id))
    parts = [(part.tenant_id, part.id) for part in await orders.parts_of(uow, [order_key])]
    outcomes = await orders.cancel_parts(uow, parts)
    cancelled = [part for part in outcomes if isinstance(part, orders.SellerOrder)]
    if not cancelled:
        return next(one for one in outcomes if isinstance(one, Refusal))
    await inventory.release_parts(uow, {(order.id, part.seller_id) for part in cancelled})
    started = await start(uow, [of_cancellation(part, order.country, wanted.actor_ref) for part in cancelled])
    if refusal := next((one for one in started if isinstance(one, Refusal)), None):
        raise refusal  # a paid part always has its money in escrow; give the transaction up rather than cancel without refunding
    return Cancelled(tuple(one for one in started if isinstance(one, Started)))
