"""What must not be in the tables: each function gives back (how many, some examples) and reads in bounded memory."""

from typing import Any, Final, Literal

from sqlalchemy import Select, Subquery, case, func, literal, or_, select
from sqlalchemy.orm import aliased

from velora.kernel.ids import NODE_BITS
from velora.modules.ledger.models import LedgerAccount, LedgerBalance, LedgerJournal, LedgerKey, LedgerPosting
from velora.modules.ledger.repository import dropping
from velora.modules.ledger.repository.reading import account_columns, unsealed
from velora.platform.db import ACROSS_TENANTS, Base, UnitOfWork, scoped

EXAMPLES: Final = 5

Found = tuple[int, list[int]]


async def tenants(uow: UnitOfWork, tenant_id: int | None) -> list[int]:
    """Every tenant that has an account."""
    return [
        int(row[0])
        for row in await uow.all(
            scoped(select(LedgerAccount.tenant_id).distinct().order_by(LedgerAccount.tenant_id), LedgerAccount, tenant_id)
        )
    ]


async def postings_that_move_nothing(uow: UnitOfWork, tenant_id: int | None) -> Found:
    """1: an amount of nothing or less, or an account that pays itself."""
    return await _found(
        uow,
        select(LedgerPosting.journal_id).where(
            or_(LedgerPosting.amount <= 0, LedgerPosting.debit_account_id == LedgerPosting.credit_account_id)
        ),
        LedgerPosting,
        tenant_id,
    )


async def journals_and_postings_apart(uow: UnitOfWork, tenant_id: int | None) -> Found:
    """2: a journal without postings, or a posting without its journal."""
    same = (LedgerPosting.tenant_id == LedgerJournal.tenant_id) & (LedgerPosting.journal_id == LedgerJournal.id)
    empty = select(LedgerJournal.id).outerjoin(LedgerPosting, same).where(LedgerPosting.journal_id.is_(None))
    stray = select(LedgerPosting.journal_id).outerjoin(LedgerJournal, same).where(LedgerJournal.id.is_(None))
    return _and(await _found(uow, empty, LedgerJournal, tenant_id), await _found(uow, stray, LedgerPosting, tenant_id))


async def sides_apart(uow: UnitOfWork, tenant_id: int | None) -> Found:
    """3: a tenant's currency whose accounts' debits and credits differ."""
    stood = _stood(tenant_id)
    sums = (
        select(stood.c.tenant_id).group_by(stood.c.tenant_id, stood.c.currency).having(func.sum(stood.c.debit) != func.sum(stood.c.credit))
    )
    return await _counted(uow, sums)


async def postings_in_foreign_accounts(uow: UnitOfWork, tenant_id: int | None) -> Found:
    """4: a posting into an account of another tenant or currency, or into none."""
    debit, credit = aliased(LedgerAccount), aliased(LedgerAccount)
    wrong = (
        select(LedgerPosting.journal_id)
        .outerjoin(debit, (debit.tenant_id == LedgerPosting.tenant_id) & (debit.id == LedgerPosting.debit_account_id))
        .outerjoin(credit, (credit.tenant_id == LedgerPosting.tenant_id) & (credit.id == LedgerPosting.credit_account_id))
        .where(
            or_(
                debit.id.is_(None), credit.id.is_(None), debit.currency != LedgerPosting.currency, credit.currency != LedgerPosting.currency
            )
        )
    )  # fmt: skip
    return await _found(uow, wrong, LedgerPosting, tenant_id)


async def balances_unlike_postings(uow: UnitOfWork, tenant_id: int | None) -> dict[int, Found]:
    """5 and 6, by heat: accounts whose balance, with what is not folded yet, is not the sum of their postings, or that have none."""
    border = await dropping.border(uow)
    debited, credited, since = (
        _sums(LedgerPosting.debit_account_id, tenant_id, border),
        _sums(LedgerPosting.credit_account_id, tenant_id, border),
        unsealed(tenant_id),
    )
    gone = dropping.account_sums(tenant_id)
    late = {side: case((LedgerAccount.heat == 1, func.coalesce(since.c[side], 0)), else_=0) for side in ("debit", "credit")}
    wrong = (
        select(LedgerAccount.id, LedgerAccount.heat)
        .outerjoin(LedgerBalance, (LedgerBalance.tenant_id == LedgerAccount.tenant_id) & (LedgerBalance.account_id == LedgerAccount.id))
        .outerjoin(debited, debited.c.account_id == LedgerAccount.id)
        .outerjoin(credited, credited.c.account_id == LedgerAccount.id)
        .outerjoin(since, (since.c.tenant_id == LedgerAccount.tenant_id) & (since.c.account_id == LedgerAccount.id))
        .outerjoin(gone, (gone.c.tenant_id == LedgerAccount.tenant_id) & (gone.c.account_id == LedgerAccount.id))
        .where(
            or_(
                LedgerBalance.account_id.is_(None),
                LedgerBalance.debit + late["debit"] != func.coalesce(debited.c.total, 0) + func.coalesce(gone.c.debit, 0),
                LedgerBalance.credit + late["credit"] != func.coalesce(credited.c.total, 0) + func.coalesce(gone.c.credit, 0),
            )
        )
    )
    found: dict[int, Found] = {0: (0, []), 1: (0, [])}
    for account_id, heat in await uow.all(scoped(wrong, LedgerAccount, tenant_id)):
        count, examples = found[heat]
        found[heat] = count + 1, [*examples, account_id][:EXAMPLES]
    return found


