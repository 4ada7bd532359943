"""The story of a cancellation: an open payment is stopped at the gateway; a paid order gives goods and money back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from velora.flows.house import TradingHouse
from velora.flows.once import Once, once
from velora.flows.payment_outcome.settle import News, heard_of, settle
from velora.flows.refund.cancel import Cancellation, Cancelled, cancel
from velora.flows.refund.settle import give_back
from velora.kernel.errors import Refusal
from velora.modules.payments import service as payments
from velora.modules.payments.service import IntentState
from velora.platform.db import UnitOfWork
from velora.platform.db.idempotency import Replay


@dataclass(unsafe_hash=True)
class PaymentUnderWay(Refusal):
    code = "payments.under_way"
    status = 409
    title = "The payment is being settled"

    def detail(self) -> str:
        return "The bank has not answered yet, so nothing can be stopped or given back. Try again in a minute."


async def cancel_order(house: TradingHouse, request: Once[Cancellation]) -> bool:
    """All that has not left is cancelled and its money is on the way back; whether this had been done under this key before.

    An order that was not paid yet is given up at the gateway instead. Raises what refuses it.
    """
    if await _stop_payment(house, request.tenant_id, request.item.order_id):
        return False
    outcome = await house.writes.submit(_cancel_once, request)
    if isinstance(outcome, Replay):
        return True
    await give_back(house, outcome.started)
    return False


async def _cancel_once(uow: UnitOfWork, requests: Sequence[Once[Cancellation]]) -> list[Cancelled | Replay | Refusal]:
    return await once(uow, requests, cancel, _said)


def _said(done: Cancelled) -> Mapping[str, object]:
    return {"refunds": len(done.started)}


async def _stop_payment(house: TradingHouse, tenant_id: int, order_id: int) -> bool:
    """Whether the order had an open payment that can never be taken from now on."""
    async with house.db.read(tenant_id) as uow:
        intent = (await payments.of_orders(uow, [(tenant_id, order_id)])).get((tenant_id, order_id))
    if intent is None or not payments.is_open(intent):
        return False
    outcome = await house.gateway.void(intent.gateway_key)
    settled = await house.writes.submit(settle, News(heard_of(tenant_id, intent.id, outcome)))
    if settled.state is IntentState.CAPTURED:
        return False
    if settled.state not in (IntentState.VOIDED, IntentState.DECLINED):
        raise PaymentUnderWay
    return True
