"""The SQL of orders. Set-based: every row and every predicate names its tenant."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Row, Select, bindparam, func, literal_column, or_, select, tuple_

from velora.modules.orders.models import Order, OrderEvent, OrderLine, SellerOrder, Shipment, ShipmentLine
from velora.modules.orders.policy import State
from velora.platform.db import ACROSS_TENANTS, Base, UnitOfWork, scoped
from velora.platform.db.keyset import first_and_last

Key = tuple[int, int]

_ORDERS: Final = (
    select(Order).where(tuple_(Order.tenant_id, Order.id).in_(bindparam("keys", expanding=True))).order_by(Order.tenant_id, Order.id)
)
_SELLER_ORDERS: Final = (
    select(SellerOrder)
    .where(tuple_(SellerOrder.tenant_id, SellerOrder.id).in_(bindparam("keys", expanding=True)))
    .order_by(SellerOrder.tenant_id, SellerOrder.id)
)
# These three are found by their parent and sorted here: told to sort by another key, SQLite would rather walk the tenant's whole table.
_PARTS: Final = select(SellerOrder).where(tuple_(SellerOrder.tenant_id, SellerOrder.order_id).in_(bindparam("keys", expanding=True)))
_LINES: Final = select(OrderLine).where(tuple_(OrderLine.tenant_id, OrderLine.seller_order_id).in_(bindparam("keys", expanding=True)))
_PAID_PARTS: Final = (
    select(
        SellerOrder.tenant_id, SellerOrder.id, SellerOrder.order_id, SellerOrder.seller_id, SellerOrder.currency, SellerOrder.items_minor,
        SellerOrder.shipping_minor, SellerOrder.tax_minor, SellerOrder.commission_minor, Order.country,
    )
    .join(Order, (Order.tenant_id == SellerOrder.tenant_id) & (Order.id == SellerOrder.order_id))
    .where(tuple_(SellerOrder.tenant_id, SellerOrder.order_id).in_(bindparam("keys", expanding=True)))
    .where(SellerOrder.state != literal_column("'cancelled'"))  # spelled out: the keys stay the only parameter
)  # fmt: skip


def add(uow: UnitOfWork, model: type[Base], rows: Sequence[Mapping[str, object]]) -> None:
    uow.insert_soon(model, rows)


async def orders(uow: UnitOfWork, keys: Collection[Key], *, lock: bool) -> dict[Key, Order]:
    statement = uow.for_update(_ORDERS) if lock else _ORDERS
    return {(order.tenant_id, order.id): order for order in await uow.entities(statement, {"keys": sorted(keys)})} if keys else {}


async def seller_orders(uow: UnitOfWork, keys: Collection[Key], *, lock: bool) -> dict[Key, SellerOrder]:
    statement = uow.for_update(_SELLER_ORDERS) if lock else _SELLER_ORDERS
    return {(part.tenant_id, part.id): part for part in await uow.entities(statement, {"keys": sorted(keys)})} if keys else {}


async def parts_of(uow: UnitOfWork, keys: Collection[Key]) -> Sequence[SellerOrder]:
    """The seller orders of these orders."""
    return sorted(await uow.entities(_PARTS, {"keys": sorted(keys)}), key=_by_key) if keys else []


async def money_of_parts(uow: UnitOfWork, keys: Collection[Key]) -> Sequence[Row[int, int, int, int, str, int, int, int, int, str]]:
    """The amounts of the seller orders of these orders that were not cancelled, as columns: the capture's hot path."""
    return sorted(await uow.all(_PAID_PARTS, {"keys": sorted(keys)}))


async def lines_of(uow: UnitOfWork, keys: Collection[Key], *, lock: bool) -> Sequence[OrderLine]:
    """The lines of these seller orders."""
    statement = uow.for_update(_LINES) if lock else _LINES
    return sorted(await uow.entities(statement, {"keys": sorted(keys)}), key=_by_key) if keys else []


async def lines_by_id(uow: UnitOfWork, keys: Collection[Key]) -> Sequence[OrderLine]:
    return await uow.entities(select(OrderLine).where(tuple_(OrderLine.tenant_id, OrderLine.id).in_(sorted(keys)))) if keys else []


def set_orders(uow: UnitOfWork, values: Mapping[Key, Mapping[str, object]]) -> None:
    uow.set_soon(Order, values)


