"""A parcel comes back that nobody paid for at the door: what it was for is owed no longer, and its goods may be sold again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from velora.flows.once import Once, once
from velora.flows.payment_outcome.owing import owe_less
from velora.kernel.errors import NotFound, Refusal
from velora.kernel.ids import encode
from velora.modules.inventory import service as inventory
from velora.modules.orders import service as orders
from velora.modules.payments import service as payments
from velora.platform.db import UnitOfWork
from velora.platform.db.idempotency import Replay


@dataclass(frozen=True)
class Refused:
    """Everything of this seller order came back. `restock`: it can be sold again. The route has checked that `actor_ref` may say so."""

    tenant_id: int
    order_id: int
    seller_order_id: int
    actor_ref: str
    restock: bool = True


async def refuse_once(uow: UnitOfWork, requests: Sequence[Once[Refused]]) -> list[Refused | Replay | Refusal]:
    """As `refuse`, once for each Idempotency-Key."""
    return await once(uow, requests, refuse, _said)


async def refuse(uow: UnitOfWork, refused: Sequence[Refused]) -> list[Refused | Refusal]:
    """Each seller order is cancelled as it was on its way, and its buyer owes so much less; or it is said why not. Answers in order.

    Only where the money was still awaited: what was paid before comes back as a return.
    """
    return [await _refuse(uow, one) for one in refused]  # rare: one by one is fast enough


async def _refuse(uow: UnitOfWork, one: Refused) -> Refused | Refusal:
    key = (one.tenant_id, one.order_id)
    intent = (await payments.lock_of_orders(uow, [key])).get(key)
    if intent is None:
        return NotFound("payment of", encode("ord", one.order_id))
    if intent.state != payments.IntentState.AWAITED:
        return payments.NotAwaited(intent.state)
    sent = (await orders.lines_of(uow, [(one.tenant_id, one.seller_order_id)])).get((one.tenant_id, one.seller_order_id), [])
    [outcome] = await orders.refuse_parts(uow, [(one.tenant_id, one.seller_order_id)])
    if isinstance(outcome, Refusal):
        return outcome
    await inventory.release_parts(uow, {(one.order_id, outcome.seller_id)})
    if one.restock:
        await _restock(uow, outcome, {line.variant_id: line.shipped_quantity for line in sent if line.shipped_quantity})
    await owe_less(uow, intent, [outcome], one.actor_ref)
    return one


async def _restock(uow: UnitOfWork, part: orders.SellerOrder, pieces: Mapping[int, int]) -> None:
    """The pieces lie at the seller's first location again."""
    places = await inventory.locations(uow, [part.seller_id])
    receipts = [
        inventory.Receipt(part.seller_id, variant_id, places[0].id, quantity, encode("sor", part.id))
        for variant_id, quantity in sorted(pieces.items())
        if places
    ]
    if receipts:
        await inventory.receive(uow, receipts, reason="refused")


def _said(done: Refused) -> Mapping[str, object]:
    return {"seller_order": encode("sor", done.seller_order_id)}
