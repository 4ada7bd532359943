"""What an archive of a month reads: which months there are, and the journals of one in the order of the trees."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select

from velora.modules.ledger.models import LedgerAccount, LedgerJournal
from velora.modules.ledger.policy.seals import SHARD
from velora.platform.db import ACROSS_TENANTS, UnitOfWork


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """How many journals have ids of a month, and between which epochs they were written."""

    journals: int
    first_n: int
    last_n: int


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """An account without what it stands at."""

    tenant_id: int
    id: int
    code: str
    account_class: str
    normal: str
    currency: str


async def span_of_ids(uow: UnitOfWork, tenant_ids: Collection[int], from_id: int) -> tuple[int, int] | None:
    """The smallest and the largest id, from one on, of all journals of these tenants; None where there is none."""
    found: list[int] = []
    for tenant_id in tenant_ids:
        for end in (func.min(LedgerJournal.id), func.max(LedgerJournal.id)):  # each is one look at the primary key
            found += (
                [one]
                if (one := await uow.scalar(select(end).where(LedgerJournal.tenant_id == tenant_id, LedgerJournal.id >= from_id)))
                else []
            )
    return (min(found), max(found)) if found else None


async def month_facts(uow: UnitOfWork, tenant_ids: Collection[int], first_id: int, below_id: int) -> MonthFacts:
    """The journals with ids from one up to before another."""
    count, first_n, last_n = 0, 0, 0
    for tenant_id in tenant_ids:
        mine = (LedgerJournal.tenant_id == tenant_id, LedgerJournal.id >= first_id, LedgerJournal.id < below_id)
        row = await uow.first(select(func.count(), func.min(LedgerJournal.epoch), func.max(LedgerJournal.epoch)).where(*mine))
        if row and row[0]:
            count, first_n, last_n = count + row[0], min(first_n or row[1], row[1]), max(last_n, row[2])
    return MonthFacts(count, first_n, last_n)


async def epochs_with(uow: UnitOfWork, first_n: int, last_n: int, first_id: int, below_id: int) -> set[int]:
    """Which of the epochs from one to another have journals with ids from one up to before another."""
    statement = (
        select(LedgerJournal.epoch)
        .where(LedgerJournal.shard == SHARD, LedgerJournal.epoch >= first_n, LedgerJournal.epoch <= last_n)
        .where(LedgerJournal.id >= first_id, LedgerJournal.id < below_id)
        .distinct()
    )
    return {int(row[0]) for row in await uow.all(statement.execution_options(**ACROSS_TENANTS))}


async def account_facts(uow: UnitOfWork, ids: Collection[int]) -> list[AccountFacts]:
    """The accounts of these ids, in their order."""
    statement = select(
        LedgerAccount.tenant_id, LedgerAccount.id, LedgerAccount.code, LedgerAccount.class_, LedgerAccount.normal, LedgerAccount.currency
    ).where(LedgerAccount.id.in_(set(ids)))
    found = await uow.all(statement.order_by(LedgerAccount.tenant_id, LedgerAccount.id).execution_options(**ACROSS_TENANTS))
    return [AccountFacts(*row) for row in found]