def set_seller_orders(uow: UnitOfWork, values: Mapping[Key, Mapping[str, object]]) -> None:
    uow.set_soon(SellerOrder, values)


async def add_to_lines(uow: UnitOfWork, deltas: Mapping[Key, Mapping[str, int]]) -> int:
    return await uow.add_to(OrderLine, deltas) if deltas else 0


def set_shipments(uow: UnitOfWork, values: Mapping[Key, Mapping[str, object]]) -> None:
    uow.set_soon(Shipment, values)


async def shipments_of(uow: UnitOfWork, keys: Collection[Key]) -> Sequence[Shipment]:
    statement = select(Shipment).where(tuple_(Shipment.tenant_id, Shipment.seller_order_id).in_(sorted(keys))).order_by(Shipment.id)
    return await uow.entities(statement) if keys else []


async def shipment_lines(uow: UnitOfWork, keys: Collection[Key]) -> Sequence[ShipmentLine]:
    statement = select(ShipmentLine).where(tuple_(ShipmentLine.tenant_id, ShipmentLine.shipment_id).in_(sorted(keys)))
    return await uow.entities(statement) if keys else []


async def time_line(uow: UnitOfWork, tenant_id: int, order_id: int) -> Sequence[OrderEvent]:
    return await uow.entities(
        select(OrderEvent).where(OrderEvent.tenant_id == tenant_id, OrderEvent.order_id == order_id).order_by(OrderEvent.at, OrderEvent.id)
    )


async def of_buyer(uow: UnitOfWork, tenant_id: int, buyer_id: int, *, before: int | None, limit: int) -> Sequence[Order]:
    statement = select(Order).where(Order.tenant_id == tenant_id, Order.buyer_id == buyer_id, Order.state != "payment_failed")
    statement = statement.where(Order.id < before) if before is not None else statement
    return await uow.entities(statement.order_by(Order.id.desc()).limit(limit))


async def part_of_seller(uow: UnitOfWork, seller_id: int, part_id: int, states: Collection[str]) -> SellerOrder | None:
    statement = select(SellerOrder).where(SellerOrder.seller_id == seller_id, SellerOrder.state.in_(states), SellerOrder.id == part_id)
    return await uow.entity(statement.execution_options(**ACROSS_TENANTS))


async def of_seller(
    uow: UnitOfWork,
    seller_id: int,
    states: Collection[str],
    *,
    tenant_id: int | None,
    text: str,
    named: Collection[int],
    before: int | None,
    limit: int,
) -> Sequence[SellerOrder]:
    """Without a text, the newest of each state by themselves: the index has them in that order, so the cost is that of a page."""
    groups = [[state] for state in sorted(states)] if not text else [sorted(states)]
    found: list[SellerOrder] = []
    for group in groups:
        statement = _of_seller(seller_id, group, tenant_id, text, named)
        statement = statement.where(SellerOrder.id < before) if before is not None else statement
        found += await uow.entities(statement.order_by(SellerOrder.id.desc()).limit(limit))
    return sorted(found, key=lambda part: -part.id)[:limit]


async def of_seller_by_urgency(
    uow: UnitOfWork,
    seller_id: int,
    states: Collection[str],
    *,
    tenant_id: int | None,
    text: str,
    named: Collection[int],
    after: tuple[datetime, int] | None,
    limit: int,
) -> Sequence[SellerOrder]:
    statement = _of_seller(seller_id, states, tenant_id, text, named)
    if after is not None:
        due, last = after
        statement = statement.where(or_(SellerOrder.ship_by > due, (SellerOrder.ship_by == due) & (SellerOrder.id > last)))
    return await uow.entities(statement.order_by(SellerOrder.ship_by, SellerOrder.id).limit(limit))


def _of_seller(seller_id: int, states: Collection[str], tenant_id: int | None, text: str, named: Collection[int]) -> Select[SellerOrder]:
    statement = select(SellerOrder).where(SellerOrder.seller_id == seller_id, SellerOrder.state.in_(states))
    statement = statement.where(SellerOrder.tenant_id == tenant_id) if tenant_id is not None else statement
    if named:
        statement = statement.where(or_(SellerOrder.id.in_(named), SellerOrder.order_id.in_(named)))
    elif text:
        statement = statement.where(
            select(OrderLine.id)
            .where(
                OrderLine.tenant_id == SellerOrder.tenant_id,
                OrderLine.seller_order_id == SellerOrder.id,
                or_(func.lower(OrderLine.title).contains(text.lower(), autoescape=True), OrderLine.sku == text),
            )
            .exists()
        )
    return statement.execution_options(**ACROSS_TENANTS)


