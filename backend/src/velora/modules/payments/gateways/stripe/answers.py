"""What Stripe's answers mean, in the words of the port. Pure: from a JSON object to an outcome.

Stripe calls a charge with everything around it a PaymentIntent. Its metadata carry our key, by which we know it again.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, Literal, cast

from velora.modules.payments.gateways.port import (
    ActionRequired,
    Authorised,
    Captured,
    CaptureFailed,
    CaptureOutcome,
    ChargeOutcome,
    DeclinedCharge,
    KeptCard,
    Refunded,
    RefundFailed,
    RefundOutcome,
    SeenCharge,
    SeenDispute,
    SeenRefund,
    Unheard,
)

Json = Mapping[str, Any]

KEY: Final = "velora_key"
ORDER: Final = "velora_order"
CUSTOMER: Final = "velora_customer"
VOIDED: Final = "voided"
EXPIRED: Final = "expired"

_NOTHING: Final[Json] = {}
_LONGEST_REASON: Final = 40
# What Stripe calls what the house has a word for already.
_REASONS: Final = {
    "payment_intent_authentication_failure": "challenge_failed",
    "authentication_required": "challenge_failed",
    "resource_missing": "unknown_token",
    "payment_method_invalid": "unknown_token",
}


def charge_of(intent: Json) -> ChargeOutcome:
    """How this PaymentIntent stands. Its charge, balance transaction and payment method must have been expanded."""
    brand, last4 = _card_of(intent)
    match intent.get("status"):
        case "succeeded":
            return Captured(str(intent["id"]), brand, last4, _fee_of(intent), amount_minor=_taken(intent))
        case "requires_capture":
            return Authorised(str(intent["id"]), brand, last4, _expires_at(intent))
        case "requires_action":
            return _question(intent, brand, last4)
        case "canceled":
            # Stripe cancels by itself what nobody has captured in time.
            return DeclinedCharge(EXPIRED if intent.get("cancellation_reason") == "automatic" else VOIDED, brand, last4)
        case "requires_payment_method":
            # A card was refused, or it is one that only keeps a key from ever being used.
            error = _object(intent, "last_payment_error")
            return DeclinedCharge(reason_of(error), brand, last4) if error else DeclinedCharge(VOIDED)
        case status:
            return Unheard(f"Stripe says {status}.")


def capture_of(intent: Json, reason: str) -> CaptureOutcome:
    """How this PaymentIntent stands, which was to be captured; the reason where it says none for not being."""
    match charge_of(intent):
        case (Captured() | Unheard()) as outcome:
            return outcome
        case DeclinedCharge(why):
            return CaptureFailed(why)
        case _:
            return CaptureFailed(reason)


def declined(error: Json) -> DeclinedCharge:
    """What a refused card's error says: the reason of the bank, where it gave one."""
    intent = _object(error, "payment_intent")
    card = _object(_object(error, "payment_method") or _object(_object(intent, "last_payment_error"), "payment_method"), "card")
    return DeclinedCharge(reason_of(error), _brand(card), str(card.get("last4") or ""))


def reason_of(error: Json) -> str:
    """One word for why: the bank's, else Stripe's own."""
    reason = str(error.get("decline_code") or error.get("code") or "refused")
    if reason == "generic_decline":
        reason = "card_declined"
    return _REASONS.get(reason, reason)[:_LONGEST_REASON]


def refund_of(refund: Json) -> RefundOutcome:
    """How this refund stands: what is still on its way has not been heard of yet."""
    match refund.get("status"):
        case "succeeded":
            return Refunded(str(refund["id"]))
        case "failed" | "canceled" as status:
            return RefundFailed(str(refund.get("failure_reason") or status))
        case status:
            return Unheard(f"Stripe says {status}.")


def seen_charge(intent: Json) -> SeenCharge:
    return SeenCharge(key_of(intent), str(intent["id"]), _taken(intent), _currency(intent), charge_of(intent))


def seen_refund(refund: Json) -> SeenRefund:
    return SeenRefund(key_of(refund), str(refund["id"]), refund_of(refund))


def seen_bare_charge(charge: Json) -> SeenCharge:
    """A charge that was made without a PaymentIntent, and so not by us."""
    ref, card = str(charge["id"]), _object(_object(charge, "payment_method_details"), "card")
    taken = bool(charge.get("paid")) and bool(charge.get("captured"))
    amount = int(charge.get("amount_captured", charge["amount"]))
    outcome = Captured(ref, _brand(card), str(card.get("last4") or ""), None, amount_minor=amount) if taken else DeclinedCharge("refused")
    return SeenCharge("", ref, amount, _currency(charge), outcome)


