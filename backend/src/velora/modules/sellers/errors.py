"""What sellers refuse."""

from dataclasses import dataclass

from velora.kernel.errors import Refusal


@dataclass(unsafe_hash=True)
class SellerSlugTaken(Refusal):
    code = "sellers.slug_taken"
    status = 409
    title = "This short name is taken"
    slug: str

    def detail(self) -> str:
        return f"Another seller is called {self.slug}. Choose another short name."


@dataclass(unsafe_hash=True)
class NotPossibleNow(Refusal):
    """The membership's state does not allow this step."""

    code = "sellers.not_possible_now"
    status = 409
    title = "Not possible in this state"
    step: str
    state: str

    def detail(self) -> str:
        return f"A seller who is {self.state.replace('_', ' ')} here cannot be {self.step}. Reload to see the present state."


@dataclass(unsafe_hash=True)
class LastOwner(Refusal):
    code = "sellers.last_owner"
    status = 409
    title = "A seller needs an owner"

    def detail(self) -> str:
        return "This is the only owner. Make somebody else an owner first."
