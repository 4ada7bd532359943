"""The sweeper: payments and refunds of which nothing was heard are asked for, until each is known. A time-out is never a failure."""

from collections.abc import Sequence
from typing import Final

from velora.flows.house import TradingHouse
from velora.flows.payment_outcome.settle import News, Settled, heard_of, settle
from velora.modules.payments import service as payments
from velora.modules.payments.gateways.port import ChargeOrder, ChargeOutcome, NotKnown
from velora.modules.payments.service import IntentState

_A_SWEEP: Final = 100


async def sweep_payments(house: TradingHouse) -> int:
    """Every payment that waits too long is asked for, voided when its buyer has gone, and settled; how many were looked at."""
    async with house.db.read(None) as uow:
        intents = await payments.stale(uow, limit=_A_SWEEP)
        waiting = [
            (
                one.tenant_id,
                one.id,
                IntentState(one.state),
                ChargeOrder(one.gateway_key, one.gateway_key, one.amount_minor, one.currency, one.token),
            )
            for one in intents
        ]
    for tenant_id, intent_id, state, order in waiting:
        outcome = await _ask(house, state, order)
        await house.writes.submit(settle, News(heard_of(tenant_id, intent_id, outcome)))
    return len(waiting)


async def settle_now(house: TradingHouse, news: Sequence[News]) -> list[Settled]:
    """Each is settled in the next batch."""
    return [await house.writes.submit(settle, one) for one in news]


async def _ask(house: TradingHouse, state: IntentState, order: ChargeOrder) -> ChargeOutcome:
    """What became of it. A buyer who did not confirm in time is given up; a request that never arrived is sent again."""
    if state is IntentState.ACTION_REQUIRED:
        return await house.gateway.void(order.key)
    found = await house.gateway.find(order.key)
    if not isinstance(found, NotKnown):
        return found
    # Never arrived: nothing was charged and, once voided, nothing can be. The buyer has long left the page.
    return await house.gateway.void(order.key)
