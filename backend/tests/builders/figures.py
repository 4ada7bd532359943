"""Figures that are up to date: what a worker does some seconds after each change, done now."""

from velora.flows.house import TradingHouse
from velora.flows.reactions import relay_once
from velora.flows.reporting import count_due, counted
from velora.modules.reporting import service as reporting
from velora.platform.db import UnitOfWork


async def figures_follow(house: TradingHouse) -> None:
    """What happened has been told, and every day that it changed is counted."""
    await relay_once(house)
    while await count_due(house.db):
        continue


async def count_today(uow: UnitOfWork, tenant_id: int) -> None:
    """The day of this transaction is counted in it."""
    key = tenant_id, reporting.day_of(uow.new_id())
    await reporting.ask(uow, {key})
    assert await reporting.take(uow, key)
    await reporting.put(uow, key, await counted(uow, *key))
