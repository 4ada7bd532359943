"""`velora bench checkout`: orders placed and paid a second, over real HTTP, by signed-in buyers, on the configured database.

Two workloads: `paid` (one request places and pays two lines from two sellers) and `journey` (from an empty cart: two lines
put in, the cart looked at, then ordered). A run after which the ledger does not verify, or in which orders paid differ from
charges at the gateway, has no result.
"""

import asyncio
import contextlib
import os
import platform
import resource
import socket
import sys
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select

from velora.apps.bench.client import Connection
from velora.apps.bench.world import SHIPPING_MINOR, Shelf, SignedInBuyer, World, make_world
from velora.apps.wiring import open_house
from velora.flows.bookkeeping.verify import verify
from velora.flows.house import TradingHouse
from velora.flows.reactions import INTERESTS
from velora.kernel.ids import encode
from velora.modules.orders.models import Order
from velora.modules.payments.gateways.sandbox import SandboxGateway
from velora.platform.bus.relaying import lag
from velora.platform.db.health import counters, durability, health
from velora.platform.settings import Settings

_ADDRESS: Final = {"name": "Ada Lovelace", "line1": "Holstenstraße 12", "postal_code": "24103", "city": "Kiel", "country": "DE"}
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_SETTLES_SECONDS: Final = 4
_CATCHES_UP_SECONDS: Final = 300
_COUNTERS: Final = ("Questions", "Com_commit", "Innodb_os_log_fsyncs", "Innodb_data_fsyncs")
# What may run beside the server: by name, as a command.
BESIDE: Final[Mapping[str, Sequence[str]]] = {"sealing": ("ledger", "seal"), "worker": ("worker",)}


class BenchFailed(Exception):
    """The run has no result; the message says why."""


