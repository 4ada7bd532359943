"""The sweeper: payments of which nothing was heard are asked for until each is known. A time-out is never a failure.

It looks at every open payment before the hold on its goods runs out, so it is also what frees the goods of those who never paid.
"""

from typing import Final

from velora.flows.house import TradingHouse
from velora.flows.payment_outcome.settle import News, heard_of, settle
from velora.modules.payments import service as payments
from velora.modules.payments.gateways.port import ChargeOutcome, NotKnown
from velora.modules.payments.service import IntentState, PaymentIntent

_A_SWEEP: Final = 100


async def sweep_payments(house: TradingHouse) -> int:
    """Every payment that waits too long is asked for, voided when its buyer has gone, and settled; how many were looked at."""
    async with house.db.read(None) as uow:
        intents = await payments.stale(uow, limit=_A_SWEEP)
    for one in intents:
        await look_at(house, one)
    return len(intents)


async def look_at(house: TradingHouse, intent: PaymentIntent) -> None:
    """The gateway is asked about this payment now, and it is settled as far as the gateway answered."""
    outcome = await _ask(house, IntentState(intent.state), intent.gateway_key)
    await house.writes.submit(settle, News(heard_of(intent.tenant_id, intent.id, outcome)))


async def _ask(house: TradingHouse, state: IntentState, key: str) -> ChargeOutcome:
    """What became of it. A buyer who did not confirm in time, and a request that never arrived, are given up."""
    if state is IntentState.ACTION_REQUIRED:
        return await house.gateway.void(key)
    found = await house.gateway.find(key)
    # Never arrived: nothing was charged and, once voided, nothing can be. The buyer has long left the page.
    return await house.gateway.void(key) if isinstance(found, NotKnown) else found