def seen_dispute(dispute: Json, charge: SeenCharge) -> SeenDispute:
    """How this dispute stands, and what its balance transactions say that Stripe has moved.

    Where those count in another currency, only the amount in dispute is known in that of the charge, and no fee.
    """
    currency, amount = _currency(dispute), int(dispute["amount"])
    entries = [cast("Json", one) for one in dispute.get("balance_transactions") or () if isinstance(one, dict)]
    own = [one for one in entries if _currency(one) == currency]
    foreign = [one for one in entries if _currency(one) != currency]
    taken = sum(-int(one["amount"]) for one in own if int(one["amount"]) < 0) + amount * sum(int(one["amount"]) < 0 for one in foreign)
    returned = sum(int(one["amount"]) for one in own if int(one["amount"]) > 0) + amount * sum(int(one["amount"]) > 0 for one in foreign)
    fees = [int(one.get("fee") or 0) for one in own]
    due_by = _object(dispute, "evidence_details").get("due_by")
    return SeenDispute(
        str(dispute["id"]), charge, _standing(str(dispute.get("status")), taken - returned), str(dispute.get("reason") or "")[:60], amount,
        currency, datetime.fromtimestamp(int(dispute["created"]), UTC), datetime.fromtimestamp(int(due_by), UTC) if due_by else None,
        taken, returned, sum(fee for fee in fees if fee > 0), sum(-fee for fee in fees if fee < 0),
    )  # fmt: skip


def _standing(status: str, gone_minor: int) -> Literal["open", "won", "lost"]:
    """Questions of a bank begin with `warning_`; closed, they were none. What was prevented has gone back, where it has gone."""
    match status:
        case "won" | "warning_closed":
            return "won"
        case "lost":
            return "lost"
        case "prevented":
            return "lost" if gone_minor > 0 else "won"
        case _:
            return "open"


def kept_card(method: Json) -> KeptCard:
    card = _object(method, "card")
    return KeptCard(str(method["id"]), _brand(card), str(card.get("last4") or ""), int(card["exp_month"]), int(card["exp_year"]))


def owner_of(method: Json) -> Json | None:
    """The Customer that a payment method is kept for, which must have been expanded."""
    return _object(method, "customer") or None


def customer_of(owner: Json) -> str:
    """Our name for a Customer of Stripe's; empty for one that was not made by us."""
    return str(_object(owner, "metadata").get(CUSTOMER) or "")


def key_of(thing: Json) -> str:
    """Our key; empty for what was not made by us."""
    return str(_object(thing, "metadata").get(KEY) or "")


def _question(intent: Json, brand: str, last4: str) -> ChargeOutcome:
    redirect = _object(_object(intent, "next_action"), "redirect_to_url")
    if not redirect.get("url"):
        return Unheard("Stripe asks the buyer for something that a browser cannot be sent to.")
    return ActionRequired(str(intent["id"]), str(redirect["url"]), brand, last4)


def _taken(intent: Json) -> int:
    return int(intent.get("amount_received") or intent["amount"])


def _fee_of(intent: Json) -> int | None:
    """What Stripe's own balance transaction says that it keeps; None until there is one, or when it counts in another currency."""
    entry = _object(_object(intent, "latest_charge"), "balance_transaction")
    if "fee" not in entry or _currency(entry) != _currency(intent):
        return None
    return int(entry["fee"])


def _expires_at(intent: Json) -> datetime | None:
    until = _object(_object(_object(intent, "latest_charge"), "payment_method_details"), "card").get("capture_before")
    return datetime.fromtimestamp(int(until), UTC) if until else None


def _card_of(intent: Json) -> tuple[str, str]:
    charged = _object(_object(_object(intent, "latest_charge"), "payment_method_details"), "card")
    refused = _object(_object(_object(intent, "last_payment_error"), "payment_method"), "card")
    card = charged or _object(_object(intent, "payment_method"), "card") or refused
    return _brand(card), str(card.get("last4") or "")


def _brand(card: Json) -> str:
    return str(card.get("brand") or "").replace("_", " ").title()[:20]


def _currency(thing: Json) -> str:
    return str(thing.get("currency") or "").upper()


def _object(thing: Json, name: str) -> Json:
    """A part that may be missing, empty, or only named by its id."""
    part = thing.get(name)
    return cast("Json", part) if isinstance(part, dict) else _NOTHING