@dataclass
class Run:
    """What one run counted."""

    workload: str
    orders: int
    seconds: float
    latencies_ms: list[float] = field(repr=False)
    cpu_ms_per_order: dict[str, float]
    per_order: dict[str, float]

    @property
    def orders_per_second(self) -> float:
        return self.orders / self.seconds

    def summary(self) -> dict[str, Any]:
        ordered = sorted(self.latencies_ms)
        return {
            "workload": self.workload,
            "orders": self.orders,
            "orders_per_second": round(self.orders_per_second, 1),
            "p50_ms": round(ordered[len(ordered) // 2], 1),
            "p99_ms": round(ordered[int(len(ordered) * 0.99)], 1),
            "cpu_ms_per_order": {name: round(value, 3) for name, value in self.cpu_ms_per_order.items()},
            "per_order": {name: round(value, 3) for name, value in self.per_order.items()},
        }


@dataclass(frozen=True)
class Wanted:
    """How to run: so many buyers at once, each ordering as soon as it has an answer, for so long."""

    buyers: int = 256
    seconds: float = 10.0
    warm_up: float = 3.0
    workers: int = 1
    workloads: tuple[str, ...] = ("paid", "journey")
    beside: tuple[str, ...] = ()


async def bench_checkout(settings: Settings, wanted: Wanted) -> dict[str, Any]:
    """The figures with their conditions. Raises BenchFailed when the books do not hold afterwards."""
    async with open_house(settings) as house:
        world = await make_world(house)
        before = await _charges(house)
        async with serving(settings, wanted.workers) as (port, process):
            runs: list[Run] = []
            for workload in wanted.workloads:
                runs.append(await _run(house, world, workload, port, process.pid, wanted))
                for name in wanted.beside:
                    async with _beside(house, settings, name):
                        beside = await _run(house, world, workload, port, process.pid, wanted)
                        waiting, _ = await lag(house.db)
                    beside.per_order["events left"] = waiting / beside.orders
                    runs.append(replace(beside, workload=f"{workload}, {name} beside"))
        proof = await _prove(house, world, before)
        conditions = {
            "machine": platform.platform(), "cores": os.cpu_count(), "python": platform.python_version(), "velora": version("velora"),
            "database": (await health(house.db.engine)).version, "durability": await durability(house.db.engine),
            "redis": bool(settings.redis_url.get_secret_value()), **asdict(wanted),
        }  # fmt: skip
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    return {
        "bench": "checkout",
        "conditions": conditions,
        "results": [run.summary() for run in runs],
        "proof": proof,
        "server_peak_mib": peak,
    }


@contextlib.asynccontextmanager
async def _beside(house: TradingHouse, settings: Settings, name: str) -> AsyncGenerator[None]:
    """What `BESIDE` has under this name runs with these settings, has done what was left for it, and is ended at the end."""
    process = await start_beside(settings, *BESIDE[name])
    try:
        await asyncio.sleep(_SETTLES_SECONDS)
        if name == "worker":
            await _caught_up(house)
        yield
    finally:
        process.terminate()
        await process.wait()


async def _caught_up(house: TradingHouse) -> None:
    """What was told before is on the bus, and everybody has had it. Raises BenchFailed when that takes too long."""
    give_up = time.monotonic() + _CATCHES_UP_SECONDS
    while time.monotonic() < give_up:
        waiting, _ = await lag(house.db)
        if not waiting and not any(one.waiting for one in (await house.bus.lags(INTERESTS)).values()):
            return
        await asyncio.sleep(1)
    raise BenchFailed(f"The worker has not caught up in {_CATCHES_UP_SECONDS} seconds; its output above says why.")


@contextlib.asynccontextmanager
async def serving(settings: Settings, workers: int = 1) -> AsyncGenerator[tuple[int, asyncio.subprocess.Process]]:
    """A `velora serve` of these settings on a free port, stopped at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    process = await start_server(settings, port, workers)
    try:
        yield port, process
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


async def start_server(settings: Settings, port: int, workers: int = 1) -> asyncio.subprocess.Process:
    """The process, once it answers that it is ready. Raises BenchFailed when it does not within two minutes."""
    command = _velora("serve", "--port", str(port), "--workers", str(workers))
    process = await asyncio.create_subprocess_exec(*command, env=_environment(settings), stdout=sys.stderr)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.returncode is None:
        connection = Connection(port, {"host": "localhost"})
        try:
            status, _ = await connection.send("GET", "/health/ready")
            if status == 200:
                return process
        except (OSError, asyncio.IncompleteReadError):
            await asyncio.sleep(0.1)
        finally:
            connection.close()
    if process.returncode is None:
        process.kill()
    raise BenchFailed("The server did not become ready within two minutes; its output above says why.")


async def start_beside(settings: Settings, *command: str) -> asyncio.subprocess.Process:
    """A `velora` command of these settings that runs beside the server."""
    return await asyncio.create_subprocess_exec(*_velora(*command), env=_environment(settings), stdout=sys.stderr)


class Buyer:
    """One buyer on one connection; its orders come one after the other."""

    def __init__(self, world: World, who: SignedInBuyer, port: int, place: int) -> None:
        self._world = world
        self._who = who
        self._place = place
        self._name = f"{os.getpid()}-{place}-{time.monotonic_ns():x}"
        self._orders = 0
        headers = {
            "host": f"{world.slug}.localhost",
            "cookie": f"velora_session={who.token}; velora_csrf={who.csrf}",
            "x-csrf-token": who.csrf,
        }
        self.connection = Connection(port, headers)

    def next_key(self) -> str:
        self._orders += 1
        return f"{self._name}-{self._orders}"

    def two_things(self) -> tuple[Shelf, Shelf]:
        """Of two sellers."""
        shelves = self._world.shelves
        first = (self._place * 37 + self._orders * 7) % len(shelves)
        one = shelves[first]
        return one, next(
            other
            for other in (shelves[(first + step) % len(shelves)] for step in range(1, len(shelves)))
            if other.seller_id != one.seller_id
        )

    async def order(self, things: tuple[Shelf, Shelf], key: str, *, from_cart: bool = False) -> tuple[int, bytes]:
        """Place and pay."""
        body: dict[str, Any] = {
            "email": self._who.email,
            "address": _ADDRESS,
            "payment": {"token": "tok_visa"},
            "expected_total": {"amount": sum(thing.price_minor for thing in things) + 2 * SHIPPING_MINOR, "currency": "EUR"},
        }
        if not from_cart:
            body["lines"] = [{"variant_id": encode("var", thing.variant_id), "quantity": 1} for thing in things]
        return await self.connection.send("POST", "/api/v1/checkout", body, key=key)

    async def journey(self) -> tuple[int, bytes]:
        """From an empty cart to a paid order: four requests."""
        things = self.two_things()
        for thing in things:
            status, reply = await self.connection.send(
                "POST", "/api/v1/cart/lines", {"variant_id": encode("var", thing.variant_id), "quantity": 1}
            )
            if status != 200:
                return status, reply
        await self.connection.send("GET", "/api/v1/cart?country=DE")
        return await self.order(things, self.next_key(), from_cart=True)

    async def paid(self) -> tuple[int, bytes]:
        return await self.order(self.two_things(), self.next_key())


async def _run(house: TradingHouse, world: World, workload: str, port: int, server_pid: int, wanted: Wanted) -> Run:
    buyers = [Buyer(world, world.buyers[i % len(world.buyers)], port, i) for i in range(wanted.buyers)]
    await _drive(buyers, workload, wanted.warm_up, [])
    latencies: list[float] = []
    before, cpu, started = await counters(house.db.engine, _COUNTERS), _cpu(server_pid), time.perf_counter()
    await _drive(buyers, workload, wanted.seconds, latencies)
    seconds = time.perf_counter() - started
    spent = {name: (after - cpu[name]) * 1000 / len(latencies) for name, after in _cpu(server_pid).items()}
    counted = {name: (after - before[name]) / len(latencies) for name, after in (await counters(house.db.engine, _COUNTERS)).items()}
    for buyer in buyers:
        buyer.connection.close()
    return Run(workload, len(latencies), seconds, latencies, spent, counted)


async def _drive(buyers: list[Buyer], workload: str, seconds: float, latencies: list[float]) -> None:
    """Closed loop: every buyer orders again as soon as it has its answer."""
    until = time.perf_counter() + seconds

    async def shop(buyer: Buyer) -> None:
        while (began := time.perf_counter()) < until:
            status, reply = await (buyer.paid() if workload == "paid" else buyer.journey())
            if status != 201:
                raise BenchFailed(f"An order was answered with {status}: {reply.decode()[:500]}")
            latencies.append((time.perf_counter() - began) * 1000)

    await asyncio.gather(*(shop(buyer) for buyer in buyers))


async def _prove(house: TradingHouse, world: World, charges_before: int) -> dict[str, Any]:
    """Orders paid = charges at the gateway, and the ledger verifies."""
    async with house.db.read(world.tenant_id) as uow:
        paid = await uow.scalar(select(func.count()).select_from(Order).where(Order.state == "paid"))
    verdict = await verify(house.db, world.tenant_id)
    charges = await _charges(house) - charges_before
    broken = {check.name: check.count for check in verdict.checks if check.count}
    if broken or charges != paid:
        raise BenchFailed(f"The books do not hold: {paid} orders paid, {charges} charges at the gateway, broken invariants: {broken}.")
    return {"orders_paid": paid, "charges": charges, "ledger": "clean", "checks": len(verdict.checks)}


async def _charges(house: TradingHouse) -> int:
    assert isinstance(house.gateway, SandboxGateway)
    return (await house.gateway.totals()).charges


def _cpu(server_pid: int) -> dict[str, float]:
    """CPU seconds so far of the server with its children, of the load (this process), and of MySQL where it runs here."""
    seconds = {"server": 0.0, "load": sum(os.times()[:2])}
    parents: dict[int, int] = {}
    own: dict[int, float] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            rest = (entry / "stat").read_text().rsplit(") ", 1)[1]
            command = (entry / "cmdline").read_bytes()
        except (OSError, IndexError):
            continue
        parts = rest.split()
        pid = int(entry.name)
        parents[pid] = int(parts[1])
        own[pid] = (int(parts[11]) + int(parts[12])) / _TICKS
        if b"mysqld\0" in command:  # started by itself or through a loader
            seconds["mysqld"] = seconds.get("mysqld", 0.0) + own[pid]
    for pid, spent in own.items():
        if pid == server_pid or parents.get(pid) == server_pid:
            seconds["server"] += spent
    return seconds


def _velora(*command: str) -> list[str]:
    return [sys.executable, "-c", "from velora.apps.cli import main; main()", *command]


def _environment(settings: Settings) -> dict[str, str]:
    """This process's environment, with the settings in force."""
    given = {
        "VELORA_HOME": str(settings.home.resolve()),
        "VELORA_DATABASE_URL": settings.database_address,
        "VELORA_REDIS_URL": settings.redis_url.get_secret_value(),
        "VELORA_OPENSEARCH_URL": settings.opensearch_url.get_secret_value(),
        "VELORA_KAFKA_URL": settings.kafka_url.get_secret_value(),
        # All of it comes from one address.
        "VELORA_REQUESTS_PER_MINUTE": "0",
        "VELORA_SEARCHES_PER_MINUTE": "0",
        "VELORA_SANDBOX_FEE_BPS": str(settings.sandbox_fee_bps),
        "VELORA_SANDBOX_FEE_FIXED_MINOR": str(settings.sandbox_fee_fixed_minor),
    }
    return os.environ | {name: value for name, value in given.items() if value}
