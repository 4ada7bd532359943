"""The SQL of disputes. Set-based: every row and every predicate names its tenant, or says that it means all of them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select, tuple_

from velora.modules.disputes.models import Dispute, DisputeShare
from velora.modules.disputes.policy import State
from velora.platform.db import ACROSS_TENANTS, UnitOfWork, scoped

Key = tuple[int, int]
Name = tuple[str, str]  # gateway, its reference


async def add(uow: UnitOfWork, rows: Sequence[Mapping[str, object]]) -> None:
    await uow.insert(Dispute, rows)


async def change(uow: UnitOfWork, values: Mapping[Key, Mapping[str, object]]) -> None:
    if values:
        await uow.set_on(Dispute, values)


async def add_shares(uow: UnitOfWork, rows: Sequence[Mapping[str, object]]) -> None:
    await uow.insert(DisputeShare, rows)


async def change_shares(uow: UnitOfWork, values: Mapping[tuple[int, int, int], Mapping[str, object]]) -> None:
    if values:
        await uow.set_on(DisputeShare, values)


async def lock(uow: UnitOfWork, names: Collection[Name]) -> Sequence[Dispute]:
    """Those that the gateways call so, in whichever marketplace, kept for this transaction."""
    if not names:
        return []
    statement = select(Dispute).where(tuple_(Dispute.gateway, Dispute.gateway_ref).in_(sorted(names)))
    return await uow.entities(uow.for_update(statement.order_by(Dispute.tenant_id, Dispute.id)).execution_options(**ACROSS_TENANTS))


async def by_id(uow: UnitOfWork, keys: Collection[Key]) -> Sequence[Dispute]:
    key = tuple_(Dispute.tenant_id, Dispute.id)
    return await uow.entities(select(Dispute).where(key.in_(sorted(keys)))) if keys else []


async def of_orders(uow: UnitOfWork, keys: Collection[Key]) -> Sequence[Dispute]:
    key = tuple_(Dispute.tenant_id, Dispute.order_id)
    return await uow.entities(select(Dispute).where(key.in_(sorted(keys))).order_by(Dispute.id)) if keys else []


async def shares(uow: UnitOfWork, keys: Collection[Key]) -> Sequence[DisputeShare]:
    """The shares of these (tenant, dispute)."""
    key = tuple_(DisputeShare.tenant_id, DisputeShare.dispute_id)
    statement = select(DisputeShare).where(key.in_(sorted(keys)))
    return await uow.entities(statement.order_by(DisputeShare.dispute_id, DisputeShare.seller_order_id)) if keys else []


async def to_look_at(uow: UnitOfWork, now: datetime, limit: int) -> Sequence[Dispute]:
    statement = select(Dispute).where(Dispute.state == State.OPEN, Dispute.next_look_at <= now).order_by(Dispute.next_look_at).limit(limit)
    return await uow.entities(statement.execution_options(**ACROSS_TENANTS))


async def listed(uow: UnitOfWork, *, tenant_id: int | None, states: Collection[str], before: int | None, limit: int) -> Sequence[Dispute]:
    """Newest first; without a tenant, those of all."""
    statement = scoped(select(Dispute).order_by(Dispute.id.desc()).limit(limit), Dispute, tenant_id)
    if states:
        statement = statement.where(Dispute.state.in_(states))
    if before is not None:
        statement = statement.where(Dispute.id < before)
    return await uow.entities(statement)


async def of_seller(uow: UnitOfWork, seller_id: int, *, limit: int) -> Sequence[tuple[Dispute, DisputeShare]]:
    """A seller's shares with their disputes, newest first, over all marketplaces."""
    statement = select(DisputeShare).where(DisputeShare.seller_id == seller_id).order_by(DisputeShare.dispute_id.desc()).limit(limit)
    found = await uow.entities(statement.execution_options(**ACROSS_TENANTS))
    whole = {(one.tenant_id, one.id): one for one in await by_id(uow, {(share.tenant_id, share.dispute_id) for share in found})}
    return [(whole[share.tenant_id, share.dispute_id], share) for share in found]


async def sums(uow: UnitOfWork, tenant_id: int | None) -> list[tuple[int, str, str, int, int, int, int, int, int]]:
    """(tenant, currency, state, Σ taken, covered, suspended, returned, fee, fee back)."""
    parts = (Dispute.tenant_id, Dispute.currency, Dispute.state)
    amounts = (
        Dispute.taken_minor, Dispute.covered_minor, Dispute.suspended_minor, Dispute.returned_minor, Dispute.fee_minor,
        Dispute.fee_back_minor,
    )  # fmt: skip
    statement = select(*parts, *(func.sum(amount) for amount in amounts)).group_by(*parts)
    rows = await uow.all(scoped(statement, Dispute, tenant_id))
    return [(row[0], row[1], row[2], int(row[3]), int(row[4]), int(row[5]), int(row[6]), int(row[7]), int(row[8])) for row in rows]


async def open_shares(uow: UnitOfWork, tenant_id: int | None) -> list[tuple[int, str, int, int, bool, int]]:
    """(tenant, currency, seller, seller order, in escrow, held of payable and reserve) of every share of an open dispute."""
    share = DisputeShare
    statement = (
        select(
            share.tenant_id, Dispute.currency, share.seller_id, share.seller_order_id, share.in_escrow,
            share.payable_minor + share.reserve_minor,
        )
        .join(Dispute, (Dispute.tenant_id == share.tenant_id) & (Dispute.id == share.dispute_id))
        .where(Dispute.state == State.OPEN)
    )  # fmt: skip
    rows = await uow.all(scoped(statement, share, tenant_id))
    return [(row[0], row[1], row[2], row[3], bool(row[4]), int(row[5])) for row in rows]


async def disputed_by_intent(uow: UnitOfWork, tenant_id: int | None) -> list[tuple[int, int, int]]:
    """(tenant, payment, Σ covered) of the disputes that are open or lost."""
    parts = (Dispute.tenant_id, Dispute.intent_id)
    statement = (
        select(*parts, func.sum(Dispute.covered_minor)).where(Dispute.intent_id.is_not(None), Dispute.state != State.WON).group_by(*parts)
    )
    rows = await uow.all(scoped(statement, Dispute, tenant_id))
    return [(row[0], row[1] or 0, int(row[2])) for row in rows]
