"""Reading: balances, the trial balance at any moment, statements with a running balance."""

import csv
import io
from collections.abc import AsyncGenerator, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from velora.kernel.ids import encode, first_id_at
from velora.kernel.paging import Page, decode_cursor, encode_cursor
from velora.modules.ledger.policy import balance_of, key_hash, kind_of
from velora.modules.ledger.repository import dropping, past, posting, reading
from velora.modules.ledger.repository.reading import Account
from velora.modules.ledger.service.drop import must_be_here
from velora.platform.db import UnitOfWork

AFTER_ALL: Final = (1 << 63) - 1
_PAGE: Final = 500


@dataclass(frozen=True)
class LegView:
    debit: Account
    credit: Account
    amount_minor: int


@dataclass(frozen=True)
class JournalView:
    tenant_id: int
    id: int
    kind: str
    effective_at: datetime
    recorded_at: datetime
    reverses_id: int | None
    actor_ref: str
    payload: dict[str, object]
    legs: tuple[LegView, ...]
    epoch: int


@dataclass(frozen=True)
class StatementLine:
    """One move of the account; `balance_minor` is what it stood at afterwards, on its normal side."""

    journal: JournalView
    line: int
    counter: Account
    debit_minor: int
    credit_minor: int
    balance_minor: int


@dataclass(frozen=True)
class Statement:
    account: Account
    opening_minor: int
    page: Page[StatementLine]


@dataclass(frozen=True)
class TrialRow:
    """An account with its balance on the side where it stands."""

    account: Account
    debit_minor: int
    credit_minor: int


