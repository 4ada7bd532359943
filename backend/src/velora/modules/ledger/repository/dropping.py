"""What stands for months that were dropped: written once, and read by whatever adds up more than is still here."""

from collections.abc import AsyncGenerator, Collection
from typing import Any, Final

from sqlalchemy import BigInteger, Select, Subquery, cast, func, select

from velora.modules.ledger.models import (
    LedgerAccount,
    LedgerArchive,
    LedgerArchiveAccount,
    LedgerArchiveKind,
    LedgerArchiveLeaf,
    LedgerBlock,
    LedgerJournal,
    LedgerKey,
    LedgerPosting,
    LedgerSnapshot,
)
from velora.modules.ledger.policy.dropping import AccountRow, DroppedMonth, KindRow, LeafRow, Remains, Run
from velora.modules.ledger.policy.seals import SHARD
from velora.platform.db import ACROSS_TENANTS, UnitOfWork, scoped
from velora.platform.db.keyset import beyond

_PAGE: Final = 5000
_BORDER: Final = select(func.coalesce(func.max(LedgerArchive.below_id), 0))
_LEAF_ORDER: Final = (LedgerArchiveLeaf.n, LedgerArchiveLeaf.tenant_id, LedgerArchiveLeaf.journal_id)
_LEAVES: Final = select(*_LEAF_ORDER, LedgerArchiveLeaf.leaf).order_by(*_LEAF_ORDER).execution_options(**ACROSS_TENANTS)


async def border(uow: UnitOfWork) -> int:
    """The first id that is not of a dropped month: what lies below it is not looked for in the tables. 0 where nothing was dropped."""
    return int(await uow.scalar(_BORDER) or 0)


async def months(uow: UnitOfWork) -> list[DroppedMonth]:
    """Every dropped month, oldest first."""
    return [_month(row) for row in await uow.entities(select(LedgerArchive).order_by(LedgerArchive.first_id))]


async def month_of(uow: UnitOfWork, id_: int) -> DroppedMonth | None:
    """The dropped month that this id is of; the oldest one for ids before all of them; None above the border."""
    statement = select(LedgerArchive).where(LedgerArchive.below_id > id_).order_by(LedgerArchive.first_id).limit(1)
    found = await uow.entity(statement)
    return _month(found) if found else None


async def add(uow: UnitOfWork, one: DroppedMonth, remains: Remains) -> None:
    """The month is said to be dropped. Raises Duplicate when it is already."""
    month = one.month
    await uow.insert(
        LedgerArchive,
        [
            {
                "month": month, "shard": one.shard, "first_id": one.first_id, "below_id": one.below_id,
                "journals": one.journals, "postings": one.postings, "sums": dict(one.sums), "last_n": one.last_n,
                "runs": [list(run) for run in one.runs], "content": one.content, "manifest_sha256": one.manifest_sha256,
                "place": one.place, "approval_id": one.approval_id, "asked_by": one.asked_by, "agreed_by": one.agreed_by,
                "dropped_at": one.dropped_at, "key_id": one.key_id, "signature": one.signature.hex(),
            }
        ],
    )  # fmt: skip
    await uow.insert(
        LedgerArchiveAccount,
        [
            {
                "tenant_id": tenant_id, "account_id": account_id, "month": month, "round_n": round_n, "kind": kind, "debit": debit,
                "credit": credit,
            }
            for tenant_id, account_id, round_n, kind, debit, credit in remains.account_rows
        ],
    )  # fmt: skip
    await uow.insert(
        LedgerArchiveKind,
        [{"tenant_id": tenant_id, "month": month, "kind": kind, "journals": count} for tenant_id, kind, count in remains.kind_rows],
    )
    await uow.insert(
        LedgerArchiveLeaf,
        [
            {"tenant_id": tenant_id, "journal_id": journal_id, "n": n, "month": month, "leaf": leaf}
            for n, tenant_id, journal_id, leaf in sorted(remains.leaves)
        ],
    )


