"""`velora bench search`: how fast pages of results come while products change, over real HTTP and from the engine alone.

An open loop: a query leaves when its time has come, whatever became of the one before, and its latency counts from then. A run after
which the index is not what the database says has no result. `velora bench rebuild`: how long building the index anew takes.
"""

import asyncio
import os
import platform
import time
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection as PipeEnd
from typing import Any, Final

import orjson
import uvloop

from velora.apps.bench.catalogue import Catalogue, Thing, change, make_catalogue, word_of
from velora.apps.bench.checkout import BenchFailed, serving
from velora.apps.bench.client import Connection
from velora.apps.wiring import open_house
from velora.flows.house import TradingHouse
from velora.flows.indexing import build_anew, index_listings, verify_index
from velora.flows.screens.storefront.lists import cards
from velora.kernel.errors import accepted
from velora.modules.catalog import service as catalog
from velora.modules.catalog.events import ListingChanged
from velora.platform.db.health import durability, health
from velora.platform.search import Query
from velora.platform.settings import Settings

WORKLOADS: Final = ("four facets", "words", "category")
_EACH: Final = 40  # changes in a transaction, and in one write of the index: what a round of the relay brings at 200 a second
_STEADY: Final = 100  # products whose prices are changed one by one, to see how long each takes to be found
_PROBES_A_SECOND: Final = 2
_MATERIALS: Final = ("oak", "steel", "glass", "wool", "bamboo", "ceramic")
_COLOURS: Final = ("brass", "black", "white", "red", "blue", "green")


@dataclass(frozen=True)
class Asked:
    """How to run: a marketplace of so many products, so many queries a second, so many changed products a second, for so long."""

    products: int = 100_000
    queries: float = 50.0
    changes: float = 200.0
    seconds: float = 20.0
    warm_up: float = 5.0
    workers: int = 1


Told = Callable[[str, int, int], None]


async def bench_search(settings: Settings, asked: Asked, told: Told) -> dict[str, Any]:
    """The figures with their conditions. Raises BenchFailed when the index is wrong afterwards."""
    async with open_house(settings) as house:
        made = await make_catalogue(house, asked.products, lambda done, of: told("Stocking", done, of))
        rebuilt = await _rebuild(house, told)
        results: list[dict[str, Any]] = []
        async with serving(settings, asked.workers) as (port, _), _changing(settings, made, asked.changes) as changes:
            for workload in WORKLOADS:
                told(f"Searching: {workload}", 0, 0)
                over_http = await _measured(_pages(made, port), workload, asked)
                alone = await _measured(_engine(house, made), workload, asked)
                results.append({"workload": workload, "api": over_http, "engine": alone})
        told("Comparing", 0, 0)
        proof = await verify_index(house, sample=5_000)
        if not proof.well:
            raise BenchFailed(f"The index is not what the database says: {proof.says()}")
        return {
            "bench": "search",
            "conditions": await _conditions(house, asked),
            "results": results,
            "changes": {"changed": changes.changed, "searchable_after": _summary(changes.lags)},
            "rebuild": rebuilt,
            "proof": {"compared": proof.checked, "wrong": len(proof.wrong)},
        }


async def bench_rebuild(settings: Settings, products: int, told: Told) -> dict[str, Any]:
    """How long it takes to build the index of so many products from the database, with what is there already."""
    async with open_house(settings) as house:
        await make_catalogue(house, products, lambda done, of: told("Stocking", done, of))
        rebuilt = await _rebuild(house, told)
        return {"bench": "rebuild", "conditions": await _conditions(house, Asked(products)), "results": rebuilt}


async def _rebuild(house: TradingHouse, told: Told) -> dict[str, Any]:
    began = time.perf_counter()
    built = await build_anew(house, lambda done, of: told("Indexing", done, of))
    seconds = time.perf_counter() - began
    return {"documents": built.documents, "seconds": round(seconds, 1), "documents_per_second": round(built.documents / seconds)}


async def _conditions(house: TradingHouse, asked: Asked) -> dict[str, Any]:
    return {
        "machine": platform.platform(), "cores": os.cpu_count(), "load_average": os.getloadavg()[0],
        "python": platform.python_version(), "velora": version("velora"), "engine": (await house.search.about()).engine,
        "database": (await health(house.db.engine)).version, "durability": await durability(house.db.engine), **asdict(asked),
    }  # fmt: skip


# ------------------------------------------------------------------------------------------- queries

Ask = Callable[[str, int], Awaitable[int]]
"""Answers how many were found, for a workload and the number of the query."""


def _pages(made: Catalogue, port: int) -> Ask:
    """Over HTTP, each query on the connection that has been free for longest: one that nobody uses is closed by who serves."""
    free: deque[Connection] = deque()

    async def ask(workload: str, number: int) -> int:
        connection = free.popleft() if free else Connection(port, {"host": f"{made.slug}.localhost"})
        words, choices = _query(made, workload, number)
        query = "&".join([f"q={words.replace(' ', '+')}", *(f"{key}={value}" for key, values in choices.items() for value in values)])
        status, body = await connection.send("GET", f"/api/v1/search?{query}")
        if status != 200:
            raise BenchFailed(f"A search was answered {status}: {body[:200]!r}")
        free.append(connection)
        return int(orjson.loads(body)["total"])

    return ask


def _engine(house: TradingHouse, made: Catalogue) -> Ask:
    """The engine alone, without routes and HTTP."""

    async def ask(workload: str, number: int) -> int:
        words, choices = _query(made, workload, number)
        query = Query("EUR", words, "en-DE", {key: frozenset(values) for key, values in choices.items()})
        return (await house.search.search(made.tenant_id, query)).total

    return ask


