"""The state of the books in a few figures."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from velora.flows import postings
from velora.flows.fx.posting import EXCHANGE
from velora.flows.screens.finance.names import head_of
from velora.modules.ledger import service as ledger
from velora.modules.ledger.service import Account
from velora.modules.orders import service as orders
from velora.modules.payments import service as payments
from velora.modules.payouts import service as payouts
from velora.modules.tenants import service as tenants
from velora.modules.tenants.service import main_first
from velora.platform.db import UnitOfWork

DAYS: Final = 30
_PAGE: Final = 500


@dataclass
class CurrencyFigures:
    """In minor units; `gmv` is what the gateway took from buyers, `commission` what the operator keeps of it before fees."""

    currency: str
    gmv: int = 0
    held: int = 0
    payable: int = 0
    commission: int = 0
    tax: int = 0
    paid_out: int = 0
    refunded: int = 0


@dataclass(frozen=True)
class DayFigures:
    day: date
    currency: str
    gmv: int
    commission: int


@dataclass(frozen=True)
class Overview:
    currencies: Sequence[CurrencyFigures]
    orders: int
    journals: int
    postings: int
    daily: Sequence[DayFigures]


async def overview(uow: UnitOfWork, tenant_id: int | None) -> Overview:
    """The figures of one marketplace, or of all."""
    accounts = await ledger.accounts(uow, tenant_id=tenant_id)
    figures: dict[str, CurrencyFigures] = {}
    for account in accounts:
        _count(figures.setdefault(account.currency, CurrencyFigures(account.currency)), account)
    for _, _, currency, state, amount in await payouts.sums(uow, tenant_id=tenant_id):
        if state == "paid":
            figures[currency].paid_out += amount
    for _, currency, captured, _ in await payments.capture_sums(uow, tenant_id):
        figures[currency].gmv += captured
    for _, currency, state, amount, *_ in await payments.refund_sums(uow, tenant_id):
        if state == "succeeded":
            figures[currency].refunded += amount
    journals, count = await ledger.counts(uow, tenant_id)
    markets = await tenants.by_id(uow, {account.tenant_id for account in accounts})
    return Overview(
        [figures[currency] for currency in main_first(figures, markets.values())], await orders.count_paid(uow, tenant_id), journals, count,
        await _daily(uow, accounts),
    )  # fmt: skip


def _count(figures: CurrencyFigures, account: Account) -> None:
    match head_of(account.code):
        case postings.ESCROW:
            figures.held += account.balance_minor
        case postings.PAYABLE:
            figures.payable += account.balance_minor
        case "4010":
            figures.commission += account.balance_minor
        case postings.TAX:
            figures.tax += account.balance_minor
        case _:
            pass


async def _changed(uow: UnitOfWork, accounts: Sequence[Account], since: datetime) -> list[tuple[date, str, int]]:
    """What came to the gateway's account out of another currency, by day: no buyer paid it."""
    found: list[tuple[date, str, int]] = []
    for account in accounts:
        cursor: str | None = None
        while account.code == str(EXCHANGE):
            page = (await ledger.statement(uow, account, since=since, cursor=cursor, limit=_PAGE)).page
            at_gateway = [line for line in page.data if line.counter.code == str(postings.CLEARING)]
            found += [(line.journal.recorded_at.date(), account.currency, line.credit_minor) for line in at_gateway]
            cursor = page.next_cursor
            if cursor is None:
                break
    return found


async def _daily(uow: UnitOfWork, accounts: Sequence[Account]) -> list[DayFigures]:
    wanted = [account for account in accounts if account.code in (str(postings.CLEARING), str(postings.COMMISSION))]
    since = (uow.now - timedelta(days=DAYS - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
    sums: defaultdict[tuple[date, str], list[int]] = defaultdict(lambda: [0, 0])
    for day, account, debit, credit in await ledger.daily(uow, wanted, since=since) if wanted else ():
        place = sums[day.date(), account.currency]
        if account.code == str(postings.CLEARING):
            place[0] += debit
        else:
            place[1] += credit
    for day, currency, bought in await _changed(uow, accounts, since):
        sums[day, currency][0] -= bought
    return [DayFigures(day, currency, gmv, commission) for (day, currency), (gmv, commission) in sorted(sums.items())]