async def account_rows(uow: UnitOfWork, month: str) -> AsyncGenerator[AccountRow]:
    """What stands of a month's accounts, in the order of their keys."""
    table = LedgerArchiveAccount
    order = (table.tenant_id, table.account_id, table.round_n, table.kind)
    statement = select(*order, table.debit, table.credit).where(table.month == month).order_by(*order).limit(_PAGE)
    after: tuple[int | str, ...] = (-1, 0, 0, "")
    while page := await uow.all(statement.where(beyond(uow, order, after)).execution_options(**ACROSS_TENANTS)):
        for tenant_id, account_id, round_n, kind, debit, credit in page:
            yield tenant_id, account_id, round_n, kind, debit, credit
        after = tuple(page[-1][:4])


async def kind_rows(uow: UnitOfWork, month: str) -> list[KindRow]:
    table = LedgerArchiveKind
    statement = select(table.tenant_id, table.kind, table.journals).where(table.month == month)
    found = await uow.all(statement.order_by(table.tenant_id, table.kind).execution_options(**ACROSS_TENANTS))
    return [(tenant_id, kind, journals) for tenant_id, kind, journals in found]


async def leaf_rows(uow: UnitOfWork, month: str) -> AsyncGenerator[LeafRow]:
    """The leaves that stand of a month, in the order of the trees."""
    after = (0, 0, 0)
    while page := await leaves_after(uow, after, limit=_PAGE, month=month):
        for row in page:
            yield row
        after = page[-1][:3]


async def leaves_after(uow: UnitOfWork, after: tuple[int, int, int], *, limit: int, month: str | None = None) -> list[LeafRow]:
    """The leaves of dropped journals that come after this (block, tenant, journal), in the order of the trees."""
    statement = _LEAVES.where(beyond(uow, _LEAF_ORDER, after)).limit(limit)
    return await _leaves(uow, statement if month is None else statement.where(LedgerArchiveLeaf.month == month))


async def leaves_of(uow: UnitOfWork, n: int) -> list[LeafRow]:
    """All leaves of dropped journals of one block, in the order of its tree."""
    return await _leaves(uow, _LEAVES.where(LedgerArchiveLeaf.n == n))


async def _leaves(uow: UnitOfWork, statement: Select[int, int, int, bytes]) -> list[LeafRow]:
    return [(n, tenant_id, journal_id, bytes(leaf)) for n, tenant_id, journal_id, leaf in await uow.all(statement)]


async def round_ends(uow: UnitOfWork, first_n: int, last_n: int) -> list[int]:
    """The blocks with which snapshots were written, from the first that has this block in its round to the first that has the other."""
    found = [
        int(row[0])
        for row in await uow.all(
            select(LedgerBlock.n)
            .where(LedgerBlock.shard == SHARD, LedgerBlock.n >= first_n, LedgerBlock.round_n == LedgerBlock.n)
            .where(LedgerBlock.n <= _end_of_round(last_n))
            .order_by(LedgerBlock.n)
        )
    ]
    return found if found and found[-1] >= last_n else []


def _end_of_round(n: int) -> Any:
    """The first block from this one on with which snapshots were written."""
    block = LedgerBlock.__table__.alias()
    return (
        select(func.min(block.c.n)).where(block.c.shard == SHARD, block.c.n >= n, block.c.round_n == block.c.n).scalar_subquery()
    )  # fmt: skip


def account_sums(tenant_id: int | None) -> Subquery:
    """(tenant, account, debit, credit): what each account moved in all dropped months."""
    table = LedgerArchiveAccount
    statement = select(
        table.tenant_id, table.account_id, cast(func.sum(table.debit), BigInteger).label("debit"),
        cast(func.sum(table.credit), BigInteger).label("credit"),
    ).group_by(table.tenant_id, table.account_id)  # fmt: skip
    return (statement if tenant_id is None else statement.where(table.tenant_id == tenant_id)).subquery()


async def sums_of_accounts(uow: UnitOfWork) -> dict[tuple[int, int], tuple[int, int]]:
    """(debit, credit) of each (tenant, account) in all dropped months."""
    sums = account_sums(None)
    found = await uow.all(select(sums).execution_options(**ACROSS_TENANTS))
    return {(tenant_id, account_id): (int(debit), int(credit)) for tenant_id, account_id, debit, credit in found}