def _query(made: Catalogue, workload: str, number: int) -> tuple[str, dict[str, Sequence[str]]]:
    words = made.words[number % len(made.words)]
    match workload:
        case "four facets":
            return words, {
                "category": [f"room-{made.room_of(words)}"],
                "seller": [f"{made.slug}-s{(number + step) % 20}" for step in range(10)],
                "attr.colour": [_COLOURS[number % 6], _COLOURS[(number + 1) % 6]],
                "attr.material": [_MATERIALS[number % 6], _MATERIALS[(number + 1) % 6], _MATERIALS[(number + 2) % 6]],
            }
        case "words":
            return words, {}
        case _:
            return "", {"category": [f"room-{number % 5}"]}


async def _measured(ask: Ask, workload: str, asked: Asked) -> dict[str, Any]:
    latencies: list[float] = []
    found: list[int] = []

    async def one(number: int, due: float) -> None:
        found.append(await ask(workload, number))
        if due >= measured_from:
            latencies.append((time.perf_counter() - due) * 1000)

    began = time.perf_counter()
    measured_from = began + asked.warm_up
    async with asyncio.TaskGroup() as under_way:
        for number in range(round((asked.warm_up + asked.seconds) * asked.queries)):
            due = began + number / asked.queries
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            under_way.create_task(one(number, due))
    if not any(found):
        raise BenchFailed(f"Nothing was ever found by the workload {workload}")
    return _summary(latencies) | {"found_mean": round(sum(found) / len(found))}


def _summary(latencies: Sequence[float]) -> dict[str, Any]:
    ordered = sorted(latencies)
    at = {name: ordered[int(len(ordered) * share)] for name, share in (("p50_ms", 0.5), ("p95_ms", 0.95), ("p99_ms", 0.99))}
    return {"count": len(ordered)} | {name: round(value, 1) for name, value in at.items()} | {"max_ms": round(ordered[-1], 1)}


# ------------------------------------------------------------------------------------------- changes


@dataclass
class _Changes:
    """How many products were changed, and after how many milliseconds the watched ones were found so."""

    changed: int = 0
    lags: list[float] = field(default_factory=list[float])


@asynccontextmanager
async def _changing(settings: Settings, made: Catalogue, a_second: float) -> AsyncGenerator[_Changes]:
    """Products change meanwhile, in a process of their own: what is measured here does not wait for it. The answer is filled at the end."""
    changes, spawning = _Changes(), get_context("spawn")
    here, there = spawning.Pipe()
    process = spawning.Process(target=_change_until_told, args=(settings, made, a_second, there), daemon=True)
    process.start()
    there.close()  # so that it is known here when the process ends
    try:
        await asyncio.to_thread(here.recv)  # it has begun
        yield changes
        here.send(None)
        changes.changed, changes.lags = await asyncio.to_thread(here.recv)
    except (EOFError, OSError) as error:
        raise BenchFailed("The process that changes products has ended; its output above says why.") from error
    finally:
        process.terminate()
        process.join()


def _change_until_told(settings: Settings, made: Catalogue, a_second: float, there: PipeEnd) -> None:
    os.nice(10)  # it indexes, as a worker does, and as a worker it lets requests go first

    async def work() -> None:
        async with open_house(settings) as house:
            changing = _Changing(house, made, a_second)
            there.send(None)
            await changing.until(asyncio.to_thread(there.recv))
            there.send((changing.changed, changing.lags))

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work())


class _Changing:
    """Products change at a steady pace and are indexed; of some it is watched how long after the commit they are found so."""

    def __init__(self, house: TradingHouse, made: Catalogue, a_second: float) -> None:
        self._house = house
        self._made = made
        self._a_second = a_second
        self._over = asyncio.Event()
        self.changed = 0
        self.lags: list[float] = []

    async def until(self, told: Awaitable[object]) -> None:
        async with asyncio.TaskGroup() as under_way:
            under_way.create_task(self._change())
            under_way.create_task(self._probe())
            await told
            self._over.set()

    async def _change(self) -> None:
        things = self._made.things[_STEADY:]
        began = time.perf_counter()
        for turn in count():
            if self._over.is_set() or not self._a_second:
                return
            some = [things[(turn * _EACH * 7 + step * 131) % len(things)] for step in range(_EACH)]
            await index_listings(self._house, await change(self._house, self._made, list(dict.fromkeys(some)), turn))
            self.changed += _EACH
            await asyncio.sleep(max(0.0, began + self.changed / self._a_second - time.perf_counter()))

    async def _probe(self) -> None:
        for turn in count():
            if self._over.is_set():
                return
            await self._watch(self._made.things[turn % _STEADY], 70_000 + turn)
            await asyncio.sleep(1 / _PROBES_A_SECOND)

    async def _watch(self, thing: Thing, amount: int) -> None:
        async with self._house.db.begin(None) as uow:
            price = catalog.PriceChange(self._made.tenant_id, thing.seller_id, thing.variant_id, amount)
            accepted(catalog.Repriced, await catalog.set_prices(uow, [price]))
        committed = time.perf_counter()
        await index_listings(self._house, [ListingChanged(self._made.tenant_id, thing.listing_id)])
        query = Query("EUR", word_of(thing.number), facets=())
        while True:
            shown = cards(await self._house.search.search(self._made.tenant_id, query), "EUR")
            if shown and shown[0]["price"]["amount"] == amount:
                self.lags.append((time.perf_counter() - committed) * 1000)
                return
            await asyncio.sleep(0.02)
