"""Looking for journals, newest first: only by what an index leads to, and then, among so many and no more, by what a journal holds."""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import case, func, or_, select

from velora.modules.ledger.models import LedgerJournal, LedgerPosting
from velora.platform.db import UnitOfWork

Key = tuple[int, int]

_SIDES: Final = (LedgerPosting.debit_account_id, LedgerPosting.credit_account_id)


async def newest_of_tenants(uow: UnitOfWork, tenant_ids: Sequence[int], *, since_id: int, before_id: int, limit: int) -> list[Key]:
    """(tenant, journal) of the newest journals between two ids. Each tenant is read by its own key."""
    found: list[Key] = []
    for tenant_id in tenant_ids:
        statement = (
            select(LedgerJournal.tenant_id, LedgerJournal.id)
            .where(LedgerJournal.tenant_id == tenant_id, LedgerJournal.id >= since_id, LedgerJournal.id < before_id)
            .order_by(LedgerJournal.id.desc())
            .limit(limit)
        )
        found += [(row[0], row[1]) for row in await uow.all(statement)]
    return newest_first(found)[:limit]


async def newest_of_accounts(uow: UnitOfWork, accounts: Collection[Key], *, since_id: int, before_id: int, limit: int) -> list[Key]:
    """(tenant, journal) of the newest journals between two ids that touch one of these (tenant, account), on either side."""
    found: set[Key] = set()
    for tenant_id, account_id in sorted(accounts):
        for mine in _SIDES:
            statement = (
                select(LedgerPosting.tenant_id, LedgerPosting.journal_id)
                .where(
                    LedgerPosting.tenant_id == tenant_id, mine == account_id, LedgerPosting.journal_id >= since_id,
                    LedgerPosting.journal_id < before_id,
                )
                .distinct()
                .order_by(LedgerPosting.journal_id.desc())
                .limit(limit)
            )  # fmt: skip
            found |= {(row[0], row[1]) for row in await uow.all(statement)}
    return newest_first(found)[:limit]


async def of_kind(uow: UnitOfWork, keys: Collection[Key], kind: str) -> set[Key]:
    """Those of these journals that are of this kind."""
    statement = select(LedgerJournal.tenant_id, LedgerJournal.id).where(
        LedgerJournal.tenant_id.in_({tenant_id for tenant_id, _ in keys}), LedgerJournal.id.in_({id_ for _, id_ in keys}),
        LedgerJournal.kind == kind,
    )  # fmt: skip
    return {(row[0], row[1]) for row in await uow.all(statement)} & set(keys) if keys else set()


async def of_amount(uow: UnitOfWork, keys: Collection[Key], least: int, most: int, currency: str) -> set[Key]:
    """Those of these journals with a posting of such an amount, or all of whose postings add up to one."""
    inside = case((LedgerPosting.amount.between(least, most), 1), else_=0)
    statement = select(LedgerPosting.tenant_id, LedgerPosting.journal_id).where(
        LedgerPosting.tenant_id.in_({tenant_id for tenant_id, _ in keys}), LedgerPosting.journal_id.in_({id_ for _, id_ in keys})
    )
    if currency:
        statement = statement.where(LedgerPosting.currency == currency)
    grouped = statement.group_by(LedgerPosting.tenant_id, LedgerPosting.journal_id).having(
        or_(func.max(inside) == 1, func.sum(LedgerPosting.amount).between(least, most))
    )
    return {(row[0], row[1]) for row in await uow.all(grouped)} & set(keys) if keys else set()


async def touching(uow: UnitOfWork, keys: Collection[Key], accounts: Collection[Key]) -> set[Key]:
    """Those of these journals that touch one of these (tenant, account)."""
    if not keys or not accounts:
        return set()
    ids = {account_id for _, account_id in accounts}
    statement = select(LedgerPosting.tenant_id, LedgerPosting.journal_id).where(
        LedgerPosting.tenant_id.in_({tenant_id for tenant_id, _ in keys}), LedgerPosting.journal_id.in_({id_ for _, id_ in keys}),
        or_(*(side.in_(ids) for side in _SIDES)),
    )  # fmt: skip
    return {(row[0], row[1]) for row in await uow.all(statement)} & set(keys)


def newest_first(keys: Collection[Key]) -> list[Key]:
    """In the order of a list of journals: ids follow time, whosever they are."""
    return sorted(keys, key=lambda key: key[1], reverse=True)
