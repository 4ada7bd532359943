"""`velora bench ledger`: postings a second in bulk, and what sealing, verifying and reading a long history cost.

The journals are like captures: one of four postings, to two sellers, a tax office and the gateway's fee. What is posted goes through
the ledger's own `post`, in transactions of many journals, from several processes; nothing is switched off.
"""

import asyncio
import os
import platform
import resource
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from multiprocessing import get_context
from typing import Any, Final

from velora.apps.bench.checkout import BenchFailed
from velora.apps.wiring import open_house
from velora.flows import postings
from velora.flows.bookkeeping.seal import seal_once
from velora.flows.bookkeeping.verify import Outside
from velora.flows.house import TradingHouse
from velora.kernel.ids import encode
from velora.modules.ledger import service as ledger
from velora.modules.ledger.service import Journal, Posted, legs
from velora.platform.db.database import open_database
from velora.platform.db.health import durability, health
from velora.platform.settings import Settings

_POSTINGS: Final = 4  # of a journal
_SELLERS: Final = 200
_PAGES: Final = 25


@dataclass(frozen=True)
class Amount:
    """How much to post: journals in all, so many in a transaction, from so many processes."""

    journals: int = 100_000
    batch: int = 500
    processes: int = 2


Told = Callable[[str, int, int], None]


async def bench_ledger(settings: Settings, amount: Amount, told: Told) -> dict[str, Any]:
    """The figures with their conditions. Raises BenchFailed when the books do not hold afterwards."""
    async with open_house(settings) as house:
        tenant_id = house.db.new_id()  # books of their own: nothing else is in them
        posted = await _post_from_processes(settings, tenant_id, amount, told)
        figures = {"posted": posted, **await _read(house, tenant_id, told)}
        conditions = {
            "machine": platform.platform(), "cores": os.cpu_count(), "python": platform.python_version(), "velora": version("velora"),
            "database": (await health(house.db.engine)).version, "durability": await durability(house.db.engine), **asdict(amount),
        }  # fmt: skip
    return {"bench": "ledger", "conditions": conditions, "results": figures}


async def _post_from_processes(settings: Settings, tenant_id: int, amount: Amount, told: Told) -> dict[str, float]:
    """Postings a second over the wall clock, every process posting as fast as it can."""
    each = amount.journals // amount.processes
    address = settings.database_address
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(amount.processes, mp_context=get_context("spawn")) as pool:
        waiting = [loop.run_in_executor(pool, warm_up, address, tenant_id) for _ in range(amount.processes)]
        await asyncio.gather(*waiting)
        began = time.perf_counter()
        told("posting", 0, amount.journals)
        work = [loop.run_in_executor(pool, post_alone, address, tenant_id, each, amount.batch) for _ in range(amount.processes)]
        cpu = sum(await asyncio.gather(*work))
        seconds = time.perf_counter() - began
    journals = each * amount.processes
    told("posting", journals, amount.journals)
    return {
        "journals": journals, "postings": journals * _POSTINGS, "seconds": round(seconds, 2),
        "postings_per_second": round(journals * _POSTINGS / seconds), "cpu_us_per_posting": round(cpu * 1e6 / journals / _POSTINGS, 1),
    }  # fmt: skip


def warm_up(address: str, tenant_id: int) -> float:
    """The accounts are open and the process has everything loaded."""
    return asyncio.run(_post(address, tenant_id, 200, 200))


def post_alone(address: str, tenant_id: int, journals: int, batch: int) -> float:
    """Post so many in a process of one's own; its CPU seconds."""
    return asyncio.run(_post(address, tenant_id, journals, batch))


async def _post(address: str, tenant_id: int, journals: int, batch: int) -> float:
    db = await open_database(address, connections=2)
    began = time.process_time()
    try:
        for start in range(0, journals, batch):
            async with db.begin(None) as uow:
                many = [_journal(tenant_id, uow.new_id(), uow.now, start + n) for n in range(min(batch, journals - start))]
                if not all(isinstance(one, Posted) for one in await ledger.post(uow, many)):
                    raise BenchFailed("A journal was not posted.")
        return time.process_time() - began
    finally:
        await db.close()


def _journal(tenant_id: int, number: int, at: datetime, place: int) -> Journal:
    """Of two sellers, each time others, with an amount that no other nearby has."""
    one = 1 + place * 37 % _SELLERS
    other = 1 + (place * 37 + 1 + place % 50) % _SELLERS
    amount = 100 + place * 7919 % 99_900
    moves = legs(
        (postings.CLEARING, postings.escrow(one), amount),
        (postings.CLEARING, postings.escrow(other), amount + 1),
        (postings.CLEARING, postings.tax("DE"), amount // 5),
        (postings.GATEWAY_FEES, postings.CLEARING, amount // 33 + 30),
    )
    return Journal(tenant_id, f"bench:{number}", "bench", "EUR", moves, at, payload={"order": encode("ord", number)})


async def _read(house: TradingHouse, tenant_id: int, told: Told) -> dict[str, Any]:
    """Sealed, verified, and read at a moment in the middle of it all."""
    total = (await _counts(house))[1]
    told("sealing", 0, 0)
    began = time.perf_counter()
    blocks = await seal_once(house)
    sealing = time.perf_counter() - began
    told("verifying", 0, 0)
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    async with house.db.snapshot(None) as uow:
        checks = await ledger.verify(uow, None, lambda _name, _more: None, verifies=Outside(house.keys, house.anchors).keys.verifies)
    verifying = time.perf_counter() - began
    if wrong := {check.number: check.count for check in checks if check.count}:
        raise BenchFailed(f"The books do not hold: {wrong}")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {
        "sealed": {"blocks": blocks, "seconds": round(sealing, 2)},
        "verified": {
            "postings": total, "seconds": round(verifying, 2), "seconds_per_million": round(verifying * 1e6 / total, 2),
            "grew_mib": grown // 1024,
        },
        "read": await _pages(house, tenant_id),
    }  # fmt: skip


async def _counts(house: TradingHouse) -> tuple[int, int]:
    async with house.db.read(None) as uow:
        return await ledger.counts(uow, None)


async def _pages(house: TradingHouse, tenant_id: int) -> dict[str, float]:
    """The first page of the busiest account's statement from a minute ago on, and the trial balance of then; medians in milliseconds."""
    async with house.db.read(tenant_id) as uow:
        [clearing] = await ledger.accounts(uow, tenant_id=tenant_id, code_prefix=str(postings.CLEARING))
    moment = house.clock.now() - timedelta(seconds=30)
    pages: list[float] = []
    balances: list[float] = []
    now: list[float] = []
    for _ in range(_PAGES):
        async with AsyncExitStack() as closing:
            uow = await closing.enter_async_context(house.db.read(tenant_id))
            began = time.perf_counter()
            await ledger.statement(uow, clearing, since=moment)
            pages.append(time.perf_counter() - began)
            began = time.perf_counter()
            await ledger.trial_balance(uow, tenant_id=tenant_id, at=moment)
            balances.append(time.perf_counter() - began)
            began = time.perf_counter()
            await ledger.trial_balance(uow, tenant_id=tenant_id)
            now.append(time.perf_counter() - began)
    return {
        "statement_page_ms": _median(pages),
        "trial_balance_at_a_moment_ms": _median(balances),
        "trial_balance_now_ms": _median(now),
    }


def _median(seconds: Sequence[float]) -> float:
    return round(sorted(seconds)[len(seconds) // 2] * 1000, 1)
