"""Orders on their way: paid, shipped, delivered, cancelled, returned. Forward only, by compare-and-set under lock."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from velora.kernel.errors import NotFound, Refusal
from velora.kernel.ids import encode
from velora.modules.orders import events, repository
from velora.modules.orders.errors import TooMany, WrongState
from velora.modules.orders.models import OrderEvent, OrderLine, SellerOrder, Shipment, ShipmentLine
from velora.modules.orders.policy import CANCELLABLE, LEFT, REFUSABLE, Quantities, State, after_shipping, may_become, summed, whole
from velora.modules.orders.repository import Key
from velora.platform.db import UnitOfWork

FailReason = Literal["declined", "given_up", "expired"]


@dataclass(frozen=True, slots=True)
class PaidPart:
    """The money of one seller order, net of tax but for `tax_minor`."""

    tenant_id: int
    id: int
    order_id: int
    seller_id: int
    currency: str
    items_minor: int
    shipping_minor: int
    tax_minor: int
    commission_minor: int
    country: str


@dataclass(frozen=True)
class Parcel:
    """Pieces of a seller order that leave together; without lines, everything that is left to ship."""

    tenant_id: int
    seller_order_id: int
    carrier: str
    tracking: str
    lines: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class SentParcel:
    shipment_id: int
    order_id: int
    lines: tuple[tuple[int, int], ...]


async def mark_authorised(uow: UnitOfWork, keys: Collection[Key]) -> None:
    """The buyers' banks hold the money of these orders: they can be packed. Call once for each order, under its intent's lock."""
    await _mark_promised(uow, keys, State.AUTHORISED, events.OrderAuthorised)


async def mark_awaited(uow: UnitOfWork, keys: Collection[Key]) -> None:
    """The buyers of these orders pay later: they can be packed and sent. Call once for each, in the transaction that places it."""
    await _mark_promised(uow, keys, State.AWAITED, events.OrderAwaited)


async def _mark_promised(
    uow: UnitOfWork, keys: Collection[Key], state: State, event: type[events.OrderAuthorised] | type[events.OrderAwaited]
) -> None:
    if not keys:
        return
    parts = await repository.parts_of(uow, keys)
    repository.set_orders(uow, {key: {"state": state} for key in keys})
    repository.set_seller_orders(uow, {(part.tenant_id, part.id): {"state": state} for part in parts})
    totals: Counter[tuple[int, int, str]] = Counter()
    for part in parts:
        totals[part.tenant_id, part.order_id, part.currency] += part.total_minor
    uow.tell(
        event(tenant_id=tenant, order_id=order, total_minor=total, currency=currency)
        for (tenant, order, currency), total in sorted(totals.items())
    )


async def mark_paid(uow: UnitOfWork, orders: Mapping[Key, bool], *, sent: Collection[Key] = ()) -> list[PaidPart]:
    """The orders are paid, but for what of them was cancelled; their seller orders, with the money of each.

    `orders` says of each whether it was authorised or awaited before, `sent` which of them may have been sent before: those parts stand
    where they stood. Call once for each, under its intent's lock.
    """
    if not orders:
        return []
    rows = await repository.money_of_parts(uow, orders)
    parts = [PaidPart(*row) for row in rows]
    keys = {(part.tenant_id, part.order_id) for part in parts}
    left = {(part.tenant_id, part.id) for part in await repository.parts_of(uow, sent) if part.state in LEFT}
    repository.set_orders(uow, {key: {"state": State.PAID, "paid_at": uow.now} for key in keys})
    repository.set_seller_orders(uow, {key: {"state": State.PAID} for part in parts if (key := (part.tenant_id, part.id)) not in left})
    await _settle_states(uow, sent)
    totals: dict[Key, int] = defaultdict(int)
    currencies: dict[Key, str] = {}
    for part in parts:
        totals[part.tenant_id, part.order_id] += part.items_minor + part.shipping_minor + part.tax_minor
        currencies[part.tenant_id, part.order_id] = part.currency
    _note(uow, [(tenant, order, None, "paid", {}) for tenant, order in sorted(keys)])
    uow.tell(
        events.OrderPaid(tenant_id=key[0], order_id=key[1], total_minor=totals[key], currency=currencies[key], was_authorised=orders[key])
        for key in sorted(keys)
    )
    return parts


async def mark_failed(uow: UnitOfWork, reasons: Mapping[Key, FailReason]) -> None:
    """The payment of these orders came to nothing, for one of the reasons. What was cancelled before stays cancelled.

    What had left before, as it was to be paid later, is unpaid.
    """
    if not reasons:
        return
    parts = [part for part in await repository.parts_of(uow, reasons) if part.state != State.CANCELLED]
    failed = sorted({(part.tenant_id, part.order_id) for part in parts})
    left = {(part.tenant_id, part.order_id) for part in parts if part.state in LEFT}
    repository.set_orders(uow, {key: {"state": State.UNPAID if key in left else State.PAYMENT_FAILED} for key in failed})
    ends = {(part.tenant_id, part.id): State.UNPAID if part.state in LEFT else State.PAYMENT_FAILED for part in parts}
    repository.set_seller_orders(uow, {key: {"state": state} for key, state in ends.items()})
    _note(uow, [(tenant, order, None, "payment_failed", {"reason": reasons[tenant, order]}) for tenant, order in failed])
    uow.tell(events.OrderFailed(tenant_id=tenant, order_id=order) for tenant, order in failed)


async def ship(uow: UnitOfWork, parcels: Sequence[Parcel]) -> list[SentParcel | Refusal]:
    """Each parcel is on its way, or it is said why not. Of two for the same pieces, the first has them."""
    keys = {(parcel.tenant_id, parcel.seller_order_id) for parcel in parcels}
    parts = await repository.seller_orders(uow, keys, lock=True)
    lines = {
        key: {line.id: _quantities(line) for line in of_part}
        for key, of_part in _by_part(await repository.lines_of(uow, keys, lock=True)).items()
    }
    outcomes: list[SentParcel | Refusal] = []
    for parcel in parcels:
        key = (parcel.tenant_id, parcel.seller_order_id)
        outcome = _check_parcel(uow, parcel, parts.get(key), lines.get(key, {}))
        if isinstance(outcome, SentParcel):
            lines[key] |= {line: lines[key][line].after_sending(quantity) for line, quantity in outcome.lines}
        outcomes.append(outcome)
    sent = [(parcel, outcome) for parcel, outcome in zip(parcels, outcomes, strict=True) if isinstance(outcome, SentParcel)]
    await _write_parcels(uow, sent)
    states = {(parcel.tenant_id, parcel.seller_order_id): {"shipped_at": uow.now} for parcel, _ in sent}
    repository.set_seller_orders(uow, {key: {**state, "state": after_shipping(lines[key].values())} for key, state in states.items()})
    await _settle_states(uow, {(parcel.tenant_id, outcome.order_id) for parcel, outcome in sent})
    return outcomes


async def deliver(uow: UnitOfWork, keys: Collection[Key]) -> list[Key]:
    """The shipped seller orders among these are delivered; which those are, in ascending order."""
    parts = await repository.seller_orders(uow, keys, lock=True)
    due = [key for key, part in sorted(parts.items()) if part.state == State.SHIPPED]
    shipments = [one for one in await repository.shipments_of(uow, due) if one.delivered_at is None]
    repository.set_shipments(uow, {(one.tenant_id, one.id): {"delivered_at": uow.now} for one in shipments})
    repository.set_seller_orders(uow, {key: {"state": State.DELIVERED, "delivered_at": uow.now} for key in due})
    _note(uow, [(key[0], parts[key].order_id, key[1], "delivered", {}) for key in due])
    await _settle_states(uow, {(key[0], parts[key].order_id) for key in due})
    uow.tell(events.SellerOrderDelivered(tenant_id=key[0], order_id=parts[key].order_id, seller_order_id=key[1]) for key in due)
    return due


async def cancel_parts(uow: UnitOfWork, keys: Collection[Key]) -> list[SellerOrder | Refusal]:
    """Each seller order of which nothing has left is cancelled; the others say how far they are. In ascending order of key."""
    return await _take_back(uow, keys, CANCELLABLE, "cancelled")


async def refuse_parts(uow: UnitOfWork, keys: Collection[Key]) -> list[SellerOrder | Refusal]:
    """Each seller order that is on its way, and was not accepted at the door, is cancelled with all of its pieces; the others say how far
    they are. In ascending order of key.
    """
    return await _take_back(uow, keys, REFUSABLE, "refused")


async def _take_back(uow: UnitOfWork, keys: Collection[Key], able: Collection[State], kind: str) -> list[SellerOrder | Refusal]:
    parts = await repository.seller_orders(uow, keys, lock=True)
    lines = await repository.lines_of(uow, keys, lock=True)
    outcomes: list[SellerOrder | Refusal] = []
    for key in sorted(keys):
        part = parts.get(key)
        if part is None:
            outcomes.append(NotFound("seller order", encode("sor", key[1])))
        elif State(part.state) not in able:
            outcomes.append(WrongState(part.state, kind))
        else:
            outcomes.append(part)
    done = {(part.tenant_id, part.id): part for part in outcomes if isinstance(part, SellerOrder)}
    repository.set_seller_orders(uow, {key: {"state": State.CANCELLED} for key in done})
    await repository.add_to_lines(
        uow,
        {
            (line.tenant_id, line.id): {
                "cancelled_quantity": line.quantity - line.cancelled_quantity,
                "shipped_quantity": -line.shipped_quantity,
            }
            for line in lines
            if (line.tenant_id, line.seller_order_id) in done
        },
    )
    _note(uow, [(part.tenant_id, part.order_id, part.id, kind, {}) for part in done.values()])
    await _settle_states(uow, {(part.tenant_id, part.order_id) for part in done.values()})
    uow.tell(
        events.SellerOrderCancelled(tenant_id=part.tenant_id, order_id=part.order_id, seller_order_id=part.id) for part in done.values()
    )
    return outcomes


async def mark_returned(uow: UnitOfWork, pieces: Mapping[Key, int]) -> None:
    """So many pieces of each (tenant, line) came back. Raises CheckFailed for more than were bought."""
    keys = {(line.tenant_id, line.seller_order_id) for line in await repository.lines_by_id(uow, pieces)}
    parts = await repository.seller_orders(uow, keys, lock=True)
    await repository.add_to_lines(uow, {key: {"returned_quantity": quantity} for key, quantity in pieces.items()})
    every = _by_part(await repository.lines_of(uow, keys, lock=True))
    back = {
        key for key, of_part in every.items() if all(line.returned_quantity + line.cancelled_quantity == line.quantity for line in of_part)
    }
    repository.set_seller_orders(uow, {key: {"state": State.REFUNDED} for key in back})
    _note(uow, [(part.tenant_id, part.order_id, part.id, "refunded", {}) for part in parts.values()])
    await _settle_states(uow, {(part.tenant_id, part.order_id) for part in parts.values()})


async def complete(uow: UnitOfWork, keys: Collection[Key]) -> None:
    """The delivered seller orders among these are finished: their money has gone to the seller."""
    parts = await repository.seller_orders(uow, keys, lock=True)
    due = {key: part for key, part in parts.items() if may_become(State(part.state), State.COMPLETED)}
    repository.set_seller_orders(uow, {key: {"state": State.COMPLETED} for key in due})
    _note(uow, [(part.tenant_id, part.order_id, part.id, "completed", {}) for part in due.values()])
    await _settle_states(uow, {(part.tenant_id, part.order_id) for part in due.values()})


def _check_parcel(uow: UnitOfWork, parcel: Parcel, part: SellerOrder | None, lines: Mapping[int, Quantities]) -> SentParcel | Refusal:
    if part is None:
        return NotFound("seller order", encode("sor", parcel.seller_order_id))
    if State(part.state) not in (State.AWAITED, State.PAID, State.PARTLY_SHIPPED):
        return WrongState(part.state, "shipped")
    left = {line: of_line.to_ship for line, of_line in lines.items()}
    wanted = summed(parcel.lines) or {line: quantity for line, quantity in left.items() if quantity}
    for line, quantity in wanted.items():
        if quantity > left.get(line, 0) or quantity < 1:
            return TooMany(line, quantity, left.get(line, 0))
    if not wanted:
        return WrongState(State.SHIPPED, "shipped")
    return SentParcel(uow.new_id(), part.order_id, tuple(wanted.items()))


async def _write_parcels(uow: UnitOfWork, sent: Sequence[tuple[Parcel, SentParcel]]) -> None:
    deltas: defaultdict[Key, Counter[str]] = defaultdict(Counter)
    for parcel, one in sent:
        for line, quantity in one.lines:
            deltas[parcel.tenant_id, line]["shipped_quantity"] += quantity
    await repository.add_to_lines(uow, deltas)
    rows = [
        {
            "tenant_id": parcel.tenant_id, "id": one.shipment_id, "seller_order_id": parcel.seller_order_id, "carrier": parcel.carrier,
            "tracking": parcel.tracking, "shipped_at": uow.now, "delivered_at": None,
        }
        for parcel, one in sent
    ]  # fmt: skip
    repository.add(uow, Shipment, rows)
    contents = [
        {"tenant_id": parcel.tenant_id, "shipment_id": one.shipment_id, "line_id": line, "quantity": quantity}
        for parcel, one in sent
        for line, quantity in one.lines
    ]
    repository.add(uow, ShipmentLine, contents)
    _note(
        uow,
        [(p.tenant_id, one.order_id, p.seller_order_id, "shipped", {"carrier": p.carrier, "tracking": p.tracking}) for p, one in sent],
    )
    uow.tell(
        events.SellerOrderShipped(
            tenant_id=parcel.tenant_id, order_id=one.order_id, seller_order_id=parcel.seller_order_id, shipment_id=one.shipment_id
        )
        for parcel, one in sent
    )  # fmt: skip


async def _settle_states(uow: UnitOfWork, orders: Collection[Key]) -> None:
    """Each order stands where its seller orders stand."""
    states: dict[Key, list[State]] = defaultdict(list)
    for part in await repository.parts_of(uow, orders):
        states[part.tenant_id, part.order_id].append(State(part.state))
    repository.set_orders(uow, {key: {"state": whole(parts)} for key, parts in states.items()})


def _note(uow: UnitOfWork, entries: Sequence[tuple[int, int, int | None, str, Mapping[str, str]]]) -> None:
    rows = [
        {"tenant_id": tenant, "id": uow.new_id(), "order_id": order, "seller_order_id": part, "at": uow.now, "kind": kind, "facts": facts}
        for tenant, order, part, kind, facts in entries
    ]
    repository.add(uow, OrderEvent, rows)


def _quantities(line: OrderLine) -> Quantities:
    return Quantities(line.quantity, line.shipped_quantity, line.cancelled_quantity, line.returned_quantity)


def _by_part(lines: Sequence[OrderLine]) -> dict[Key, list[OrderLine]]:
    groups: dict[Key, list[OrderLine]] = defaultdict(list)
    for line in lines:
        groups[line.tenant_id, line.seller_order_id].append(line)
    return groups
