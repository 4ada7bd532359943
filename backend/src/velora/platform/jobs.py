"""Doing jobs: take the most urgent, have it done outside of any transaction, and settle it in one. The queue is `platform/db/jobs`.

A job may be done twice, when a worker dies in the middle. So what a handler does outside the database must be the same when done
again; what it does to the database it gives back as a function, which runs in the transaction that ends the job, and so once.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from velora.platform.db import UnitOfWork, jobs
from velora.platform.db.jobs import LEASE, Taken
from velora.platform.house import House

log: Final = logging.getLogger("velora.jobs")

Settle = Callable[[UnitOfWork], Awaitable[None]]
Handler = Callable[[Any, Taken], Awaitable[Settle | None]]  # each says which house it needs

# A job is cut off before its lease ends, so that two workers are never at it.
_TIME: Final = (LEASE - timedelta(seconds=20)).total_seconds()


async def do_one(house: House, handlers: Mapping[str, Handler]) -> int:
    """The most urgent job that is due is done, or is tried again later, or is parked; how many jobs, one or none."""
    async with house.db.read(None) as uow:
        if not await jobs.is_due(uow, handlers):
            return 0
    async with house.db.begin(None) as uow:
        taken = await jobs.take(uow, handlers)
    if taken is None:
        return 0
    try:
        async with asyncio.timeout(_TIME):
            settle = await handlers[taken.kind](house, taken)
        async with house.db.begin(None) as uow:
            if await jobs.done(uow, taken) and settle is not None:
                await settle(uow)
    except asyncio.CancelledError:
        async with house.db.begin(None) as uow:
            await jobs.give_back(uow, taken)
        raise
    except Exception as error:
        log.warning("Job %s %d failed, try %d: %r", taken.kind, taken.id, taken.tries, error)
        await _try_again(house, taken, error)
    return 1


async def _try_again(house: House, taken: Taken, error: Exception) -> None:
    async with house.db.begin(None) as uow:
        pause = await jobs.failed(uow, taken, repr(error))
    if pause is None:
        log.error("Job %s %d is given up after %d tries", taken.kind, taken.id, taken.tries)
