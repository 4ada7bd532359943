"""What the ledger shows: accounts with balances, journals with legs, the moves of one account."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, Select, Subquery, case, cast, func, literal, or_, select, union_all

from velora.modules.ledger.models import LedgerAccount, LedgerBalance, LedgerBlock, LedgerJournal, LedgerPosting
from velora.modules.ledger.policy import CHART, Written, balance_of, kind_of
from velora.modules.ledger.policy.seals import SHARD
from velora.platform.db import ACROSS_TENANTS, UnitOfWork, scoped
from velora.platform.db.keyset import beyond, first_and_last


@dataclass(frozen=True, slots=True)
class Account:
    """An account with the sums of its two sides."""

    tenant_id: int
    id: int
    code: str
    account_class: str
    normal: str
    currency: str
    debit: int
    credit: int

    @property
    def balance_minor(self) -> int:
        """On the account's normal side."""
        return balance_of(self.normal, self.debit, self.credit)


@dataclass(frozen=True, slots=True)
class Move:
    """One posting seen from one of its accounts."""

    journal_id: int
    line: int
    counter_account_id: int
    debit: int
    credit: int


async def accounts(
    uow: UnitOfWork, *, tenant_id: int | None, currency: str | None = None, code_prefix: str = "", after: int = 0, limit: int | None = None
) -> list[Account]:
    """Accounts with their balances, in the order of their ids."""
    folded = any(kind.folded for code, kind in CHART.items() if code.startswith(code_prefix[: len(code)]))
    statement = account_columns(tenant_id, folded=folded).where(LedgerAccount.id > after).order_by(LedgerAccount.id)
    if currency:
        statement = statement.where(LedgerAccount.currency == currency)
    if code_prefix:
        statement = statement.where(LedgerAccount.code.startswith(code_prefix, autoescape=True))
    if limit is not None:
        statement = statement.limit(limit)
    return [Account(*row) for row in await uow.all(scoped(statement, LedgerAccount, tenant_id))]


async def accounts_by_id(uow: UnitOfWork, ids: Collection[int]) -> dict[int, Account]:
    statement = account_columns(None).where(LedgerAccount.id.in_(set(ids))).execution_options(**ACROSS_TENANTS)
    return {row[1]: Account(*row) for row in await uow.all(statement)}


async def accounts_by_code(uow: UnitOfWork, keys: Collection[tuple[int, str]]) -> list[Account]:
    """The accounts of these (tenant, code), in every currency that they were opened in."""
    if not keys:
        return []
    statement = account_columns(None, folded=any(kind_of(code).folded for _, code in keys)).where(
        LedgerAccount.tenant_id.in_({tenant_id for tenant_id, _ in keys}), LedgerAccount.code.in_({code for _, code in keys})
    )
    return [account for account in (Account(*row) for row in await uow.all(statement)) if (account.tenant_id, account.code) in keys]


def account_columns(tenant_id: int | None, *, folded: bool = True) -> Select[int, int, str, str, str, str, int, int]:
    """Accounts with their sums up to this moment. Without `folded`, only of accounts whose balances move with each posting."""
    debit: ColumnElement[int] = LedgerBalance.debit.expression
    credit: ColumnElement[int] = LedgerBalance.credit.expression
    since = unsealed(tenant_id) if folded else None
    if since is not None:
        debit = debit + case((LedgerAccount.heat == 1, func.coalesce(since.c.debit, 0)), else_=0)
        credit = credit + case((LedgerAccount.heat == 1, func.coalesce(since.c.credit, 0)), else_=0)
    statement = select(
        LedgerAccount.tenant_id, LedgerAccount.id, LedgerAccount.code, LedgerAccount.class_, LedgerAccount.normal, LedgerAccount.currency,
        debit.label("debit"), credit.label("credit"),
    ).join(
        LedgerBalance, (LedgerBalance.tenant_id == LedgerAccount.tenant_id) & (LedgerBalance.account_id == LedgerAccount.id)
    )  # fmt: skip
    if since is None:
        return statement
    return statement.outerjoin(since, (since.c.tenant_id == LedgerAccount.tenant_id) & (since.c.account_id == LedgerAccount.id))


def unsealed(tenant_id: int | None) -> Subquery:
    """(tenant, account, debit, credit): what was posted since the newest block, and folded balances lack. At the statement's own moment."""
    sealed = select(func.coalesce(func.max(LedgerBlock.n), 0)).where(LedgerBlock.shard == SHARD).scalar_subquery()
    sides = union_all(
        *(
            posted_in(LedgerJournal.epoch > sealed, tenant_id).with_only_columns(
                LedgerPosting.tenant_id, account.label("account_id"), debit.label("debit"), credit.label("credit")
            )
            for account, debit, credit in (
                (LedgerPosting.debit_account_id, LedgerPosting.amount, literal(0)),
                (LedgerPosting.credit_account_id, literal(0), LedgerPosting.amount),
            )
        )
    ).subquery()
    sums = (cast(func.sum(sides.c[side]), BigInteger).label(side) for side in ("debit", "credit"))
    return select(sides.c.tenant_id, sides.c.account_id, *sums).group_by(sides.c.tenant_id, sides.c.account_id).subquery()


