"""The sweeper of disputes: open ones are asked about until each has ended, and those of which no notice came are found."""

from collections.abc import Sequence
from typing import Final

from velora.flows.disputes.settle import DisputeNews, settle
from velora.flows.house import TradingHouse
from velora.flows.payment_outcome.settle import News, heard_of
from velora.flows.payment_outcome.settle import settle as settle_payments
from velora.modules.disputes import service as disputes
from velora.modules.payments import service as payments
from velora.modules.payments.gateways.port import SeenDispute, Unheard
from velora.modules.tenants import service as tenants
from velora.platform.db import UnitOfWork

_A_SWEEP: Final = 100


async def sweep_disputes(house: TradingHouse) -> int:
    """Every open dispute of which nothing was heard for too long is asked for and settled as far as it can be; how many were looked at."""
    async with house.db.read(None) as uow:
        waiting = await disputes.to_look_at(uow, limit=_A_SWEEP)
    for one in waiting:
        if one.gateway != house.gateway.name:
            await house.writes.submit(disputes.look_again_later, one.key)
            continue
        found = await house.gateway.find_dispute(one.gateway_ref)
        if isinstance(found, SeenDispute):
            await house.writes.submit(hear, DisputeNews(house.gateway.name, found))
        else:
            await house.writes.submit(disputes.look_again_later, one.key)
    return len(waiting)


async def find_disputes(house: TradingHouse) -> int:
    """Disputes opened in the last days are heard, whether or not a notice told of them; how many the gateway named."""
    found = await house.gateway.disputes_since(house.clock.now() - disputes.LOOK_BACK)
    if isinstance(found, Unheard):
        return 0
    for one in found:
        await house.writes.submit(hear, DisputeNews(house.gateway.name, one))
    return len(found)


async def hear(uow: UnitOfWork, news: Sequence[DisputeNews]) -> list[disputes.DisputeFacts | None]:
    """Each dispute is settled as the gateway has it, after the payment that it is about: that may not have been heard of yet."""
    places = [one.id for one in await tenants.all_tenants(uow)]
    whose = await payments.intents_named(uow, places, {one.seen.charge.key for one in news})
    ours = {one.seen.charge.key: one.seen.charge for one in news if one.seen.charge.key in whose}
    if ours:
        await settle_payments(uow, [News(heard_of(*whose[key], charge.outcome)) for key, charge in ours.items()])
    return await settle(uow, [DisputeNews(one.gateway, one.seen, whose.get(one.seen.charge.key)) for one in news])
