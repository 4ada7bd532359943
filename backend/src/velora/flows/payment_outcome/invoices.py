"""What a buyer owes on invoices is lowered with what is still to come of each."""

from collections import Counter
from collections.abc import Sequence

from velora.modules.orders import service as orders
from velora.modules.payments import service as payments
from velora.modules.terms import service as terms
from velora.platform.db import UnitOfWork


async def owe_no_more(uow: UnitOfWork, amounts: Sequence[tuple[payments.PaymentIntent, int]]) -> None:
    """Of each of these invoices so much less is owed: paid, cancelled or given up. What is paid otherwise is on nobody's account."""
    invoices = [(intent, amount) for intent, amount in amounts if intent.method == "invoice" and amount]
    if not invoices:
        return
    bought = await orders.orders_by_id(uow, {(intent.tenant_id, intent.order_id) for intent, _ in invoices})
    less: Counter[terms.Account] = Counter()
    for intent, amount in invoices:
        buyer_id = bought[intent.tenant_id, intent.order_id].buyer_id
        if buyer_id is not None:
            less[intent.tenant_id, buyer_id, intent.currency] += amount
    await terms.give_back(uow, less)
