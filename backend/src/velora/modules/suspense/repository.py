"""The SQL of suspense. Set-based: every row and every predicate names its tenant."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select, tuple_

from velora.modules.suspense.models import SuspenseCase
from velora.platform.db import ACROSS_TENANTS, UnitOfWork, scoped

Key = tuple[int, int]
Charge = tuple[int, str, str]  # tenant, gateway, the gateway's reference


async def add(uow: UnitOfWork, rows: Sequence[Mapping[str, object]]) -> None:
    await uow.insert(SuspenseCase, rows)


async def change(uow: UnitOfWork, values: Mapping[Key, Mapping[str, object]]) -> None:
    if values:
        await uow.set_on(SuspenseCase, values)


async def of_charges(uow: UnitOfWork, charges: Collection[Charge]) -> Sequence[SuspenseCase]:
    place = tuple_(SuspenseCase.tenant_id, SuspenseCase.gateway, SuspenseCase.gateway_ref)
    return await uow.entities(select(SuspenseCase).where(place.in_(sorted(charges)))) if charges else []


async def lock(uow: UnitOfWork, keys: Collection[Key]) -> Sequence[SuspenseCase]:
    """These, kept for this transaction."""
    if not keys:
        return []
    key = tuple_(SuspenseCase.tenant_id, SuspenseCase.id)
    statement = select(SuspenseCase).where(key.in_(sorted(keys))).order_by(SuspenseCase.tenant_id, SuspenseCase.id)
    return await uow.entities(uow.for_update(statement))


async def lock_kept(uow: UnitOfWork, orders: Collection[Key]) -> Sequence[SuspenseCase]:
    """What is kept for these (tenant, order), for this transaction."""
    if not orders:
        return []
    order = tuple_(SuspenseCase.tenant_id, SuspenseCase.order_id)
    statement = select(SuspenseCase).where(order.in_(sorted(orders)), SuspenseCase.state == "kept")
    return await uow.entities(uow.for_update(statement.order_by(SuspenseCase.tenant_id, SuspenseCase.id)))


async def of_orders(uow: UnitOfWork, orders: Collection[Key]) -> Sequence[SuspenseCase]:
    """What is kept, was taken, or waits to be taken for these (tenant, order), oldest first."""
    order = tuple_(SuspenseCase.tenant_id, SuspenseCase.order_id)
    return await uow.entities(select(SuspenseCase).where(order.in_(sorted(orders))).order_by(SuspenseCase.id)) if orders else []


async def by_id(uow: UnitOfWork, keys: Collection[Key]) -> Sequence[SuspenseCase]:
    key = tuple_(SuspenseCase.tenant_id, SuspenseCase.id)
    return await uow.entities(select(SuspenseCase).where(key.in_(sorted(keys)))) if keys else []


async def to_look_at(uow: UnitOfWork, state: str, until: datetime, limit: int) -> Sequence[SuspenseCase]:
    """Cases in this state whose next look is due by then, the longest due first."""
    statement = (
        select(SuspenseCase)
        .where(SuspenseCase.state == state, SuspenseCase.next_look_at <= until)
        .order_by(SuspenseCase.next_look_at)
        .limit(limit)
    )
    return await uow.entities(statement.execution_options(**ACROSS_TENANTS))


async def listed(
    uow: UnitOfWork, *, tenant_id: int | None, states: Collection[str], source: str | None, before: int | None, limit: int
) -> Sequence[SuspenseCase]:
    """Newest first; without a tenant, those of all."""
    statement = scoped(select(SuspenseCase).order_by(SuspenseCase.id.desc()).limit(limit), SuspenseCase, tenant_id)
    if source is not None:
        statement = statement.where(SuspenseCase.source == source)
    if states:
        statement = statement.where(SuspenseCase.state.in_(states))
    if before is not None:
        statement = statement.where(SuspenseCase.id < before)
    return await uow.entities(statement)


async def sums(uow: UnitOfWork, tenant_id: int | None) -> list[tuple[int, str, str, str, str, int]]:
    """(tenant, currency, gateway, state, settlement, Σ amount)."""
    parts = (SuspenseCase.tenant_id, SuspenseCase.currency, SuspenseCase.gateway, SuspenseCase.state, SuspenseCase.settlement)
    statement = select(*parts, func.sum(SuspenseCase.amount_minor)).group_by(*parts)
    rows = await uow.all(scoped(statement, SuspenseCase, tenant_id))
    return [(tenant, currency, gateway, state, settlement, int(total)) for tenant, currency, gateway, state, settlement, total in rows]
