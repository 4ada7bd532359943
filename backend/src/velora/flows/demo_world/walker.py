"""Who lives through the months: the house at an earlier hour, and what has been ordered so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Protocol, runtime_checkable

from velora.flows.demo_world.plan import Planned
from velora.flows.demo_world.world import World
from velora.flows.house import TradingHouse
from velora.kernel.clock import ManualClock
from velora.kernel.ids import NODES, id_source, time_of
from velora.kernel.principal import Principal
from velora.modules.orders import service as orders
from velora.modules.orders.service import State
from velora.platform.db import Database, UnitOfWork
from velora.platform.db.group_commit import Writes
from velora.platform.db.idempotency import Asked

Key = tuple[int, int]
_MARK = "demo-"


class Card(Protocol):
    @property
    def token(self) -> str: ...


@runtime_checkable
class CardCounter(Protocol):
    """A gateway that makes tokens of test cards and lets them be confirmed: the sandbox."""

    async def tokenize(self, number: str, exp_month: int, exp_year: int) -> Card | None: ...
    async def answer_challenge(self, ref: str, *, approved: bool) -> object: ...


@runtime_checkable
class BankCounter(Protocol):
    """A bank whose accounts can be closed: the sandbox."""

    async def close_account(self, destination: str) -> None: ...
    async def open_account(self, destination: str) -> None: ...


Part = tuple[Planned, str]
"""One seller's part of an order."""


@dataclass
class Walker:
    """`totals` is what each order costs its buyer; `orders` and `parts` are the (tenant, id) of what was ordered, by mark and seller."""

    house: TradingHouse
    clock: ManualClock
    world: World
    tokens: Mapping[str, str]
    totals: Mapping[str, int]
    orders: dict[str, Key] = field(default_factory=dict[str, Key])
    parts: dict[tuple[str, str], Key] = field(default_factory=dict[tuple[str, str], Key])
    _unread: dict[Key, str] = field(default_factory=dict[Key, str])

    def note(self, placed: Mapping[Key, str]) -> None:
        """These orders, with their marks, are known from now on."""
        self.orders |= {mark: key for key, mark in placed.items()}
        self._unread |= placed

    async def keys_of(self, parts: Sequence[Part]) -> list[Key]:
        """The (tenant, seller order) of each of these."""
        if self._unread and any((order.mark, slug) not in self.parts for order, slug in parts):
            async with self.house.db.read(None) as uow:
                found = await orders.parts_of(uow, self._unread)
            for part in found:
                self.parts[self._unread[part.tenant_id, part.order_id], self.world.seller_of(part.seller_id)] = (part.tenant_id, part.id)
            self._unread.clear()
        return [self.parts[order.mark, slug] for order, slug in parts]

    def buyer_of(self, order: Planned) -> Principal:
        """Who ordered, as they come to the routes."""
        if order.regular:
            return Principal(account_id=self.world.accounts[order.buyer.email])
        return Principal(guest_key=guest_key(order))


def guest_key(order: Planned) -> str:
    """The key in the cookie of whoever placed this: it also tells the orders of the plan from others."""
    return f"{_MARK}{order.mark}"


def asked(what: str) -> Asked:
    """The same each time that this is asked."""
    return Asked(sha256(f"demo world: {what}".encode()).digest(), sha256(what.encode()).digest())


def earlier(house: TradingHouse, clock: ManualClock) -> TradingHouse:
    """The same engines at another hour, with ids of that hour."""
    # A node chosen by the millisecond, so that a second try does not make the ids of the first again.
    node = int(time_of(house.db.new_id()).timestamp() * 1000) % NODES
    db = Database(house.db.engine, clock, id_source(clock, node))
    return replace(house, clock=clock, db=db, writes=Writes(db))


async def remember(walker: Walker) -> datetime | None:
    """What an earlier try has ordered is known again; when its last order was placed."""
    placed: dict[Key, str] = {}
    latest: datetime | None = None
    async with walker.house.db.read(None) as uow:
        for seller_id in walker.world.sellers.values():
            for order in await _orders_of(uow, seller_id):
                if order.guest_key.startswith(_MARK):
                    placed[order.tenant_id, order.id] = order.guest_key.removeprefix(_MARK)
                    latest = max(latest or order.placed_at, order.placed_at)
    walker.note(placed)
    return latest


async def _orders_of(uow: UnitOfWork, seller_id: int) -> Sequence[orders.Order]:
    keys: set[Key] = set()
    before: int | None = None
    while page := await orders.of_seller(uow, seller_id, tuple(State), before=before, limit=500):
        keys |= {(part.tenant_id, part.order_id) for part in page}
        before = page[-1].id
    return list((await orders.orders_by_id(uow, keys)).values())