def divided_before(before_id: int, tenant_id: int | None, account_id: int | None) -> Select[*tuple[Any, ...]]:
    """(account, debit, credit): what was moved in dropped months in those spans that reach beyond the id."""
    table, span = LedgerArchiveAccount, LedgerSnapshot
    same = (span.tenant_id == table.tenant_id) & (span.account_id == table.account_id) & (span.block_n == table.round_n)
    statement = (
        select(table.account_id, func.sum(table.debit), func.sum(table.credit))
        .join(span, same)
        .where(table.round_n > 0, span.upto_id >= before_id)
        .group_by(table.account_id)
    )
    if account_id is not None:
        statement = statement.where(table.account_id == account_id)
    return scoped(statement, LedgerArchiveAccount, tenant_id)


async def credited(uow: UnitOfWork, tenant_id: int | None, *, code: str, kind: str) -> list[tuple[int, str, int]]:
    """(tenant, currency, Σ credit − Σ debit) of what journals of this kind moved in this account in dropped months."""
    table = LedgerArchiveAccount
    statement = (
        select(LedgerAccount.tenant_id, LedgerAccount.currency, func.sum(table.credit) - func.sum(table.debit))
        .join(table, (table.tenant_id == LedgerAccount.tenant_id) & (table.account_id == LedgerAccount.id))
        .where(LedgerAccount.code == code, table.kind == kind)
        .group_by(LedgerAccount.tenant_id, LedgerAccount.currency)
    )
    found = await uow.all(scoped(statement, LedgerAccount, tenant_id))
    return [(tenant, currency, int(total)) for tenant, currency, total in found]


async def keys_below(uow: UnitOfWork, tenant_id: int | None, below_id: int) -> int:
    """How many keys name a journal below this id."""
    statement = select(func.count()).select_from(LedgerKey).where(LedgerKey.journal_id < below_id)
    return int(await uow.scalar(scoped(statement, LedgerKey, tenant_id)) or 0)


async def journals_of(uow: UnitOfWork, tenant_id: int | None, *, kind: str | None = None) -> int:
    """How many journals were dropped, of one kind or of all."""
    statement = select(func.coalesce(func.sum(LedgerArchiveKind.journals), 0))
    statement = statement if kind is None else statement.where(LedgerArchiveKind.kind == kind)
    return int(await uow.scalar(scoped(statement, LedgerArchiveKind, tenant_id)) or 0)


async def keyed(uow: UnitOfWork, keys: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of these (tenant, journal) that have a key. Reads all keys of the tenants: for the few that are asked of dropped months."""
    statement = select(LedgerKey.tenant_id, LedgerKey.journal_id).where(
        LedgerKey.tenant_id.in_({tenant_id for tenant_id, _ in keys}), LedgerKey.journal_id.in_({id_ for _, id_ in keys})
    )
    return {(row[0], row[1]) for row in await uow.all(statement)} & set(keys) if keys else set()


async def rows_below(uow: UnitOfWork, below_id: int) -> tuple[int, int]:
    """How many journals and postings lie below this id."""
    columns = (LedgerJournal.id, LedgerPosting.journal_id)
    statements = (select(func.count(column)).where(column < below_id).execution_options(**ACROSS_TENANTS) for column in columns)
    journals, postings = [int(await uow.scalar(one) or 0) for one in statements]
    return journals, postings


def _month(row: LedgerArchive) -> DroppedMonth:
    runs: list[Run] = [(first, last, journals) for first, last, journals in row.runs]
    return DroppedMonth(
        row.month, row.shard, row.first_id, row.below_id, row.journals, row.postings, row.sums, row.last_n, runs,
        bytes(row.content), row.manifest_sha256, row.place, row.approval_id, row.asked_by, row.agreed_by, row.dropped_at, row.key_id,
        bytes.fromhex(row.signature),
    )  # fmt: skip
