"""A bank's statement, or a courier's list, as rows of CSV: each a receipt, or what is wrong with it. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from velora.flows.sheets import BadFile, Row, RowError, amount_of
from velora.kernel.ids import try_decode

COLUMNS: Final = ("date", "amount", "currency", "reference", "text", "order")
NEEDED: Final = COLUMNS[:4]
LONGEST_REFERENCE: Final = 64
LONGEST_WORDS: Final = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One movement of the statement."""

    row: int
    valued_on: date
    amount_minor: int
    currency: str
    reference: str
    words: str
    order_id: int | None


def heading(cells: Sequence[str]) -> list[str]:
    """The columns of the file. Raises BadFile with what to do when one is missing, unknown or there twice."""
    names = [cell.strip().lower() for cell in cells]
    if unknown := sorted(set(names) - set(COLUMNS)):
        raise BadFile(f"There is no column {unknown[0]!r}: known are {', '.join(COLUMNS)}.")
    if missing := [name for name in NEEDED if name not in names]:
        raise BadFile(f"The first row must name the columns; {', '.join(missing)} is missing. Add it.")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise BadFile(f"The column {twice[0]} stands twice. Keep one of them.")
    return names


def read_line(row: Row, currencies: Collection[str]) -> Line | list[RowError]:
    """The row as a movement in one of these currencies, or everything that is wrong with it."""
    cells = {name: row.cells.get(name, "") for name in COLUMNS}
    errors: list[RowError] = []

    def wrong(column: str, problem: str) -> None:
        errors.append(RowError(row.number, column, problem))

    day = _day_of(cells["date"])
    if day is None:
        wrong("date", "Write the day of value as 2026-04-17.")
    currency = cells["currency"].upper()
    amount = amount_of(cells["amount"], currency) if currency in currencies else None
    if currency not in currencies:
        wrong("currency", f"The marketplace trades in {', '.join(sorted(currencies))}. Name one of them.")
    elif not amount:
        wrong("amount", "Write what came in, above zero, as 115.56. What went out is no receipt: leave such rows out.")
    if not 0 < len(cells["reference"]) <= LONGEST_REFERENCE:
        wrong("reference", f"Name the bank's own reference of the movement, of at most {LONGEST_REFERENCE} characters.")
    if len(cells["text"]) > LONGEST_WORDS:
        wrong("text", f"Shorten it to {LONGEST_WORDS} characters.")
    order_id = try_decode("ord", cells["order"]) if cells["order"] else None
    if cells["order"] and order_id is None:
        wrong("order", "Write the order's number as ord_01KAB3Z8Q4RST, or leave it empty.")
    if errors or day is None or not amount:
        return errors
    return Line(row.number, day, amount, currency, cells["reference"], cells["text"], order_id)


def _day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
