"""Routes of the books."""

import time
from collections.abc import AsyncGenerator
from datetime import date, datetime, timedelta
from typing import Annotated, Final

import orjson
from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, Field

from velora.flows.bookkeeping.verify import Outside, verify
from velora.flows.screens.finance.books.overview import CurrencyFigures, overview
from velora.flows.screens.finance.names import Names, name_of, names_of, tenant_of
from velora.kernel.errors import Forbidden, Invalid, NotFound
from velora.kernel.ids import decode, encode
from velora.kernel.paging import Page, decode_cursor, encode_cursor
from velora.modules.ledger import service as ledger
from velora.modules.ledger.errors import MonthDropped
from velora.modules.ledger.service import Account, StatementLine, TrialRow
from velora.modules.tenants import service as tenants
from velora.modules.tenants.service import TenantFacts
from velora.platform.cache import CacheAway, keys
from velora.platform.db import UnitOfWork
from velora.platform.house import House
from velora.platform.web import FinanceAdmin, HouseDep, MoneyOut, PageOut, Schema, ident, problems
from velora.platform.web.callers import BadCsrfToken, NotSignedIn

router = APIRouter(tags=["finance"])

AccountId = Annotated[int, ident("lac")]
JournalId = Annotated[int, ident("jrn")]
OrderId = Annotated[int, ident("ord")]
Limit = Annotated[int, Query(ge=1, le=200)]
Since = Annotated[AwareDatetime | None, Query(alias="from")]
Until = Annotated[AwareDatetime | None, Query(alias="to")]
_FINANCE: Final = (NotSignedIn, Forbidden, NotFound)
_KEPT: Final = timedelta(days=30)


class MarketplaceOut(Schema):
    slug: str
    name: str

    @classmethod
    def of(cls, tenant: TenantFacts) -> "MarketplaceOut":
        return cls(slug=tenant.slug, name=tenant.name)


class CurrencyOut(Schema):
    currency: str
    gmv: MoneyOut
    held: MoneyOut
    payable: MoneyOut
    commission: MoneyOut
    tax: MoneyOut
    paid_out: MoneyOut
    refunded: MoneyOut

    @classmethod
    def of(cls, one: CurrencyFigures) -> "CurrencyOut":
        def money(amount: int) -> MoneyOut:
            return MoneyOut.of(amount, one.currency)

        return cls(
            currency=one.currency, gmv=money(one.gmv), held=money(one.held), payable=money(one.payable), commission=money(one.commission),
            tax=money(one.tax), paid_out=money(one.paid_out), refunded=money(one.refunded),
        )  # fmt: skip


class DayOut(Schema):
    """Minor units of the currency."""

    day: date
    currency: str
    gmv: int
    commission: int


class CheckOut(Schema):
    number: int = Field(description="The invariant's number in the design of the books")
    name: str
    count: int
    examples: list[str]


class VerdictOut(Schema):
    clean: bool
    checks: list[CheckOut]
    took_ms: int
    at: datetime


class LastVerifyOut(Schema):
    clean: bool
    took_ms: int
    at: datetime


class OverviewOut(Schema):
    currencies: list[CurrencyOut]
    orders: int
    journals: int
    postings: int
    daily: list[DayOut]
    last_verify: LastVerifyOut | None


class TrialRowOut(Schema):
    """An account on the side where it stands; `balance` is on its normal side."""

    account_id: AccountId
    code: str
    name: str
    account_class: str = Field(serialization_alias="class", validation_alias="class")
    sub_label: str
    tenant: MarketplaceOut
    debit: MoneyOut
    credit: MoneyOut
    balance: MoneyOut
    normal: str


class TrialBalanceOut(Schema):
    currency: str
    at: datetime
    tenant: MarketplaceOut | None
    rows: list[TrialRowOut]
    debit: MoneyOut
    credit: MoneyOut
    balanced: bool
    currencies: list[str]


class LedgerAccountOut(Schema):
    id: AccountId
    code: str
    name: str
    account_class: str = Field(serialization_alias="class", validation_alias="class")
    sub_label: str
    tenant: MarketplaceOut
    currency: str
    normal: str
    balance: MoneyOut


class CounterAccountOut(Schema):
    id: AccountId
    code: str
    name: str
    sub_label: str


class StatementLineOut(Schema):
    journal_id: JournalId
    line: int
    at: datetime
    kind: str
    counter_account: CounterAccountOut
    debit: MoneyOut | None
    credit: MoneyOut | None
    balance: MoneyOut
    order_id: OrderId | None


class StatementOut(Schema):
    account: LedgerAccountOut
    opening: MoneyOut
    data: list[StatementLineOut]
    next_cursor: str | None
    has_more: bool


