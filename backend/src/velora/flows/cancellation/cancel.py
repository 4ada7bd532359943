"""The story of a cancellation: an open payment is stopped at the gateway; what a bank holds is released; a paid order gives money back."""

from collections.abc import Mapping, Sequence

from velora.flows.house import TradingHouse
from velora.flows.once import Once, once
from velora.flows.payment_outcome.asking import void
from velora.flows.payment_outcome.settle import News, Settled, heard_of, settle
from velora.flows.refund.cancel import Cancellation, Cancelled, cancel
from velora.flows.refund.settle import give_back
from velora.kernel.errors import Refusal
from velora.modules.payments import service as payments
from velora.modules.payments.service import PaymentUnderWay
from velora.platform.db import UnitOfWork
from velora.platform.db.idempotency import Replay


async def cancel_order(house: TradingHouse, request: Once[Cancellation]) -> bool:
    """All that has not left is cancelled and its money is on the way back; whether this had been done under this key before.

    An order whose bank has not spoken yet is given up at the gateway instead; one seller's part of it can only be cancelled afterwards.
    Raises what refuses it.
    """
    whole = request.item.seller_order_id is None
    if whole and await _stop_payment(house, request.tenant_id, request.item.order_id):
        return False
    outcome = await house.writes.submit(_cancel_once, request)
    if isinstance(outcome, Replay):
        return True
    await give_back(house, outcome.started)
    if outcome.to_void is not None:
        await _void(house, outcome.to_void)
    return False


async def _cancel_once(uow: UnitOfWork, requests: Sequence[Once[Cancellation]]) -> list[Cancelled | Replay | Refusal]:
    return await once(uow, requests, cancel, _said)


def _said(done: Cancelled) -> Mapping[str, object]:
    return {"refunds": len(done.started)}


async def _stop_payment(house: TradingHouse, tenant_id: int, order_id: int) -> bool:
    """Whether the order had an open payment that can never be taken from now on."""
    async with house.db.read(tenant_id) as uow:
        intent = (await payments.of_orders(uow, [(tenant_id, order_id)])).get((tenant_id, order_id))
    if intent is None or not payments.is_asked(intent):
        return False
    settled = await _void(house, intent)
    if settled.state in payments.PROMISED:
        return False
    if settled.state not in payments.FAILED:
        raise PaymentUnderWay
    return True


async def _void(house: TradingHouse, intent: payments.PaymentIntent) -> Settled:
    """Nothing is taken for this payment from now on, unless it was already; here and at the gateway."""
    outcome = await void(house, intent)
    return await house.writes.submit(settle, News(heard_of(intent.tenant_id, intent.id, outcome)))
