"""Orders that wait for money past every gateway, and the money that comes for them."""

from collections.abc import Sequence
from datetime import date, timedelta

from tests.builders.orders import GUEST, Paid, a_line, a_part
from velora.flows.payment_outcome.settle import News, settle
from velora.flows.receipts.record import Receipt, Recorded, record
from velora.flows.second_person import Hand
from velora.kernel.errors import Refusal
from velora.modules.credit import service as credit
from velora.modules.orders import service as orders
from velora.modules.payments import service as payments
from velora.modules.suspense.service import Limits
from velora.modules.terms import service as terms
from velora.platform.db import UnitOfWork

LIMITS = Limits(second_person_from_minor=10_000, write_off_up_to_minor=500)
ADA, GRACE = Hand("account:1", "192.0.2.1"), Hand("account:2")
DAY = date(2026, 4, 17)
BUYER, NO_LIMIT = 7, 10**12


async def an_awaited_order(
    uow: UnitOfWork,
    tenant_id: int,
    parts: Sequence[orders.NewPart] = (),
    *,
    buyer_id: int = BUYER,
    credit_minor: int = 0,
    due_in: timedelta | None = timedelta(days=30),
) -> Paid:
    """On an invoice of 115.56, or of what these parts cost less the store credit that the buyer has and uses; nothing has come.

    The buyer may owe as much as it likes.
    """
    order = orders.NewOrder(
        tenant_id=tenant_id, id=uow.new_id(), buyer_id=buyer_id, guest_key=GUEST, email="ada@example.com", address={"country": "DE"},
        currency="EUR", country="DE", tax_mode="exclusive", ship_by=uow.now + timedelta(days=2),
        parts=tuple(parts) or (a_part(uow, a_line(uow, bps=0)),),
    )  # fmt: skip
    orders.place(uow, [order])
    intent_id = uow.new_id()
    due = order.total_minor - credit_minor
    if credit_minor:
        await credit.hold(uow, [credit.Wish(tenant_id, intent_id, order.id, buyer_id, "EUR", credit_minor)])
    new = payments.NewIntent(
        tenant_id, intent_id, order.id, due, "EUR", "", credit_minor=credit_minor, method="invoice",
        due_at=uow.now + due_in if due_in is not None else None,
    )  # fmt: skip
    payments.intend(uow, [new])
    await terms.set_limits(uow, {(tenant_id, buyer_id, "EUR"): NO_LIMIT})
    await terms.take(uow, [terms.Wish(tenant_id, buyer_id, "EUR", due)])
    await settle(uow, [News(payments.Heard(tenant_id, intent_id, payments.IntentState.AWAITED))])
    return Paid(tenant_id, order.id, intent_id, order.total_minor, "", order.parts)


def a_receipt(
    tenant_id: int, amount_minor: int, words: str = "", *, reference: str = "S-1", order_id: int | None = None, by: Hand = ADA
) -> Receipt:
    return Receipt(tenant_id, reference, amount_minor, "EUR", DAY, words, by, LIMITS, order_id)


async def comes(uow: UnitOfWork, receipt: Receipt) -> Recorded:
    """It is recorded."""
    [outcome] = await record(uow, [receipt])
    assert not isinstance(outcome, Refusal), outcome
    return outcome
