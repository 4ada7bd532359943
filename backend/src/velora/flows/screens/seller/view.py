"""A seller's orders and figures, put together over all marketplaces. Platform scope; the route has checked who asks."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from velora.flows.postings import payable
from velora.flows.screens.orders.view import OrderView, order_view
from velora.kernel.errors import NotFound
from velora.kernel.ids import encode, try_decode
from velora.modules.escrow import service as escrow
from velora.modules.inventory import service as inventory
from velora.modules.ledger import service as ledger
from velora.modules.orders import service as orders
from velora.modules.orders.service import State
from velora.modules.payments import service as payments
from velora.modules.reporting import service as reporting
from velora.modules.returns import service as returns
from velora.modules.sellers import service as sellers
from velora.modules.tenants import service as tenants
from velora.platform.db import UnitOfWork

# The heaps into which a seller sorts its orders.
HEAPS: Final[Mapping[str, frozenset[State]]] = {
    "to_ship": orders.TO_SHIP,
    "on_the_way": frozenset({State.SHIPPED}),
    "delivered": frozenset({State.DELIVERED, State.COMPLETED}),
    "cancelled": frozenset({State.CANCELLED, State.REFUNDED, State.UNPAID}),
    "all": orders.TO_SHIP | orders.SOLD | {State.CANCELLED, State.UNPAID},
}
# Those that an order soon leaves again: there are as many as a seller has to do with, not as it ever had.
UNDER_WAY: Final = orders.TO_SHIP | {State.SHIPPED}
_HELD: Final = frozenset({State.PAID, State.PARTLY_SHIPPED, State.SHIPPED, State.DELIVERED})


@dataclass(frozen=True)
class Desk:
    """What waits for the seller. Amounts by currency, in minor units; `on_hold` is what it will get of what is held.

    `currencies` says in which order they are told: first those that its marketplaces mainly sell in.
    """

    to_ship: int
    late: int
    on_hold: Mapping[str, int]
    on_hold_orders: int
    available: Mapping[str, int]
    this_month: Mapping[str, int]
    last_month: Mapping[str, int]
    returns_open: int
    low_stock: int
    next_release_at: datetime | None
    currencies: Sequence[str]


async def desk(uow: UnitOfWork, seller_id: int) -> Desk:
    """A seller's figures now."""
    counts = await orders.count_of_seller(uow, seller_id, orders.TO_SHIP | _HELD)
    coming = await escrow.coming(uow, seller_id)
    on_hold: Counter[str] = Counter()
    for _, currency, _, amount in coming:
        on_hold[currency] += amount
    available = await _available(uow, seller_id)
    figures = await reporting.of_seller(uow, seller_id)
    month = reporting.month_at(uow.now)
    this_month, last_month = _sales(figures, month), _sales(figures, reporting.month_before(month))
    return Desk(
        to_ship=_sum(counts, orders.TO_SHIP),
        late=await orders.late_of_seller(uow, seller_id),
        on_hold=on_hold,
        on_hold_orders=_sum(counts, _HELD),
        available=available,
        this_month=this_month,
        last_month=last_month,
        returns_open=await returns.open_count(uow, seller_id),
        low_stock=await inventory.count_low(uow, seller_id),
        next_release_at=min((due for _, _, due, _ in coming if due is not None), default=None),
        currencies=await _in_order(uow, seller_id, {*on_hold, *available, *this_month, *last_month}),
    )


async def _in_order(uow: UnitOfWork, seller_id: int, currencies: Collection[str]) -> list[str]:
    """As they are told; where there is one, nobody needs to be asked."""
    if len(currencies) < 2:
        return list(currencies)
    markets = await tenants.by_id(uow, {one.tenant_id for one in await sellers.memberships_of(uow, [seller_id])})
    return tenants.main_first(currencies, markets.values())


@dataclass(frozen=True)
class Row:
    part: orders.SellerOrder
    market: tenants.TenantFacts
    lines: Sequence[orders.OrderLine]


@dataclass(frozen=True)
class Orders:
    """A page of a heap, and how high each heap is."""

    rows: Sequence[Row]
    counts: Mapping[str, int]


class Newest(NamedTuple):
    """The order of a list: newest first, of those before this id."""

    before: int | None = None


class Urgent(NamedTuple):
    """The order of a list: what must leave first, of those after this (ship by, id)."""

    after: tuple[datetime, int] | None = None


