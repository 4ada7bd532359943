"""Archiving: the journals of a month with everything that proves them, in stretches of the chain."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from velora.modules.ledger.policy import Written, key_hash, leaf_of
from velora.modules.ledger.policy.months import Month
from velora.modules.ledger.repository import archiving, checking, dropping, posting, sealing, trees
from velora.modules.ledger.repository.archiving import AccountFacts, MonthFacts
from velora.modules.ledger.repository.sealing import SealedBlock
from velora.modules.ledger.repository.trees import Place
from velora.platform.db import UnitOfWork

STRETCH_JOURNALS: Final = 1000
_NAMED: Final = 1000


@dataclass(frozen=True, slots=True)
class KeyRow:
    """What a journal is for, as it stands in ledger_key."""

    tenant_id: int
    key_hash: bytes
    fingerprint: bytes
    journal_id: int


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A journal of another month in a block that has journals of this one: its leaf is needed for the block's root."""

    n: int
    tenant_id: int
    journal_id: int
    leaf: bytes


@dataclass(frozen=True, slots=True)
class Stretch:
    """The next of a month, in the order of the trees: by epoch, tenant and id. A key for each journal that has one, in the same order."""

    journals: list[tuple[Written, bytes]]
    keys: list[KeyRow]
    neighbours: list[Neighbour]
    blocks: list[SealedBlock]
    end: Place


async def months_there(uow: UnitOfWork) -> tuple[Month, Month] | None:
    """The months of the oldest and of the newest journal, dropped ones apart; None where there is none."""
    span = await archiving.span_of_ids(uow, await checking.tenants(uow, None), await dropping.border(uow))
    return (Month.of(span[0]), Month.of(span[1])) if span else None


async def month_facts(uow: UnitOfWork, month: Month) -> MonthFacts:
    """How many journals the month has here, and in which epochs; none when it was dropped."""
    if month.first_id < await dropping.border(uow):
        return MonthFacts(0, 0, 0)
    return await archiving.month_facts(uow, await checking.tenants(uow, None), month.first_id, month.below_id)


async def accounts_named(uow: UnitOfWork, ids: Collection[int]) -> list[AccountFacts]:
    """The accounts of these ids, by tenant and id."""
    wanted = sorted(ids)
    found = [one for start in range(0, len(wanted), _NAMED) for one in await archiving.account_facts(uow, wanted[start : start + _NAMED])]
    return sorted(found, key=lambda one: (one.tenant_id, one.id))


async def stretch_of(uow: UnitOfWork, month: Month, facts: MonthFacts, *, after: Place, limit: int = STRETCH_JOURNALS) -> Stretch | None:
    """What comes after this place in the month's epochs; None at the end. Begin before everything: (first_n - 1, 1 << 62, 0).

    A block is given with the beginning of its epoch, so that it is there before or with the last of its journals.
    """
    leaves = await trees.page(uow, after=after, limit=limit, border=await dropping.border(uow))
    page = [one for one in leaves if one.place[0] <= facts.last_n]
    if not page:
        return None
    first_n, last_n = page[0].place[0], page[-1].place[0]
    mine = await archiving.epochs_with(uow, first_n, last_n, month.first_id, month.below_id)
    inside = [(one.journal, one.stored) for one in page if one.journal and month.first_id <= one.journal.id < month.below_id]
    neighbours = [
        Neighbour(*one.place, leaf_of(one.journal) if one.journal else one.stored)
        for one in page
        if one.place[0] in mine and not month.first_id <= one.place[2] < month.below_id
    ]
    begun = first_n if first_n == after[0] else first_n - 1  # the block of an epoch that goes on was given with its beginning
    blocks = [one for one in await sealing.blocks_between(uow, begun, last_n, limit=limit) if one.block.n in mine]
    return Stretch(inside, await _keys_of(uow, [one for one, _ in inside]), neighbours, blocks, page[-1].place)


async def _keys_of(uow: UnitOfWork, journals: Collection[Written]) -> list[KeyRow]:
    keys = {(one.tenant_id, one.id): (one.tenant_id, key_hash(str(one.payload.get("key")))) for one in journals}
    claims = await posting.keys_there(uow, set(keys.values())) if keys else {}
    found = (claims.get(keys[one.tenant_id, one.id]) for one in journals)
    return [KeyRow(one.tenant_id, one.key_hash, one.fingerprint, one.journal_id) for one in found if one]