def posted_in(epochs: ColumnElement[bool], tenant_id: int | None) -> Select[*tuple[Any, ...]]:
    """The postings of these epochs, found by way of their journals."""
    same = (LedgerPosting.tenant_id == LedgerJournal.tenant_id) & (LedgerPosting.journal_id == LedgerJournal.id)
    statement = (
        select(LedgerPosting.journal_id).select_from(LedgerJournal).join(LedgerPosting, same).where(LedgerJournal.shard == SHARD, epochs)
    )
    return statement if tenant_id is None else statement.where(LedgerJournal.tenant_id == tenant_id)


async def moves(uow: UnitOfWork, *, tenant_id: int, account_id: int, after: tuple[int, int], before_id: int, limit: int) -> list[Move]:
    """The next moves of an account after (journal, line) and below a journal id, oldest first."""
    journal_id, line = after
    found: list[Move] = []
    for mine, other, side in (
        (LedgerPosting.debit_account_id, LedgerPosting.credit_account_id, 0),
        (LedgerPosting.credit_account_id, LedgerPosting.debit_account_id, 1),
    ):
        rows = await uow.all(
            select(LedgerPosting.journal_id, LedgerPosting.line, other, LedgerPosting.amount)
            .where(
                LedgerPosting.tenant_id == tenant_id, mine == account_id, LedgerPosting.journal_id >= journal_id,
                LedgerPosting.journal_id < before_id,
                or_(LedgerPosting.journal_id > journal_id, LedgerPosting.line > line),
            )
            .order_by(LedgerPosting.journal_id, LedgerPosting.line)
            .limit(limit)
        )  # fmt: skip
        found += [Move(journal, line_, counter, 0 if side else amount, amount if side else 0) for journal, line_, counter, amount in rows]
    return sorted(found, key=lambda move: (move.journal_id, move.line))[:limit]


async def journals(uow: UnitOfWork, keys: Collection[tuple[int, int]]) -> list[tuple[Written, bytes]]:
    """The journals of these (tenant, id) with their postings and stored leaves, in the order of their ids."""
    if not keys:
        return []
    named = (LedgerJournal.tenant_id.in_({tenant_id for tenant_id, _ in keys}), LedgerJournal.id.in_({id_ for _, id_ in keys}))
    found = await uow.all(_journal_columns().where(*named).order_by(LedgerJournal.id))
    return _together([row for row in found if (row.tenant_id, row.id) in keys], await _postings_of(uow, keys))


async def journal_page(uow: UnitOfWork, *, tenant_id: int, after: int, limit: int) -> list[tuple[Written, bytes]]:
    """The next journals of a tenant after this id, with postings and stored leaves."""
    found = await uow.all(
        _journal_columns().where(LedgerJournal.tenant_id == tenant_id, LedgerJournal.id > after).order_by(LedgerJournal.id).limit(limit)
    )
    if not found:
        return []
    postings = await uow.all(
        _posting_columns()
        .where(LedgerPosting.tenant_id == tenant_id, LedgerPosting.journal_id >= found[0].id, LedgerPosting.journal_id <= found[-1].id)
        .order_by(LedgerPosting.journal_id, LedgerPosting.line)
    )
    return _together(found, postings)


async def epoch_page(uow: UnitOfWork, *, after: tuple[int, int, int], limit: int, from_id: int = 0) -> list[tuple[Written, bytes]]:
    """The next journals after this (epoch, tenant, id), in the order of the trees, with postings and stored leaves; ids from one on."""
    order = (LedgerJournal.epoch, LedgerJournal.tenant_id, LedgerJournal.id)
    statement = _journal_columns().where(LedgerJournal.shard == SHARD, beyond(uow, order, after)).order_by(*order).limit(limit)
    if from_id:
        statement = statement.where(LedgerJournal.id >= from_id)
    found = await uow.all(statement.execution_options(**ACROSS_TENANTS))
    return _together(found, await _postings_of(uow, {(row.tenant_id, row.id) for row in found})) if found else []


async def counts(uow: UnitOfWork, tenant_id: int | None) -> tuple[int, int]:
    """How many journals and postings there are."""
    journals_ = await uow.scalar(scoped(select(func.count()).select_from(LedgerJournal), LedgerJournal, tenant_id))
    postings = await uow.scalar(scoped(select(func.count()).select_from(LedgerPosting), LedgerPosting, tenant_id))
    return int(journals_ or 0), int(postings or 0)


