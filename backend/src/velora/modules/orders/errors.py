"""What orders refuse."""

from dataclasses import dataclass

from velora.kernel.errors import Refusal
from velora.kernel.ids import encode


@dataclass(unsafe_hash=True)
class WrongState(Refusal):
    """The order is too far, or not far enough, for this."""

    code = "orders.wrong_state"
    status = 409
    title = "Not possible any more"

    state: str
    action: str

    def detail(self) -> str:
        return f"This order is {self.state.replace('_', ' ')}; it cannot be {self.action} now. Reload it to see what can be done."


@dataclass(unsafe_hash=True)
class TooMany(Refusal):
    code = "orders.too_many"
    status = 409
    title = "More than there is"

    line_id: int
    wanted: int
    left: int

    def detail(self) -> str:
        return f"Only {self.left} of this line are left to do; you said {self.wanted}. Lower the quantity."

    def facts(self) -> dict[str, object]:
        return {"line_id": encode("lin", self.line_id), "wanted": self.wanted, "left": self.left}
