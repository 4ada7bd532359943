"""What Stripe's library raises, in words of ours."""

from typing import cast

import stripe

from velora.modules.payments.gateways.port import Unheard
from velora.modules.payments.gateways.stripe.answers import Json


def error_of(error: stripe.StripeError) -> Json:
    body = cast("Json | None", error.json_body)
    return body["error"] if body else {}


def unheard(error: stripe.StripeError | TimeoutError) -> Unheard:
    """Without what Stripe wrote, which may name a person."""
    if isinstance(error, TimeoutError):
        return Unheard("Stripe did not answer in time.")
    return Unheard(f"{type(error).__name__} {error.http_status or ''} {error.request_id or ''}".strip())
