"""Routes of fulfilment: the seller ships and counts, the carrier delivers, the buyer confirms."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from velora.flows.fulfilment.refused import Refused, refuse_once
from velora.flows.fulfilment.ship import deliver, send
from velora.flows.fulfilment.stock import Counted, Shelf, count_stock
from velora.flows.house import TradingHouse
from velora.flows.once import Once
from velora.flows.release.release import Confirmation, confirm
from velora.flows.screens.orders.http import GuestKey, OrderOut
from velora.flows.screens.orders.view import require_buyer, seen_by
from velora.flows.screens.seller.http import SellerOrderFullOut
from velora.flows.screens.seller.view import seller_order
from velora.kernel.errors import Forbidden, Invalid, NotFound
from velora.kernel.ids import encode
from velora.kernel.principal import Principal
from velora.modules.escrow.service import AlreadyReleased
from velora.modules.inventory.service import BelowReserved
from velora.modules.orders import service as orders
from velora.modules.payments.service import NotAwaited, NotTakenYet, PaymentLapsed
from velora.platform.db.idempotency import InProgress, KeyReused, Replay
from velora.platform.house import House
from velora.platform.web import (
    Caller,
    HouseDep,
    IdempotencyKey,
    Schema,
    SellerStaff,
    Tenant,
    Writes,
    acting_for_seller,
    house_of,
    ident,
    problems,
)
from velora.platform.web.callers import NotSignedIn
from velora.platform.web.idempotency import KeyMissing

router = APIRouter(tags=["fulfilment"])

SellerId = Annotated[int, ident("sel")]
SellerOrderId = Annotated[int, ident("sor")]
VariantId = Annotated[int, ident("var")]
LocationId = Annotated[int, ident("loc")]

MOST_PIECES = 1_000_000


class PiecesIn(Schema):
    line_id: Annotated[int, ident("lin")]
    quantity: int = Field(ge=1, le=MOST_PIECES)


class ParcelIn(Schema):
    """What is in the parcel; without `lines`, everything that is left to ship."""

    carrier: str = Field(min_length=1, max_length=40, examples=["DHL"])
    tracking: str = Field(min_length=1, max_length=80, examples=["00340434161094000000"])
    lines: list[PiecesIn] | None = Field(default=None, min_length=1, max_length=200)


class CountIn(Schema):
    """So many lie there; without `location_id`, at the seller's first location."""

    variant_id: VariantId
    location_id: LocationId | None = None
    on_hand: int = Field(ge=0, le=MOST_PIECES)


class StockIn(Schema):
    changes: list[CountIn] = Field(min_length=1, max_length=1000)


class StockShelfOut(Schema):
    variant_id: VariantId
    location_id: LocationId
    on_hand: int
    reserved: int
    available: int

    @classmethod
    def of(cls, shelf: Shelf) -> "StockShelfOut":
        return cls(
            variant_id=shelf.variant_id,
            location_id=shelf.location_id,
            on_hand=shelf.on_hand,
            reserved=shelf.reserved,
            available=shelf.on_hand - shelf.reserved,
        )


class StockOut(Schema):
    data: list[StockShelfOut]


@router.post(
    "/seller/{seller_id}/orders/{seller_order_id}/ship",
    responses=problems(
        NotSignedIn, Forbidden, NotFound, orders.WrongState, orders.TooMany, NotTakenYet, PaymentLapsed, InProgress, KeyReused, KeyMissing
    ),
)
async def ship_order(
    seller_id: SellerId,
    seller_order_id: SellerOrderId,
    body: ParcelIn,
    caller: SellerStaff,
    key: IdempotencyKey,
    house: Annotated[TradingHouse, Depends(house_of)],
    response: Response,
) -> SellerOrderFullOut:
    """A parcel is on its way; its pieces are out of stock. Where buyers are charged at shipment, the first one takes the money."""
    part = await _own_part(house, caller, seller_id, seller_order_id)
    lines = tuple((line.line_id, line.quantity) for line in body.lines or ())
    parcel = orders.Parcel(part.tenant_id, part.id, body.carrier, body.tracking, lines)
    if isinstance(await send(house, part, Once(part.tenant_id, caller, key, parcel)), Replay):
        response.headers["Idempotent-Replayed"] = "true"
    return await _shown(house, seller_id, seller_order_id)


