"""What becomes of a payment is asked of the gateway, unless none has a part in it: then it is known."""

from typing import Final

from velora.flows.house import TradingHouse
from velora.modules.payments import service as payments
from velora.modules.payments.gateways.port import Captured, ChargeOutcome, DeclinedCharge, NotKnown

# Store credit pays all of it, so there is nothing to take and nothing to keep.
PAID_WITHOUT: Final = Captured("", "", "", 0, 0)


async def find(house: TradingHouse, intent: payments.PaymentIntent) -> ChargeOutcome | NotKnown:
    """What the gateway knows of it."""
    return await house.gateway.find(intent.gateway_key) if payments.asks_gateway(intent) else PAID_WITHOUT


async def find_or_void(house: TradingHouse, intent: payments.PaymentIntent) -> ChargeOutcome:
    """What became of it. Of what never arrived nothing was charged and, once voided, nothing can be."""
    found = await find(house, intent)
    return await void(house, intent) if isinstance(found, NotKnown) else found


async def void(house: TradingHouse, intent: payments.PaymentIntent) -> ChargeOutcome:
    """Nothing is taken for it from now on, unless it was already."""
    return await house.gateway.void(intent.gateway_key) if payments.asks_gateway(intent) else DeclinedCharge("voided", "", "")
