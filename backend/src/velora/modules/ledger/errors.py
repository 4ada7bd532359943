"""What the ledger refuses."""

from dataclasses import dataclass

from velora.kernel.errors import Refusal


@dataclass(unsafe_hash=True)
class KeyReused(Refusal):
    """The key stands for another movement of money already: nothing was written."""

    code = "ledger.key_reused"
    status = 422
    title = "This key was used for something else"
    key: str

    def detail(self) -> str:
        return f"The key {self.key} already stands for another journal. Give a new movement a new key, or repeat the first one unchanged."


@dataclass(unsafe_hash=True)
class InsufficientFunds(Refusal):
    """A floor would be broken: the whole batch was left unwritten."""

    code = "ledger.insufficient_funds"
    status = 409
    title = "Not enough money in the account"

    def detail(self) -> str:
        return "One of the accounts would fall below what it may hold. Look at its statement; nothing was posted."


@dataclass(unsafe_hash=True)
class MonthDropped(Refusal):
    """What was asked for lies before the oldest month that the tables have."""

    code = "ledger.month_dropped"
    status = 410
    title = "This month is only in its archive"

    month: str
    place: str

    def detail(self) -> str:
        return (
            f"The journals of {self.month} were archived and are no longer in the database. They lie in {self.place}/{self.month} "
            f"and hold by themselves: velora archive verify {self.month} --files-only --out {self.place}"
        )