@router.get("/finance/overview", responses=problems(*_FINANCE))
async def finance_overview(caller: FinanceAdmin, house: HouseDep, tenant: str | None = None) -> OverviewOut:
    """The books in a few figures, for one marketplace or all; `daily` covers the last thirty days."""
    async with house.db.read(None) as uow:
        market = await tenant_of(uow, tenant)
        found = await overview(uow, market.id if market else None)
    return OverviewOut(
        currencies=[CurrencyOut.of(one) for one in found.currencies], orders=found.orders, journals=found.journals, postings=found.postings,
        daily=[DayOut(day=one.day, currency=one.currency, gmv=one.gmv, commission=one.commission) for one in found.daily],
        last_verify=await _last_verify(house),
    )  # fmt: skip


@router.get("/finance/trial-balance", responses=problems(MonthDropped, *_FINANCE))
async def trial_balance(
    caller: FinanceAdmin, house: HouseDep, tenant: str | None = None, currency: str | None = None, at: AwareDatetime | None = None
) -> TrialBalanceOut:
    """Every account on the side where it stands, now or at a past moment; both sides add up to the same."""
    async with house.db.read(None) as uow:
        market = await tenant_of(uow, tenant)
        tenant_id = market.id if market else None
        accounts = await ledger.accounts(uow, tenant_id=tenant_id)
        places = await tenants.by_id(uow, {one.tenant_id for one in accounts})
        currencies = tenants.main_first((one.currency for one in accounts), places.values())
        shown = currency or (market.currency if market else next(iter(currencies), "EUR"))
        rows = await ledger.trial_balance(uow, tenant_id=tenant_id, currency=shown, at=at)
        names = await names_of(uow, {row.account.code for row in rows})
        markets = await tenants.by_id(uow, {row.account.tenant_id for row in rows})
        moment = at or uow.now
    debit, credit = sum(row.debit_minor for row in rows), sum(row.credit_minor for row in rows)
    return TrialBalanceOut(
        currency=shown, at=moment, tenant=MarketplaceOut.of(market) if market else None,
        rows=[_trial_row(row, names, markets[row.account.tenant_id]) for row in rows if row.account.debit or row.account.credit],
        debit=MoneyOut.of(debit, shown), credit=MoneyOut.of(credit, shown), balanced=debit == credit, currencies=currencies or [shown],
    )  # fmt: skip


@router.get("/finance/accounts", responses=problems(Invalid, *_FINANCE))
async def list_accounts(
    caller: FinanceAdmin,
    house: HouseDep,
    tenant: str | None = None,
    currency: str | None = None,
    q: str = "",
    cursor: str | None = None,
    limit: Limit = 50,
) -> PageOut[LedgerAccountOut]:
    """Accounts by code; `q` looks in code, name and whose it is."""
    async with house.db.read(None) as uow:
        market = await tenant_of(uow, tenant)
        found = await ledger.accounts(uow, tenant_id=market.id if market else None, currency=currency)
        names = await names_of(uow, {one.code for one in found})
        markets = await tenants.by_id(uow, {one.tenant_id for one in found})
    words = q.lower().split()
    fitting = [one for one in found if all(word in _searched(one, names) for word in words)]
    fitting.sort(key=lambda one: (one.code, one.id))
    if cursor:
        code, account_id = decode_cursor(cursor, str, int)
        fitting = [one for one in fitting if (one.code, one.id) > (str(code), int(account_id))]
    shown = fitting[:limit]
    following = encode_cursor(shown[-1].code, shown[-1].id) if len(fitting) > limit else None
    return PageOut[LedgerAccountOut].of(Page([_account(one, names, markets[one.tenant_id]) for one in shown], following))


@router.get("/finance/accounts/{account_id}/statement", responses=problems(Invalid, MonthDropped, *_FINANCE))
async def account_statement(
    account_id: AccountId,
    caller: FinanceAdmin,
    house: HouseDep,
    since: Since = None,
    until: Until = None,
    cursor: str | None = None,
    limit: Limit = 50,
) -> StatementOut:
    """The account's moves, oldest first, each with the balance after it."""
    async with house.db.read(None) as uow:
        account = await _account_or_404(uow, account_id)
        found = await ledger.statement(uow, account, since=since, until=until, cursor=cursor, limit=limit)
        names = await names_of(uow, {account.code} | {line.counter.code for line in found.page.data})
        market = (await tenants.by_id(uow, {account.tenant_id}))[account.tenant_id]
    return StatementOut(
        account=_account(account, names, market), opening=MoneyOut.of(found.opening_minor, account.currency),
        data=[_line(line, names, account.currency) for line in found.page.data], next_cursor=found.page.next_cursor,
        has_more=found.page.has_more,
    )  # fmt: skip


