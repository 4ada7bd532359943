"""What escrow refuses."""

from dataclasses import dataclass

from velora.kernel.errors import Refusal
from velora.kernel.ids import encode


@dataclass(unsafe_hash=True)
class NothingHeld(Refusal):
    code = "escrow.nothing_held"
    status = 409
    title = "Nothing is held for this order"
    seller_order_id: int

    def detail(self) -> str:
        return f"No money is held for {encode('sor', self.seller_order_id)}: it was not paid, or all of it has gone back."


@dataclass(unsafe_hash=True)
class AlreadyReleased(Refusal):
    code = "escrow.already_released"
    status = 409
    title = "Already released to the seller"
    seller_order_id: int

    def detail(self) -> str:
        return f"The money of {encode('sor', self.seller_order_id)} has gone to the seller already."


@dataclass(unsafe_hash=True)
class UnderDispute(Refusal):
    code = "escrow.under_dispute"
    status = 409
    title = "The buyer's bank has taken this money back"
    seller_order_id: int

    def detail(self) -> str:
        return (
            f"A dispute about {encode('sor', self.seller_order_id)} is open: its money lies with the buyer's bank and cannot be "
            "refunded as well. Wait until the bank has decided."
        )


@dataclass(unsafe_hash=True)
class MoreThanHeld(Refusal):
    code = "escrow.more_than_held"
    status = 409
    title = "More than is held"
    seller_order_id: int
    wanted_minor: int
    held_minor: int

    def detail(self) -> str:
        return f"Only {self.held_minor} of {encode('sor', self.seller_order_id)} are still held; {self.wanted_minor} were asked for."