@router.post(
    "/seller/{seller_id}/orders/{seller_order_id}/deliver",
    responses=problems(NotSignedIn, Forbidden, NotFound, orders.WrongState),
)
async def deliver_order(
    seller_id: SellerId, seller_order_id: SellerOrderId, caller: SellerStaff, house: HouseDep, writes: Writes
) -> SellerOrderFullOut:
    """The carrier says that everything has arrived; the marketplace's days until the money is released begin."""
    part = await _own_part(house, caller, seller_id, seller_order_id)
    await writes.submit(deliver, (part.tenant_id, part.id))
    return await _shown(house, seller_id, seller_order_id)


class RefusedIn(Schema):
    restock: bool = Field(default=True, description="Whether what came back can be sold again")


@router.post(
    "/seller/{seller_id}/orders/{seller_order_id}/refused",
    responses=problems(NotSignedIn, Forbidden, NotFound, orders.WrongState, NotAwaited, InProgress, KeyReused, KeyMissing),
)
async def refused_at_the_door(
    seller_id: SellerId,
    seller_order_id: SellerOrderId,
    body: RefusedIn,
    caller: SellerStaff,
    key: IdempotencyKey,
    house: Annotated[TradingHouse, Depends(house_of)],
    response: Response,
) -> SellerOrderFullOut:
    """The parcel came back unpaid: nothing of this part is owed any longer. Only where it is still to be paid."""
    part = await _own_part(house, caller, seller_id, seller_order_id)
    wanted = Refused(part.tenant_id, part.order_id, part.id, caller.actor_ref, body.restock)
    if isinstance(await house.writes.submit(refuse_once, Once(part.tenant_id, caller, key, wanted)), Replay):
        response.headers["Idempotent-Replayed"] = "true"
    return await _shown(house, seller_id, seller_order_id)


@router.put("/seller/{seller_id}/stock", responses=problems(NotSignedIn, Forbidden, NotFound, BelowReserved, Invalid))
async def set_stock(seller_id: SellerId, body: StockIn, caller: SellerStaff, house: HouseDep) -> StockOut:
    """The counted shelves hold what was counted; all of the counts are taken, or none."""
    acting_for_seller(caller, seller_id)
    if len({(one.variant_id, one.location_id) for one in body.changes}) < len(body.changes):
        raise Invalid("/changes", "Each variant can be counted once at each location. Leave the repeated ones out.")
    counted = [Counted(one.variant_id, one.on_hand, one.location_id) for one in body.changes]
    async with house.db.begin(None, seller_id=seller_id) as uow:
        return StockOut(data=[StockShelfOut.of(shelf) for shelf in await count_stock(uow, seller_id, counted)])


@router.post(
    "/seller-orders/{seller_order_id}/confirm-delivery",
    responses=problems(NotFound, orders.WrongState, AlreadyReleased),
)
async def confirm_delivery(
    seller_order_id: SellerOrderId, tenant: Tenant, caller: Caller, house: HouseDep, writes: Writes, key: GuestKey = ""
) -> OrderOut:
    """The buyer has everything: what is held for this part goes to its seller now."""
    async with house.db.read(tenant.id) as uow:
        part = (await orders.parts_by_id(uow, [(tenant.id, seller_order_id)])).get((tenant.id, seller_order_id))
        if part is None:
            raise NotFound("seller order", encode("sor", seller_order_id))
        await require_buyer(uow, (tenant.id, part.order_id), caller, key)
    await writes.submit(confirm, Confirmation(tenant.id, seller_order_id))
    async with house.db.read(tenant.id) as uow:
        return OrderOut.of(await seen_by(uow, (tenant.id, part.order_id), caller, key))


async def _own_part(house: House, caller: Principal, seller_id: int, part_id: int) -> orders.SellerOrder:
    acting_for_seller(caller, seller_id)
    async with house.db.read(None) as uow:
        part = await orders.part_of_seller(uow, seller_id, part_id)
    if part is None:
        raise NotFound("seller order", encode("sor", part_id))
    return part


async def _shown(house: House, seller_id: int, part_id: int) -> SellerOrderFullOut:
    async with house.db.read(None) as uow:
        return SellerOrderFullOut.whole(await seller_order(uow, seller_id, part_id))
