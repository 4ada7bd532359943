"""Where a cart lies. A guest's is in the cache alone; an account's is in the table, with the cache in front of it.

Nobody's change is lost to somebody else's: a guest's cart is swapped against the very bytes that were read, and an account's is kept
only when it is newer than what is there. Who comes second does it again on what the first left.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final, TypeVar

import orjson

from velora.kernel.errors import Refusal
from velora.kernel.principal import Principal
from velora.modules.cart import policy
from velora.modules.cart import service as kept_carts
from velora.modules.cart.errors import CartUnavailable
from velora.modules.cart.policy import Cart
from velora.modules.cart.service import Keep
from velora.platform.cache import CacheAway, keys
from velora.platform.db import UnitOfWork
from velora.platform.house import House

KEPT_FOR: Final = timedelta(days=30)
# An account's cart is read anew from the table this often: the cache may have slept through a change.
TRUSTED_FOR: Final = timedelta(minutes=10)
TRIES: Final = 8
EMPTY: Final = Cart()

Changed = TypeVar("Changed", bound=Cart | Refusal)
Operation = Callable[[Cart], Cart | Refusal]


async def read(house: House, principal: Principal, tenant_id: int) -> Cart:
    """The caller's cart in this marketplace; empty when there is none."""
    if principal.account_id is None:
        return await _read_guest(house, tenant_id, principal.guest_key)
    key = keys.account_cart(tenant_id, principal.account_id)
    try:
        raw = await house.cache.get(key)
    except CacheAway:
        raw = None
    if raw is not None:
        return _cart(raw)
    cart = await _account_cart(house, tenant_id, principal.account_id)
    await _remember(house, key, cart)
    return cart


async def read_to_order(house: House, principal: Principal, tenant_id: int) -> Cart:
    """The caller's cart as it is kept: an account's from the table, whatever a cache that was away may still believe."""
    if principal.account_id is None:
        return await _read_guest(house, tenant_id, principal.guest_key)
    return await _account_cart(house, tenant_id, principal.account_id)


async def change(house: House, principal: Principal, tenant_id: int, operation: Operation) -> Cart:
    """The cart after the operation, kept. Raises the operation's refusal, and CartUnavailable for a guest without a cache.

    A guest without a key has nothing in the cart and can put nothing in: the route gives a key to whom needs one.
    """
    if principal.account_id is None:
        if not principal.guest_key:
            if _accepted(operation(EMPTY)) is not EMPTY:
                raise CartUnavailable
            return EMPTY
        return await _change_guest(house, keys.guest_cart(tenant_id, principal.guest_key), operation)
    # From the table: on a cart that a cache remembers from earlier, there might seem to be nothing to do.
    return await _change_account(house, tenant_id, principal.account_id, await read_to_order(house, principal, tenant_id), operation)


async def change_from(house: House, principal: Principal, tenant_id: int, before: Cart, operation: Operation) -> Cart:
    """As `change`, for a caller who has just read the cart as `before`."""
    if principal.account_id is None:
        return await change(house, principal, tenant_id, operation)
    return await _change_account(house, tenant_id, principal.account_id, before, operation)


async def merge_at_sign_in(house: House, guest_key: str, account_id: int, tenant_id: int) -> None:
    """What was put into the cart before signing in is in the account's cart, once; the guest's is empty."""
    key = keys.guest_cart(tenant_id, guest_key)
    try:
        raw, guest = await _guest_cart(house, key) if guest_key else (None, EMPTY)
        if raw is None or not guest.lines or not await house.cache.swap(key, raw, orjson.dumps(policy.to_json(Cart())), ttl=KEPT_FOR):
            return
    except CacheAway:
        return
    mine = await _account_cart(house, tenant_id, account_id)
    await _change_account(house, tenant_id, account_id, mine, lambda cart: policy.merge(cart, guest))


async def _change_guest(house: House, key: str, operation: Operation) -> Cart:
    try:
        for _ in range(TRIES):
            raw, before = await _guest_cart(house, key)
            after = _accepted(operation(before))
            if after is before or await house.cache.swap(key, raw, orjson.dumps(policy.to_json(after)), ttl=KEPT_FOR):
                return after
    except CacheAway as error:
        raise CartUnavailable from error
    raise CartUnavailable


async def _change_account(house: House, tenant_id: int, account_id: int, before: Cart, operation: Operation) -> Cart:
    for _ in range(TRIES):
        after = _accepted(operation(before))
        if after is before:
            return before
        there = await house.writes.submit(kept_carts.keep, Keep(tenant_id, account_id, after))
        if there == after:
            await _remember(house, keys.account_cart(tenant_id, account_id), after)
            return after
        before = there
    raise CartUnavailable


async def _kept(uow: UnitOfWork, keys: Sequence[kept_carts.Key]) -> list[Cart]:
    found = await kept_carts.read(uow, set(keys))
    return [found.get(key, EMPTY) for key in keys]


def _accepted(outcome: Cart | Refusal) -> Cart:
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


async def _read_guest(house: House, tenant_id: int, guest_key: str) -> Cart:
    try:
        _, cart = await _guest_cart(house, keys.guest_cart(tenant_id, guest_key)) if guest_key else (None, EMPTY)
    except CacheAway:
        return EMPTY  # the browser shows what it remembers
    return cart


async def _guest_cart(house: House, key: str) -> tuple[bytes | None, Cart]:
    raw = await house.cache.get(key)
    return raw, _cart(raw) if raw is not None else EMPTY


async def _account_cart(house: House, tenant_id: int, account_id: int) -> Cart:
    return await house.writes.look(_kept, (tenant_id, account_id))


async def _remember(house: House, key: str, cart: Cart) -> None:
    try:
        await house.cache.put(key, orjson.dumps(policy.to_json(cart)), ttl=TRUSTED_FOR)
    except CacheAway:
        return  # the table has it


def _cart(raw: bytes) -> Cart:
    kept: dict[str, Any] = orjson.loads(raw)
    return policy.from_json(kept)
