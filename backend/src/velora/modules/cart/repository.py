"""All SQL of carts."""

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import bindparam, select, tuple_

from velora.modules.cart.models import CartRow
from velora.platform.db import UnitOfWork

Key = tuple[int, int]

_KEPT: Final = select(CartRow.tenant_id, CartRow.account_id, CartRow.kept).where(
    tuple_(CartRow.tenant_id, CartRow.account_id).in_(bindparam("keys", expanding=True))
)
_LOCK: Final = _KEPT.order_by(CartRow.tenant_id, CartRow.account_id).with_for_update()


async def kept(uow: UnitOfWork, keys: Collection[Key], *, lock: bool) -> dict[Key, dict[str, Any]]:
    rows = await uow.all(_LOCK if lock else _KEPT, {"keys": sorted(keys)}) if keys else ()
    return {(tenant_id, account_id): value for tenant_id, account_id, value in rows}
