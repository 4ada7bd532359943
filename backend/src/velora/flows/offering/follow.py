"""What follows for the catalogue from what others tell."""

from collections import Counter
from collections.abc import Sequence

from velora.modules.catalog.service import OfferKey, count_sold, resume_seller, suspend_seller
from velora.modules.orders.events import OrderPaid
from velora.modules.orders.service import lines_of, parts_of
from velora.modules.sellers.events import SellerApproved, SellerSuspended
from velora.platform.db import UnitOfWork


async def withdraw_suspended(uow: UnitOfWork, events: Sequence[SellerSuspended]) -> None:
    """Nothing of a suspended seller is on sale in that marketplace."""
    for tenant_id, seller_id in sorted({(event.tenant_id, event.seller_id) for event in events}):
        await suspend_seller(uow, tenant_id, seller_id)


async def restore_approved(uow: UnitOfWork, events: Sequence[SellerApproved]) -> None:
    """What was withdrawn of a seller that may sell again is on sale again."""
    for tenant_id, seller_id in sorted({(event.tenant_id, event.seller_id) for event in events}):
        await resume_seller(uow, tenant_id, seller_id)


async def count_sales(uow: UnitOfWork, events: Sequence[OrderPaid]) -> None:
    """What was bought stands higher among the popular."""
    parts = await parts_of(uow, {(event.tenant_id, event.order_id) for event in events})
    lines = await lines_of(uow, {(part.tenant_id, part.id) for part in parts})
    sold: Counter[OfferKey] = Counter()
    for (tenant_id, _), own in lines.items():
        for line in own:
            sold[OfferKey(tenant_id, line.variant_id)] += line.quantity
    await count_sold(uow, sold)
