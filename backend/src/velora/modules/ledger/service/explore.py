"""Exploring: journals newest first, by what they are for, whom they touch, when, of what kind and how much.

Tenants, accounts, moments and keys are found by an index. Kind and amount have none: they are looked at in passing, in a stretch of
the newest journals at a time, so that a page costs the same however rare what is looked for is.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from velora.kernel.ids import first_id_at, time_of
from velora.modules.ledger.repository import exploring, sealing
from velora.modules.ledger.repository.exploring import Key
from velora.modules.ledger.repository.sealing import SealedBlock
from velora.modules.ledger.service.read import AFTER_ALL, JournalView, journals
from velora.platform.db import UnitOfWork

A_STRETCH: Final = 2000


@dataclass(frozen=True, kw_only=True)
class Look:
    """What to look for; what is None is not asked. `amounts` are the least and the most, in minor units of `currency` if it is named."""

    tenant_ids: Sequence[int]
    only: Collection[Key] | None = None  # (tenant, journal): found by their keys
    accounts: Collection[Key] | None = None  # (tenant, account)
    since: datetime | None = None
    until: datetime | None = None
    kind: str | None = None
    amounts: tuple[int, int] | None = None
    currency: str = ""


@dataclass(frozen=True)
class Explored:
    """`next_before` asks for what is older. `looked_back_to` is how far the search came, when it stopped before it had a whole page."""

    journals: Sequence[JournalView]
    next_before: int | None
    looked_back_to: datetime | None


async def explore(uow: UnitOfWork, look: Look, *, before: int | None = None, limit: int = 50, stretch: int = A_STRETCH) -> Explored:
    """The newest journals that fit, below the id `before`. A page may be short, or empty, and still have more behind it."""
    in_passing = look.kind is not None or look.amounts is not None
    many = stretch if in_passing else limit + 1
    seen = await _newest(uow, look, before, many)
    fitting = await _fitting(uow, look, seen) if in_passing else seen
    shown = fitting[:limit]
    following: int | None = None
    if len(fitting) > limit:
        following = shown[-1][1]
    elif in_passing and len(seen) == many:
        following = seen[-1][1]
    found = await journals(uow, shown)
    stopped = following is not None and len(fitting) < limit
    return Explored(found[::-1], following, time_of(following) if stopped and following is not None else None)


async def _newest(uow: UnitOfWork, look: Look, before: int | None, limit: int) -> list[Key]:
    since_id = first_id_at(look.since) if look.since else 0
    before_id = min(first_id_at(look.until) if look.until else AFTER_ALL, AFTER_ALL if before is None else before)
    if look.only is not None:
        named = [key for key in look.only if key[0] in look.tenant_ids and since_id <= key[1] < before_id]
        if look.accounts is not None:
            named = list(await exploring.touching(uow, named, look.accounts))
        return exploring.newest_first(named)[:limit]
    if look.accounts is not None:
        return await exploring.newest_of_accounts(uow, look.accounts, since_id=since_id, before_id=before_id, limit=limit)
    return await exploring.newest_of_tenants(uow, look.tenant_ids, since_id=since_id, before_id=before_id, limit=limit)


async def _fitting(uow: UnitOfWork, look: Look, seen: Sequence[Key]) -> list[Key]:
    kept = set(seen)
    if look.kind is not None:
        kept = await exploring.of_kind(uow, kept, look.kind)
    if look.amounts is not None:
        kept = await exploring.of_amount(uow, kept, *look.amounts, look.currency)
    return [key for key in seen if key in kept]


async def newest_blocks(uow: UnitOfWork, *, before: int | None, limit: int) -> list[SealedBlock]:
    """The newest blocks below this number, newest first."""
    return await sealing.blocks_between(uow, 0, None if before is None else before - 1, limit=limit, newest_first=True)


async def block(uow: UnitOfWork, n: int) -> SealedBlock | None:
    """The block that seals this epoch, once it does."""
    return await sealing.block_at(uow, n)
