"""Buying, shipping, delivering and cancelling at the same moment, from two processes: nothing is lost, sold twice or paid twice."""

import asyncio
from collections import Counter
from dataclasses import replace

from tests.builders.checkout import asked
from tests.builders.people import a_caller
from tests.builders.shop import order_id_of
from velora.flows.cancellation.cancel import cancel_order
from velora.flows.fulfilment.ship import deliver, ship
from velora.flows.once import Once
from velora.flows.postings import CLEARING, GATEWAY_FEES, REFUND_CLEARING
from velora.flows.refund.cancel import Cancellation
from velora.kernel.errors import Refusal
from velora.modules.inventory import service as inventory
from velora.modules.ledger import service as ledger
from velora.modules.orders.service import Parcel
from velora.platform.db.group_commit import Writes

TOGETHER = 16


async def life(shop, house, place):
    """One order: bought, and then a seller who ships and a buyer who cancels run against each other."""
    answer = await shop.buys(1 + place % 2)
    order_id = order_id_of(answer)
    part = (await shop.order(order_id)).parts[0]
    wanted = Cancellation(shop.market.tenant.id, order_id, "guest")
    await asyncio.gather(
        house.writes.attempt(ship, Parcel(part.tenant_id, part.id, "DHL", "JD01")),
        cancel_order(house, Once(part.tenant_id, a_caller(), asked(f"cancel-{order_id}"), wanted)),
        return_exceptions=True,
    )
    await house.writes.attempt(deliver, (part.tenant_id, part.id))
    return order_id


async def test_everything_at_once_leaves_stock_and_books_whole(shop, holds):
    async with shop.db.begin(None) as uow:
        count = inventory.Count(shop.market.seller.id, shop.lamp_id, shop.market.location_id, 20)
        await inventory.set_on_hand(uow, [count])
    houses = (shop.house, replace(shop.house, writes=Writes(shop.db)))
    lives = await asyncio.gather(*(life(shop, houses[i % 2], i) for i in range(TOGETHER)), return_exceptions=True)
    assert all(isinstance(one, int | Refusal) for one in lives), lives
    placed = [one for one in lives if isinstance(one, int)]
    reads = [await shop.order(order_id) for order_id in placed]
    states = Counter(read.order.state for read in reads)
    assert set(states) <= {"delivered", "cancelled"}
    sent = sum(line.shipped_quantity for read in reads for line in read.lines)
    assert sum(line.quantity for read in reads if read.order.state == "delivered" for line in read.lines) == sent
    assert await shop.stock() == inventory.Availability(on_hand=20 - sent, reserved=0)
    totals = await shop.gateway.totals()
    assert totals.charges == len(placed)
    assert totals.refunded_minor["EUR"] == sum(read.order.total_minor for read in reads if read.order.state == "cancelled")
    async with shop.db.read(None) as uow:
        tenant_id = shop.market.tenant.id
        fees = (await ledger.balances(uow, {(tenant_id, str(GATEWAY_FEES))}))[tenant_id, str(GATEWAY_FEES), "EUR"]
        kept = totals.charged_minor["EUR"] - totals.refunded_minor["EUR"] - fees
        await holds(uow, tenant_id, {CLEARING: kept, REFUND_CLEARING: 0})
