"""Every line's fate, read from what stands in the database, so it is the same after the first replay and after the tenth."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from velora.flows.replay.lines import WORDS, Fate, Kind, fate_of_cancellation
from velora.flows.replay.sheet import Sale, Sheet
from velora.flows.replay.world import World
from velora.kernel.money import show
from velora.modules.ledger import service as ledger
from velora.modules.payments import service as payments
from velora.modules.returns import service as returns
from velora.modules.returns.service import State
from velora.platform.db import UnitOfWork

_A_PAGE: Final = 500
_ACCOUNTS: Final = {
    "1010": "at the gateway", "1020": "at the bank", "2010": "held for sellers", "2020": "payable to sellers", "2021": "sellers' reserve",
    "2030": "tax payable", "2040": "payouts under way", "2050": "refunds under way", "4010": "commission", "5010": "gateway fees",
}  # fmt: skip


@dataclass(frozen=True)
class FateRow:
    """All lines of one fate. For cancellations of customers, the amount in its three parts; amounts in pence."""

    fate: Fate
    lines: int = 0
    amount_minor: int = 0
    refunded_minor: int = 0
    after_release_minor: int = 0
    unmatched_minor: int = 0


@dataclass(frozen=True)
class MonthRow:
    """What was sold in a month, as 2010-12."""

    month: str
    invoices: int
    lines: int
    amount_minor: int


@dataclass(frozen=True)
class Report:
    """What became of every line. `problems` is empty when all sums agree with each other and with the payments."""

    lines: int
    fates: tuple[FateRow, ...]
    months: tuple[MonthRow, ...]
    refundable_in_full: tuple[int, int]
    refundable_in_part: tuple[int, int]
    orders: int
    captured_minor: int
    refunded_minor: int
    balances: Mapping[str, int]
    problems: tuple[str, ...]

    @classmethod
    def of_nothing(cls) -> "Report":
        """The report of a file without a single sale."""
        return cls(0, (), (), (0, 0), (0, 0), 0, 0, 0, {}, ("The file has no line that could be sold.",))

    def as_json(self) -> dict[str, object]:
        return asdict(self)

    def as_text(self) -> str:
        return "\n".join(_page(self))


@dataclass(frozen=True)
class _Standing:
    """What stands in the database: payments by order, and pieces given back by cancellation."""

    captured: Mapping[int, int]
    refunded_minor: int
    pieces_back: Mapping[str, int]
    worth_back: int


async def make_report(uow: UnitOfWork, sheet: Sheet, world: World) -> Report:
    """The fate of every line of the sheet in this marketplace, cross-footed."""
    standing = await _standing(uow, sheet, world)
    sold, months = _sold(sheet, standing)
    cancelled = _cancelled(sheet, standing)
    rows = [sold, *cancelled, *_reported(sheet)]
    not_sold = FateRow(Fate.NOT_SOLD, _lines(sheet, Kind.SALE) - sold.lines, _amount(sheet, Kind.SALE) - sold.amount_minor)
    fates = tuple(row for row in (*rows, not_sold) if row.lines)
    full, part = _refundable(sheet)
    balances: Counter[str] = Counter()
    for account in await ledger.accounts(uow, tenant_id=world.tenant_id):
        balances[account.code.partition(":")[0]] += account.balance_minor
    captured = sum(standing.captured.values())
    return Report(
        len(sheet), fates, months, full, part, len(standing.captured), captured, standing.refunded_minor, dict(sorted(balances.items())),
        tuple(_problems(sheet, fates, standing, balances)),
    )  # fmt: skip


def note_of(sheet: Sheet, row: int) -> str:
    """What the buyer says to a return: by this, its cancellation is found again."""
    return f"{sheet.texts[sheet.invoice[row]]}, line {row + 1} of the file"


async def _standing(uow: UnitOfWork, sheet: Sheet, world: World) -> _Standing:
    captured: dict[int, int] = {}
    refunded = 0
    for start in range(0, len(sheet.sales), _A_PAGE):
        keys = [(world.tenant_id, sale.order_id) for sale in sheet.sales[start : start + _A_PAGE]]
        for (_, order_id), intent in (await payments.of_orders(uow, keys)).items():
            if intent.state == payments.IntentState.CAPTURED:
                captured[order_id] = intent.captured_minor
                refunded += intent.refunded_minor
    pieces: Counter[str] = Counter()
    worth = 0
    for seller_id in sorted({item.seller_id for item in world.items.values()}):
        before: int | None = None
        while page := await returns.of_seller(uow, seller_id, states=[State.REFUNDED], before=before, limit=_A_PAGE):
            before = page[-1].id
            for one in page:
                if one.tenant_id == world.tenant_id:
                    pieces[one.buyer_note] += sum(line.worth.quantity for line in one.lines)
                    worth += one.amount_minor
    return _Standing(captured, refunded, pieces, worth)


def _sold(sheet: Sheet, standing: _Standing) -> tuple[FateRow, tuple[MonthRow, ...]]:
    """The invoices that were paid for exactly what their lines say."""
    invoices: Counter[str] = Counter()
    lines: Counter[str] = Counter()
    amounts: Counter[str] = Counter()
    for sale in sheet.sales:
        total = sum(sheet.amount(row) for row in sale.rows)
        if standing.captured.get(sale.order_id) != total:
            continue
        month = _month(sale)
        invoices[month] += 1
        lines[month] += len(sale.rows)
        amounts[month] += total
    months = tuple(MonthRow(month, invoices[month], lines[month], amounts[month]) for month in sorted(invoices))
    return FateRow(Fate.SOLD, lines.total(), amounts.total()), months


def _cancelled(sheet: Sheet, standing: _Standing) -> Iterator[FateRow]:
    sums: dict[Fate, list[int]] = {}
    for row, pieces in sheet.matches.items():
        asked, price = -sheet.quantity[row], sheet.pence[row]
        back = standing.pieces_back.get(note_of(sheet, row), 0)
        matched = sum(piece.quantity for piece in pieces)
        parts = (1, asked * price, back * price, (matched - back) * price, (asked - matched) * price)
        before = sums.get(fate := fate_of_cancellation(asked, back, matched), [0] * len(parts))
        sums[fate] = [a + b for a, b in zip(before, parts, strict=True)]
    return (FateRow(fate, *sums[fate]) for fate in Fate if fate in sums)


def _reported(sheet: Sheet) -> Iterator[FateRow]:
    """What is reported and not posted."""
    for kind in (Kind.GUEST_CANCELLATION, Kind.STOCK_ADJUSTMENT, Kind.ZERO_PRICE, Kind.BAD_DEBT):
        yield FateRow(Fate(kind.value), _lines(sheet, kind), _amount(sheet, kind))


def _refundable(sheet: Sheet) -> tuple[tuple[int, int], tuple[int, int]]:
    """(lines, pence) of the cancellations of customers that match earlier purchases in full, and in part, whenever they came."""
    found = {True: [0, 0], False: [0, 0]}
    for row, pieces in sheet.matches.items():
        matched = sum(piece.quantity for piece in pieces)
        if matched:
            sums = found[matched == -sheet.quantity[row]]
            sums[0] += 1
            sums[1] += matched * sheet.pence[row]
    return (found[True][0], found[True][1]), (found[False][0], found[False][1])


def _problems(sheet: Sheet, fates: Sequence[FateRow], standing: _Standing, balances: Mapping[str, int]) -> Iterator[str]:
    sums = {row.fate: row for row in fates}
    refunded = sum(row.refunded_minor for row in fates)
    captured = sum(standing.captured.values())
    kept = captured - standing.refunded_minor
    whereabouts = sum(balances.get(code, 0) for code in ("2010", "2020", "2021", "2030", "2040", "2050", "4010")) - balances.get("1020", 0)
    pairs = (
        ("lines with a fate and lines in the file", sum(row.lines for row in fates), len(sheet)),
        ("the amounts of all fates and of the file", sum(row.amount_minor for row in fates), sum(map(sheet.amount, range(len(sheet))))),
        ("lines that could not be sold and none", sums[Fate.NOT_SOLD].lines if Fate.NOT_SOLD in sums else 0, 0),
        ("the amount sold and the amount captured", sums[Fate.SOLD].amount_minor if Fate.SOLD in sums else 0, captured),
        ("the amount refunded by line and by payment", refunded, standing.refunded_minor),
        ("the amount refunded by line and by return", refunded, standing.worth_back),
        ("what was captured and not refunded, and where it is now", kept, whereabouts),
    )
    return (f"{what} differ: {one:,} and {other:,}" for what, one, other in pairs if one != other)


def _page(report: Report) -> Iterator[str]:
    yield f"{report.lines:,} lines of the file, {report.orders:,} orders"
    yield ""
    yield f"{'fate':44}{'lines':>9}{'amount':>18}{'refunded':>16}{'after release':>16}{'no purchase':>16}"
    for row in report.fates:
        parts = (row.refunded_minor, row.after_release_minor, row.unmatched_minor)
        yield f"{WORDS[row.fate]:44}{row.lines:>9,}{_pounds(row.amount_minor):>18}" + "".join(
            f"{_pounds(part) if part else '':>16}" for part in parts
        )
    yield f"{'all':44}{sum(row.lines for row in report.fates):>9,}"
    yield ""
    yield f"{'month':12}{'invoices':>10}{'lines':>10}{'sold':>18}"
    for month in report.months:
        yield f"{month.month:12}{month.invoices:>10,}{month.lines:>10,}{_pounds(month.amount_minor):>18}"
    yield ""
    for what, (lines, amount) in (("in full", report.refundable_in_full), ("in part", report.refundable_in_part)):
        yield f"cancellations that match earlier purchases {what}: {lines:,} lines, {_pounds(amount)}"
    yield f"captured {_pounds(report.captured_minor)}, refunded {_pounds(report.refunded_minor)}"
    for code, balance in report.balances.items():
        yield f"  {code} {_ACCOUNTS.get(code, ''):24}{_pounds(balance):>18}"
    yield "Everything adds up." if not report.problems else "Does not add up: " + "; ".join(report.problems)


def _pounds(pence: int) -> str:
    return show(pence, "GBP")


def _month(sale: Sale) -> str:
    return f"{sale.moment:%Y-%m}"


def _lines(sheet: Sheet, kind: Kind) -> int:
    return sum(found is kind for found in sheet.kinds)


def _amount(sheet: Sheet, kind: Kind) -> int:
    return sum(sheet.amount(row) for row in range(len(sheet)) if sheet.kinds[row] is kind)
