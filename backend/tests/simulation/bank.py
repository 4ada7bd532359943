"""The bank that sends payouts: in another company too, with a book of what it sent."""

from dataclasses import dataclass, field

from tests.simulation.gateway import call
from tests.simulation.world import Process, World
from velora.modules.payouts.gateways.port import BankAnswer, Transfer, TransferOutcome


@dataclass
class BankBook:
    """Every transfer by its key, as it was answered."""

    world: World
    sent: dict[str, tuple[Transfer, TransferOutcome]] = field(default_factory=dict[str, tuple[Transfer, TransferOutcome]])

    def transfer(self, order: Transfer) -> TransferOutcome:
        if order.key not in self.sent:
            refused = self.world.happens(self.world.temper.refused)
            outcome = TransferOutcome(BankAnswer.FAILED, reason="The account is closed.") if refused else TransferOutcome(BankAnswer.PAID)
            self.world.note(f"bank: {order.key} {order.amount_minor} {outcome.kind}")
            self.sent[order.key] = (order, outcome)
        return self.sent[order.key][1]


class BankWire:
    """A process's way to the bank."""

    def __init__(self, book: BankBook, process: Process) -> None:
        self._book = book
        self._process = process

    async def transfer(self, order: Transfer) -> TransferOutcome:
        return await call(
            self._process, f"bank: transfer {order.key}", lambda: self._book.transfer(order), TransferOutcome(BankAnswer.UNKNOWN)
        )

    async def close(self) -> None:
        return
