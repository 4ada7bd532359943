"""What suspense refuses."""

from dataclasses import dataclass

from velora.kernel.errors import Refusal
from velora.kernel.money import show


@dataclass(unsafe_hash=True)
class NotOpen(Refusal):
    """`approval` is the request that a second person decides on, where the case waits for one."""

    code = "suspense.not_open"
    title = "Not open"

    case: str
    state: str
    approval: str

    def detail(self) -> str:
        if self.approval:
            return f"What becomes of {self.case} was asked for and waits for a second person: {self.approval}. Decide on that first."
        doing = "is going back already" if self.state == "giving_back" else "is settled"
        return f"The money of {self.case} {doing}; nothing was changed. Look at the case again."


@dataclass(unsafe_hash=True)
class TooMuchToWriteOff(Refusal):
    code = "suspense.too_much_to_write_off"
    title = "Too much to write off"

    case: str
    amount_minor: int
    limit_minor: int
    currency: str

    def detail(self) -> str:
        return (
            f"{show(self.amount_minor, self.currency)} is more than may be written off, which is {show(self.limit_minor, self.currency)}: "
            "it is somebody's money. Give it back."
        )


@dataclass(unsafe_hash=True)
class OtherGateway(Refusal):
    code = "suspense.other_gateway"
    title = "Another gateway has it"

    case: str
    gateway: str

    def detail(self) -> str:
        return f"The money of {self.case} lies at {self.gateway}, which this installation does not use now. Give it back there."


@dataclass(unsafe_hash=True)
class NothingToAsk(Refusal):
    code = "suspense.nothing_to_ask"
    title = "Nothing to ask"

    case: str

    def detail(self) -> str:
        return f"The gateway has said all there is to say about {self.case}. Look at it again: it may be settled."


@dataclass(unsafe_hash=True)
class NotKept(Refusal):
    code = "suspense.not_kept"
    title = "Not kept for an order"

    case: str

    def detail(self) -> str:
        return f"{self.case} is not kept for an order now; it may have paid it meanwhile. Look at it again. Nothing was changed."


@dataclass(unsafe_hash=True)
class ReceiptDiffers(Refusal):
    """`case` stands under the same reference of the statement, with another amount."""

    code = "suspense.receipt_differs"
    title = "Recorded with another amount"

    case: str
    reference: str
    amount_minor: int
    currency: str

    def detail(self) -> str:
        return (
            f"{self.reference} is recorded already, with {show(self.amount_minor, self.currency)} ({self.case}). "
            "Look at the bank's statement again: a reference is one movement of money. Nothing was recorded."
        )


@dataclass(unsafe_hash=True)
class NotWaiting(Refusal):
    code = "suspense.order_not_waiting"
    title = "Not waiting for money"

    order: str

    def detail(self) -> str:
        return f"{self.order} does not wait for money now: it is paid, given up, or is paid by card. Choose another order, or give it back."


@dataclass(unsafe_hash=True)
class OtherCurrency(Refusal):
    code = "suspense.other_currency"
    title = "Another currency"

    order: str
    wanted: str
    currency: str

    def detail(self) -> str:
        return (
            f"{self.order} is to be paid in {self.wanted}, and this is {self.currency}. Give it back, or have it changed by the bank first."
        )
