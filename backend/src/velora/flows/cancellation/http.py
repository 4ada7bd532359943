"""Routes of a buyer who cancels: the whole order, or one seller's part of it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from velora.flows.cancellation.cancel import cancel_order
from velora.flows.house import TradingHouse
from velora.flows.once import Once
from velora.flows.refund.cancel import Cancellation
from velora.flows.screens.orders.http import GuestKey, OrderId, OrderOut
from velora.flows.screens.orders.view import require_buyer, seen_by
from velora.kernel.errors import NotFound
from velora.kernel.ids import encode
from velora.modules.escrow.errors import UnderDispute
from velora.modules.orders import service as orders
from velora.modules.orders.service import WrongState
from velora.modules.payments.service import PaymentUnderWay
from velora.platform.db.idempotency import InProgress, KeyReused
from velora.platform.web import Caller, IdempotencyKey, Tenant, house_of, ident, problems
from velora.platform.web.idempotency import KeyMissing

router = APIRouter(
    tags=["orders"], responses=problems(NotFound, WrongState, PaymentUnderWay, UnderDispute, InProgress, KeyReused, KeyMissing)
)

SellerOrderId = Annotated[int, ident("sor")]
Trading = Annotated[TradingHouse, Depends(house_of)]


@router.post("/orders/{order_id}/cancel")
async def cancel(
    order_id: OrderId,
    tenant: Tenant,
    caller: Caller,
    asked: IdempotencyKey,
    house: Trading,
    response: Response,
    key: GuestKey = "",
) -> OrderOut:
    """Cancel what has not been shipped; the money goes back to where it came from, or is not taken at all."""
    async with house.db.read(tenant.id) as uow:
        await require_buyer(uow, (tenant.id, order_id), caller, key)
    wanted = Cancellation(tenant.id, order_id, caller.actor_ref)
    if await cancel_order(house, Once(tenant.id, caller, asked, wanted)):
        response.headers["Idempotent-Replayed"] = "true"
    async with house.db.read(tenant.id) as uow:
        return OrderOut.of(await seen_by(uow, (tenant.id, order_id), caller, key))


@router.post("/seller-orders/{seller_order_id}/cancel")
async def cancel_part(
    seller_order_id: SellerOrderId,
    tenant: Tenant,
    caller: Caller,
    asked: IdempotencyKey,
    house: Trading,
    response: Response,
    key: GuestKey = "",
) -> OrderOut:
    """Cancel one seller's part of an order, of which nothing has been shipped; the rest of the order goes on."""
    async with house.db.read(tenant.id) as uow:
        part = (await orders.parts_by_id(uow, [(tenant.id, seller_order_id)])).get((tenant.id, seller_order_id))
        if part is None:
            raise NotFound("seller order", encode("sor", seller_order_id))
        await require_buyer(uow, (tenant.id, part.order_id), caller, key)
    wanted = Cancellation(tenant.id, part.order_id, caller.actor_ref, part.id)
    if await cancel_order(house, Once(tenant.id, caller, asked, wanted)):
        response.headers["Idempotent-Replayed"] = "true"
    async with house.db.read(tenant.id) as uow:
        return OrderOut.of(await seen_by(uow, (tenant.id, part.order_id), caller, key))
