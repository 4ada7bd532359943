"""What no double of Stripe does by itself."""

from velora.modules.payments.gateways.port import DeclinedCharge
from velora.modules.payments.gateways.stripe.answers import charge_of


def test_an_authorisation_that_stripe_cancelled_by_itself_has_expired():
    intent = {"id": "pi_1", "status": "canceled", "amount": 5390, "currency": "eur"}
    assert charge_of({**intent, "cancellation_reason": "automatic"}) == DeclinedCharge("expired")
    assert charge_of({**intent, "cancellation_reason": None}) == DeclinedCharge("voided")
