"""The story of a checkout: place, ask the gateway, settle. No network inside a transaction."""

from collections.abc import Mapping
from dataclasses import dataclass

from velora.flows.checkout.draft import Draft, Placed
from velora.flows.checkout.place import place
from velora.flows.house import TradingHouse
from velora.flows.payment_outcome.asking import PAID_WITHOUT, find_or_void
from velora.flows.payment_outcome.settle import News, Settled, heard_of, settle
from velora.kernel.errors import NotFound, Refusal
from velora.kernel.ids import encode
from velora.kernel.principal import Principal
from velora.modules.orders import service as orders
from velora.modules.payments import service as payments
from velora.modules.payments.gateways.port import ChargeOrder
from velora.platform.db.idempotency import Replay


@dataclass(frozen=True, slots=True)
class Answer:
    """What the buyer is told; `replayed` when the same was told before."""

    code: int
    body: Mapping[str, object]
    replayed: bool


async def check_out(house: TradingHouse, draft: Draft) -> Answer:
    """The order is placed and charged, once, however often this is asked with the same key. Raises what refuses it."""
    placed = await house.writes.submit(place, draft)
    if isinstance(placed, Replay):
        return _said(placed.code, placed.body, replayed=True)
    if isinstance(placed, Settled):
        return _said(placed.code, placed.body, replayed=False)
    outcome = await house.gateway.charge(_charge(placed)) if placed.asks_gateway else PAID_WITHOUT
    settled = await house.writes.submit(settle, News(heard_of(placed.tenant_id, placed.intent_id, outcome), placed.identity))
    return _said(settled.code, settled.body, replayed=False)


async def confirm(house: TradingHouse, tenant_id: int, intent_id: int, by: Principal) -> Answer:
    """After the buyer has been at the bank: what became of the payment. Raises Declined, and NotFound to all but the buyer."""
    async with house.db.read(tenant_id) as uow:
        intent = (await payments.intents_seen(uow, [(tenant_id, intent_id)])).get((tenant_id, intent_id))
        found = await orders.orders_by_id(uow, [(tenant_id, intent.order_id)]) if intent else {}
    if intent is None or not orders.may_see(found[tenant_id, intent.order_id], by):
        raise NotFound("payment", encode("pi", intent_id))
    outcome = await find_or_void(house, intent)
    settled: Settled = await house.writes.submit(settle, News(heard_of(tenant_id, intent_id, outcome)))
    return _said(settled.code, settled.body, replayed=intent.state in payments.PROMISED)


async def bought_with(house: TradingHouse, tenant_id: int, intent_id: int) -> dict[int, int]:
    """How many of each variant this payment was for."""
    async with house.db.read(tenant_id) as uow:
        [intent] = (await payments.intents_seen(uow, [(tenant_id, intent_id)])).values()
        return (await orders.bought(uow, [(tenant_id, intent.order_id)]))[tenant_id, intent.order_id]


def _charge(placed: Placed) -> ChargeOrder:
    key = encode("pi", placed.intent_id)
    return ChargeOrder(
        key, encode("ord", placed.order_id), placed.charge_minor, placed.currency, placed.token, placed.capture, placed.customer
    )


def _said(code: int, body: Mapping[str, object], *, replayed: bool) -> Answer:
    if code == payments.Declined.status:
        refusal: Refusal = payments.Declined(str(body.get("reason", "")))
        raise refusal
    return Answer(code, body, replayed)
