"""Reading orders."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from velora.kernel.principal import Principal
from velora.modules.orders import repository
from velora.modules.orders.models import Order, OrderEvent, OrderLine, SellerOrder, Shipment, ShipmentLine
from velora.modules.orders.policy import SOLD, TO_SHIP, State
from velora.modules.orders.repository import Key
from velora.platform.db import UnitOfWork


@dataclass(frozen=True)
class OrderRead:
    """One order with all that belongs to it."""

    order: Order
    parts: Sequence[SellerOrder]
    lines: Sequence[OrderLine]
    shipments: Sequence[Shipment]
    contents: Sequence[ShipmentLine]
    time_line: Sequence[OrderEvent]


async def full_order(uow: UnitOfWork, key: Key) -> OrderRead | None:
    """The order with its parts, lines, parcels and time line, or None."""
    order = (await repository.orders(uow, [key], lock=False)).get(key)
    if order is None:
        return None
    parts = await repository.parts_of(uow, [key])
    keys = [(part.tenant_id, part.id) for part in parts]
    shipments = await repository.shipments_of(uow, keys)
    return OrderRead(
        order,
        parts,
        await repository.lines_of(uow, keys, lock=False),
        shipments,
        await repository.shipment_lines(uow, [(one.tenant_id, one.id) for one in shipments]),
        await repository.time_line(uow, *key),
    )


async def of_buyer(uow: UnitOfWork, tenant_id: int, buyer_id: int, *, before: int | None = None, limit: int = 20) -> Sequence[Order]:
    """A buyer's orders in one marketplace, newest first."""
    return await repository.of_buyer(uow, tenant_id, buyer_id, before=before, limit=limit)


async def of_seller(
    uow: UnitOfWork,
    seller_id: int,
    states: Collection[State],
    *,
    tenant_id: int | None = None,
    text: str = "",
    named: Collection[int] = (),
    before: int | None = None,
    limit: int = 50,
) -> Sequence[SellerOrder]:
    """A seller's orders over all marketplaces, newest first: those with these ids, or with this text in a line. Platform scope."""
    return await repository.of_seller(uow, seller_id, states, tenant_id=tenant_id, text=text, named=named, before=before, limit=limit)


async def of_seller_by_urgency(
    uow: UnitOfWork,
    seller_id: int,
    states: Collection[State],
    *,
    tenant_id: int | None = None,
    text: str = "",
    named: Collection[int] = (),
    after: tuple[datetime, int] | None = None,
    limit: int = 50,
) -> Sequence[SellerOrder]:
    """The same, what must leave first standing first: those `after` this (ship by, id). Platform scope."""
    return await repository.of_seller_by_urgency(
        uow, seller_id, states, tenant_id=tenant_id, text=text, named=named, after=after, limit=limit
    )


async def part_of_seller(uow: UnitOfWork, seller_id: int, part_id: int) -> SellerOrder | None:
    """The seller's order of this id in whichever marketplace, once its buyer has paid or promised to. Platform scope."""
    return await repository.part_of_seller(uow, seller_id, part_id, TO_SHIP | SOLD | {State.CANCELLED, State.UNPAID})


async def late_of_seller(uow: UnitOfWork, seller_id: int) -> int:
    """How many of a seller's orders should have left by now. Platform scope."""
    return await repository.late_of_seller(uow, seller_id, TO_SHIP, uow.now)


async def count_of_seller(uow: UnitOfWork, seller_id: int, states: Collection[State], *, tenant_id: int | None = None) -> dict[str, int]:
    """How many of a seller's orders stand in each of these states now, in one marketplace or over all. Platform scope.

    It costs as much as there are: ask for states that are soon left.
    """
    return await repository.count_of_seller(uow, seller_id, states, tenant_id)


async def sums_of(uow: UnitOfWork, tenant_id: int, first: int, below: int) -> Sequence[tuple[int, str, str, int, int]]:
    """(seller, state, currency, how many, Σ total in minor units) of the parts of the orders with ids from `first` to before `below`."""
    return await repository.sums_of(uow, tenant_id, first, below)


async def orders_by_id(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, Order]:
    """The orders with these (tenant, id) keys."""
    return await repository.orders(uow, keys, lock=False)


