"""The state of the books in a few figures."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from velora.flows import postings
from velora.flows.reporting import count
from velora.flows.screens.finance.names import head_of
from velora.modules.ledger import service as ledger
from velora.modules.ledger.service import Account
from velora.modules.reporting import service as reporting
from velora.modules.tenants import service as tenants
from velora.modules.tenants.service import main_first
from velora.platform.db import UnitOfWork

DAYS: Final = 30
_IN_MONEY: Final = frozenset({count.CAPTURED, count.REFUNDED, count.PAID_OUT})


@dataclass
class CurrencyFigures:
    """In minor units; `gmv` is what the gateway took from buyers, `commission` what the operator keeps of it before fees.

    `gmv`, `paid_out`, `refunded` and what was on each day are as they were counted last, at most some seconds ago; the others are those
    of the ledger now.
    """

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
    said = Counter[str]()
    for figure in await reporting.of_marketplace(uow, tenant_id):
        said[figure.name] += figure.pieces
        if figure.name in _IN_MONEY:
            _say(figures.setdefault(figure.currency, CurrencyFigures(figure.currency)), figure)
    markets = await tenants.by_id(uow, {account.tenant_id for account in accounts})
    return Overview(
        [figures[currency] for currency in main_first(figures, markets.values())], said[count.ORDERS_PAID],
        said[count.JOURNALS], said[count.POSTINGS],
        await _daily(uow, markets),
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


def _say(figures: CurrencyFigures, figure: reporting.Figure) -> None:
    match figure.name:
        case count.CAPTURED:
            figures.gmv += figure.amount_minor
        case count.REFUNDED:
            figures.refunded += figure.amount_minor
        case count.PAID_OUT:
            figures.paid_out += figure.amount_minor
        case _:
            pass


async def _daily(uow: UnitOfWork, tenant_ids: Collection[int]) -> list[DayFigures]:
    sums: defaultdict[tuple[date, str], Counter[str]] = defaultdict(Counter)
    since = uow.now - timedelta(days=DAYS - 1)
    for day, name, currency, amount in await reporting.days_since(uow, tenant_ids, since, (count.TAKEN, count.COMMISSION)):
        sums[day, currency][name] += amount
    return [DayFigures(day, currency, found[count.TAKEN], found[count.COMMISSION]) for (day, currency), found in sorted(sums.items())]
