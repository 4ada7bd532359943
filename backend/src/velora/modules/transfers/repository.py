"""The SQL of transfers. Set-based: every row and every predicate names its tenant."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, tuple_

from velora.modules.transfers.models import Transfer, TransferPayee
from velora.platform.db import ACROSS_TENANTS, UnitOfWork, scoped

Key = tuple[int, int]
About = tuple[int, str]  # tenant, what for or whose


async def add(uow: UnitOfWork, rows: Sequence[Mapping[str, object]]) -> None:
    await uow.insert(Transfer, rows)


async def change(uow: UnitOfWork, values: Mapping[Key, Mapping[str, object]]) -> None:
    if values:
        await uow.set_on(Transfer, values)


async def lock(uow: UnitOfWork, keys: Collection[Key]) -> Sequence[Transfer]:
    """These, kept for this transaction."""
    key = tuple_(Transfer.tenant_id, Transfer.id)
    statement = select(Transfer).where(key.in_(sorted(keys))).order_by(Transfer.tenant_id, Transfer.id)
    return await uow.entities(uow.for_update(statement)) if keys else []


async def by_id(uow: UnitOfWork, keys: Collection[Key]) -> Sequence[Transfer]:
    key = tuple_(Transfer.tenant_id, Transfer.id)
    return await uow.entities(select(Transfer).where(key.in_(sorted(keys)))) if keys else []


async def listed(uow: UnitOfWork, *, tenant_id: int | None, states: Collection[str], before: int | None, limit: int) -> Sequence[Transfer]:
    """Newest first; without a tenant, those of all."""
    statement = scoped(select(Transfer).order_by(Transfer.id.desc()).limit(limit), Transfer, tenant_id).where(Transfer.state.in_(states))
    return await uow.entities(statement if before is None else statement.where(Transfer.id < before))


async def sums(uow: UnitOfWork, tenant_id: int | None) -> list[tuple[int, str, str, int]]:
    """(tenant, currency, state, Σ amount)."""
    parts = (Transfer.tenant_id, Transfer.currency, Transfer.state)
    rows = await uow.all(scoped(select(*parts, func.sum(Transfer.amount_minor)).group_by(*parts), Transfer, tenant_id))
    return [(tenant, currency, state, int(total)) for tenant, currency, state, total in rows]


async def payees(uow: UnitOfWork, abouts: Collection[About]) -> Sequence[TransferPayee]:
    key = tuple_(TransferPayee.tenant_id, TransferPayee.about)
    return await uow.entities(select(TransferPayee).where(key.in_(sorted(abouts)))) if abouts else []


async def lock_payees(uow: UnitOfWork, abouts: Collection[About]) -> Sequence[TransferPayee]:
    key = tuple_(TransferPayee.tenant_id, TransferPayee.about)
    statement = select(TransferPayee).where(key.in_(sorted(abouts))).order_by(TransferPayee.tenant_id, TransferPayee.about)
    return await uow.entities(uow.for_update(statement)) if abouts else []


async def add_payees(uow: UnitOfWork, rows: Sequence[Mapping[str, object]]) -> None:
    await uow.insert(TransferPayee, rows)


async def change_payees(uow: UnitOfWork, values: Mapping[About, Mapping[str, object]]) -> None:
    if values:
        await uow.set_on(TransferPayee, values)


async def payees_done_with(uow: UnitOfWork, before: datetime, limit: int) -> list[About]:
    """Whose account was given before then and has no transfer that is open, or was settled since."""
    needed = select(Transfer.id).where(
        Transfer.tenant_id == TransferPayee.tenant_id,
        Transfer.payee == TransferPayee.about,
        Transfer.settled_at.is_(None) | (Transfer.settled_at >= before),
    )
    statement = select(TransferPayee.tenant_id, TransferPayee.about).where(TransferPayee.given_at < before, ~needed.exists()).limit(limit)
    return [(tenant, about) for tenant, about in await uow.all(statement.execution_options(**ACROSS_TENANTS))]


async def erase_payees(uow: UnitOfWork, abouts: Collection[About]) -> int:
    these = tuple_(TransferPayee.tenant_id, TransferPayee.about).in_(sorted(abouts))
    return await uow.change(delete(TransferPayee).where(these)) if abouts else 0
