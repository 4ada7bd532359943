"""The SQL of sellers."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, Row, Select, delete, select, tuple_, update

from velora.modules.sellers.models import Seller, SellerImprint, SellerMembership, SellerStaff
from velora.platform.db import ACROSS_TENANTS, UnitOfWork


async def sellers(uow: UnitOfWork, condition: ColumnElement[bool]) -> Sequence[Seller]:
    return await uow.entities(select(Seller).where(condition).order_by(Seller.id))


async def add_sellers(uow: UnitOfWork, rows: Sequence[Mapping[str, object]]) -> None:
    await uow.insert(Seller, rows)


async def set_tier(uow: UnitOfWork, seller_id: int, tier: str) -> None:
    await uow.change(update(Seller).where(Seller.id == seller_id).values(tier=tier))


async def imprints(uow: UnitOfWork, seller_ids: Collection[int]) -> Sequence[SellerImprint]:
    return await uow.entities(select(SellerImprint).where(SellerImprint.seller_id.in_(seller_ids)))


async def lock(uow: UnitOfWork, seller_id: int) -> Seller | None:
    """Nobody else changes what belongs to this seller until the transaction ends."""
    return await uow.entity(UnitOfWork.for_update(select(Seller).where(Seller.id == seller_id)))


async def set_imprint(uow: UnitOfWork, seller_id: int, values: Mapping[str, object], *, is_new: bool) -> None:
    if is_new:
        await uow.insert(SellerImprint, [{"seller_id": seller_id, **values}])
    else:
        await uow.change(update(SellerImprint).where(SellerImprint.seller_id == seller_id).values(**values))


async def staff(uow: UnitOfWork, seller_id: int) -> Sequence[SellerStaff]:
    return await uow.entities(_team(seller_id))


async def teams(uow: UnitOfWork, seller_ids: Collection[int]) -> Sequence[SellerStaff]:
    chosen = select(SellerStaff).where(SellerStaff.seller_id.in_(seller_ids))
    return await uow.entities(chosen.order_by(SellerStaff.seller_id, SellerStaff.account_id))


async def lock_staff(uow: UnitOfWork, seller_id: int) -> Sequence[SellerStaff]:
    """Nobody else hires or dismisses until this transaction ends."""
    return await uow.entities(UnitOfWork.for_update(_team(seller_id)))


async def jobs(uow: UnitOfWork, account_ids: Collection[int]) -> Sequence[Row[int, int]]:
    """(account, seller)."""
    chosen = select(SellerStaff.account_id, SellerStaff.seller_id).where(SellerStaff.account_id.in_(account_ids))
    return await uow.all(chosen.order_by(SellerStaff.seller_id))


async def add_staff(uow: UnitOfWork, rows: Sequence[Mapping[str, object]]) -> None:
    await uow.insert(SellerStaff, rows)


async def set_staff_role(uow: UnitOfWork, seller_id: int, account_id: int, role: str) -> None:
    chosen = (SellerStaff.seller_id == seller_id, SellerStaff.account_id == account_id)
    await uow.change(update(SellerStaff).where(*chosen).values(role=role))


async def remove_staff(uow: UnitOfWork, seller_id: int, account_id: int) -> None:
    await uow.change(delete(SellerStaff).where(SellerStaff.seller_id == seller_id, SellerStaff.account_id == account_id))


async def lock_memberships(uow: UnitOfWork, keys: Collection[tuple[int, int]]) -> Sequence[SellerMembership]:
    """Those of these (tenant, seller), in the order of their keys; they stand still until this transaction ends."""
    key = tuple_(SellerMembership.tenant_id, SellerMembership.seller_id)
    chosen = select(SellerMembership).where(SellerMembership.tenant_id.in_({tenant_id for tenant_id, _ in keys}), key.in_(keys))
    return await uow.entities(UnitOfWork.for_update(chosen.order_by(SellerMembership.tenant_id, SellerMembership.seller_id)))


async def memberships_at(uow: UnitOfWork, tenant_id: int, states: Collection[str]) -> Sequence[SellerMembership]:
    chosen = select(SellerMembership).where(SellerMembership.tenant_id == tenant_id, SellerMembership.state.in_(states))
    return await uow.entities(chosen.order_by(SellerMembership.applied_at.desc(), SellerMembership.seller_id))


async def memberships_of(uow: UnitOfWork, seller_ids: Collection[int]) -> Sequence[SellerMembership]:
    """Of these sellers, at every marketplace."""
    chosen = select(SellerMembership).where(SellerMembership.seller_id.in_(seller_ids))
    ordered = chosen.order_by(SellerMembership.seller_id, SellerMembership.tenant_id)
    return await uow.entities(ordered.execution_options(**ACROSS_TENANTS))


async def in_state(uow: UnitOfWork, tenant_id: int, seller_ids: Collection[int], state: str) -> set[int]:
    chosen = select(SellerMembership.seller_id).where(
        SellerMembership.tenant_id == tenant_id, SellerMembership.seller_id.in_(seller_ids), SellerMembership.state == state
    )
    return set(await uow.entities(chosen))


async def add_memberships(uow: UnitOfWork, rows: Sequence[Mapping[str, object]]) -> None:
    await uow.insert(SellerMembership, rows)


async def set_memberships(uow: UnitOfWork, values: Mapping[tuple[int, int], Mapping[str, object]]) -> None:
    await uow.set_on(SellerMembership, values)


def _team(seller_id: int) -> Select[SellerStaff]:
    return select(SellerStaff).where(SellerStaff.seller_id == seller_id).order_by(SellerStaff.account_id)
