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
