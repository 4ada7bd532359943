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