async def floors_broken(uow: UnitOfWork, tenant_id: int | None) -> Found:
    """7: an account on the wrong side of its floor, or whose balance row forgot the floor."""
    wrong = (
        select(LedgerAccount.id)
        .join(LedgerBalance, (LedgerBalance.tenant_id == LedgerAccount.tenant_id) & (LedgerBalance.account_id == LedgerAccount.id))
        .where(
            or_(
                LedgerBalance.floor != LedgerAccount.floor_rule,
                (LedgerAccount.floor_rule == "C") & (LedgerBalance.debit > LedgerBalance.credit),
                (LedgerAccount.floor_rule == "D") & (LedgerBalance.credit > LedgerBalance.debit),
            )
        )
    )
    return await _found(uow, wrong, LedgerAccount, tenant_id)


async def keys_without_one_journal(uow: UnitOfWork, tenant_id: int | None) -> Found:
    """8, one way: a key whose journal is not there, or a journal that several keys claim. The other way is found with the leaves.

    Of dropped months, whose keys stay, there must be as many keys as there were journals.
    """
    border = await dropping.border(uow)
    same = (LedgerJournal.tenant_id == LedgerKey.tenant_id) & (LedgerJournal.id == LedgerKey.journal_id)
    stray = select(LedgerKey.journal_id).outerjoin(LedgerJournal, same).where(LedgerJournal.id.is_(None), LedgerKey.journal_id >= border)
    shared = select(LedgerKey.journal_id).group_by(LedgerKey.tenant_id, LedgerKey.journal_id).having(func.count() > 1)
    found = _and(await _found(uow, stray, LedgerKey, tenant_id), await _found(uow, shared, LedgerKey, tenant_id))
    if border:
        there, were = await dropping.keys_below(uow, tenant_id, border), await dropping.journals_of(uow, tenant_id)
        found = _and(found, (abs(there - were), []))
    return found


async def reversals(uow: UnitOfWork, tenant_id: int, after: int, limit: int) -> list[tuple[int, int]]:
    """(reversal, reversed) of a tenant after this reversal's id."""
    rows = await uow.all(
        select(LedgerJournal.id, LedgerJournal.reverses_id)
        .where(LedgerJournal.tenant_id == tenant_id, LedgerJournal.reverses_id.is_not(None), LedgerJournal.id > after)
        .order_by(LedgerJournal.id)
        .limit(limit)
    )
    return [(id_, reversed_) for id_, reversed_ in rows if reversed_ is not None]


async def reversed_twice(uow: UnitOfWork, tenant_id: int | None) -> Found:
    """21, the first half: a journal that two reversals name."""
    twice = (
        select(LedgerJournal.reverses_id)
        .where(LedgerJournal.reverses_id.is_not(None))
        .group_by(LedgerJournal.tenant_id, LedgerJournal.reverses_id)
        .having(func.count() > 1)
    )
    return await _found(uow, twice, LedgerJournal, tenant_id)


async def equations_broken(uow: UnitOfWork, tenant_id: int | None) -> Found:
    """23: a tenant's currency in which assets + expenses are not liabilities + equity + income, or memo accounts do not mirror."""
    stood = _stood(tenant_id)
    net = stood.c.debit - stood.c.credit
    memo = case((stood.c["class_"] == "memo", net), else_=0)
    book = case((stood.c["class_"] == "memo", 0), else_=net)
    sums = select(stood.c.tenant_id).group_by(stood.c.tenant_id, stood.c.currency)
    return await _counted(uow, sums.having(or_(func.sum(book) != 0, func.sum(memo) != 0)))


