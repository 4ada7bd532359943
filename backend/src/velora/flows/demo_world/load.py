"""The demo world, once: put up, lived through, handed over."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from velora.flows.demo_world import walk
from velora.flows.demo_world.buying import tokens, totals
from velora.flows.demo_world.data import MARKETS, sellers
from velora.flows.demo_world.plan import LASTS, months
from velora.flows.demo_world.scenes import staged
from velora.flows.demo_world.searching import leave_searches
from velora.flows.demo_world.stand import Hashes, stand
from velora.flows.demo_world.strays import leave_strays
from velora.flows.demo_world.supply import Supplies, supplies
from velora.flows.demo_world.walker import Walker, earlier, remember
from velora.flows.demo_world.world import World, read_world
from velora.flows.house import TradingHouse
from velora.flows.indexing import rebuild_index
from velora.flows.reactions import reacting
from velora.kernel.clock import ManualClock
from velora.kernel.ids import encode
from velora.modules.audit import service as audit
from velora.modules.catalog.service import count_listings
from velora.modules.identity import service as identity
from velora.modules.identity.policy import PasswordCost
from velora.modules.orders import service as orders
from velora.platform.bus import tell_everyone
from velora.platform.db import UnitOfWork

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and of how much."""

_LOADED: Final = "demo.loaded"


@dataclass(frozen=True)
class Summary:
    """What there is: `orders` counts sellers' parts by their state. `fresh` is False when all of it was there before."""

    marketplaces: int
    sellers: int
    products: int
    listings: int
    accounts: int
    orders: Mapping[str, int]
    fresh: bool


async def load_demo(house: TradingHouse, progress: Progress = lambda step, done, of: None, *, lasts: timedelta = LASTS) -> Summary:
    """The three marketplaces stand with the four months before this moment behind them.

    A second call changes nothing; one that was interrupted goes on where it was, and its world ends when it would have ended then.
    `lasts` makes the past shorter, for tests; a call that goes on needs the same.
    Nobody else may write to this installation meanwhile. Raises TypeError where the gateway has no test cards.
    """
    async with house.db.read(None) as uow:
        world = await read_world(uow)
        done = world is not None and await _is_loaded(uow, world)
    if world is not None and done:
        return await _summary(house, world, fresh=False)
    began = world.began if world else _to_the_second(house.clock.now() - lasts)
    until = began + lasts
    clock = ManualClock(began)
    planned = sorted((order for order in (*months(began, lasts), *staged(until)) if order.at > began), key=lambda order: order.at)
    goods = supplies(planned, walk.middle(began, until))
    past = earlier(house, clock)
    progress("Filling the shelves", 0, 0)
    if world is None:
        world = await _put_up(past, goods)
    walker = Walker(past, clock, world, await tokens(past), await totals(past, world, planned))
    since = await remember(walker)
    await walk.walk(walker, walk.steps(planned, began, until, goods.later), since, progress)
    clock.set(until)
    await leave_strays(past, world, walker.tokens["visa"])
    progress("Telling everybody", 0, 0)
    await tell_everyone(past.db, past.bus, reacting())
    await rebuild_index(house, None, lambda count, of: progress("Indexing", count, of))
    async with past.db.begin(None) as uow:
        await leave_searches(uow, world)
        await audit.record(uow, [_entry(world)])
    return await _summary(house, world, fresh=True)


async def _put_up(past: TradingHouse, goods: Supplies) -> World:
    cost = PasswordCost(past.settings.password_rounds, past.settings.password_memory_kib)
    hashes = Hashes(
        await identity.hash_password(past.settings.demo_password, cost),
        await identity.hash_password(sha256(past.secret_key).hexdigest(), cost),
    )
    async with past.db.begin(None) as uow:
        await stand(uow, hashes, goods)
    async with past.db.read(None) as uow:
        world = await read_world(uow)
    assert world is not None
    return world


async def _is_loaded(uow: UnitOfWork, world: World) -> bool:
    return bool((await audit.records(uow, world.markets[MARKETS[0]].id, action=_LOADED, limit=1)).data)


def _entry(world: World) -> audit.Entry:
    place = world.markets[MARKETS[0]]
    return audit.Entry(place.id, "system", _LOADED, encode("ten", place.id), {"began": world.began.isoformat()})


async def _summary(house: TradingHouse, world: World, *, fresh: bool) -> Summary:
    states: Counter[str] = Counter()
    async with house.db.read(None) as uow:
        for seller_id in world.sellers.values():
            states.update(await orders.count_of_seller(uow, seller_id, frozenset(orders.State)))
        listings = await count_listings(uow, None)
    products = sum(len(seller.product) for seller in sellers())
    return Summary(len(world.markets), len(world.sellers), products, listings, len(world.accounts), dict(sorted(states.items())), fresh)


def _to_the_second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
