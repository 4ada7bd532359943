"""What other flows ask of carts."""

from velora.flows.shopping import carts
from velora.flows.shopping.carts import merge_at_sign_in
from velora.kernel.principal import Principal
from velora.modules.cart import policy
from velora.platform.house import House

__all__ = ["merge_at_sign_in", "read_cart", "take_bought"]


async def read_cart(house: House, principal: Principal, tenant_id: int) -> tuple[tuple[int, int], ...]:
    """The caller's (variant, quantity) lines in this marketplace, as they are kept."""
    cart = await carts.read_to_order(house, principal, tenant_id)
    return tuple((line.variant_id, line.quantity) for line in cart.lines)


async def take_bought(house: House, principal: Principal, tenant_id: int, bought: dict[int, int]) -> None:
    """So many of each variant leave the caller's cart; what was put in meanwhile stays."""
    if principal.account_id is not None or principal.guest_key:
        await carts.change(house, principal, tenant_id, lambda cart: policy.bought(cart, bought))
