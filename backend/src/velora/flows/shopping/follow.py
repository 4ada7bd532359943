"""What follows for carts from what others tell."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence

from velora.flows.shopping.service import take_bought
from velora.kernel.principal import Principal
from velora.modules.orders import service as orders
from velora.modules.orders.events import OrderAuthorised, OrderAwaited, OrderPaid
from velora.platform.house import House


async def take_out_what_was_paid(house: House, events: Sequence[OrderPaid | OrderAuthorised | OrderAwaited]) -> None:
    """What was paid for, or is about to be, is out of its buyer's cart, whoever heard of the payment, and however often this is told.

    An order takes from lines that were in the cart before it was placed, and what it leaves of a line counts as put in with the order:
    so it takes once, whether here or in the buyer's own request, and never what was put in again later.
    """
    keys = sorted({(event.tenant_id, event.order_id) for event in events})
    async with house.db.read(None) as uow:
        found = await orders.orders_by_id(uow, keys)
        bought = await orders.bought(uow, keys)
    of_buyer: defaultdict[tuple[int, Principal], dict[int, Counter[int]]] = defaultdict(dict)
    for key, order in found.items():
        buyer = Principal(account_id=order.buyer_id, guest_key=order.guest_key)
        of_buyer[order.tenant_id, buyer][order.id] = bought[key]
    await asyncio.gather(*(take_bought(house, buyer, tenant_id, taken) for (tenant_id, buyer), taken in of_buyer.items()))
