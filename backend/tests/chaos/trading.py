"""A marketplace in full trade on real engines: buyers order, visitors look, sellers change their stock, and everything is noted."""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import orjson
from sqlalchemy import select

from tests.chaos.crashes import Running, order_id
from velora.apps.bench.checkout import Buyer
from velora.apps.bench.world import World
from velora.flows.house import TradingHouse
from velora.flows.indexing import verify_index
from velora.flows.reactions import INTERESTS
from velora.modules.inventory import service as inventory
from velora.modules.notifications.models import NotificationMail
from velora.modules.notifications.service import Template
from velora.platform.bus import BusAway
from velora.platform.bus.relaying import lag, parked
from velora.platform.db.errors import Unavailable
from velora.platform.search.port import SearchUnavailable

BUYERS = 8
PASSWORD = "seven green lamps"
BUYING = ("order", "journey")
LOOKING = {
    "search": "/api/v1/search?q=thing",
    "list": "/api/v1/search?category=things",
    "suggest": "/api/v1/search/suggest?q=thi",
    "product": "/api/v1/products/thing-1",
}

Ask = Callable[[], Awaitable[tuple[int, bytes]]]


@dataclass(frozen=True)
class Attempt:
    """One request, or one way through the shop, and how it ended."""

    began: float
    what: str
    status: int  # 0: no answer
    took: float
    reply: bytes

    @property
    def code(self) -> str:
        """What a refusal calls itself."""
        try:
            return str(orjson.loads(self.reply)["code"])
        except (orjson.JSONDecodeError, KeyError, TypeError):
            return ""


@dataclass
class Seen:
    attempts: list[Attempt] = field(default_factory=list)
    paid: set[int] = field(default_factory=set)

    def of(self, *whats: str, since: float = 0.0, until: float = float("inf")) -> list[Attempt]:
        return [one for one in self.attempts if one.what in whats and since <= one.began < until]

    def says(self, *whats: str, since: float = 0.0, until: float = float("inf")) -> dict[str, Any]:
        """What became of them, for whoever reads the test's output."""
        some = self.of(*whats, since=since, until=until)
        took = sorted(one.took for one in some)
        ended = Counter(f"{one.status} {one.code}".strip() for one in some)
        return {"attempts": len(some), "ended": dict(ended), "p99": round(took[int(len(took) * 0.99)], 2) if took else None}


class Trade:
    """All of them, as long as the block lasts."""

    def __init__(self, running: Running, world: World, house: TradingHouse) -> None:
        self._running, self._house = running, house
        self._bought, self._odd = world.shelves[:-20], world.shelves[-20:]
        self._world = replace(world, shelves=self._bought)
        self._stop = asyncio.Event()
        self.seen = Seen()

    @asynccontextmanager
    async def going_on(self) -> AsyncGenerator[Seen]:
        people = [self._buys(place) for place in range(BUYERS)]
        people += [self._looks(), self._signs_in(), self._changes()]
        tasks = [asyncio.create_task(one) for one in people]
        try:
            yield self.seen
        finally:
            self._stop.set()
            await asyncio.gather(*tasks)

    async def _buys(self, place: int) -> None:
        buyer = Buyer(self._world, self._world.buyers[place], self._running.port, place)
        turns = itertools.cycle(zip(BUYING, (buyer.paid, buyer.journey), strict=True))
        while not self._stop.is_set():
            what, ask = next(turns)
            one = await self._noted(what, ask, buyer.connection.close)
            if one.status == 201:
                self.seen.paid.add(order_id(one.reply))
            await asyncio.sleep(0.1)
        buyer.connection.close()

    async def _looks(self) -> None:
        """A visitor searches, browses a category and opens a product."""
        async with self._browser() as browser:
            turns = itertools.cycle(LOOKING.items())
            while not self._stop.is_set():
                what, path = next(turns)
                await self._noted(what, lambda path=path: _asked(browser.get(path)))
                await asyncio.sleep(0.1)

    async def _signs_in(self) -> None:
        """Somebody registers once, and signs in every few seconds from a new browser."""
        who = {"email": f"{self._world.slug}@visitor.example", "password": PASSWORD}
        async with self._browser() as browser:
            await self._noted("register", lambda: _asked(browser.post("/api/v1/auth/register", json=who | {"name": "Visitor"})))
        while not self._stop.is_set():
            async with self._browser() as browser:
                await self._noted("sign in", lambda browser=browser: _asked(browser.post("/api/v1/auth/sign-in", json=who)))
            await asyncio.sleep(2)

    async def _changes(self) -> None:
        """Sellers run out of things and have them again; nobody buys these."""
        async with self._house.db.read(None) as uow:
            levels = await inventory.levels(uow, [shelf.variant_id for shelf in self._odd])
        for turn in itertools.count():
            if self._stop.is_set():
                return
            some = levels[turn % 4 :: 4]
            counts = [inventory.Count(level.seller_id, level.variant_id, level.location_id, turn // 4 % 2) for level in some]
            await self._noted("stock", lambda counts=counts: self._count(counts))
            await asyncio.sleep(0.2)

    async def _count(self, counts: list[inventory.Count]) -> tuple[int, bytes]:
        try:
            async with self._house.db.begin(None) as uow:
                await inventory.set_on_hand(uow, counts)
        except Unavailable:
            return 503, b""
        return 200, b""

    def _browser(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self._running.port}", headers={"host": f"{self._world.slug}.localhost"}, timeout=30
        )

    async def _noted(self, what: str, ask: Ask, cut_off: Callable[[], None] = lambda: None) -> Attempt:
        began = time.monotonic()
        try:
            status, reply = await asyncio.wait_for(ask(), 30)
        except (OSError, asyncio.IncompleteReadError, TimeoutError, httpx.TransportError):
            status, reply = 0, b""
            cut_off()
        one = Attempt(began, what, status, time.monotonic() - began, reply)
        self.seen.attempts.append(one)
        return one


async def _asked(reply: Awaitable[httpx.Response]) -> tuple[int, bytes]:
    answered = await reply
    return answered.status_code, answered.content


async def converged(house: TradingHouse, within: float) -> float:
    """Everything that follows has followed: nothing waits, nothing is parked, the whole index is what the database says.

    After how many seconds.
    """
    began = time.monotonic()
    waits: object = None
    while time.monotonic() - began < within:
        try:
            waits = await _waiting(house)
        except (BusAway, SearchUnavailable) as away:
            waits = str(away)
        if not waits:
            return time.monotonic() - began
        await asyncio.sleep(1)
    raise AssertionError(f"after {within:.0f} s there still waits: {waits}")


async def _waiting(house: TradingHouse) -> object:
    if (waiting := (await lag(house.db))[0]) or await parked(house.db):
        return {"outbox": waiting, "parked": await parked(house.db)}
    if behind := {name: one.waiting for name, one in (await house.bus.lags(INTERESTS)).items() if one.waiting}:
        return behind
    found = await verify_index(house, sample=None)
    return found.says()


async def confirmations(house: TradingHouse, world: World) -> Counter[str]:
    """How many letters each order has had that say it was received."""
    async with house.db.read(world.tenant_id) as uow:
        letters = await uow.entities(select(NotificationMail.params).where(NotificationMail.template == Template.ORDER_CONFIRMED))
    return Counter(str(params["order"]) for params in letters)
