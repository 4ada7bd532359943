"""What transfers refuse."""

from dataclasses import dataclass

from velora.kernel.errors import Refusal


@dataclass(unsafe_hash=True)
class NotToMake(Refusal):
    """`approval` is the request that a second person decides on, where it waits for one."""

    code = "transfers.not_to_make"
    title = "Not to be made"

    transfer: str
    state: str
    approval: str = ""

    def detail(self) -> str:
        if self.approval:
            return f"That {self.transfer} was sent waits for a second person: {self.approval}. Decide on that first."
        ended = "was sent" if self.state == "sent" else "could not be made, and its money is where it was before"
        return f"{self.transfer} {ended}; nothing was changed. Look at the list again."


@dataclass(unsafe_hash=True)
class NoPayee(Refusal):
    code = "transfers.no_payee"
    title = "Nobody has said where to"

    transfer: str

    def detail(self) -> str:
        return f"It is not known to which account {self.transfer} goes. Ask the buyer, and enter holder and IBAN first."


@dataclass(unsafe_hash=True)
class BadIban(Refusal):
    code = "transfers.bad_iban"
    status = 422
    title = "Not an IBAN"

    def detail(self) -> str:
        return "This is no IBAN: its check digits do not fit. Compare it with what the buyer wrote, sign by sign."
