"""What follows for the catalogue from what others tell."""

from collections import Counter
from collections.abc import Sequence

from velora.modules.catalog.service import OfferKey, count_sold, resume_seller, suspend_seller
from velora.modules.escrow import service as escrow
from velora.modules.orders.events import OrderPaid
from velora.modules.orders.service import lines_of, parts_of
from velora.modules.sellers.events import SellerApproved, SellerSuspended
from velora.modules.sellers.service import approved
from velora.platform.db import UnitOfWork


async def follow_standing(uow: UnitOfWork, events: Sequence[SellerApproved | SellerSuspended]) -> None:
    """What a seller has in a marketplace is on sale exactly while it may sell there now, whatever order its news come in."""
    for tenant_id, seller_id in sorted({(event.tenant_id, event.seller_id) for event in events}):
        if await approved(uow, tenant_id, [seller_id]):
            await resume_seller(uow, tenant_id, seller_id)
        else:
            await suspend_seller(uow, tenant_id, seller_id)


async def count_sales(uow: UnitOfWork, events: Sequence[OrderPaid]) -> None:
    """What was bought stands higher among the popular; what was cancelled before it was paid does not."""
    parts = await parts_of(uow, {(event.tenant_id, event.order_id) for event in events})
    paid = await escrow.of_seller_orders(uow, {(part.tenant_id, part.id) for part in parts})
    lines = await lines_of(uow, set(paid))
    sold: Counter[OfferKey] = Counter()
    for (tenant_id, _), own in lines.items():
        for line in own:
            sold[OfferKey(tenant_id, line.variant_id)] += line.quantity
    await count_sold(uow, sold)