async def find(uow: UnitOfWork, keys: Collection[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """The journal behind each business key (tenant, key) that was posted."""
    hashed = {(tenant_id, key_hash(key)): (tenant_id, key) for tenant_id, key in keys}
    there = await posting.keys_there(uow, hashed) if hashed else {}
    return {hashed[place]: claim.journal_id for place, claim in there.items()}


async def journals(uow: UnitOfWork, keys: Collection[tuple[int, int]]) -> list[JournalView]:
    """The journals of these (tenant, id) with their legs, oldest first."""
    found = [written for written, _ in await reading.journals(uow, set(keys))]
    ids = {account for written in found for _, debit, credit, _, _ in written.postings for account in (debit, credit)}
    accounts = await reading.accounts_by_id(uow, ids)
    return [
        JournalView(
            written.tenant_id, written.id, written.kind, written.effective_at, written.recorded_at, written.reverses_id, written.actor_ref,
            dict(written.payload),
            tuple(LegView(accounts[debit], accounts[credit], amount) for _, debit, credit, amount, _ in written.postings),
            written.epoch,
        )
        for written in found
    ]  # fmt: skip


async def account(uow: UnitOfWork, account_id: int) -> Account | None:
    """The account with its balance, or None."""
    return (await reading.accounts_by_id(uow, {account_id})).get(account_id)


async def accounts(
    uow: UnitOfWork, *, tenant_id: int | None, currency: str | None = None, code_prefix: str = "", after: int = 0, limit: int | None = None
) -> list[Account]:
    """Accounts with their balances, oldest first; of every tenant when none is named."""
    return await reading.accounts(uow, tenant_id=tenant_id, currency=currency, code_prefix=code_prefix, after=after, limit=limit)


async def balances(uow: UnitOfWork, codes: Collection[tuple[int, str]]) -> dict[tuple[int, str, str], int]:
    """What each (tenant, account code) holds, by (tenant, code, currency); accounts never used are missing."""
    return {(found.tenant_id, found.code, found.currency): found.balance_minor for found in await reading.accounts_by_code(uow, set(codes))}


async def trial_balance(
    uow: UnitOfWork, *, tenant_id: int | None, currency: str | None = None, at: datetime | None = None
) -> list[TrialRow]:
    """Every account with its balance on one side, by code: now from the running sums, at a past moment from the postings.

    Raises MonthDropped for a moment in a month that is only in its archive.
    """
    found: Iterable[Account] = await reading.accounts(uow, tenant_id=tenant_id, currency=currency)
    if at is not None:
        before_id = first_id_at(at + timedelta(milliseconds=1))
        await must_be_here(uow, before_id)
        sums = await past.sums_before(uow, tenant_id=tenant_id, before_id=before_id)
        found = (replace(one, debit=sums[one.id][0], credit=sums[one.id][1]) for one in found if one.id in sums)
    rows = (TrialRow(one, max(one.debit - one.credit, 0), max(one.credit - one.debit, 0)) for one in found)
    return sorted(rows, key=lambda row: (row.account.currency, row.account.code, row.account.tenant_id))


async def statement(
    uow: UnitOfWork,
    of: Account,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Statement:
    """The account's moves from `since` to before `until`, oldest first, each with the balance after it.

    The cursor carries the running balance, so a page costs what it shows however long the account's history is. Without `since` it
    begins with what is in the tables. Raises MonthDropped for a `since` in a month that is only in its archive.
    """
    first = first_id_at(since) if since else await dropping.border(uow)
    await must_be_here(uow, first)
    before = first_id_at(until) if until else AFTER_ALL
    if cursor is None:
        debit, credit = (await past.sums_before(uow, tenant_id=of.tenant_id, before_id=first, account_id=of.id)).get(of.id, (0, 0))
        after, opening = (first, 0), balance_of(of.normal, debit, credit)
    else:
        journal_id, line, running = (int(part) for part in decode_cursor(cursor, int, int, int))
        after, opening = (journal_id, line), running
    moves = await reading.moves(uow, tenant_id=of.tenant_id, account_id=of.id, after=after, before_id=before, limit=limit + 1)
    shown, more = moves[:limit], len(moves) > limit
    behind = {journal.id: journal for journal in await journals(uow, {(of.tenant_id, move.journal_id) for move in shown})}
    counters = await reading.accounts_by_id(uow, {move.counter_account_id for move in shown})
    lines: list[StatementLine] = []
    running = opening
    for move in shown:
        running += balance_of(of.normal, move.debit, move.credit)
        lines.append(StatementLine(behind[move.journal_id], move.line, counters[move.counter_account_id], move.debit, move.credit, running))
    following = encode_cursor(shown[-1].journal_id, shown[-1].line, running) if more else None
    return Statement(of, opening, Page(lines, following))


async def statement_csv(uow: UnitOfWork, of: Sequence[Account], *, since: datetime | None, until: datetime | None) -> AsyncGenerator[str]:
    """The statements of these accounts as CSV, in pieces: amounts in minor units, times in UTC."""
    yield _csv(
        [("account", "name", "currency", "time", "journal", "kind", "counter_account", "debit_minor", "credit_minor", "balance_minor")]
    )
    for one in of:
        cursor: str | None = None
        while True:
            part = await statement(uow, one, since=since, until=until, cursor=cursor, limit=_PAGE)
            yield _csv(
                (
                    one.code, kind_of(one.code).name, one.currency, line.journal.recorded_at.isoformat(), encode("jrn", line.journal.id),
                    line.journal.kind, line.counter.code, line.debit_minor, line.credit_minor, line.balance_minor,
                )
                for line in part.page.data
            )  # fmt: skip
            cursor = part.page.next_cursor
            if cursor is None:
                break


async def counts(uow: UnitOfWork, tenant_id: int | None) -> tuple[int, int]:
    """How many journals and postings stand in the tables."""
    return await reading.counts(uow, tenant_id)


async def count_of(uow: UnitOfWork, tenant_id: int, first: int, below: int) -> int:
    """How many journals of a marketplace with ids from `first` to before `below` stand in the tables."""
    return await reading.count_of(uow, tenant_id, first, below)


async def pairs_of(uow: UnitOfWork, tenant_id: int, first: int, below: int) -> list[tuple[int, int, str, int, int]]:
    """(debit account, credit account, currency, how many, Σ amount) of the postings of such journals."""
    return await reading.pairs_of(uow, tenant_id, first, below)


async def ids_by_code(uow: UnitOfWork, tenant_id: int, codes: Collection[str]) -> dict[int, str]:
    """The ids of a marketplace's accounts of these codes, in whatever currency, each with its code."""
    return await reading.ids_by_code(uow, tenant_id, codes)


async def ends_of(uow: UnitOfWork, tenant_id: int) -> tuple[int, int] | None:
    """The ids of a marketplace's first and newest journal that stand in the tables; None where there is none."""
    return await reading.ends_of(uow, tenant_id)


async def count_from(uow: UnitOfWork, tenant_id: int | None, first_id: int) -> int:
    """How many journals stand in the ledger from this id on."""
    return await reading.count_from(uow, tenant_id, first_id)


async def count_of_kind(uow: UnitOfWork, tenant_id: int | None, kind: str) -> int:
    """How many journals of this kind were ever posted, those of dropped months among them."""
    border = await dropping.border(uow)
    return await reading.count_of_kind(uow, tenant_id, kind, border) + await dropping.journals_of(uow, tenant_id, kind=kind)


async def count_there(uow: UnitOfWork, keys: Collection[tuple[int, int]]) -> int:
    """How many of these (tenant, journal) exist."""
    return await reading.count_there(uow, set(keys))


def _csv(rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
