"""What Stripe's objects mean, in the shapes in which its reference shows them; a double has neither fees nor reasons to show."""

from datetime import UTC, datetime
from typing import Any

import pytest

from velora.modules.payments.gateways.port import (
    ActionRequired,
    Authorised,
    Captured,
    DeclinedCharge,
    Refunded,
    RefundFailed,
    SeenCharge,
    Unheard,
)
from velora.modules.payments.gateways.stripe.answers import charge_of, declined, refund_of, seen_bare_charge, seen_charge


def charge(**more: Any) -> dict[str, Any]:
    card = {"brand": "mastercard", "last4": "4444", "capture_before": 1_800_000_000}
    entry = {"id": "txn_1", "object": "balance_transaction", "amount": 5390, "fee": 186, "net": 5204, "currency": "eur"}
    return {"id": "ch_1", "payment_method_details": {"type": "card", "card": card}, "balance_transaction": entry} | more


def intent(status: str, **more: Any) -> dict[str, Any]:
    return {
        "id": "pi_1", "object": "payment_intent", "amount": 5390, "amount_received": 0, "currency": "eur", "status": status,
        "latest_charge": None, "last_payment_error": None, "next_action": None, "payment_method": None, "metadata": {"velora_key": "k"},
    } | more  # fmt: skip


def test_the_fee_is_that_of_the_balance_transaction():
    taken = intent("succeeded", amount_received=5390, latest_charge=charge())
    assert charge_of(taken) == Captured("pi_1", "Mastercard", "4444", 186, amount_minor=5390)


@pytest.mark.parametrize("entry", [None, "txn_not_expanded", {"fee": 201, "currency": "usd"}])
def test_a_fee_that_is_not_known_in_our_currency_is_not_nothing(entry: object):
    outcome = charge_of(intent("succeeded", amount_received=5390, latest_charge=charge(balance_transaction=entry)))
    assert isinstance(outcome, Captured)
    assert outcome.fee_minor is None


def test_a_part_that_was_captured_is_what_was_taken():
    assert seen_charge(intent("succeeded", amount_received=2000, latest_charge=charge())).amount_minor == 2000


def test_a_promise_says_how_long_the_bank_keeps_it():
    held = intent("requires_capture", latest_charge=charge(balance_transaction=None))
    assert charge_of(held) == Authorised("pi_1", "Mastercard", "4444", datetime.fromtimestamp(1_800_000_000, UTC))


def test_a_question_of_the_bank_has_an_address():
    card = {"id": "pm_1", "card": {"brand": "visa", "last4": "3220"}}
    address = {"type": "redirect_to_url", "redirect_to_url": {"url": "https://bank.example", "return_url": "https://shop.example"}}
    assert charge_of(intent("requires_action", payment_method=card, next_action=address)) == ActionRequired(
        "pi_1", "https://bank.example", "Visa", "3220"
    )
    in_a_library = intent("requires_action", payment_method=card, next_action={"type": "use_stripe_sdk", "use_stripe_sdk": {}})
    assert isinstance(charge_of(in_a_library), Unheard)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ({"code": "card_declined", "decline_code": "insufficient_funds"}, "insufficient_funds"),
        ({"code": "card_declined", "decline_code": "generic_decline"}, "card_declined"),
        ({"code": "expired_card"}, "expired_card"),
        ({"code": "payment_intent_authentication_failure"}, "challenge_failed"),
        ({"code": "authentication_required"}, "challenge_failed"),
        ({"decline_code": "x" * 60}, "x" * 40),
        ({"type": "card_error"}, "refused"),
    ],
)
def test_a_refused_card_says_why_and_which_it_was(error: dict[str, Any], reason: str):
    card = {"payment_method": {"card": {"brand": "amex", "last4": "0005"}}}
    assert declined(error | card) == DeclinedCharge(reason, "Amex", "0005")
    assert declined(error | {"payment_intent": {"last_payment_error": card}}) == DeclinedCharge(reason, "Amex", "0005")
    assert charge_of(intent("requires_payment_method", last_payment_error=error | card)) == DeclinedCharge(reason, "Amex", "0005")


@pytest.mark.parametrize("status", ["canceled", "requires_payment_method"])
def test_what_was_given_up_is_declined_for_good(status: str):
    assert charge_of(intent(status)) == DeclinedCharge("voided")


@pytest.mark.parametrize("status", ["processing", "requires_confirmation", "something_new"])
def test_what_is_not_decided_is_not_guessed(status: str):
    assert isinstance(charge_of(intent(status)), Unheard)


def test_a_refund_on_its_way_has_not_arrived():
    assert refund_of({"id": "re_1", "status": "succeeded"}) == Refunded("re_1")
    assert refund_of({"id": "re_1", "status": "failed", "failure_reason": "expired_or_canceled_card"}) == RefundFailed(
        "expired_or_canceled_card"
    )
    assert refund_of({"id": "re_1", "status": "canceled"}) == RefundFailed("canceled")
    assert isinstance(refund_of({"id": "re_1", "status": "pending"}), Unheard)
    assert isinstance(refund_of({"id": "re_1", "status": "requires_action"}), Unheard)


def test_a_charge_that_others_made_has_no_key_of_ours():
    bare = {"id": "ch_9", "amount": 900, "amount_captured": 900, "currency": "usd", "paid": True, "captured": True}
    assert seen_bare_charge(bare) == SeenCharge("", "ch_9", 900, "USD", Captured("ch_9", "", "", None, amount_minor=900))
    assert isinstance(seen_bare_charge(bare | {"paid": False}).outcome, DeclinedCharge)