async def credited_by(uow: UnitOfWork, tenant_id: int | None, *, code: str, kind: str) -> list[tuple[int, str, int]]:
    border = await dropping.border(uow)
    sums = {(tenant, currency): total for tenant, currency, total in await dropping.credited(uow, tenant_id, code=code, kind=kind)}
    for sign, side in ((1, LedgerPosting.credit_account_id), (-1, LedgerPosting.debit_account_id)):
        statement = (
            select(LedgerAccount.tenant_id, LedgerAccount.currency, func.sum(LedgerPosting.amount))
            .join(LedgerPosting, (LedgerPosting.tenant_id == LedgerAccount.tenant_id) & (side == LedgerAccount.id))
            .join(LedgerJournal, (LedgerJournal.tenant_id == LedgerPosting.tenant_id) & (LedgerJournal.id == LedgerPosting.journal_id))
            .where(LedgerAccount.code == code, LedgerJournal.kind == kind, LedgerJournal.id >= border)
            .group_by(LedgerAccount.tenant_id, LedgerAccount.currency)
        )
        for tenant, currency, total in await uow.all(scoped(statement, LedgerAccount, tenant_id)):
            sums[tenant, currency] = sums.get((tenant, currency), 0) + sign * int(total)
    return [(tenant, currency, total) for (tenant, currency), total in sums.items()]


async def taken_while_owing(uow: UnitOfWork, tenant_id: int | None, *, kind: str, taken: str, owed: str) -> Found:
    """20: a journal of this kind that took from `{taken}:x` when the postings before it left `{owed}:x` above nothing.

    Of two journals of one process the ids say which came first; of two processes, whose clocks may disagree, only the epochs do. Where
    neither says it, a debt counts as later and what ended one as earlier. Few ever owe, so the search begins with their accounts.
    """
    border = await dropping.border(uow)
    source = aliased(LedgerAccount)
    debited, credited = (_before(LedgerJournal, border, side=side) for side in ("debit", "credit"))
    gone = dropping.account_sums(tenant_id)
    wrong = (
        select(LedgerJournal.id)
        .select_from(LedgerAccount)
        .join(
            source,
            (source.tenant_id == LedgerAccount.tenant_id)
            & (source.currency == LedgerAccount.currency)
            & (source.code == literal(taken) + func.substr(LedgerAccount.code, len(owed) + 1)),
        )
        .join(LedgerPosting, (LedgerPosting.tenant_id == source.tenant_id) & (LedgerPosting.debit_account_id == source.id))
        .join(LedgerJournal, (LedgerJournal.tenant_id == LedgerPosting.tenant_id) & (LedgerJournal.id == LedgerPosting.journal_id))
        .outerjoin(gone, (gone.c.tenant_id == LedgerAccount.tenant_id) & (gone.c.account_id == LedgerAccount.id))
        .where(LedgerAccount.code.startswith(f"{owed}:"), LedgerJournal.kind == kind, LedgerJournal.id >= border)
        .where(debited + func.coalesce(gone.c.debit, 0) > credited + func.coalesce(gone.c.credit, 0))
    )
    return await _found(uow, wrong, LedgerAccount, tenant_id)


def _before(journal: Any, border: int, *, side: Literal["debit", "credit"]) -> Any:
    """What was posted to this side of the account at hand before the journal: surely, of debits; perhaps, of credits."""
    moved, other = aliased(LedgerPosting), aliased(LedgerJournal)
    account = moved.debit_account_id if side == "debit" else moved.credit_account_id
    same_place = other.id.bitwise_and(NODE_BITS) == journal.id.bitwise_and(NODE_BITS)
    earlier = other.epoch < journal.epoch if side == "debit" else other.epoch <= journal.epoch
    return (
        select(func.coalesce(func.sum(moved.amount), 0))
        .join(other, (other.tenant_id == moved.tenant_id) & (other.id == moved.journal_id))
        .where(moved.tenant_id == LedgerAccount.tenant_id, account == LedgerAccount.id, moved.journal_id >= border)
        .where(case((same_place, other.id < journal.id), else_=earlier))
        .correlate(LedgerAccount, journal)
        .scalar_subquery()
    )


def _sums(column: Any, tenant_id: int | None, from_id: int) -> Any:
    statement = select(column.label("account_id"), func.sum(LedgerPosting.amount).label("total")).group_by(column)
    if from_id:
        statement = statement.where(LedgerPosting.journal_id >= from_id)
    if tenant_id is not None:
        statement = statement.where(LedgerPosting.tenant_id == tenant_id)
    return statement.subquery()


def _stood(tenant_id: int | None) -> Subquery:
    """Every account with what it stands at now."""
    return scoped(account_columns(tenant_id), LedgerAccount, tenant_id).subquery()


async def _found(uow: UnitOfWork, statement: Select[Any], model: type[Base], tenant_id: int | None) -> Found:
    """How many rows the statement has, and the first of them."""
    return await _counted(uow, scoped(statement, model, tenant_id))


async def _counted(uow: UnitOfWork, statement: Select[Any]) -> Found:
    counted = select(func.count()).select_from(statement.subquery()).execution_options(**ACROSS_TENANTS)
    count = int(await uow.scalar(counted) or 0)
    few = statement.limit(EXAMPLES).execution_options(**ACROSS_TENANTS)
    return count, [int(row[0]) for row in await uow.all(few)] if count else []


def _and(one: Found, other: Found) -> Found:
    return one[0] + other[0], [*one[1], *other[1]][:EXAMPLES]
