"""What a buyer still owes who pays later: lowered by what is cancelled, until it is paid, or nothing of it is left."""

from collections.abc import Sequence

from velora.flows import awaited_postings
from velora.flows.payment_outcome.invoices import owe_no_more
from velora.flows.payment_outcome.settle import News, settle
from velora.kernel.ids import encode
from velora.modules.ledger import service as ledger
from velora.modules.orders import service as orders
from velora.modules.payments import service as payments
from velora.modules.payments.service import Heard, IntentState
from velora.platform.db import UnitOfWork


async def owe_less(uow: UnitOfWork, intent: payments.PaymentIntent, gone: Sequence[orders.SellerOrder], actor_ref: str) -> None:
    """These parts of an awaited order were just cancelled, so its buyer owes so much less, and the memo says so.

    Where nothing of the order is left it is given up; where what is left costs nothing more than store credit pays, it is paid. The
    caller has locked the intent.
    """
    key = (intent.tenant_id, intent.order_id)
    left = [part for part in await orders.parts_of(uow, [key]) if part.state != orders.State.CANCELLED]
    due = payments.part_due(sum(part.total_minor for part in left), intent.credit_minor).card_minor
    lowered = intent.due_minor - due
    if lowered:
        because = encode("sor", min(part.id for part in gone))
        journal = awaited_postings.awaited_lowered(
            tenant_id=intent.tenant_id, intent_id=intent.id, order_id=intent.order_id, because=because, currency=intent.currency,
            amount_minor=lowered, at=uow.now, actor_ref=actor_ref,
        )  # fmt: skip
        await owe_no_more(uow, [(intent, lowered)])
        await payments.lower_due(uow, {(intent.tenant_id, intent.id): lowered})
        await ledger.post(uow, [journal])
    if not due:
        state = IntentState.CAPTURED if left else IntentState.VOIDED
        await settle(uow, [News(Heard(intent.tenant_id, intent.id, state, "" if left else "voided", amount_minor=0))])