async def late_of_seller(uow: UnitOfWork, seller_id: int, states: Collection[str], now: datetime) -> int:
    statement = (
        select(func.count())
        .select_from(SellerOrder)
        .where(SellerOrder.seller_id == seller_id, SellerOrder.state.in_(states), SellerOrder.ship_by < now)
    )
    return int(await uow.scalar(statement.execution_options(**ACROSS_TENANTS)) or 0)


async def count_of_seller(uow: UnitOfWork, seller_id: int, states: Collection[str], tenant_id: int | None) -> dict[str, int]:
    statement = select(SellerOrder.state, func.count()).where(SellerOrder.seller_id == seller_id, SellerOrder.state.in_(states))
    return {state: int(count) for state, count in await uow.all(scoped(statement.group_by(SellerOrder.state), SellerOrder, tenant_id))}


async def sums_of(uow: UnitOfWork, tenant_id: int, first: int, below: int) -> Sequence[tuple[int, str, str, int, int]]:
    """(seller, state, currency, how many, Σ total) of the seller orders of the orders with these ids."""
    part = SellerOrder
    statement = (
        select(part.seller_id, part.state, part.currency, func.count(), func.sum(part.total_minor))
        .where(part.tenant_id == tenant_id, part.order_id >= first, part.order_id < below)
        .group_by(part.seller_id, part.state, part.currency)
    )
    return [(seller, state, currency, int(n), int(total)) for seller, state, currency, n, total in await uow.all(statement)]


async def recent(
    uow: UnitOfWork, tenant_id: int, *, email: str, total_minor: int | None, before: int | None, limit: int
) -> Sequence[Order]:
    """Orders of one marketplace that were paid or promised, newest first; narrowed by the beginning of an address, or the total."""
    promised = or_(Order.paid_at.is_not(None), Order.state.not_in((State.PLACED, State.PAYMENT_FAILED)))
    statement = select(Order).where(Order.tenant_id == tenant_id, promised).order_by(Order.id.desc()).limit(limit)
    if email:
        statement = statement.where(Order.email.startswith(email, autoescape=True))
    if total_minor is not None:
        statement = statement.where(Order.total_minor == total_minor)
    if before is not None:
        statement = statement.where(Order.id < before)
    return await uow.entities(statement)


async def count_paid(uow: UnitOfWork, tenant_id: int, first: int, below: int) -> int:
    statement = select(func.count()).select_from(Order).where(Order.tenant_id == tenant_id, Order.id >= first, Order.id < below)
    return int(await uow.scalar(statement.where(Order.paid_at.is_not(None))) or 0)


async def commissions_after(
    uow: UnitOfWork, *, tenant_id: int, after: int, limit: int
) -> Sequence[tuple[int, int, int, int, int, int, int, int, str]]:
    """(tenant, line, rule, version, percent, fixed part, net, commission, currency) of the next lines after this id."""
    line = OrderLine
    statement = (
        select(
            line.tenant_id, line.id, line.commission_rule_id, line.commission_rule_version, line.commission_bps,
            line.commission_fixed_minor, line.net_minor, line.commission_minor, SellerOrder.currency,
        )
        .join(SellerOrder, (SellerOrder.tenant_id == line.tenant_id) & (SellerOrder.id == line.seller_order_id))
        .where(line.tenant_id == tenant_id, line.id > after)
        .order_by(line.id)
        .limit(limit)
    )  # fmt: skip
    return [(*row,) for row in await uow.all(statement)]


async def left_after(uow: UnitOfWork, tenant_id: int, after: int, limit: int) -> Sequence[tuple[int, int]]:
    """(seller order, order) of the next parts after this id of which something has left."""
    part = SellerOrder
    left = select(part.id, part.order_id).where(part.tenant_id == tenant_id, part.id > after, part.shipped_at.is_not(None))
    return [(*row,) for row in await uow.all(left.order_by(part.id).limit(limit))]


def _by_key(row: SellerOrder | OrderLine) -> Key:
    return row.tenant_id, row.id


async def ends_of(uow: UnitOfWork, tenant_id: int) -> tuple[int, int] | None:
    return await first_and_last(uow, Order.id, Order.tenant_id == tenant_id)
