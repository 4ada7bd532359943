"""One journal told whole: what it moved and for what, what undid it, and which block seals it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from velora.flows import postings
from velora.flows.screens.finance.names import Names, names_of
from velora.kernel.principal import account_of
from velora.modules.identity import service as identity
from velora.modules.ledger import service as ledger
from velora.modules.ledger.policy.seals import SHARD
from velora.modules.ledger.service import JournalView, SealedBlock
from velora.modules.tenants import service as tenants
from velora.modules.tenants.service import TenantFacts
from velora.platform.anchors.port import AnchorsAway
from velora.platform.db import UnitOfWork
from velora.platform.house import House

Anchored = Literal["anchored", "waiting", "away"]


@dataclass(frozen=True)
class Told:
    """Journals with the names that a reader needs for them, and how far the chain of blocks is."""

    journals: Sequence[JournalView]
    names: Names
    markets: Mapping[int, TenantFacts]
    sealed_upto: int


@dataclass(frozen=True)
class Story:
    """`block` is None until the journal's epoch is sealed; `anchored` says whether the block is held outside the database."""

    told: Told
    journal: JournalView
    actor: str
    reversed_by: int | None
    block: SealedBlock | None
    anchored: Anchored


async def told(uow: UnitOfWork, journals: Sequence[JournalView]) -> Told:
    """These journals with the names of their accounts and marketplaces."""
    codes = {account.code for journal in journals for leg in journal.legs for account in (leg.debit, leg.credit)}
    markets = await tenants.by_id(uow, {journal.tenant_id for journal in journals})
    newest = await ledger.newest_block(uow)
    return Told(journals, await names_of(uow, codes), markets, newest.block.n if newest else 0)


async def story_of(house: House, tenant_ids: Sequence[int], journal_id: int) -> Story | None:
    """The journal of this id in whichever of these marketplaces, or None. Raises MonthDropped when its month is only in its archive."""
    async with house.db.read(None) as uow:
        found = await ledger.journals(uow, {(tenant_id, journal_id) for tenant_id in tenant_ids})
        if not found:
            await ledger.must_be_here(uow, journal_id)
            return None
        journal = found[0]
        block = await ledger.block(uow, journal.epoch)
        undone = await _undone_by(uow, journal)
        actor = await _actor(uow, journal.actor_ref)
        facts = await told(uow, [journal])
    return Story(facts, journal, actor, undone, block, await _anchored(house, block))


async def _undone_by(uow: UnitOfWork, journal: JournalView) -> int | None:
    key = postings.undoing_key(str(journal.payload.get("key", "")))
    if key is None:
        return None
    return (await ledger.find(uow, {(journal.tenant_id, key)})).get((journal.tenant_id, key))


async def _actor(uow: UnitOfWork, actor_ref: str) -> str:
    """The name behind an account; nothing for a process or a guest."""
    account_id = account_of(actor_ref)
    if account_id is None:
        return ""
    found = (await identity.accounts(uow, {account_id})).get(account_id)
    return found.name if found else ""


async def _anchored(house: House, block: SealedBlock | None) -> Anchored:
    if block is None:
        return "waiting"
    try:
        newest = await house.anchors.newest(SHARD)
    except AnchorsAway:
        return "away"
    return "anchored" if newest is not None and newest.n >= block.block.n else "waiting"
