"""What a cart refuses."""

from dataclasses import dataclass

from velora.kernel.errors import Refusal


@dataclass(unsafe_hash=True)
class CartFull(Refusal):
    code = "cart.full"
    status = 409
    title = "The cart is full"
    most: int

    def detail(self) -> str:
        return f"A cart holds {self.most} different things. Order these first, or remove some."


@dataclass(unsafe_hash=True)
class CartUnavailable(Refusal):
    code = "cart.unavailable"
    status = 503
    title = "Carts of guests cannot be kept just now"

    def detail(self) -> str:
        return "Try again in a minute, or sign in: the cart of an account is kept in any case."
