"""What accounts stood at before any journal: from the snapshots, and for the rest from the postings.

Epochs follow commits and ids follow clocks, so a snapshot is not a cut through the ids. Of each account's spans of epochs, those
that end below the id are summed up in a snapshot; those that the id divides, and what no snapshot covers yet, are read.
"""

from typing import Any, Final

from sqlalchemy import Select, func, select

from velora.modules.ledger.models import LedgerBlock, LedgerJournal, LedgerPosting, LedgerSnapshot
from velora.modules.ledger.policy.seals import SHARD
from velora.modules.ledger.repository import dropping
from velora.modules.ledger.repository.reading import posted_in
from velora.platform.db import UnitOfWork, scoped

Sums = dict[int, tuple[int, int]]

_SIDES: Final = ((0, LedgerPosting.debit_account_id), (1, LedgerPosting.credit_account_id))
_ROUND: Final = select(LedgerBlock.round_n).where(LedgerBlock.shard == SHARD).order_by(LedgerBlock.n.desc()).limit(1)


async def newest_round(uow: UnitOfWork) -> int:
    """The newest block with which snapshots were written; 0 before the first."""
    return int(await uow.scalar(_ROUND) or 0)


async def sums_before(uow: UnitOfWork, *, tenant_id: int | None, before_id: int, account_id: int | None = None) -> Sums:
    """(Σ debit, Σ credit) of every account, or of one, over the journals below this id, which is of no dropped month.

    What was dropped is in the snapshots but for the spans that the end of a month divides: what those moved until then stands by itself.
    """
    while True:
        border = await dropping.border(uow)
        sums = await _sums_before(uow, tenant_id, before_id, account_id, border)
        if border == await dropping.border(uow):  # otherwise a month was dropped meanwhile
            return sums


async def _sums_before(uow: UnitOfWork, tenant_id: int | None, before_id: int, account_id: int | None, border: int) -> Sums:
    round_n = await newest_round(uow)
    sums = await sums_at(uow, tenant_id=tenant_id, round_n=round_n, before_id=before_id, account_id=account_id) if round_n else {}
    if border:
        for number, debit, credit in await uow.all(dropping.divided_before(before_id, tenant_id, account_id)):
            before = sums.get(number, (0, 0))
            sums[number] = (before[0] + int(debit), before[1] + int(credit))
    for side, account in _SIDES:
        if round_n:
            rest = posted_in(LedgerJournal.epoch > round_n, tenant_id).where(LedgerJournal.id < before_id, LedgerJournal.id >= border)
            await _add(uow, sums, side, account, _divided(account, round_n, before_id, border), tenant_id, account_id)
        else:
            rest = select(LedgerPosting.journal_id).where(LedgerPosting.journal_id < before_id)
            rest = scoped(rest, LedgerPosting, tenant_id)
        await _add(uow, sums, side, account, rest, tenant_id, account_id)
    return sums


async def sums_at(
    uow: UnitOfWork, *, tenant_id: int | None, round_n: int, before_id: int | None = None, account_id: int | None = None
) -> Sums:
    """(Σ debit, Σ credit) of each account by its newest snapshot up to this round, all of whose journals lie below `before_id`."""
    newest = select(LedgerSnapshot.tenant_id, LedgerSnapshot.account_id, func.max(LedgerSnapshot.block_n).label("n")).where(
        LedgerSnapshot.block_n <= round_n
    )
    if before_id is not None:
        newest = newest.where(LedgerSnapshot.upto_id < before_id)
    if account_id is not None:
        newest = newest.where(LedgerSnapshot.account_id == account_id)
    grouped = scoped(newest, LedgerSnapshot, tenant_id).group_by(LedgerSnapshot.tenant_id, LedgerSnapshot.account_id).subquery()
    statement = select(LedgerSnapshot.account_id, LedgerSnapshot.debit, LedgerSnapshot.credit).join(
        grouped,
        (LedgerSnapshot.tenant_id == grouped.c.tenant_id)
        & (LedgerSnapshot.account_id == grouped.c.account_id)
        & (LedgerSnapshot.block_n == grouped.c.n),
    )
    return {account: (debit, credit) for account, debit, credit in await uow.all(scoped(statement, LedgerSnapshot, tenant_id))}


def _divided(account: Any, round_n: int, before_id: int, from_id: int) -> Select[*tuple[Any, ...]]:
    """The postings from one id to below another in those spans of the account's history that reach beyond it."""
    span = LedgerSnapshot
    return (
        select(LedgerPosting.journal_id)
        .select_from(span)
        .join(
            LedgerPosting,
            (LedgerPosting.tenant_id == span.tenant_id)
            & (account == span.account_id)
            & (LedgerPosting.journal_id >= span.from_id)
            & (LedgerPosting.journal_id >= from_id)
            & (LedgerPosting.journal_id < before_id),
        )
        .join(LedgerJournal, (LedgerJournal.tenant_id == LedgerPosting.tenant_id) & (LedgerJournal.id == LedgerPosting.journal_id))
        .where(span.block_n <= round_n, span.upto_id >= before_id, span.from_id < before_id)
        .where(LedgerJournal.shard == SHARD, LedgerJournal.epoch > span.after_n, LedgerJournal.epoch <= span.block_n)
    )


async def _add(
    uow: UnitOfWork, sums: Sums, side: int, account: Any, postings: Select[*tuple[Any, ...]], tenant_id: int | None, account_id: int | None
) -> None:
    statement = postings.with_only_columns(account, func.sum(LedgerPosting.amount)).group_by(account)
    if account_id is not None:
        statement = statement.where(account == account_id)
    for number, total in await uow.all(scoped(statement, LedgerPosting, tenant_id)):
        debit, credit = sums.get(number, (0, 0))
        sums[number] = (debit + int(total), credit) if side == 0 else (debit, credit + int(total))