async def count_of(uow: UnitOfWork, tenant_id: int, first: int, below: int) -> int:
    journal = LedgerJournal
    statement = select(func.count()).select_from(journal).where(journal.tenant_id == tenant_id, journal.id >= first, journal.id < below)
    return int(await uow.scalar(statement) or 0)


async def pairs_of(uow: UnitOfWork, tenant_id: int, first: int, below: int) -> list[tuple[int, int, str, int, int]]:
    """(debit account, credit account, currency, how many, Σ amount) of the postings of these journals."""
    posting = LedgerPosting
    pair = (posting.debit_account_id, posting.credit_account_id, posting.currency)
    statement = (
        select(*pair, func.count(), func.sum(posting.amount))
        .where(posting.tenant_id == tenant_id, posting.journal_id >= first, posting.journal_id < below)
        .group_by(*pair)
    )
    return [(debit, credit, currency, int(count), int(total)) for debit, credit, currency, count, total in await uow.all(statement)]


async def ids_by_code(uow: UnitOfWork, tenant_id: int, codes: Collection[str]) -> dict[int, str]:
    statement = select(LedgerAccount.id, LedgerAccount.code).where(LedgerAccount.tenant_id == tenant_id, LedgerAccount.code.in_(codes))
    return dict(await uow.all(statement))


async def count_from(uow: UnitOfWork, tenant_id: int | None, first_id: int) -> int:
    statement = select(func.count()).select_from(LedgerJournal).where(LedgerJournal.id >= first_id)
    return int(await uow.scalar(scoped(statement, LedgerJournal, tenant_id)) or 0)


async def count_of_kind(uow: UnitOfWork, tenant_id: int | None, kind: str, from_id: int) -> int:
    statement = select(func.count()).select_from(LedgerJournal).where(LedgerJournal.kind == kind, LedgerJournal.id >= from_id)
    return int(await uow.scalar(scoped(statement, LedgerJournal, tenant_id)) or 0)


async def count_there(uow: UnitOfWork, keys: Collection[tuple[int, int]]) -> int:
    """How many of these (tenant, journal) exist."""
    if not keys:
        return 0
    found = await uow.all(
        select(LedgerJournal.tenant_id, LedgerJournal.id).where(
            LedgerJournal.tenant_id.in_({tenant_id for tenant_id, _ in keys}), LedgerJournal.id.in_({id_ for _, id_ in keys})
        )
    )
    return sum((tenant_id, id_) in keys for tenant_id, id_ in found)


async def _postings_of(uow: UnitOfWork, keys: Collection[tuple[int, int]]) -> Sequence[Row[int, int, int, int, int, int, str]]:
    return await uow.all(
        _posting_columns()
        .where(LedgerPosting.tenant_id.in_({tenant_id for tenant_id, _ in keys}), LedgerPosting.journal_id.in_({id_ for _, id_ in keys}))
        .order_by(LedgerPosting.journal_id, LedgerPosting.line)
    )


def _journal_columns() -> Select[int, int, int, int, str, datetime, datetime, int | None, str, dict[str, object], bytes]:
    return select(
        LedgerJournal.tenant_id, LedgerJournal.id, LedgerJournal.shard, LedgerJournal.epoch, LedgerJournal.kind, LedgerJournal.effective_at,
        LedgerJournal.recorded_at, LedgerJournal.reverses_id, LedgerJournal.actor_ref, LedgerJournal.payload, LedgerJournal.leaf,
    )  # fmt: skip


def _posting_columns() -> Select[int, int, int, int, int, int, str]:
    return select(
        LedgerPosting.tenant_id, LedgerPosting.journal_id, LedgerPosting.line, LedgerPosting.debit_account_id,
        LedgerPosting.credit_account_id, LedgerPosting.amount, LedgerPosting.currency,
    )  # fmt: skip


def _together(
    found: Sequence[Row[*tuple[Any, ...]]], postings: Sequence[Row[int, int, int, int, int, int, str]]
) -> list[tuple[Written, bytes]]:
    by_journal: dict[tuple[int, int], list[tuple[int, int, int, int, str]]] = {}
    for tenant_id, journal_id, line, debit, credit, amount, currency in postings:
        by_journal.setdefault((tenant_id, journal_id), []).append((line, debit, credit, amount, currency))
    return [(Written(*row[:-1], postings=by_journal.get((row[0], row[1]), [])), bytes(row[-1])) for row in found]


async def ends_of(uow: UnitOfWork, tenant_id: int) -> tuple[int, int] | None:
    return await first_and_last(uow, LedgerJournal.id, LedgerJournal.tenant_id == tenant_id)
