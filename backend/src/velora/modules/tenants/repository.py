"""The SQL of tenants."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, select, true, update

from velora.modules.tenants.models import Tenant, TenantDomain
from velora.platform.db import ACROSS_TENANTS, UnitOfWork


async def tenants(uow: UnitOfWork, condition: ColumnElement[bool] | None = None) -> Sequence[Tenant]:
    """Those that meet the condition (all of them without one), oldest first."""
    return await uow.entities(select(Tenant).where(true() if condition is None else condition).order_by(Tenant.id))


async def domains(uow: UnitOfWork, tenant_ids: Collection[int]) -> Mapping[int, tuple[str, ...]]:
    """The hosts of each tenant, in the order of the alphabet."""
    chosen = select(TenantDomain.tenant_id, TenantDomain.host).where(TenantDomain.tenant_id.in_(tenant_ids)).order_by(TenantDomain.host)
    hosts: defaultdict[int, tuple[str, ...]] = defaultdict(tuple)
    for tenant_id, host in await uow.all(chosen):
        hosts[tenant_id] += (host,)
    return hosts


async def owners(uow: UnitOfWork, hosts: Collection[str]) -> Mapping[str, int]:
    """Which tenant each of these hosts leads to; the unknown are missing."""
    chosen = select(TenantDomain.host, TenantDomain.tenant_id).where(TenantDomain.host.in_(hosts))
    return {row.host: row.tenant_id for row in await uow.all(chosen.execution_options(**ACROSS_TENANTS))}


async def add(uow: UnitOfWork, rows: Sequence[Mapping[str, object]], domain_rows: Sequence[Mapping[str, object]]) -> None:
    await uow.insert(Tenant, rows)
    await uow.insert(TenantDomain, domain_rows)


async def set_state(uow: UnitOfWork, tenant_ids: Collection[int], state: str) -> None:
    await uow.change(update(Tenant).where(Tenant.id.in_(tenant_ids)).values(state=state))


async def set_theme(uow: UnitOfWork, tenant_id: int, theme: Mapping[str, object]) -> int:
    return await uow.change(update(Tenant).where(Tenant.id == tenant_id).values(theme=theme))


async def locked(uow: UnitOfWork, tenant_id: int) -> Sequence[Tenant]:
    """The tenant, held until the end of the transaction; nothing when there is none."""
    return await uow.entities(uow.for_update(select(Tenant).where(Tenant.id == tenant_id)))


async def set_paid_later(uow: UnitOfWork, tenant_id: int, paid_later: Mapping[str, object]) -> int:
    return await uow.change(update(Tenant).where(Tenant.id == tenant_id).values(paid_later=paid_later))


async def set_further(uow: UnitOfWork, tenant_id: int, further: Mapping[str, object]) -> int:
    return await uow.change(update(Tenant).where(Tenant.id == tenant_id).values(further_currencies=further))
