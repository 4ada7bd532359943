"""What returns refuse."""

from dataclasses import dataclass

from velora.kernel.errors import Refusal
from velora.kernel.ids import encode


@dataclass(unsafe_hash=True)
class NotReturnable(Refusal):
    code = "returns.not_returnable"
    status = 409
    title = "Not that many can be returned"
    line_id: int
    wanted: int
    left: int

    def detail(self) -> str:
        if self.left:
            return f"Only {self.left} of this item can be returned; you asked for {self.wanted}. Lower the quantity."
        return "This item cannot be returned: it has not been shipped, or all of it has come back or is on its way back."

    def facts(self) -> dict[str, object]:
        return {"line_id": encode("lin", self.line_id), "wanted": self.wanted, "left": self.left}


@dataclass(unsafe_hash=True)
class AfterRelease(Refusal):
    code = "returns.after_release"
    status = 409
    title = "The seller has been paid already"

    def detail(self) -> str:
        return (
            "The time for returns of this order is over and its money has gone to the seller. Refunds after that come later; "
            "until then, please write to the seller."
        )


@dataclass(unsafe_hash=True)
class NotPaidYet(Refusal):
    """What is paid later is given back as goods only once its money is here."""

    code = "returns.not_paid_yet"
    status = 409
    title = "This order is not paid yet"

    def detail(self) -> str:
        return (
            "The money for this order has not arrived, so there is nothing to give back. If you have paid, ask again once it is here. "
            "If you will not keep the goods and have not paid, write to the seller."
        )


@dataclass(unsafe_hash=True)
class NothingToGiveBack(Refusal):
    code = "returns.nothing_to_give_back"
    status = 409
    title = "Nothing was paid for this"

    def detail(self) -> str:
        return "These pieces cost nothing, so there is nothing to give back. Choose pieces that were paid for."


@dataclass(unsafe_hash=True)
class AlreadyDecided(Refusal):
    code = "returns.already_decided"
    status = 409
    title = "Already decided"
    state: str

    def detail(self) -> str:
        return f"This return is {self.state.replace('_', ' ')} already. Reload it to see what was done."
