"""Cards that buyers keep: one is paid with instead of a token, and one is saved once an order was paid with it."""

from collections.abc import Sequence

from velora.flows.house import TradingHouse
from velora.kernel.principal import Principal
from velora.modules.orders import service as orders
from velora.modules.orders.events import OrderAuthorised, OrderPaid
from velora.modules.payments.gateways.port import Keeper
from velora.modules.payments.service import methods


async def saved_token(house: TradingHouse, tenant_id: int, buyer: Principal, method_id: int) -> str:
    """The gateway's token of a card that the buyer has saved in this marketplace. Raises NotFound for any other."""
    async with house.db.read(tenant_id) as uow:
        return (await methods.own(uow, tenant_id, buyer.account_id or 0, method_id)).token


async def keep_cards(house: TradingHouse, events: Sequence[OrderPaid | OrderAuthorised]) -> None:
    """Every buyer who wished so can pay with the same card next time, whoever heard of the payment, and however often this is told."""
    async with house.db.read(None) as uow:
        wishes = await methods.wishes(uow, {(event.tenant_id, event.order_id) for event in events})
        bought = await orders.orders_by_id(uow, {(one.tenant_id, one.order_id) for one in wishes})
    if not isinstance(house.gateway, Keeper):
        return
    for one in wishes:
        account_id = bought[one.tenant_id, one.order_id].buyer_id
        kept = await house.gateway.keep(one.token, methods.customer_of(one.tenant_id, account_id)) if account_id is not None else None
        if account_id is None or kept is None:
            continue
        new = methods.NewMethod(one.tenant_id, account_id, kept.token, kept.brand, kept.last4, kept.exp_month, kept.exp_year)
        async with house.db.begin(one.tenant_id) as uow:
            await methods.save(uow, [new])
