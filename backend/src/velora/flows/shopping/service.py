"""What other flows ask of carts."""

from collections.abc import Mapping
from contextlib import suppress

from velora.flows.shopping import carts
from velora.flows.shopping.carts import merge_at_sign_in
from velora.kernel.principal import Principal
from velora.modules.cart import policy
from velora.modules.cart.errors import CartUnavailable
from velora.modules.cart.policy import Cart
from velora.platform.house import House

__all__ = ["merge_at_sign_in", "read_cart", "take_bought"]


async def read_cart(house: House, principal: Principal, tenant_id: int) -> tuple[tuple[int, int], ...]:
    """The caller's (variant, quantity) lines in this marketplace, as they are kept."""
    cart = await carts.read_to_order(house, principal, tenant_id)
    return tuple((line.variant_id, line.quantity) for line in cart.lines)


async def take_bought(house: House, principal: Principal, tenant_id: int, bought: Mapping[int, Mapping[int, int]]) -> None:
    """What these orders are of (by order, the number of each variant) leaves the buyer's cart, once; the order stands either way.

    What was put in after an order was placed stays. So does everything while the cart cannot be reached.
    """

    def take(cart: Cart) -> Cart:
        for order_id, quantities in sorted(bought.items()):
            cart = policy.bought(cart, order_id, quantities)
        return cart

    if principal.account_id is not None or principal.guest_key:
        with suppress(CartUnavailable):
            await carts.change(house, principal, tenant_id, take)
