"""Routes of the seller's desk. They belong to no marketplace: a seller works in all of its own at once."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query

from velora.flows.screens.orders.http import SellerOrderOut, TimelineOut, method_of, part_out, timeline_out
from velora.flows.screens.seller.view import Desk, Newest, Row, SellerOrderView, Urgent, desk, seller_order, seller_orders
from velora.kernel.errors import Forbidden, Invalid, NotFound
from velora.kernel.paging import decode_cursor, encode_cursor
from velora.modules.payments.service import Method
from velora.platform.web import HouseDep, MoneyOut, Schema, SellerStaff, acting_for_seller, ident, problems
from velora.platform.web.callers import NotSignedIn

router = APIRouter(prefix="/seller/{seller_id}", tags=["seller portal"])

SellerId = Annotated[int, ident("sel")]
OrderId = Annotated[int, ident("ord")]
SellerOrderId = Annotated[int, ident("sor")]

_SHOWN_LINES: Final = 3
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)


class SellerHomeOut(Schema):
    """Amounts in each currency the seller trades in; `on_hold` is what the seller will get of what is held."""

    to_ship: int
    late: int
    on_hold: list[MoneyOut]
    on_hold_orders: int
    available: list[MoneyOut]
    this_month: list[MoneyOut]
    last_month: list[MoneyOut]
    returns_open: int
    low_stock: int
    next_release_at: datetime | None

    @classmethod
    def of(cls, one: Desk) -> "SellerHomeOut":
        return cls(
            to_ship=one.to_ship,
            late=one.late,
            on_hold=_monies(one.on_hold, one.currencies),
            on_hold_orders=one.on_hold_orders,
            available=_monies(one.available, one.currencies),
            this_month=_monies(one.this_month, one.currencies),
            last_month=_monies(one.last_month, one.currencies),
            returns_open=one.returns_open,
            low_stock=one.low_stock,
            next_release_at=one.next_release_at,
        )


class MarketOut(Schema):
    slug: str
    name: str


class SellerOrderLineOut(Schema):
    title: str
    variant_title: str
    picture: str
    tone: str
    quantity: int


class SellerOrderRowOut(Schema):
    """`more` lines than those shown."""

    id: SellerOrderId
    order_id: OrderId
    state: str
    marketplace: MarketOut
    placed_at: datetime
    ship_by: datetime
    your_part: MoneyOut
    lines: list[SellerOrderLineOut]
    more: int

    @classmethod
    def of(cls, row: Row) -> "SellerOrderRowOut":
        part = row.part
        lines = [
            SellerOrderLineOut(
                title=line.title, variant_title=line.variant_title, picture=line.picture, tone=line.tone, quantity=line.quantity
            )
            for line in row.lines[:_SHOWN_LINES]
        ]
        return cls(
            id=part.id,
            order_id=part.order_id,
            state=part.state,
            marketplace=MarketOut(slug=row.market.slug, name=row.market.name),
            placed_at=part.placed_at,
            ship_by=part.ship_by,
            your_part=MoneyOut.of(part.total_minor, part.currency),
            lines=lines,
            more=len(row.lines) - len(lines),
        )


class HeapsOut(Schema):
    to_ship: int
    on_the_way: int
    delivered: int
    cancelled: int


class SellerOrdersOut(Schema):
    data: list[SellerOrderRowOut]
    counts: HeapsOut
    next_cursor: str | None
    has_more: bool


class SellerMoneyOut(Schema):
    """Net of tax but for `tax`, which goes to the tax office. What was given back is not in `you_get`."""

    items: MoneyOut
    shipping: MoneyOut
    tax: MoneyOut
    commission: MoneyOut
    you_get: MoneyOut


class SellerOrderFullOut(SellerOrderOut):
    """`collect` is what whoever brings this part is to be given in cash: nothing where it is paid otherwise, or was."""

    method: Method
    collect: MoneyOut
    purchase_order: str
    order_id: OrderId
    marketplace: MarketOut
    address: dict[str, str]
    placed_at: datetime
    ship_by: datetime
    timeline: list[TimelineOut]
    money: SellerMoneyOut

    @classmethod
    def whole(cls, view: SellerOrderView) -> "SellerOrderFullOut":
        part, order = view.part, view.order.read.order
        mine, paid = part_out(view.order, part), view.order.payment
        return cls(
            **{name: getattr(mine, name) for name in SellerOrderOut.model_fields},
            method=method_of(paid) if paid else "card",
            collect=MoneyOut.of(view.collect_minor, part.currency),
            purchase_order=order.purchase_order,
            order_id=part.order_id,
            marketplace=MarketOut(slug=view.market.slug, name=view.market.name),
            address={name: str(value) for name, value in order.address.items()},
            placed_at=part.placed_at,
            ship_by=part.ship_by,
            timeline=timeline_out([one for one in view.order.read.time_line if one.seller_order_id in (None, part.id)]),
            money=SellerMoneyOut(
                items=MoneyOut.of(part.items_minor, part.currency),
                shipping=MoneyOut.of(part.shipping_minor, part.currency),
                tax=MoneyOut.of(part.tax_minor, part.currency),
                commission=MoneyOut.of(view.commission_minor, part.currency),
                you_get=MoneyOut.of(view.gets_minor, part.currency),
            ),
        )


@router.get("/home", responses=problems(NotSignedIn, Forbidden, NotFound))
async def show_home(seller_id: SellerId, caller: SellerStaff, house: HouseDep) -> SellerHomeOut:
    """What waits for the seller, and its money, over all marketplaces."""
    acting_for_seller(caller, seller_id)
    async with house.db.read(None) as uow:
        return SellerHomeOut.of(await desk(uow, seller_id))


@router.get("/orders", responses=problems(Invalid, NotSignedIn, Forbidden, NotFound))
async def list_seller_orders(
    seller_id: SellerId,
    caller: SellerStaff,
    house: HouseDep,
    state: Literal["to_ship", "on_the_way", "delivered", "cancelled", "all"] = "all",
    tenant: Annotated[str | None, Query(max_length=40, description="Only this marketplace, by its slug")] = None,
    q: Annotated[str, Query(max_length=80, description="An order's id, an article number, or a word of a title")] = "",
    sort: Annotated[Literal["newest", "ship_by"], Query(description="`ship_by`: what must leave first stands first")] = "newest",
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> SellerOrdersOut:
    """A seller's orders over all marketplaces."""
    acting_for_seller(caller, seller_id)
    order = Newest(_before(cursor)) if sort == "newest" else Urgent(_after(cursor))
    async with house.db.read(None) as uow:
        found = await seller_orders(uow, seller_id, state, market=tenant, text=q, order=order, limit=limit + 1)
    shown = [SellerOrderRowOut.of(row) for row in found.rows[:limit]]
    more = len(found.rows) > limit
    return SellerOrdersOut(
        data=shown,
        counts=HeapsOut.model_validate(found.counts),
        next_cursor=_place_of(shown[-1], order) if more else None,
        has_more=more,
    )


