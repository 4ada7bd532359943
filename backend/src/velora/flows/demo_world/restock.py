"""The delivery in the middle of the months."""

from collections.abc import Sequence
from typing import Final

from velora.flows.demo_world.walker import Walker, asked
from velora.flows.demo_world.wares import Ref
from velora.flows.once import Once, once
from velora.kernel.errors import Refusal
from velora.kernel.principal import Principal
from velora.modules.inventory import service as inventory
from velora.modules.inventory.service import Receipt
from velora.platform.db import UnitOfWork
from velora.platform.db.group_commit import in_one_transaction
from velora.platform.db.idempotency import Replay

Delivery = tuple[Ref, int]

_CARRIER: Final = Principal(guest_key="demo-carrier")


async def restock(walker: Walker, deliveries: Sequence[Delivery]) -> None:
    """The goods have come, once, to each seller's first room."""
    tenant_id = min(place.id for place in walker.world.markets.values())
    async with walker.house.db.read(None) as uow:
        places = await inventory.locations(uow, set(walker.world.sellers.values()))
    rooms = {place.seller_id: place.id for place in reversed(places)}
    receipts = tuple(
        Receipt(walker.world.sellers[ref[0]], walker.world.variants[ref], rooms[walker.world.sellers[ref[0]]], pieces, "restock")
        for ref, pieces in deliveries
    )
    await in_one_transaction(walker.house.db, _receive_once, [Once(tenant_id, _CARRIER, asked("restock"), receipts)])


async def _receive_once(uow: UnitOfWork, requests: Sequence[Once[tuple[Receipt, ...]]]) -> list[int | Replay | Refusal]:
    return await once(uow, requests, _receive, lambda pieces: {"pieces": pieces})


async def _receive(uow: UnitOfWork, batches: Sequence[tuple[Receipt, ...]]) -> list[int | Refusal]:
    await inventory.receive(uow, [receipt for batch in batches for receipt in batch])
    return [sum(receipt.quantity for receipt in batch) for batch in batches]
