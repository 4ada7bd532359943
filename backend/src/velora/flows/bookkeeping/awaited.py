"""Whether what is awaited past every gateway is what the orders say, and what buyers owe on invoices what is awaited of those."""

from collections import Counter
from collections.abc import Collection
from typing import Final

from velora.kernel.ids import encode
from velora.modules.ledger.service import Progress
from velora.modules.orders import service as orders
from velora.modules.payments import service as payments
from velora.modules.terms import service as terms
from velora.platform.db import UnitOfWork

_PAGE: Final = 500

Owed = Counter[tuple[int, str]]  # by account and currency


async def wrong_dues(uow: UnitOfWork, tenant_ids: Collection[int], progress: Progress) -> list[str]:
    """Payments of which something else is awaited than their orders cost, without what was cancelled and what credit pays first; and
    buyers who are said to owe something else on invoices than is awaited of theirs.
    """
    wrong: list[str] = []
    for tenant in tenant_ids:
        owed: Owed = Counter()
        after = 0
        while page := await payments.walk_awaited(uow, tenant_id=tenant, after=after, limit=_PAGE):
            keys = {(tenant, intent.order_id) for intent in page}
            costs: Counter[int] = Counter()
            for part in await orders.parts_of(uow, keys):
                costs[part.order_id] += part.total_minor if part.state != orders.State.CANCELLED else 0
            wrong += [encode("pi", intent.id) for intent in page if not _is_right(intent, costs[intent.order_id])]
            bought = await orders.orders_by_id(uow, keys)
            for intent in page:
                if intent.method == "invoice":
                    owed[bought[tenant, intent.order_id].buyer_id or 0, intent.currency] += intent.due_minor
            after = page[-1].id
            progress("awaited", len(page))
        wrong += await _wrongly_owing(uow, tenant, owed)
    return wrong


def _is_right(intent: payments.PaymentIntent, costs_minor: int) -> bool:
    return intent.due_minor == payments.outstanding(intent) == payments.part_due(costs_minor, intent.credit_minor).card_minor


async def _wrongly_owing(uow: UnitOfWork, tenant: int, owed: Owed) -> list[str]:
    wrong: set[int] = set()
    after = 0
    while page := await terms.walk(uow, tenant_id=tenant, after=after, limit=_PAGE):
        for account_id, currency, said in page:
            if owed.pop((account_id, currency), 0) != said:
                wrong.add(account_id)
        after = page[-1][0]
    return [encode("acc", one) for one in sorted(wrong | {account_id for (account_id, _), amount in owed.items() if amount})]
