"""Use cases of figures: a day is asked for, counted again as a whole, and said by month.

A figure is never moved by what an event says of an amount. An event only says which day has changed; the day is then counted anew from
the tables. So an event that comes twice, late, or in another order changes nothing, and a day that was wrong is right after the next.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from velora.modules.reporting import repository
from velora.modules.reporting.policy import (
    ALL_SELLERS,
    DAY,
    MONTH,
    Name,
    Sum,
    changes,
    date_of,
    day_at,
    day_of,
    ids_of,
    month_at,
    month_before,
    month_end,
    month_of,
)
from velora.modules.reporting.repository import DayKey
from velora.platform.db import UnitOfWork

__all__ = [
    "ALL_SELLERS", "Figure", "Name", "Sum", "add_up_months", "ask", "date_of", "day_of", "days", "days_of", "days_since", "due",
    "ids_of", "month_at", "month_before", "of_marketplace", "of_seller", "put", "take", "wrong_in", "wrong_months",
]  # fmt: skip


class Figure(NamedTuple):
    """So many pieces and so much money under a name in a month."""

    month: int
    name: str
    currency: str
    pieces: int
    amount_minor: int


async def ask(uow: UnitOfWork, keys: Collection[DayKey]) -> None:
    """These (tenant, day) are counted again some time after this transaction has committed. Asking twice is asking once.

    Raises Duplicate when another transaction asks for the first of the same days meanwhile; whoever tries again, succeeds.
    """
    await repository.ask(uow, keys)


async def due(uow: UnitOfWork, *, limit: int) -> list[DayKey]:
    """(tenant, day) that are to be counted, the newest days first. Platform scope."""
    return await repository.due(uow, limit=limit)


async def take(uow: UnitOfWork, key: DayKey) -> bool:
    """The day is this transaction's to count, and no longer due; False when another is at it, or was.

    Count it after this, in the same transaction: whatever changes later asks for it anew.
    """
    return await repository.take(uow, key)


async def put(uow: UnitOfWork, key: DayKey, counted: Mapping[Name, Sum]) -> set[Name]:
    """The day says what was counted, and so does its month; which figures changed. The day must have been taken."""
    tenant_id, day = key
    deltas = changes(await repository.said(uow, tenant_id, DAY, day), counted)
    if deltas:
        await repository.add(uow, tenant_id, DAY, day, deltas)
        await repository.add(uow, tenant_id, MONTH, month_of(day), deltas)
    return set(deltas)


async def wrong_in(uow: UnitOfWork, key: DayKey, counted: Mapping[Name, Sum]) -> set[Name]:
    """The figures of a (tenant, day) that do not say what was counted. Count and ask in one snapshot."""
    tenant_id, day = key
    return set(changes(await repository.said(uow, tenant_id, DAY, day), counted))


async def days(uow: UnitOfWork, tenant_id: int) -> list[int]:
    """The days of a marketplace of which something is said."""
    return await repository.starts(uow, tenant_id, DAY)


def days_of(tenant_id: int, ids: Iterable[int]) -> set[DayKey]:
    """The (tenant, day) on which these were made."""
    return {(tenant_id, day_of(id_)) for id_ in ids}


async def of_seller(uow: UnitOfWork, seller_id: int, *, tenant_id: int | None = None) -> Sequence[Figure]:
    """What a seller's months say, in one marketplace or in all. Platform scope."""
    return [Figure(*row) for row in await repository.months_of(uow, tenant_id, seller_id)]


async def of_marketplace(uow: UnitOfWork, tenant_id: int | None) -> Sequence[Figure]:
    """What the months of a marketplace, or of all, say of it as a whole."""
    return [Figure(*row) for row in await repository.months_of(uow, tenant_id, ALL_SELLERS)]


async def days_since(
    uow: UnitOfWork, tenant_ids: Collection[int], since: datetime, names: Collection[str]
) -> list[tuple[date, str, str, int]]:
    """(day, name, currency, amount) of these marketplaces together, under these names, from the day of that moment on."""
    found = await repository.days_since(uow, tenant_ids, ALL_SELLERS, day_at(since), names)
    return [(date_of(day), name, currency, total) for day, name, currency, total in found]


async def wrong_months(uow: UnitOfWork, tenant_id: int) -> dict[int, set[Name]]:
    """The months that do not say what their days say together, with what differs. Read it in a snapshot."""
    every = {month_of(day) for day in await repository.starts(uow, tenant_id, DAY)} | set(await repository.starts(uow, tenant_id, MONTH))
    wrong = {
        month: set(changes(await repository.said(uow, tenant_id, MONTH, month), await _adds_up(uow, tenant_id, month)))
        for month in sorted(every)
    }
    return {month: names for month, names in wrong.items() if names}


async def add_up_months(uow: UnitOfWork, tenant_id: int, months: Collection[int]) -> None:
    """These months say what their days say together, also where they were wrong. Days may be counted meanwhile."""
    for month in sorted(months):
        stands = await repository.said(uow, tenant_id, MONTH, month, locked=True)
        await repository.add(uow, tenant_id, MONTH, month, changes(stands, await _adds_up(uow, tenant_id, month)))


async def _adds_up(uow: UnitOfWork, tenant_id: int, month: int) -> dict[Name, Sum]:
    return await repository.summed(uow, tenant_id, month, month_end(month))