def may_see(order: Order, caller: Principal) -> bool:
    """The buyer may: by account, or as the guest who holds the order's key."""
    if order.buyer_id is not None:
        return order.buyer_id == caller.account_id
    return bool(order.guest_key) and order.guest_key == caller.guest_key


async def lock_parts(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, SellerOrder]:
    """The seller orders with these (tenant, id) keys, kept for this transaction."""
    return await repository.seller_orders(uow, keys, lock=True)


async def parts_by_id(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, SellerOrder]:
    """The seller orders with these (tenant, id) keys."""
    return await repository.seller_orders(uow, keys, lock=False)


async def parts_of(uow: UnitOfWork, keys: Collection[Key]) -> Sequence[SellerOrder]:
    """The seller orders of the orders with these (tenant, id) keys."""
    return await repository.parts_of(uow, keys)


async def lines_of(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, list[OrderLine]]:
    """The lines of these (tenant, seller order) keys."""
    groups: dict[Key, list[OrderLine]] = defaultdict(list)
    for line in await repository.lines_of(uow, keys, lock=False):
        groups[line.tenant_id, line.seller_order_id].append(line)
    return groups


def title_of(line: OrderLine) -> str:
    """What was bought, with the variant where there are several."""
    return f"{line.title} · {line.variant_title}" if line.variant_title else line.title


async def bought(uow: UnitOfWork, keys: Collection[Key]) -> dict[Key, Counter[int]]:
    """How many of each variant were ordered with each of these (tenant, order) keys."""
    found = {(part.tenant_id, part.id): (part.tenant_id, part.order_id) for part in await repository.parts_of(uow, keys)}
    quantities: dict[Key, Counter[int]] = {key: Counter() for key in found.values()}
    for line in await repository.lines_of(uow, found, lock=False):
        quantities[found[line.tenant_id, line.seller_order_id]][line.variant_id] += line.quantity
    return quantities


async def parcels_of(uow: UnitOfWork, keys: Collection[Key]) -> Sequence[Shipment]:
    """The parcels of the seller orders with these (tenant, id) keys."""
    return await repository.shipments_of(uow, keys)


async def found_anywhere(uow: UnitOfWork, tenant_ids: Collection[int], order_id: int) -> Order | None:
    """The order of this id in whichever of these marketplaces, or None."""
    return next(iter((await orders_by_id(uow, {(tenant_id, order_id) for tenant_id in tenant_ids})).values()), None)


async def recent(
    uow: UnitOfWork,
    tenant_ids: Collection[int],
    *,
    email: str = "",
    total_minor: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> Sequence[Order]:
    """Orders of these marketplaces that were paid or promised, newest first; narrowed by the beginning of an address, or the total.

    Each marketplace is read by its own key, so the cost does not grow with the orders there are.
    """
    found = [
        order
        for tenant_id in tenant_ids
        for order in await repository.recent(uow, tenant_id, email=email, total_minor=total_minor, before=before, limit=limit)
    ]
    return sorted(found, key=lambda order: -order.id)[:limit]


async def count_paid(uow: UnitOfWork, tenant_id: int, first: int, below: int) -> int:
    """How many of a marketplace's orders with ids from `first` to before `below` were ever paid."""
    return await repository.count_paid(uow, tenant_id, first, below)


async def ends_of(uow: UnitOfWork, tenant_id: int) -> tuple[int, int] | None:
    """The ids of a marketplace's first and newest order; None where there is none."""
    return await repository.ends_of(uow, tenant_id)


async def walk_commissions(
    uow: UnitOfWork, *, tenant_id: int, after: int, limit: int
) -> Sequence[tuple[int, int, int, int, int, int, int, int, str]]:
    """(tenant, line, rule, version, percent, fixed part, net, commission, currency) of a marketplace's next lines after this id."""
    return await repository.commissions_after(uow, tenant_id=tenant_id, after=after, limit=limit)


async def walk_left(uow: UnitOfWork, tenant_id: int, *, after: int, limit: int) -> Sequence[tuple[int, int]]:
    """(seller order, order) of a marketplace's next parts after this id of which something has left."""
    return await repository.left_after(uow, tenant_id, after, limit)
