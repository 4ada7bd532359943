"""The route of a buyer who cancels."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from velora.flows.cancellation.cancel import PaymentUnderWay, cancel_order
from velora.flows.house import TradingHouse
from velora.flows.once import Once
from velora.flows.refund.cancel import Cancellation
from velora.flows.screens.orders.http import GuestKey, OrderId, OrderOut
from velora.flows.screens.orders.view import require_buyer, seen_by
from velora.kernel.errors import NotFound
from velora.modules.orders.service import WrongState
from velora.platform.db.idempotency import InProgress, KeyReused
from velora.platform.web import Caller, IdempotencyKey, Tenant, house_of, problems
from velora.platform.web.idempotency import KeyMissing

router = APIRouter(tags=["orders"])


@router.post("/orders/{order_id}/cancel", responses=problems(NotFound, WrongState, PaymentUnderWay, InProgress, KeyReused, KeyMissing))
async def cancel(
    order_id: OrderId,
    tenant: Tenant,
    caller: Caller,
    asked: IdempotencyKey,
    house: Annotated[TradingHouse, Depends(house_of)],
    response: Response,
    key: GuestKey = "",
) -> OrderOut:
    """Cancel what has not been shipped; the money goes back to where it came from."""
    async with house.db.read(tenant.id) as uow:
        await require_buyer(uow, (tenant.id, order_id), caller, key)
    wanted = Cancellation(tenant.id, order_id, caller.actor_ref)
    if await cancel_order(house, Once(tenant.id, caller, asked, wanted)):
        response.headers["Idempotent-Replayed"] = "true"
    async with house.db.read(tenant.id) as uow:
        return OrderOut.of(await seen_by(uow, (tenant.id, order_id), caller, key))
