"""A CSV file as rows, each with its number, and what is wrong with one. Pure, but for reading the file."""

import csv
import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from velora.kernel.errors import Refusal
from velora.kernel.money import CURRENCY_DIGITS

LONGEST_CELL: Final = 20_000

Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RowError:
    """Row numbers are those of a spreadsheet: the heading is row 1."""

    row: int
    column: str
    problem: str


@dataclass(unsafe_hash=True)
class BadFile(Refusal):
    code = "sheets.bad_file"
    status = 422
    title = "This file cannot be read"
    problem: str

    def detail(self) -> str:
        return self.problem


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    cells: Cells


@contextmanager
def sheet(file: Path, heading: Callable[[Sequence[str]], list[str]]) -> Generator[Iterator[Row]]:
    """The file's rows, one at a time; `heading` names the columns by the first. Raises BadFile."""
    csv.field_size_limit(LONGEST_CELL * 4)
    with file.open(encoding="utf-8-sig", newline="") as text:
        yield _rows(text, heading)


def _rows(text: Iterator[str], heading: Callable[[Sequence[str]], list[str]]) -> Iterator[Row]:
    names: list[str] | None = None
    number = 0
    try:
        first = next(text, "")
        if not first.strip():
            raise BadFile("The file is empty. Its first row must name the columns; take the export as a pattern.")
        delimiter = max(",;\t", key=first.count)
        table = csv.reader(_again(first, text), delimiter=delimiter, strict=True)
        for number, cells in enumerate(table, start=1):
            if names is None:
                names = heading(cells)
            elif any(cell.strip() for cell in cells):
                if len(cells) > len(names):
                    raise BadFile(
                        f"Row {number} has {len(cells)} cells, the heading {len(names)}. Put cells that contain {delimiter!r} in quotes."
                    )
                yield Row(number, {name: cell.strip() for name, cell in zip(names, cells, strict=False)})
    except UnicodeDecodeError as error:
        raise BadFile(f"The file is not in UTF-8 (near row {number + 1}). Save it as “CSV UTF-8”.") from error
    except csv.Error as error:
        raise BadFile(f"Row {number + 1} cannot be read as CSV: {error}. Check its quotes.") from error


def _again(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def amount_of(text: str, currency: str) -> int | None:
    """`49.9` or `49,90` in minor units; None when it is not an amount of the currency."""
    digits = CURRENCY_DIGITS[currency]
    fraction = rf"(?:[.,](\d{{1,{digits}}}))?" if digits else "()"
    found = re.fullmatch(rf"(\d{{1,10}}){fraction}", text.strip(), re.ASCII)
    return None if found is None else int(found[1]) * 10**digits + int((found[2] or "").ljust(digits, "0") or 0)


def amount_text(amount_minor: int, currency: str) -> str:
    """The amount as `amount_of` reads it."""
    digits = CURRENCY_DIGITS[currency]
    return f"{amount_minor // 10**digits}.{amount_minor % 10**digits:0{digits}d}" if digits else str(amount_minor)
