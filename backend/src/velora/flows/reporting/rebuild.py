"""Every day is counted again from the tables, and doubted. The shop is open meanwhile, and every page answers.

Nothing is built beside and swapped: a day is replaced as a whole in one transaction, and is right from then on. So a build that is
stopped has done no harm, and the next one may begin anew.
"""

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from velora.flows.reporting.count import count_due, counted
from velora.modules.ledger import service as ledger
from velora.modules.orders import service as orders
from velora.modules.payouts import service as payouts
from velora.modules.reporting import service as reporting
from velora.modules.reporting.service import Name
from velora.modules.tenants import service as tenants
from velora.platform.db import Database, UnitOfWork
from velora.platform.db.errors import Deadlock, Duplicate
from velora.platform.db.run_marks import done_for, mark_done

Progress = Callable[[int, int], None]
"""Told how many of how many days are done."""
DayKey = tuple[int, int]

# What every marketplace's history is asked for once; with another number when something else is counted.
_RUN: Final = sha256(b"reporting 1").digest()
_BEGUN: Final = "asked for"
_TRIES: Final = 5
_LOOKS: Final = 20
_BETWEEN_LOOKS: Final = 0.5  # seconds
_AT_ONCE: Final = 200


@dataclass
class Figures:
    """How many days were looked at, and which figures of which (tenant, day) were wrong; `months`: those that are not their days' sum."""

    days: int = 0
    wrong: dict[DayKey, Collection[Name]] = field(default_factory=dict[DayKey, Collection[Name]])
    months: dict[DayKey, Collection[Name]] = field(default_factory=dict[DayKey, Collection[Name]])

    @property
    def well(self) -> bool:
        return not self.wrong and not self.months


async def ask_for_all(db: Database) -> int:
    """Marketplaces whose history was never asked for have it counted, a worker's turn at a time; how many there were."""
    every = await _marketplaces(db)
    async with db.read(None) as uow:
        asked = await done_for(uow, _RUN, _BEGUN)
    missing = [tenant_id for tenant_id in every if tenant_id not in asked]
    for tenant_id in missing:
        async with db.begin(tenant_id) as uow:
            await _ask(uow, tenant_id, await _days(uow, tenant_id))
            await mark_done(uow, tenant_id, _RUN, [_BEGUN])
    return len(missing)


async def ask_for_days_before(db: Database, below_id: int) -> None:
    """Whatever is said of days before this id is counted again: something of them is no longer there."""
    for tenant_id in await _marketplaces(db):
        async with db.begin(tenant_id) as uow:
            await _ask(uow, tenant_id, [day for day in await reporting.days(uow, tenant_id) if day < reporting.day_of(below_id)])


async def rebuild_figures(db: Database, tenant_id: int | None, progress: Progress) -> Figures:
    """Every day of a marketplace, or of all, says what the tables say, and every month what its days say; what had not."""
    found = Figures()
    plan = await _plan(db, tenant_id)
    for tenant, days in plan.items():
        for day in reversed(days):
            wrong = await _anew(db, (tenant, day))
            found.days += 1
            if wrong:
                found.wrong[tenant, day] = wrong
            progress(found.days, sum(map(len, plan.values())))
        async with db.snapshot(tenant) as uow:
            months = await reporting.wrong_months(uow, tenant)
        async with db.begin(tenant) as uow:
            await reporting.add_up_months(uow, tenant, months)
        found.months |= {(tenant, month): names for month, names in months.items()}
    return found


async def verify_figures(db: Database, tenant_id: int | None, progress: Progress) -> Figures:
    """Every day is held against the tables, and every month against its days. What changes meanwhile is looked at again for a while."""
    while await count_due(db):
        continue
    found = Figures()
    plan = await _plan(db, tenant_id)
    for tenant, days in plan.items():
        for day in days:
            found.days += 1
            if wrong := await _wrong(db, (tenant, day)):
                found.wrong[tenant, day] = wrong
            progress(found.days, sum(map(len, plan.values())))
    for key in list(found.wrong):
        for _ in range(_LOOKS):
            if not (wrong := await _wrong(db, key)):
                del found.wrong[key]
                break
            found.wrong[key] = wrong
            await asyncio.sleep(_BETWEEN_LOOKS)
            await count_due(db)
    for tenant in plan:
        async with db.snapshot(tenant) as uow:
            found.months |= {(tenant, month): names for month, names in (await reporting.wrong_months(uow, tenant)).items()}
    return found


async def _anew(db: Database, key: DayKey) -> set[Name]:
    """The day is counted; which of its figures had said something else."""
    for _ in range(_TRIES - 1):
        with suppress(Duplicate, Deadlock):  # a worker was at the first of the same month, or day
            return await _anew_once(db, key)
    return await _anew_once(db, key)


async def _anew_once(db: Database, key: DayKey) -> set[Name]:
    async with db.begin(key[0]) as uow:
        await reporting.ask(uow, {key})
        await reporting.take(uow, key)  # asked for here, so nobody else has it
        return await reporting.put(uow, key, await counted(uow, *key))


async def _wrong(db: Database, key: DayKey) -> set[Name]:
    async with db.snapshot(key[0]) as uow:
        return await reporting.wrong_in(uow, key, await counted(uow, *key))


async def _marketplaces(db: Database) -> list[int]:
    async with db.read(None) as uow:
        return [one.id for one in await tenants.all_tenants(uow)]


async def _plan(db: Database, tenant_id: int | None) -> dict[int, list[int]]:
    every = [tenant_id] if tenant_id is not None else await _marketplaces(db)
    async with db.read(None) as uow:
        return {one: await _days(uow, one) for one in every}


async def _days(uow: UnitOfWork, tenant_id: int) -> list[int]:
    """From the first to the last day of which there is anything, and whatever else is spoken of."""
    ends = [await module.ends_of(uow, tenant_id) for module in (orders, payouts, ledger)]
    ids = [id_ for pair in ends if pair for id_ in pair]
    there = range(reporting.day_of(min(ids)), reporting.day_of(max(ids)) + 1) if ids else range(0)
    return sorted({*there, *await reporting.days(uow, tenant_id)})


async def _ask(uow: UnitOfWork, tenant_id: int, days: Collection[int]) -> None:
    wanted = sorted(days)
    for start in range(0, len(wanted), _AT_ONCE):
        await reporting.ask(uow, {(tenant_id, day) for day in wanted[start : start + _AT_ONCE]})
