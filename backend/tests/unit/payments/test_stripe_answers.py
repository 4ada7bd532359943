"""What no double of Stripe does by itself."""

from datetime import UTC, datetime
from typing import Any

import pytest

from velora.modules.payments.gateways.port import DeclinedCharge, SeenDispute
from velora.modules.payments.gateways.stripe.answers import charge_of, seen_charge, seen_dispute

INTENT = {"id": "pi_1", "object": "payment_intent", "status": "succeeded", "amount": 6420, "amount_received": 6420, "currency": "eur",
          "metadata": {"velora_key": "pi_ours"}}  # fmt: skip


def a_dispute(status: str, *entries: dict[str, Any], **more: Any) -> SeenDispute:
    """In the shape of Stripe's reference."""
    dispute = {
        "id": "dp_1", "object": "dispute", "amount": 6420, "currency": "eur", "charge": "ch_1", "payment_intent": "pi_1",
        "created": 1_760_000_000, "reason": "fraudulent", "status": status, "balance_transactions": list(entries),
        "evidence_details": {"due_by": 1_760_600_000, "has_evidence": False, "past_due": False, "submission_count": 0},
    }  # fmt: skip
    return seen_dispute({**dispute, **more}, seen_charge(INTENT))


def entry(amount: int, fee: int, currency: str = "eur") -> dict[str, Any]:
    return {"object": "balance_transaction", "amount": amount, "fee": fee, "net": amount - fee, "currency": currency, "type": "adjustment"}


def moved(one: SeenDispute) -> tuple[str, int, int, int, int]:
    return one.standing, one.taken_minor, one.returned_minor, one.fee_minor, one.fee_back_minor


def test_what_a_dispute_took_and_cost_is_read_from_its_balance_transactions():
    one = a_dispute("needs_response", entry(-6420, 1500))
    assert moved(one) == ("open", 6420, 0, 1500, 0)
    assert (one.charge.key, one.currency, one.reason) == ("pi_ours", "EUR", "fraudulent")
    assert one.answer_by == datetime.fromtimestamp(1_760_600_000, UTC)


def test_what_was_won_comes_back_with_its_fee_or_without():
    assert moved(a_dispute("won", entry(-6420, 1500), entry(6420, -1500))) == ("won", 6420, 6420, 1500, 1500)
    assert moved(a_dispute("won", entry(-6420, 1500), entry(6420, 0))) == ("won", 6420, 6420, 1500, 0)


@pytest.mark.parametrize(
    ("status", "standing"),
    [("warning_needs_response", "open"), ("under_review", "open"), ("warning_closed", "won"), ("lost", "lost"), ("prevented", "won")],
)
def test_while_a_bank_only_asks_nothing_is_taken(status, standing):
    assert moved(a_dispute(status, evidence_details=None)) == (standing, 0, 0, 0, 0)


def test_what_was_prevented_after_it_was_taken_is_lost():
    assert moved(a_dispute("prevented", entry(-6420, 0))) == ("lost", 6420, 0, 0, 0)


def test_an_account_in_another_currency_says_what_was_disputed_and_no_fee():
    assert moved(a_dispute("needs_response", entry(-7011, 1650, "usd"))) == ("open", 6420, 0, 0, 0)


def test_an_authorisation_that_stripe_cancelled_by_itself_has_expired():
    intent = {"id": "pi_1", "status": "canceled", "amount": 5390, "currency": "eur"}
    assert charge_of({**intent, "cancellation_reason": "automatic"}) == DeclinedCharge("expired")
    assert charge_of({**intent, "cancellation_reason": None}) == DeclinedCharge("voided")
