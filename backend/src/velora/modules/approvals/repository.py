"""The SQL of approvals. Set-based: every row and every predicate names its tenant."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select, tuple_

from velora.modules.approvals.models import Approval
from velora.platform.db import ACROSS_TENANTS, UnitOfWork, scoped

Key = tuple[int, int]
Place = tuple[int, str]  # tenant, action and subject


async def add(uow: UnitOfWork, rows: Sequence[Mapping[str, object]]) -> None:
    await uow.insert(Approval, rows)


async def change(uow: UnitOfWork, values: Mapping[Key, Mapping[str, object]]) -> None:
    if values:
        await uow.set_on(Approval, values)


async def lock(uow: UnitOfWork, keys: Collection[Key]) -> Sequence[Approval]:
    """These, kept for this transaction."""
    if not keys:
        return []
    statement = select(Approval).where(tuple_(Approval.tenant_id, Approval.id).in_(sorted(keys))).order_by(Approval.tenant_id, Approval.id)
    return await uow.entities(uow.for_update(statement))


async def lock_open(uow: UnitOfWork, places: Collection[Place]) -> Sequence[Approval]:
    """The open requests about these, kept for this transaction."""
    if not places:
        return []
    statement = (
        select(Approval)
        .where(tuple_(Approval.tenant_id, Approval.open_subject).in_(sorted(places)))
        .order_by(Approval.tenant_id, Approval.id)
    )
    return await uow.entities(uow.for_update(statement))


async def by_id(uow: UnitOfWork, keys: Collection[Key]) -> Sequence[Approval]:
    if not keys:
        return []
    return await uow.entities(select(Approval).where(tuple_(Approval.tenant_id, Approval.id).in_(sorted(keys))).order_by(Approval.id))


async def overdue(uow: UnitOfWork, states: Collection[str], until: datetime, limit: int) -> list[Key]:
    """The keys of those whose time is over, the longest over first."""
    statement = (
        select(Approval.tenant_id, Approval.id)
        .where(Approval.state.in_(states), Approval.expires_at <= until)
        .order_by(Approval.expires_at)
        .limit(limit)
    )
    return [(tenant_id, id_) for tenant_id, id_ in await uow.all(statement.execution_options(**ACROSS_TENANTS))]


async def listed(
    uow: UnitOfWork, *, tenant_id: int | None, states: Collection[str], action: str | None, before: int | None, limit: int
) -> Sequence[Approval]:
    """Newest first; without a tenant, those of all and of the installation."""
    statement = scoped(select(Approval).order_by(Approval.id.desc()).limit(limit), Approval, tenant_id)
    if states:
        statement = statement.where(Approval.state.in_(states))
    if action is not None:
        statement = statement.where(Approval.action == action)
    if before is not None:
        statement = statement.where(Approval.id < before)
    return await uow.entities(statement)
