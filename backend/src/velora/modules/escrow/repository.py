"""All SQL of escrow holds."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Select, func, select, tuple_

from velora.modules.escrow.models import EscrowHold
from velora.modules.escrow.policy import OPEN, Hold, State
from velora.platform.db import ACROSS_TENANTS, UnitOfWork, scoped

Key = tuple[int, int]
_OPEN = [state.value for state in OPEN]


_Columns = Select[int, int, int, int, str, int, int, int, int, int, int, str, int, datetime | None]


def _holds() -> _Columns:
    hold = EscrowHold
    return select(
        hold.tenant_id, hold.seller_order_id, hold.order_id, hold.seller_id, hold.currency, hold.captured, hold.refunded, hold.released,
        hold.commission_minor, hold.commission_back_minor, hold.tax_minor, hold.state, hold.claims, hold.due_at,
    )  # fmt: skip


def add(uow: UnitOfWork, rows: Sequence[Mapping[str, object]]) -> None:
    uow.insert_soon(EscrowHold, rows)


async def holds(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, Hold]:
    """The holds of these (tenant, seller order)."""
    return await _by_key(uow, _named(keys)) if keys else {}


async def locked(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, Hold]:
    """The same, kept for this transaction."""
    return await _by_key(uow, uow.for_update(_named(keys))) if keys else {}


async def due_keys(uow: UnitOfWork, *, limit: int) -> list[Key]:
    """Holds whose time has come, the longest due first."""
    statement = (
        select(EscrowHold.tenant_id, EscrowHold.seller_order_id)
        .where(EscrowHold.state.in_(_OPEN), EscrowHold.due_at <= uow.now, EscrowHold.claims == 0)
        .order_by(EscrowHold.due_at)
        .limit(limit)
        .execution_options(**ACROSS_TENANTS)
    )
    return [(tenant_id, seller_order_id) for tenant_id, seller_order_id in await uow.all(statement)]


async def claim_due(uow: UnitOfWork, keys: Collection[Key]) -> list[Hold]:
    """Those of the holds that are due still, kept for this transaction; those that somebody else has are passed over."""
    if not keys:
        return []
    found = await _by_key(uow, uow.for_update(_named(keys), skip_locked=True))
    return [one for one in found.values() if one.is_open and not one.claims and one.due_at is not None and one.due_at <= uow.now]


async def change(uow: UnitOfWork, values: Mapping[Key, Mapping[str, object]]) -> None:
    if values:
        await uow.set_on(EscrowHold, values)


async def add_to(uow: UnitOfWork, deltas: Mapping[Key, Mapping[str, int]]) -> None:
    if deltas:
        await uow.add_to(EscrowHold, deltas)


async def coming(uow: UnitOfWork, seller_id: int) -> list[tuple[int, str, datetime | None, int]]:
    """(tenant, currency, due at, Σ rest less commission) of what is still held for a seller."""
    rest = EscrowHold.captured - EscrowHold.refunded - EscrowHold.released - EscrowHold.commission_minor + EscrowHold.commission_back_minor
    statement = (
        select(EscrowHold.tenant_id, EscrowHold.currency, EscrowHold.due_at, func.sum(rest))
        .where(EscrowHold.seller_id == seller_id, EscrowHold.state.in_(_OPEN))
        .group_by(EscrowHold.tenant_id, EscrowHold.currency, EscrowHold.due_at)
        .order_by(EscrowHold.due_at)
        .execution_options(**ACROSS_TENANTS)
    )
    return [(tenant_id, currency, due_at, int(total)) for tenant_id, currency, due_at, total in await uow.all(statement)]


async def rests(uow: UnitOfWork, tenant_id: int | None) -> list[tuple[int, int, str, int]]:
    """(tenant, seller, currency, Σ still held)."""
    rest = func.sum(EscrowHold.captured - EscrowHold.refunded - EscrowHold.released)
    statement = select(EscrowHold.tenant_id, EscrowHold.seller_id, EscrowHold.currency, rest).group_by(
        EscrowHold.tenant_id, EscrowHold.seller_id, EscrowHold.currency
    )
    rows = await uow.all(scoped(statement, EscrowHold, tenant_id))
    return [(tenant, seller, currency, int(total)) for tenant, seller, currency, total in rows]


async def in_state(uow: UnitOfWork, tenant_id: int | None, state: State) -> set[Key]:
    statement = select(EscrowHold.tenant_id, EscrowHold.seller_order_id).where(EscrowHold.state == state.value)
    return {(tenant, part) for tenant, part in await uow.all(scoped(statement, EscrowHold, tenant_id))}


async def released_with_a_rest(uow: UnitOfWork, tenant_id: int | None, *, limit: int) -> tuple[int, list[int]]:
    """How many holds have ended and still hold something, or hold nothing and have not ended; and some of them."""
    rest = EscrowHold.captured - EscrowHold.refunded - EscrowHold.released
    ended = EscrowHold.state.in_([State.RELEASED.value, State.REFUNDED.value])
    wrong = (ended & (rest != 0)) | (~ended & (rest == 0) & (EscrowHold.captured != 0))
    count = select(func.count()).select_from(EscrowHold).where(wrong)
    some = select(EscrowHold.seller_order_id).where(wrong).limit(limit)
    found = int(await uow.scalar(scoped(count, EscrowHold, tenant_id)) or 0)
    return found, [row[0] for row in await uow.all(scoped(some, EscrowHold, tenant_id))] if found else []


def _named(keys: Collection[Key]) -> _Columns:
    named = tuple_(EscrowHold.tenant_id, EscrowHold.seller_order_id).in_(sorted(keys))
    return _holds().where(named).order_by(EscrowHold.tenant_id, EscrowHold.seller_order_id)


async def _by_key(uow: UnitOfWork, statement: _Columns) -> dict[Key, Hold]:
    found = (Hold(*row[:11], State(row[11]), row[12], row[13]) for row in await uow.all(statement))
    return {(hold.tenant_id, hold.seller_order_id): hold for hold in found}