async def seller_orders(
    uow: UnitOfWork, seller_id: int, heap: str, *, market: str | None, text: str, order: Newest | Urgent, limit: int
) -> Orders:
    """Orders of a heap, in one marketplace (its slug) or all, whose id or lines match the text."""
    tenant_id = (await tenants.named(uow, market)).id if market is not None else None
    counts = await _counts(uow, seller_id, tenant_id)
    text = text.strip()
    states, named = HEAPS[heap], _named(text)
    match order:
        case Newest(before):
            found = await orders.of_seller(uow, seller_id, states, tenant_id=tenant_id, text=text, named=named, before=before, limit=limit)
        case Urgent(after):
            found = await orders.of_seller_by_urgency(
                uow, seller_id, states, tenant_id=tenant_id, text=text, named=named, after=after, limit=limit
            )
    lines = await orders.lines_of(uow, [(part.tenant_id, part.id) for part in found])
    markets = await tenants.by_id(uow, {part.tenant_id for part in found})
    return Orders(
        [Row(part, markets[part.tenant_id], lines.get((part.tenant_id, part.id), [])) for part in found],
        {name: _sum(counts, states) for name, states in HEAPS.items() if name != "all"},
    )


@dataclass(frozen=True)
class SellerOrderView:
    """One seller order with the order around it."""

    part: orders.SellerOrder
    order: OrderView
    market: tenants.TenantFacts

    @property
    def gets_minor(self) -> int:
        """What the seller gets of it, or got: what was not given back, less commission. Nothing of what was cancelled, or never came."""
        hold = self.order.held.get((self.part.tenant_id, self.part.id))
        if hold:
            return hold.captured - hold.refunded - hold.commission_left
        paid = self.order.payment
        if paid is None or paid.state not in payments.PROMISED or self.part.state == State.CANCELLED:
            return 0
        return self.part.items_minor + self.part.shipping_minor - self.part.commission_minor

    @property
    def collect_minor(self) -> int:
        """What is to be collected in cash for this part: what of it store credit does not pay, when credit has paid other parts first."""
        paid = self.order.payment
        if paid is None or paid.method != "cash_on_delivery" or self.part.state == State.CANCELLED:
            return 0
        return collected(self.order.read.parts, payments.outstanding(paid)).get(self.part.id, 0)

    @property
    def commission_minor(self) -> int:
        hold = self.order.held.get((self.part.tenant_id, self.part.id))
        return hold.commission_left if hold else self.part.commission_minor


def collected(parts: Sequence[orders.SellerOrder], due_minor: int) -> dict[int, int]:
    """What each part's parcel brings of what is due in cash: the whole of it, exactly. Store credit pays for the first parts."""
    found: dict[int, int] = {}
    standing = [part for part in sorted(parts, key=lambda one: one.id) if part.state != State.CANCELLED]
    for part in reversed(standing):
        found[part.id] = min(part.total_minor, due_minor)
        due_minor -= found[part.id]
    return found


async def seller_order(uow: UnitOfWork, seller_id: int, part_id: int) -> SellerOrderView:
    """The seller's order of this id. Raises NotFound when it is another's, or not paid yet."""
    part = await orders.part_of_seller(uow, seller_id, part_id)
    view = await order_view(uow, (part.tenant_id, part.order_id)) if part else None
    if part is None or view is None:
        raise NotFound("seller order", encode("sor", part_id))
    return SellerOrderView(part, view, (await tenants.by_id(uow, [part.tenant_id]))[part.tenant_id])


async def _counts(uow: UnitOfWork, seller_id: int, tenant_id: int | None) -> dict[str, int]:
    """How many of its orders stand in each state: what is under way counted now, and what has ended as it was counted last."""
    ended = Counter[str]()
    for figure in await reporting.of_seller(uow, seller_id, tenant_id=tenant_id):
        ended[figure.name] += figure.pieces
    return dict(ended) | dict.fromkeys(UNDER_WAY, 0) | await orders.count_of_seller(uow, seller_id, UNDER_WAY, tenant_id=tenant_id)


def _sales(figures: Sequence[reporting.Figure], month: int) -> dict[str, int]:
    """What was bought of a seller with the orders of a month, by currency."""
    sold: Counter[str] = Counter()
    for figure in figures:
        if figure.month == month and figure.name in orders.SOLD and figure.pieces:
            sold[figure.currency] += figure.amount_minor
    return dict(sold)


async def _available(uow: UnitOfWork, seller_id: int) -> dict[str, int]:
    account = str(payable(seller_id))
    markets = {one.tenant_id for one in await sellers.memberships_of(uow, [seller_id])}
    found: Counter[str] = Counter()
    for (_, _, currency), amount in (await ledger.balances(uow, {(tenant_id, account) for tenant_id in markets})).items():
        found[currency] += amount
    return found


def _named(text: str) -> tuple[int, ...]:
    """The id that the text is, if it is that of an order or a seller order."""
    return tuple(id_ for prefix in ("ord", "sor") if (id_ := try_decode(prefix, text)) is not None)


def _sum(counts: Mapping[str, int], states: Collection[State]) -> int:
    return sum(counts.get(state, 0) for state in states)
