"""Processes that are killed again and again under load, and what must be true of the books afterwards."""

import asyncio
import contextlib
import os
import random
import signal
import socket
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import orjson
from sqlalchemy import text

from tests.chaos.servers import Servers
from velora.apps.bench.checkout import Buyer, start_beside, start_server
from velora.apps.bench.world import World, make_world
from velora.apps.migrations.upgrading import upgrade
from velora.apps.wiring import open_house
from velora.flows.bookkeeping.seal import seal_once
from velora.flows.bookkeeping.verify import Outside, verify
from velora.flows.house import TradingHouse
from velora.flows.payment_outcome.sweep import sweep_payments
from velora.kernel.clock import ManualClock, SystemClock
from velora.kernel.ids import decode
from velora.modules.ledger import service as ledger
from velora.modules.payments.gateways.sandbox import SandboxGateway
from velora.platform.db.engine import make_engine
from velora.platform.settings import Settings

LATER = timedelta(minutes=20)  # beyond every lease, hold and wait for an answer
A_FEW_ORDERS = 10


@dataclass
class Seen:
    """What buyers were told."""

    paid: set[int] = field(default_factory=set)
    asked: int = 0
    cut_off: int = 0
    given_up: int = 0
    killed: Counter[str] = field(default_factory=Counter[str])
    ended: Counter[str] = field(default_factory=Counter[str])


async def prepared(settings: Settings) -> World:
    """An installation with a marketplace to be loaded."""
    engine = make_engine(settings.database_address)
    await upgrade(engine)
    await engine.dispose()
    async with open_house(settings) as house:
        return await make_world(house, sellers_count=6, products=60, buyers=24)


class Running:
    """The processes of an installation: one that answers, one that works in the background, one that seals."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.port = _free_port()
        self._processes: dict[str, asyncio.subprocess.Process] = {}

    async def start(self, what: str) -> None:
        if what == "server":
            self._processes[what] = await start_server(self.settings, self.port)
        else:
            command = ("ledger", "seal") if what == "sealer" else ("worker",)
            self._processes[what] = await start_beside(self.settings, *command)

    @asynccontextmanager
    async def paused(self, what: str) -> AsyncGenerator[None]:
        """It stands still, and does not know of it when it goes on."""
        pid = self._processes[what].pid
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    async def kill(self, what: str) -> None:
        """kill -9, and it runs again."""
        process = self._processes[what]
        os.kill(process.pid, signal.SIGKILL)
        await process.wait()
        await self.start(what)

    async def revive(self) -> list[str]:
        """Whatever has ended by itself runs again, as whoever keeps it running would see to; what that was.

        One that starts while the database is away ends, and says so; one that has started waits for it.
        """
        ended = [what for what, process in self._processes.items() if process.returncode is not None]
        for what in ended:
            await self.start(what)
        return ended

    async def stop(self) -> None:
        await self.revive()
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            await process.wait()


async def crash_again_and_again(settings: Settings, world: World, *, kills: int, seed: int, mysql: Servers | None = None) -> Seen:
    """Buyers order while processes are killed so many times; each buyer that was cut off asks again with the same key.

    With `mysql`, the server of the database is killed instead.
    """
    chance = random.Random(seed)
    seen, stop = Seen(), asyncio.Event()
    running = Running(settings)
    for what in ("server", "worker", "sealer"):
        await running.start(what)
    try:
        await _load(running, world, seen, stop, chance, kills, mysql)
    finally:
        await running.stop()
    await asyncio.sleep(0.1)  # the closed connections leave the loop
    return seen


async def _load(
    running: Running, world: World, seen: Seen, stop: asyncio.Event, chance: random.Random, kills: int, mysql: Servers | None
) -> None:
    """Buyers order all the while; what is to die dies, so many times."""
    buyers = [Buyer(world, who, running.port, place) for place, who in enumerate(world.buyers)]
    shopping = [asyncio.create_task(_shop(buyer, seen, stop)) for buyer in buyers]
    for _ in range(kills):
        await asyncio.sleep(chance.uniform(0.2, 1.2))
        what = "mysql" if mysql else chance.choices(("server", "worker", "sealer"), (2, 1, 1))[0]
        seen.killed[what] += 1
        if mysql:
            await asyncio.to_thread(mysql.kill, "mysql")
            await asyncio.to_thread(mysql.start, "mysql")
            seen.ended.update(await running.revive())
            await _trade(seen)
        else:
            await running.kill(what)
    await asyncio.sleep(0.5)
    stop.set()
    await asyncio.gather(*shopping)
    for buyer in buyers:
        buyer.connection.close()


async def _trade(seen: Seen) -> None:
    """Buyers are served again: without a restart of what answers them."""
    enough = len(seen.paid) + A_FEW_ORDERS
    for _ in range(2400):
        if len(seen.paid) >= enough:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("nobody was served for two minutes")


async def _shop(buyer: Buyer, seen: Seen, stop: asyncio.Event) -> None:
    pending: tuple[tuple[object, object], str] | None = None
    while not stop.is_set():
        things, key = pending or (buyer.two_things(), buyer.next_key())
        pending = None
        try:
            seen.asked += 1
            status, reply = await asyncio.wait_for(buyer.order(things, key), 30)  # pyright: ignore[reportArgumentType]
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            seen.cut_off += 1
            pending = (things, key)
            buyer.connection.close()
            await asyncio.sleep(0.05)
            continue
        if status == 201:
            seen.paid.add(order_id(reply))
        elif status == 402 and orjson.loads(reply)["reason"] == "voided":
            seen.given_up += 1  # nobody answered for so long that the sweeper has closed the payment
        elif status in (409, 503):
            # In progress: whoever worked on it is dead, and its lease has yet to end. The books are looked at later.
            await asyncio.sleep(0.05)
        else:
            raise AssertionError(f"answered with {status}: {reply.decode()[:300]}")


async def books_of(settings: Settings, world: World) -> dict[str, object]:
    """After the sweeper has asked for everything of which nothing was heard: what is paid, what was charged, what does not hold."""
    clock = ManualClock(SystemClock().now() + LATER)
    async with open_house(settings, clock) as house:
        while await sweep_payments(house):
            pass
        await seal_once(house)
        assert isinstance(house.gateway, SandboxGateway)
        paid, undecided = await _orders(house, world)
        verdict = await verify(house.db, outside=Outside(house.keys, house.anchors))
        async with house.db.read(None) as uow:
            sealed = await ledger.seals(uow)
        return {
            "paid": paid,
            "undecided": undecided,
            "charges": (await house.gateway.totals()).charges,
            "blocks": sealed.newest.block.n if sealed.newest else 0,
            "unsealed": sealed.oldest_waiting is not None,
            "broken": {check.name: (check.count, check.examples) for check in verdict.checks if check.count},
        }


async def _orders(house: TradingHouse, world: World) -> tuple[set[int], int]:
    async with house.db.read(world.tenant_id) as uow:
        rows = (await uow.connection.execute(text("SELECT id, state FROM orders WHERE tenant_id = :t"), {"t": world.tenant_id})).all()
    return {row.id for row in rows if row.state == "paid"}, sum(row.state == "placed" for row in rows)


def order_id(reply: bytes) -> int:
    return decode("ord", orjson.loads(reply)["order"]["id"])


def _free_port() -> int:
    with contextlib.closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
