"""What stock refuses."""

from dataclasses import dataclass

from velora.kernel.errors import Refusal
from velora.kernel.ids import encode


@dataclass(unsafe_hash=True)
class OutOfStock(Refusal):
    """The line cannot be met; `left` is what could be."""

    code = "inventory.out_of_stock"
    status = 409
    title = "Out of stock"

    variant_id: int
    wanted: int
    left: int

    def detail(self) -> str:
        if self.left == 0:
            return f"None left; you asked for {self.wanted}. Remove the line."
        return f"Only {self.left} left; you asked for {self.wanted}. Lower the quantity or remove the line."

    def facts(self) -> dict[str, object]:
        return {"variant_id": encode("var", self.variant_id), "wanted": self.wanted, "left": self.left}


@dataclass(unsafe_hash=True)
class BelowReserved(Refusal):
    code = "inventory.below_reserved"
    status = 409
    title = "Orders need this stock"

    variant_id: int
    on_hand: int
    reserved: int

    def detail(self) -> str:
        return f"{self.reserved} are promised to paid orders, so the count cannot be {self.on_hand}. Ship or cancel those orders first."

    def facts(self) -> dict[str, object]:
        return {"variant_id": encode("var", self.variant_id), "on_hand": self.on_hand, "reserved": self.reserved}
