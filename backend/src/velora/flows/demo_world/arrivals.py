"""What is new: in the last weeks each seller brings something that was not there before."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from velora.flows.demo_world.data import SellerSheet, sellers
from velora.flows.demo_world.shelving import put_on_sale, shop_of
from velora.flows.demo_world.supply import left_of
from velora.flows.demo_world.walker import Walker
from velora.flows.demo_world.wares import new_goods_of
from velora.modules.catalog.policy import slug_of
from velora.modules.catalog.service import find_by_handle
from velora.modules.inventory import service as inventory
from velora.modules.inventory.service import Receipt


def arrivals(until: datetime) -> list[tuple[datetime, SellerSheet]]:
    """When each seller brings it: one every other day, the last two days ago."""
    morning = until.replace(hour=10, minute=5, second=0, microsecond=0)
    return [(morning - timedelta(days=2 * number), seller) for number, seller in enumerate(sellers(), start=1)]


async def arrive(walker: Walker, arriving: Sequence[SellerSheet]) -> None:
    """What these sellers have that is new is on sale, unless it was."""
    async with walker.house.db.begin(None) as uow:
        shop = await shop_of(uow, walker.world.markets, walker.world.sellers, {})
        for seller in arriving:
            goods = new_goods_of(seller)
            seller_id = walker.world.sellers[seller.slug]
            if await find_by_handle(uow, seller_id, [slug_of(product.title) for _, product, _ in goods]):
                continue
            variants = await put_on_sale(uow, shop, goods)
            room = (await inventory.locations(uow, {seller_id}))[0].id
            stock = {ref: left_of(ref) for ref in variants}
            receipts = [Receipt(seller_id, variants[ref], room, pieces, "first delivery") for ref, pieces in stock.items() if pieces]
            await inventory.receive(uow, receipts)
