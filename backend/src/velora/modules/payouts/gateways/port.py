"""What Velora asks of a bank.

A transfer has a key of ours. The same key again is the same transfer and has the same answer, so a call whose answer was
lost is simply made again. `UNKNOWN` means that the bank did not answer in time: the transfer may have been made. Adapters
never raise for what a bank may answer; they raise only when they are used wrongly.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class BankAnswer(StrEnum):
    PAID = "paid"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Transfer:
    """Send this amount to the account that the bank knows by `destination`."""

    key: str
    destination: str
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class TransferOutcome:
    """`ref` is the bank's own name for the transfer; `reason` says to a person why it failed."""

    kind: BankAnswer
    ref: str = ""
    reason: str = ""


class Bank(Protocol):
    async def transfer(self, order: Transfer) -> TransferOutcome:
        """The amount is sent, once for each key, or the bank says why not."""
        ...

    async def close(self) -> None:
        """Nothing more will be asked."""
        ...
