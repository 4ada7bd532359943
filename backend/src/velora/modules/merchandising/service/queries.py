"""Counted queries: what people searched for on each day, whether it found anything, and never who they were."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from velora.modules.merchandising import repository
from velora.modules.merchandising.policy.queries import KEPT, MOST_SHOWN, SHOWN_FROM
from velora.modules.merchandising.repository import QueryKey
from velora.platform.db import UnitOfWork

FORGOTTEN_AT_ONCE: Final = 5_000


class Seen(StrEnum):
    """What became of a query as it was typed."""

    FOUND = "found"
    MISSED = "missed"


@dataclass(frozen=True)
class Counted:
    """How often on one day; `shown` is how somebody typed it."""

    shown: str
    found: int
    missed: int


@dataclass(frozen=True)
class Frequent:
    """A query since a day; `query` as it is compared."""

    query: str
    shown: str
    found: int
    missed: int


def day_of(moment: datetime) -> str:
    """The day on which a query of this moment (UTC) is counted."""
    return moment.date().isoformat()


async def count(uow: UnitOfWork, counts: Mapping[QueryKey, Counted]) -> None:
    """All of these are added to what was counted before. Raises Duplicate when others count the same for the first time: count again."""
    known = await repository.known_queries(uow, counts)
    added = {key: {"found": one.found, "missed": one.missed} for key, one in counts.items() if key in known}
    await repository.count_queries(uow, added)
    new = sorted(set(counts) - known)
    await repository.add_queries(
        uow,
        [
            {
                "tenant_id": tenant_id, "day": day, "query": query, "shown": counts[tenant_id, day, query].shown,
                "found": counts[tenant_id, day, query].found, "missed": counts[tenant_id, day, query].missed,
            }
            for tenant_id, day, query in new
        ],
    )  # fmt: skip


async def popular(uow: UnitOfWork, tenant_id: int) -> list[tuple[str, str]]:
    """What was searched and found often enough to be shown to others, most frequent first: as compared, and as typed."""
    since = day_of(uow.now - KEPT)
    rows = await repository.most_frequent(uow, tenant_id, counted="found", since=since, at_least=SHOWN_FROM, limit=MOST_SHOWN)
    return [(query, shown) for query, shown, _, _ in rows]


async def most_frequent(uow: UnitOfWork, tenant_id: int, seen: Seen, *, days: int, limit: int) -> list[Frequent]:
    """The queries that found something, or nothing, most often in the last days, today with them."""
    since = day_of(uow.now - timedelta(days=days - 1))
    rows = await repository.most_frequent(uow, tenant_id, counted=seen.value, since=since, at_least=1, limit=limit)
    return [Frequent(*row) for row in rows]


async def forget_old(uow: UnitOfWork) -> int:
    """Queries of days longer ago than KEPT are gone, the oldest first; how many, about FORGOTTEN_AT_ONCE. Platform scope."""
    return await repository.forget_before(uow, day_of(uow.now - KEPT), FORGOTTEN_AT_ONCE)
