"""All SQL of payouts."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from sqlalchemy import func, select, tuple_

from velora.modules.payouts.models import Payout
from velora.platform.db import ACROSS_TENANTS, UnitOfWork, scoped
from velora.platform.db.keyset import first_and_last

OPEN: Final = ("reserved", "submitted", "unknown")

Key = tuple[int, int]


async def add(uow: UnitOfWork, rows: Sequence[Mapping[str, object]]) -> None:
    await uow.insert(Payout, rows)


async def locked(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, Payout]:
    """These payouts, kept for this transaction."""
    if not keys:
        return {}
    statement = select(Payout).where(tuple_(Payout.tenant_id, Payout.id).in_(sorted(keys))).order_by(Payout.tenant_id, Payout.id)
    return {(payout.tenant_id, payout.id): payout for payout in await uow.entities(uow.for_update(statement))}


async def by_id(uow: UnitOfWork, keys: Collection[Key]) -> Sequence[Payout]:
    if not keys:
        return []
    return await uow.entities(select(Payout).where(tuple_(Payout.tenant_id, Payout.id).in_(sorted(keys))).order_by(Payout.id))


async def change(uow: UnitOfWork, values: Mapping[Key, Mapping[str, object]]) -> None:
    if values:
        await uow.set_on(Payout, values)


async def open_payouts(uow: UnitOfWork, *, limit: int) -> Sequence[Payout]:
    statement = select(Payout).where(Payout.state.in_(OPEN)).order_by(Payout.id).limit(limit)
    return await uow.entities(statement.execution_options(**ACROSS_TENANTS))


async def listed(
    uow: UnitOfWork, *, tenant_id: int | None, seller_id: int | None, states: Collection[str], before: int | None, limit: int
) -> Sequence[Payout]:
    """Payouts, newest first."""
    statement = select(Payout).order_by(Payout.id.desc()).limit(limit)
    if seller_id is not None:
        statement = statement.where(Payout.seller_id == seller_id)
    if states:
        statement = statement.where(Payout.state.in_(states))
    if before is not None:
        statement = statement.where(Payout.id < before)
    return await uow.entities(scoped(statement, Payout, tenant_id))


async def after(uow: UnitOfWork, *, tenant_id: int, after_id: int, limit: int) -> Sequence[Payout]:
    """A marketplace's payouts, oldest first, for whoever walks over all of them."""
    statement = select(Payout).where(Payout.tenant_id == tenant_id, Payout.id > after_id).order_by(Payout.id).limit(limit)
    return await uow.entities(statement)


async def sums(uow: UnitOfWork, *, tenant_id: int | None, seller_id: int | None) -> list[tuple[int, int, str, str, int]]:
    """(tenant, seller, currency, state, Σ amount)."""
    statement = select(Payout.tenant_id, Payout.seller_id, Payout.currency, Payout.state, func.sum(Payout.amount_minor)).group_by(
        Payout.tenant_id, Payout.seller_id, Payout.currency, Payout.state
    )
    if seller_id is not None:
        statement = statement.where(Payout.seller_id == seller_id)
    rows = await uow.all(scoped(statement, Payout, tenant_id))
    return [(tenant, seller, currency, state, int(total)) for tenant, seller, currency, state, total in rows]


async def paid_of(uow: UnitOfWork, tenant_id: int, first: int, below: int) -> list[tuple[str, int]]:
    """(currency, Σ amount) of those of these ids that were paid."""
    statement = select(Payout.currency, func.sum(Payout.amount_minor)).where(
        Payout.tenant_id == tenant_id, Payout.id >= first, Payout.id < below, Payout.state == "paid"
    )
    return [(currency, int(total)) for currency, total in await uow.all(statement.group_by(Payout.currency))]


async def ends_of(uow: UnitOfWork, tenant_id: int) -> tuple[int, int] | None:
    return await first_and_last(uow, Payout.id, Payout.tenant_id == tenant_id)
