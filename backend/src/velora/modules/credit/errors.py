"""What store credit refuses."""

from dataclasses import dataclass

from velora.kernel.errors import Refusal


@dataclass(unsafe_hash=True)
class NotEnoughCredit(Refusal):
    """Some of it was spent, or is kept for another order, since the buyer looked."""

    code = "credit.not_enough"
    status = 409
    title = "Not that much store credit"

    wanted_minor: int
    left_minor: int
    currency: str

    def detail(self) -> str:
        return (
            "You have less store credit than you wanted to use, or another order of yours is using it. Look at what is left and use that."
        )

    def facts(self) -> dict[str, object]:
        return {
            "wanted": {"amount": self.wanted_minor, "currency": self.currency},
            "left": {"amount": self.left_minor, "currency": self.currency},
        }