@router.get("/finance/accounts/{account_id}/statement.csv", response_class=StreamingResponse, responses=problems(MonthDropped, *_FINANCE))
async def account_statement_csv(
    account_id: AccountId, caller: FinanceAdmin, house: HouseDep, since: Since = None, until: Until = None
) -> StreamingResponse:
    """The same as CSV: amounts in minor units, times in UTC."""
    async with house.db.read(None) as uow:
        account = await _account_or_404(uow, account_id)
        if since:
            await ledger.must_reach(uow, since)

    async def pieces() -> AsyncGenerator[str]:
        async with house.db.read(None) as uow:
            async for piece in ledger.statement_csv(uow, [account], since=since, until=until):
                yield piece

    name = f"statement-{encode('lac', account_id)}.csv"
    return StreamingResponse(pieces(), media_type="text/csv", headers={"content-disposition": f'attachment; filename="{name}"'})


@router.post("/finance/verify", responses=problems(BadCsrfToken, *_FINANCE))
async def verify_books(caller: FinanceAdmin, house: HouseDep, tenant: str | None = None) -> VerdictOut:
    """Check every invariant of the books now; every count must be 0."""
    async with house.db.read(None) as uow:
        market = await tenant_of(uow, tenant)
    started = time.monotonic()
    verdict = await verify(house.db, market.id if market else None, outside=Outside(house.keys, house.anchors, looks_at_archives=False))
    answer = VerdictOut(
        clean=verdict.clean,
        checks=[CheckOut(number=one.number, name=one.name, count=one.count, examples=list(one.examples)) for one in verdict.checks],
        took_ms=round((time.monotonic() - started) * 1000),
        at=house.clock.now(),
    )
    await _remember(house, answer)
    return answer


async def _account_or_404(uow: UnitOfWork, account_id: int) -> Account:
    account = await ledger.account(uow, account_id)
    if account is None:
        raise NotFound("account", encode("lac", account_id))
    return account


async def _last_verify(house: House) -> LastVerifyOut | None:
    """The newer of what a person asked for and what the worker found by itself."""
    async with house.db.read(None) as uow:
        watched = await ledger.last_watch(uow)
    by_itself = (
        LastVerifyOut(clean=not watched.wrong, took_ms=watched.took_ms, at=watched.checked_at) if watched and watched.checked_at else None
    )
    try:
        stored = await house.cache.get(keys.LAST_VERIFY)
    except CacheAway:
        return by_itself
    asked = LastVerifyOut.model_validate(orjson.loads(stored)) if stored else None
    return max((one for one in (asked, by_itself) if one), key=lambda one: one.at, default=None)


async def _remember(house: House, verdict: VerdictOut) -> None:
    short = LastVerifyOut(clean=verdict.clean, took_ms=verdict.took_ms, at=verdict.at)
    try:
        await house.cache.put(keys.LAST_VERIFY, short.model_dump_json().encode(), ttl=_KEPT)
    except CacheAway:
        return  # only the console's reminder of the last run is lost


def _trial_row(row: TrialRow, names: Names, market: TenantFacts) -> TrialRowOut:
    account = row.account
    plain = _account(account, names, market)
    return TrialRowOut.model_validate(
        {
            "account_id": account.id, "code": account.code, "name": plain.name, "class": account.account_class,
            "sub_label": plain.sub_label, "tenant": plain.tenant, "debit": MoneyOut.of(row.debit_minor, account.currency),
            "credit": MoneyOut.of(row.credit_minor, account.currency), "balance": plain.balance, "normal": account.normal,
        }
    )  # fmt: skip


def _account(account: Account, names: Names, market: TenantFacts) -> LedgerAccountOut:
    return LedgerAccountOut.model_validate(
        {
            "id": account.id, "code": account.code, "name": name_of(account), "class": account.account_class,
            "sub_label": names.sub_label(account.code), "tenant": MarketplaceOut.of(market), "currency": account.currency,
            "normal": account.normal, "balance": MoneyOut.of(account.balance_minor, account.currency),
        }
    )  # fmt: skip


def _searched(account: Account, names: Names) -> str:
    return f"{account.code} {name_of(account)} {names.sub_label(account.code)} {encode('lac', account.id)}".lower()


def _line(line: StatementLine, names: Names, currency: str) -> StatementLineOut:
    order = line.journal.payload.get("order")
    counter = line.counter
    return StatementLineOut(
        journal_id=line.journal.id, line=line.line, at=line.journal.recorded_at, kind=line.journal.kind,
        counter_account=CounterAccountOut(
            id=counter.id, code=counter.code, name=name_of(counter), sub_label=names.sub_label(counter.code)
        ),
        debit=MoneyOut.of(line.debit_minor, currency) if line.debit_minor else None,
        credit=MoneyOut.of(line.credit_minor, currency) if line.credit_minor else None,
        balance=MoneyOut.of(line.balance_minor, currency), order_id=decode("ord", str(order)) if order else None,
    )  # fmt: skip
