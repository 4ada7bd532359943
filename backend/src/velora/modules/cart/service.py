"""Use cases of carts: what an account must find again."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from velora.modules.cart import repository
from velora.modules.cart.models import CartRow
from velora.modules.cart.policy import Cart, from_json, to_json
from velora.platform.db import UnitOfWork

Key = tuple[int, int]
"""(tenant, account)"""


@dataclass(frozen=True, slots=True)
class Keep:
    tenant_id: int
    account_id: int
    cart: Cart


async def read(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, Cart]:
    """The kept carts; an account that has none is missing."""
    return _carts(await repository.kept(uow, keys, lock=False))


async def keep(uow: UnitOfWork, carts: Sequence[Keep]) -> list[Cart]:
    """Each account finds this cart again. An older version never replaces a newer one; answers what is kept now, in order."""
    there = _carts(await repository.kept(uow, {(each.tenant_id, each.account_id) for each in carts}, lock=True))
    latest = dict(there)
    for each in carts:
        key = (each.tenant_id, each.account_id)
        if key not in latest or latest[key].version < each.cart.version:
            latest[key] = each.cart
    changed = {key: cart for key, cart in latest.items() if there.get(key) != cart}
    values = {key: {"kept": to_json(cart), "updated_at": uow.now} for key, cart in changed.items()}
    new = [{"tenant_id": key[0], "account_id": key[1], **row} for key, row in values.items() if key not in there]
    await uow.insert(CartRow, new)
    await uow.set_on(CartRow, {key: row for key, row in values.items() if key in there})
    return [latest[each.tenant_id, each.account_id] for each in carts]


def _carts(kept: Mapping[Key, dict[str, Any]]) -> dict[Key, Cart]:
    return {key: from_json(value) for key, value in kept.items()}
