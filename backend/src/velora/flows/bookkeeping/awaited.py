"""Whether what is awaited past every gateway is what the orders say."""

from collections import Counter
from collections.abc import Collection
from typing import Final

from velora.kernel.ids import encode
from velora.modules.ledger.service import Progress
from velora.modules.orders import service as orders
from velora.modules.payments import service as payments
from velora.platform.db import UnitOfWork

_PAGE: Final = 500


async def wrong_dues(uow: UnitOfWork, tenant_ids: Collection[int], progress: Progress) -> list[str]:
    """Payments of which something else is awaited than their orders cost, without what was cancelled and what credit pays first."""
    wrong: list[str] = []
    for tenant in tenant_ids:
        after = 0
        while page := await payments.walk_awaited(uow, tenant_id=tenant, after=after, limit=_PAGE):
            costs: Counter[int] = Counter()
            for part in await orders.parts_of(uow, {(tenant, intent.order_id) for intent in page}):
                costs[part.order_id] += part.total_minor if part.state != orders.State.CANCELLED else 0
            wrong += [
                encode("pi", intent.id)
                for intent in page
                if intent.due_minor != payments.outstanding(intent)
                or payments.part_due(costs[intent.order_id], intent.credit_minor).card_minor != intent.due_minor
            ]
            after = page[-1].id
            progress("awaited", len(page))
    return wrong
