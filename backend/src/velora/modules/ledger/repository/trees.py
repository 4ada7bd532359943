"""The leaves of the trees in their order, wherever they are: of journals that are here, and of those whose month was dropped."""

from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from heapq import merge

from velora.modules.ledger.policy import Written
from velora.modules.ledger.repository import dropping, reading, sealing
from velora.platform.db import UnitOfWork

Place = tuple[int, int, int]  # epoch, tenant, journal


@dataclass(frozen=True, slots=True)
class Leaf:
    """One place in the tree of an epoch with the leaf that is stored; `journal` is None where only the leaf is left."""

    place: Place
    journal: Written | None
    stored: bytes


async def page(uow: UnitOfWork, *, after: Place, limit: int, border: int) -> list[Leaf]:
    """The next of all trees after this place, so many at most. Of blocks all of whose journals were dropped, nothing is left."""
    here = [
        Leaf((one.epoch, one.tenant_id, one.id), one, leaf)
        for one, leaf in await reading.epoch_page(uow, after=after, limit=limit, from_id=border)
    ]
    gone = [Leaf(row[:3], None, row[3]) for row in await dropping.leaves_after(uow, after, limit=limit)] if border else []
    return list(merge(here, gone, key=lambda one: one.place))[:limit]


async def leaves(uow: UnitOfWork, n: int, *, border: int) -> AsyncGenerator[tuple[Place, bytes]]:
    """(place, leaf) of all of an epoch, in the order of the tree."""
    gone = deque(await dropping.leaves_of(uow, n) if border else ())
    async for (tenant_id, journal_id), leaf in sealing.leaves(uow, n, from_id=border):
        place = (n, tenant_id, journal_id)
        while gone and gone[0][:3] < place:
            row = gone.popleft()
            yield row[:3], row[3]
        yield place, leaf
    for row in gone:
        yield row[:3], row[3]
