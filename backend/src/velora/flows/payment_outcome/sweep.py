"""The sweeper: payments of which nothing was heard are asked for until each is known. A time-out is never a failure.

It looks at every open payment before the hold on its goods runs out, so it is also what frees the goods of those who never paid, and at
every authorisation when its time is up.
"""

from dataclasses import replace
from typing import Final

from velora.flows.house import TradingHouse
from velora.flows.payment_outcome import capture
from velora.flows.payment_outcome.asking import find_or_void
from velora.flows.payment_outcome.settle import News, heard_of, settle
from velora.modules.payments import service as payments
from velora.modules.payments.gateways.port import Captured, ChargeOutcome, DeclinedCharge
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
    outcome = await _ask(house, intent)
    await house.writes.submit(settle, News(heard_of(intent.tenant_id, intent.id, outcome)))


async def sweep_fees(house: TradingHouse) -> int:
    """Captured payments whose fee is not known are asked for until the gateway has said it; how many were looked at."""
    async with house.db.read(None) as uow:
        intents = await payments.without_fee(uow, limit=_A_SWEEP)
    for one in intents:
        found = await house.gateway.find(one.gateway_key)
        if isinstance(found, Captured):
            await house.writes.submit(settle, News(heard_of(one.tenant_id, one.id, found)))
    return len(intents)


async def _ask(house: TradingHouse, intent: PaymentIntent) -> ChargeOutcome:
    """What became of it.

    Given up are a buyer who did not confirm in time, a request that never arrived, what was not taken in time, and what is held for an
    order that was cancelled.
    """
    match IntentState(intent.state):
        case IntentState.ACTION_REQUIRED:
            return await house.gateway.void(intent.gateway_key)
        case IntentState.AUTHORISED:
            found = await house.gateway.void(intent.gateway_key)
            # By whichever clock: it is over because its time is up, and not because somebody wished it.
            over = intent.authorised_until is not None and intent.authorised_until <= house.clock.now()
            return replace(found, reason="expired") if isinstance(found, DeclinedCharge) and over else found
        case IntentState.CAPTURING:
            return await capture.ask_again(house.gateway, intent)
        case _:
            return await find_or_void(house, intent)  # the buyer has long left the page
