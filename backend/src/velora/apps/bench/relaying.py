"""`velora bench relay`: events a second from the outbox onto the bus, and from the bus to a group of listeners.

Events are told as flows tell them, in transactions of many; then relays bring them out, and one group hears them all with its inbox.
"""

import asyncio
import os
import platform
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any, Final

from velora.apps.bench.checkout import BenchFailed
from velora.apps.wiring import open_house
from velora.flows.house import TradingHouse
from velora.flows.reactions import INTERESTS
from velora.modules.orders.events import OrderPaid
from velora.platform.bus import Group, Reacts, listen, relay
from velora.platform.bus.relaying import lag
from velora.platform.db import UnitOfWork
from velora.platform.db.health import durability, health
from velora.platform.settings import Settings

_TOLD_AT_ONCE: Final = 500
_A_MOMENT: Final = 0.01  # seconds
Told = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Load:
    """How many events, brought out by so many relays at once."""

    events: int = 50_000
    relays: int = 1


async def bench_relay(settings: Settings, load: Load, told: Told) -> dict[str, Any]:
    """The figures with their conditions. Raises BenchFailed when an event waits already, is lost, or has its effect twice."""
    async with open_house(settings) as house, _listening(house) as (group, heard):
        if (await lag(house.db))[0]:
            raise BenchFailed("Events wait in this database already. Let a worker finish first, or use a database that can be thrown away.")
        orders = await _tell(house, load.events, told)
        told("relaying", 0, load.events)
        relayed = await _measured(lambda: _relay(settings, load.relays), load.events)
        told("listening", 0, load.events)
        listened = await _measured(lambda: _hear(house, group), load.events)
        if heard != Counter(orders):
            raise BenchFailed(f"Of {load.events} events {heard.total()} were heard.")
        conditions = {
            "machine": platform.platform(), "cores": os.cpu_count(), "python": platform.python_version(), "velora": version("velora"),
            "database": (await health(house.db.engine)).version, "durability": await durability(house.db.engine),
            "bus": await house.bus.ping(), **asdict(load),
        }  # fmt: skip
    return {"bench": "relay", "conditions": conditions, "results": {"relayed": relayed, "listened": listened}}


@asynccontextmanager
async def _listening(house: TradingHouse) -> AsyncGenerator[tuple[Group, Counter[int]]]:
    """A group of its own that notes what it hears, and begins now."""
    heard = Counter[int]()

    async def react(uow: UnitOfWork, events: Sequence[OrderPaid]) -> None:
        del uow
        heard.update(event.order_id for event in events)

    name = f"bench.{house.db.new_id()}"
    group = Group(name, {OrderPaid: [Reacts(name, react)]})
    await house.bus.prepare({**INTERESTS, name: group.types})
    try:
        yield group, heard
    finally:
        await house.bus.forget(name)


async def _tell(house: TradingHouse, events: int, told: Told) -> list[int]:
    """So many orders were paid, each another one."""
    orders: list[int] = []
    while len(orders) < events:
        async with house.db.begin(None) as uow:
            new = [uow.new_id() for _ in range(min(_TOLD_AT_ONCE, events - len(orders)))]
            uow.tell(OrderPaid(tenant_id=1, order_id=order_id, total_minor=12_345, currency="EUR") for order_id in new)
        orders += new
        told("telling", len(orders), events)
    return orders


async def _relay(settings: Settings, relays: int) -> None:
    """Each relay has connections of its own, as a worker has."""

    async def alone() -> None:
        async with open_house(settings) as house:
            await house.bus.prepare(INTERESTS)
            while (await lag(house.db))[0]:
                if not await relay(house.db, house.bus):
                    await asyncio.sleep(_A_MOMENT)

    await asyncio.gather(*(alone() for _ in range(relays)))


async def _hear(house: TradingHouse, group: Group) -> None:
    while await listen(house.db, house.bus, group):
        continue


async def _measured(work: Callable[[], Any], events: int) -> dict[str, float]:
    began, cpu = time.perf_counter(), time.process_time()
    await work()
    seconds = time.perf_counter() - began
    return {
        "events": events, "seconds": round(seconds, 2), "events_per_second": round(events / seconds),
        "cpu_us_per_event": round((time.process_time() - cpu) * 1e6 / events, 1),
    }  # fmt: skip
