"""Shipping and delivery, set-based: one order or a day of them in one transaction."""

from collections.abc import Mapping, Sequence

from velora.flows.house import TradingHouse
from velora.flows.once import Once, once
from velora.flows.payment_outcome.capture import take_money
from velora.kernel.errors import NotFound, Refusal
from velora.kernel.ids import encode
from velora.modules.escrow import service as escrow
from velora.modules.inventory import service as inventory
from velora.modules.orders import service as orders
from velora.modules.orders.service import Parcel, SentParcel
from velora.modules.tenants import service as tenants
from velora.platform.db import UnitOfWork
from velora.platform.db.idempotency import Replay

Key = tuple[int, int]


async def ship(uow: UnitOfWork, parcels: Sequence[Parcel]) -> list[SentParcel | Refusal]:
    """Each parcel is on its way and its pieces are out of stock, or it is said why not. Answers in order."""
    outcomes = await orders.ship(uow, parcels)
    sent = [outcome for outcome in outcomes if isinstance(outcome, SentParcel)]
    pieces = [
        inventory.Shipped(parcel.order_id, line, quantity, encode("shp", parcel.shipment_id))
        for parcel in sent
        for line, quantity in parcel.lines
    ]
    await inventory.ship(uow, pieces)
    return outcomes


async def send(house: TradingHouse, part: orders.SellerOrder, request: Once[Parcel]) -> SentParcel | Replay:
    """The parcel is on its way, once. Money first, then goods: what a bank only holds for the order is taken before anything leaves.

    Raises what refuses it; while the gateway has not answered that is NotTakenYet.
    """
    if part.state == orders.State.AUTHORISED:
        await take_money(house, part.tenant_id, part.order_id)
    return await house.writes.submit(ship_once, request)


async def ship_once(uow: UnitOfWork, requests: Sequence[Once[Parcel]]) -> list[SentParcel | Replay | Refusal]:
    """Each parcel is sent once, however often it is asked with the same key."""
    return await once(uow, requests, ship, _said)


async def deliver(uow: UnitOfWork, keys: Sequence[Key]) -> list[Key | Refusal]:
    """Each shipped (tenant, seller order) has arrived, and its money falls due when the marketplace's days have passed."""
    parts = await orders.lock_parts(uow, set(keys))
    arrived = await orders.deliver(uow, set(keys))
    markets = await tenants.by_id(uow, {tenant_id for tenant_id, _ in arrived}) if arrived else {}
    await escrow.start_clock(
        uow, [escrow.Delivery(tenant_id, part, uow.now, markets[tenant_id].escrow_days) for tenant_id, part in arrived]
    )
    done = set(arrived)
    return [key if key in done else _not_under_way(key, parts) for key in keys]


def _not_under_way(key: Key, parts: Mapping[Key, orders.SellerOrder]) -> Refusal:
    part = parts.get(key)
    return NotFound("seller order", encode("sor", key[1])) if part is None else orders.WrongState(part.state, "delivered")


def _said(parcel: SentParcel) -> Mapping[str, object]:
    return {"shipment_id": encode("shp", parcel.shipment_id)}
