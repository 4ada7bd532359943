"""What invoice terms refuse."""

from dataclasses import dataclass

from velora.kernel.errors import Refusal


@dataclass(unsafe_hash=True)
class NoTerms(Refusal):
    code = "terms.none"
    status = 409
    title = "Not on invoice"

    def detail(self) -> str:
        return "You cannot buy on invoice here. Pay in another way, or ask the marketplace to let you."


@dataclass(unsafe_hash=True)
class OverLimit(Refusal):
    """What the buyer owes already and this order are more than what was agreed."""

    code = "terms.over_limit"
    status = 409
    title = "More than may be owed"

    wanted_minor: int
    left_minor: int
    currency: str

    def detail(self) -> str:
        return (
            "With this order you would owe more on invoices than was agreed. Pay an open invoice first, order less, or pay in another way."
        )

    def facts(self) -> dict[str, object]:
        return {
            "wanted": {"amount": self.wanted_minor, "currency": self.currency},
            "left": {"amount": self.left_minor, "currency": self.currency},
        }