@router.get("/orders/{seller_order_id}", responses=problems(NotSignedIn, Forbidden, NotFound))
async def show_seller_order(
    seller_id: SellerId, seller_order_id: SellerOrderId, caller: SellerStaff, house: HouseDep
) -> SellerOrderFullOut:
    """One of the seller's orders, with where it goes and what the seller gets of it."""
    acting_for_seller(caller, seller_id)
    async with house.db.read(None) as uow:
        return SellerOrderFullOut.whole(await seller_order(uow, seller_id, seller_order_id))


def _before(cursor: str | None) -> int | None:
    return int(decode_cursor(cursor, int)[0]) if cursor else None


def _after(cursor: str | None) -> tuple[datetime, int] | None:
    if not cursor:
        return None
    ticks, last = decode_cursor(cursor, int, int)
    try:
        return _EPOCH + int(ticks) * _TICK, int(last)
    except OverflowError as error:
        raise Invalid("/cursor", "This cursor belongs to another list. Start again without it.") from error


def _place_of(row: SellerOrderRowOut, order: Newest | Urgent) -> str:
    """The cursor behind the row: exact to the microsecond, and to the id among those of one moment."""
    return encode_cursor(row.id) if isinstance(order, Newest) else encode_cursor((row.ship_by - _EPOCH) // _TICK, row.id)


def _monies(amounts: Mapping[str, int], currencies: Sequence[str]) -> list[MoneyOut]:
    """In this order; nothing in a currency is told only where there is nothing in any."""
    told = [MoneyOut.of(amounts[currency], currency) for currency in currencies if currency in amounts]
    return [one for one in told if one.amount] or told[:1]
