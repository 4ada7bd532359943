"""What payments refuse."""

from dataclasses import dataclass

from velora.kernel.errors import Refusal


@dataclass(unsafe_hash=True)
class Declined(Refusal):
    """The bank said no. Nothing was charged."""

    code = "payments.declined"
    status = 402
    title = "Payment declined"

    reason: str

    def detail(self) -> str:
        why = {
            "insufficient_funds": "Your bank declined: not enough funds.",
            "challenge_failed": "Your bank could not confirm that it was you.",
            "unknown_token": "This card was not recognised; enter it again.",
            "expired": "Your bank no longer holds the money for this order.",
        }.get(self.reason, "Your bank declined the payment.")
        return f"{why} Nothing was charged. Try another card."


@dataclass(unsafe_hash=True)
class RefundTooLarge(Refusal):
    code = "payments.refund_too_large"
    status = 409
    title = "More than was paid"

    asked_minor: int
    left_minor: int

    def detail(self) -> str:
        return "The refund is larger than what is left of the payment. Lower it to what is left."


@dataclass(unsafe_hash=True)
class PaymentUnderWay(Refusal):
    code = "payments.under_way"
    status = 409
    title = "The payment is being settled"

    def detail(self) -> str:
        return "The bank has not answered yet, so nothing can be stopped or given back. Try again in a minute."


@dataclass(unsafe_hash=True)
class NotTakenYet(Refusal):
    """Money first, then goods: the gateway was asked to take what the bank holds, and has not answered."""

    code = "payments.not_taken_yet"
    status = 409
    title = "The money is not here yet"

    def detail(self) -> str:
        return "The buyer's bank has not answered yet, so nothing may leave. Keep the parcel and try again in a minute."


@dataclass(unsafe_hash=True)
class PaymentLapsed(Refusal):
    """What the bank held for the order is gone, and the order with it."""

    code = "payments.lapsed"
    status = 409
    title = "There is no money for this order any more"

    def detail(self) -> str:
        return "The buyer's bank no longer holds the money for this order, so it was given up. Do not send it; its stock is free again."


@dataclass(unsafe_hash=True)
class MethodNotOffered(Refusal):
    """The marketplace does not let its buyers pay so, or not in this currency."""

    code = "payments.method_not_offered"
    status = 409
    title = "Not offered here"

    method: str

    def detail(self) -> str:
        return "This order cannot be paid so here. Choose one of the ways that the checkout shows."


@dataclass(unsafe_hash=True)
class TooMuchInCash(Refusal):
    code = "payments.too_much_in_cash"
    status = 409
    title = "Too much to be paid in cash"

    at_most_minor: int
    currency: str

    def detail(self) -> str:
        return "This order costs more than is collected in cash at the door. Pay in another way, or order less."

    def facts(self) -> dict[str, object]:
        return {"at_most": {"amount": self.at_most_minor, "currency": self.currency}}


@dataclass(unsafe_hash=True)
class NotAwaited(Refusal):
    code = "payments.not_awaited"
    status = 409
    title = "Nothing is awaited of it"

    state: str

    def detail(self) -> str:
        return f"This payment is {self.state.replace('_', ' ')}: nothing is awaited of it any more. Reload the page to see how it stands."
