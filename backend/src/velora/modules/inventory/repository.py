"""The SQL of stock. Levels are locked in ascending key order, so concurrent holds never deadlock."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from sqlalchemy import Row, bindparam, func, select, tuple_, update

from velora.modules.inventory.models import StockHold, StockLevel, StockLocation, StockMovement
from velora.platform.db import UnitOfWork

LevelKey = tuple[int, int, int]
OpenHold = Row[int, int, int, int, int, int, int]

_LOCK: Final = (
    select(StockLevel.seller_id, StockLevel.variant_id, StockLevel.location_id, StockLevel.on_hand, StockLevel.reserved)
    .where(tuple_(StockLevel.seller_id, StockLevel.variant_id).in_(bindparam("variants", expanding=True)))
    .order_by(StockLevel.seller_id, StockLevel.variant_id, StockLevel.location_id)
    .with_for_update()
)
_AVAILABLE: Final = (
    select(StockLevel.variant_id, func.sum(StockLevel.on_hand), func.sum(StockLevel.reserved))
    .where(StockLevel.variant_id.in_(bindparam("variants", expanding=True)))
    .group_by(StockLevel.variant_id)
)
_HOLDS: Final = (
    select(
        StockHold.seller_id,
        StockHold.id,
        StockHold.variant_id,
        StockHold.location_id,
        StockHold.claim_id,
        StockHold.line_id,
        StockHold.quantity,
    )
    .where(StockHold.claim_id.in_(bindparam("claims", expanding=True)), StockHold.state.in_(("held", "committed")))
    .order_by(StockHold.seller_id, StockHold.id)
    .with_for_update()
)
_COMMIT: Final = (
    update(StockHold)
    .where(StockHold.claim_id.in_(bindparam("claims", expanding=True)), StockHold.state == "held")
    .values(state="committed", expires_at=None)
)


async def lock_levels(uow: UnitOfWork, variants: Collection[tuple[int, int]]) -> dict[LevelKey, tuple[int, int]]:
    """(on hand, reserved) of every level of these (seller, variant) pairs, locked."""
    rows = await uow.all(_LOCK, {"variants": sorted(variants)})
    return {(row.seller_id, row.variant_id, row.location_id): (row.on_hand, row.reserved) for row in rows}


async def location_order(uow: UnitOfWork, sellers: Collection[int]) -> dict[int, int]:
    """The position of every location of these sellers."""
    rows = await uow.all(select(StockLocation.id, StockLocation.position).where(StockLocation.seller_id.in_(sellers)))
    return {row.id: row.position for row in rows}


async def locations(uow: UnitOfWork, sellers: Collection[int]) -> Sequence[StockLocation]:
    """The locations of these sellers, in the order in which they serve."""
    return await uow.entities(
        select(StockLocation)
        .where(StockLocation.seller_id.in_(sellers))
        .order_by(StockLocation.seller_id, StockLocation.position, StockLocation.id)
    )


async def levels(uow: UnitOfWork, variants: Collection[int]) -> Sequence[StockLevel]:
    """Every level of these variants."""
    if not variants:
        return []
    return await uow.entities(
        select(StockLevel).where(StockLevel.variant_id.in_(variants)).order_by(StockLevel.variant_id, StockLevel.location_id)
    )


async def sums(uow: UnitOfWork, variants: Collection[int]) -> dict[int, tuple[int, int]]:
    """(on hand, reserved) of each variant over all locations."""
    if not variants:
        return {}
    return {
        variant: (int(on_hand), int(reserved)) for variant, on_hand, reserved in await uow.all(_AVAILABLE, {"variants": list(variants)})
    }


async def count_low(uow: UnitOfWork, seller_id: int, at_most: int) -> int:
    low = (
        select(StockLevel.variant_id)
        .where(StockLevel.seller_id == seller_id)
        .group_by(StockLevel.variant_id)
        .having(func.sum(StockLevel.on_hand - StockLevel.reserved) <= at_most)
    )
    return int(await uow.scalar(select(func.count()).select_from(low.subquery())) or 0)


async def add_levels(uow: UnitOfWork, keys: Collection[LevelKey]) -> None:
    rows = [
        {"seller_id": s, "variant_id": v, "location_id": p, "on_hand": 0, "reserved": 0, "changed_at": uow.now} for s, v, p in sorted(keys)
    ]
    await uow.insert(StockLevel, rows)


async def add_locations(uow: UnitOfWork, rows: Sequence[Mapping[str, object]]) -> None:
    await uow.insert(StockLocation, rows)


def add_holds(uow: UnitOfWork, rows: Sequence[Mapping[str, object]]) -> None:
    uow.insert_soon(StockHold, rows)


async def open_holds(uow: UnitOfWork, claims: Collection[int]) -> Sequence[OpenHold]:
    """The promises still standing to these claims, locked."""
    return await uow.all(_HOLDS, {"claims": sorted(claims)}) if claims else []


async def commit_holds(uow: UnitOfWork, claims: Collection[int]) -> int:
    return await uow.change(_COMMIT, {"claims": sorted(claims)}) if claims else 0


def set_holds(uow: UnitOfWork, changes: Mapping[tuple[int, int], Mapping[str, object]]) -> None:
    uow.set_soon(StockHold, changes)


async def move(uow: UnitOfWork, deltas: Mapping[LevelKey, Mapping[str, int]]) -> int:
    """Add to levels; how many were met. Raises CheckFailed when one would go below what is promised."""
    return await uow.add_to(StockLevel, deltas)


def reserve(uow: UnitOfWork, deltas: Mapping[LevelKey, Mapping[str, int]]) -> None:
    """Add to levels that are locked and known to have what is taken from them."""
    uow.add_soon(StockLevel, deltas)


def add_movements(uow: UnitOfWork, rows: Sequence[Mapping[str, object]]) -> None:
    uow.insert_soon(StockMovement, rows)


async def movements(uow: UnitOfWork, variant_id: int, *, before: int | None, limit: int) -> Sequence[StockMovement]:
    statement = select(StockMovement).where(StockMovement.variant_id == variant_id).order_by(StockMovement.id.desc()).limit(limit)
    return await uow.entities(statement.where(StockMovement.id < before) if before is not None else statement)


async def wrong_levels(uow: UnitOfWork, *, limit: int) -> list[int]:
    """Variants with a level whose promises do not add up to what is reserved of it."""
    promised = (
        select(StockHold.seller_id, StockHold.variant_id, StockHold.location_id, func.sum(StockHold.quantity).label("total"))
        .where(StockHold.state.in_(["held", "committed"]))
        .group_by(StockHold.seller_id, StockHold.variant_id, StockHold.location_id)
        .subquery()
    )
    same = (
        (promised.c.seller_id == StockLevel.seller_id)
        & (promised.c.variant_id == StockLevel.variant_id)
        & (promised.c.location_id == StockLevel.location_id)
    )
    wrong = (StockLevel.reserved != func.coalesce(promised.c.total, 0)) | (StockLevel.reserved > StockLevel.on_hand)
    return [row[0] for row in await uow.all(select(StockLevel.variant_id).outerjoin(promised, same).where(wrong).limit(limit))]
