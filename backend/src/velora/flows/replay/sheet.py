"""The shop's file in memory: compact columns of whole numbers, some seventy bytes a line."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property, lru_cache
from math import isnan
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq  # pyright: ignore[reportMissingTypeStubs] -- it has none; here its values become ours

from velora.flows.replay.lines import Kind, amount_of, kind_of
from velora.flows.replay.matching import Bought, Cancelled, Key, Piece, match
from velora.kernel.errors import Invalid
from velora.kernel.ids import first_id_at

COLUMNS: Final = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
_ROWS_AT_A_TIME: Final = 32_768
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_INVOICES: Final = 1 << 22


def _numbers() -> "array[int]":
    return array("q")


@dataclass(frozen=True, slots=True)
class Sale:
    """One invoice as an order: its lines are rows of the sheet. `order_id` is the same in every replay of the file."""

    order_id: int
    invoice: str
    moment: datetime
    customer: int
    country: str
    rows: Sequence[int]


@dataclass
class Sheet:
    """Columns by row; texts are numbers of entries in `texts`. Row 0 is the first line of the file."""

    texts: list[str] = field(default_factory=list[str])
    invoice: "array[int]" = field(default_factory=_numbers)
    article: "array[int]" = field(default_factory=_numbers)
    description: "array[int]" = field(default_factory=_numbers)
    country: "array[int]" = field(default_factory=_numbers)
    customer: "array[int]" = field(default_factory=_numbers)
    quantity: "array[int]" = field(default_factory=_numbers)
    pence: "array[int]" = field(default_factory=_numbers)
    seconds: "array[int]" = field(default_factory=_numbers)

    def __len__(self) -> int:
        return len(self.invoice)

    @cached_property
    def kinds(self) -> Sequence[Kind]:
        """What each line is, by row."""
        columns = zip(self.invoice, self.quantity, self.pence, self.customer, strict=True)
        return [kind_of(self.texts[invoice], quantity, pence, customer) for invoice, quantity, pence, customer in columns]

    def amount(self, row: int) -> int:
        """What the line is about, in pence."""
        return amount_of(self.kinds[row], self.quantity[row], self.pence[row])

    def moment(self, row: int) -> datetime:
        return _EPOCH + timedelta(seconds=self.seconds[row])

    def day(self, row: int) -> date:
        return self.moment(row).date()

    def key(self, row: int) -> Key:
        return self.customer[row], self.article[row], self.pence[row]

    @cached_property
    def in_time(self) -> Sequence[int]:
        """The rows in the order of time, and of the file where that is the same."""
        seconds = self.seconds
        ordered = all(seconds[i] <= seconds[i + 1] for i in range(len(seconds) - 1))
        return range(len(self)) if ordered else sorted(range(len(self)), key=seconds.__getitem__)

    @cached_property
    def sales(self) -> Sequence[Sale]:
        """Every invoice with sale lines, in the order of time. Raises Invalid for more than four million."""
        rows: dict[int, list[int]] = {}
        for row in self.in_time:
            if self.kinds[row] is Kind.SALE:
                rows.setdefault(self.invoice[row], []).append(row)
        if len(rows) >= _MOST_INVOICES:
            raise Invalid("/file", f"The file has {len(rows):,} invoices; replay at most {_MOST_INVOICES - 1:,} at a time.")
        return [self._sale(number, of_invoice) for number, of_invoice in enumerate(rows.values())]

    def _sale(self, number: int, rows: Sequence[int]) -> Sale:
        first, moment = rows[0], self.moment(rows[0])
        return Sale(
            first_id_at(moment) + number, self.texts[self.invoice[first]], moment, self.customer[first], self.texts[self.country[first]],
            tuple(rows),
        )  # fmt: skip

    @cached_property
    def matches(self) -> dict[int, Sequence[Piece]]:
        """The purchases that each cancellation of a customer gives back, by its row."""
        cancelled = {self.key(row) for row in range(len(self)) if self.kinds[row] is Kind.CANCELLATION}
        return match(self._events(cancelled))

    def _events(self, keys: set[Key]) -> Iterator[Bought | Cancelled]:
        for row in self.in_time:
            key = self.key(row)
            if key not in keys:
                continue
            kind = self.kinds[row]
            if kind is Kind.SALE:
                yield Bought(key, row, self.quantity[row])
            elif kind is Kind.CANCELLATION:
                yield Cancelled(key, row, -self.quantity[row])


def read_sheet(file: Path) -> Sheet:
    """The whole file. Raises Invalid for one that is no Parquet file of the known columns."""
    try:
        source: Any = pq.ParquetFile(file)
    except (OSError, ValueError) as error:  # ArrowInvalid is a ValueError
        raise Invalid("/file", f"{file.name} cannot be read as a Parquet file: {error}") from error
    missing = [name for name in COLUMNS if name not in source.schema_arrow.names]
    if missing:
        raise Invalid("/file", f"{file.name} has no column {', '.join(missing)}. A replay needs {', '.join(COLUMNS)}.")
    sheet, seen = Sheet(), dict[str, int]()
    for batch in source.iter_batches(batch_size=_ROWS_AT_A_TIME, columns=list(COLUMNS)):
        _add(sheet, seen, {name: batch.column(name).to_pylist() for name in COLUMNS})
    return sheet


def _add(sheet: Sheet, seen: dict[str, int], batch: dict[str, list[Any]]) -> None:
    def number_of(value: object) -> int:
        text = "" if value is None or value == "nan" else str(value).strip()
        number = seen.setdefault(text, len(seen))
        if number == len(sheet.texts):
            sheet.texts.append(text)
        return number

    for column, name in (("invoice", "InvoiceNo"), ("article", "StockCode"), ("description", "Description"), ("country", "Country")):
        getattr(sheet, column).extend(map(number_of, batch[name]))
    sheet.quantity.extend(batch["Quantity"])
    sheet.pence.extend(pence_of(price) for price in batch["UnitPrice"])
    sheet.customer.extend(0 if who is None or isnan(who) else int(who) for who in batch["CustomerID"])
    sheet.seconds.extend((moment.replace(tzinfo=UTC) - _EPOCH) // timedelta(seconds=1) for moment in batch["InvoiceDate"])


@lru_cache(maxsize=65_536)
def pence_of(price: object) -> int:
    """A price in pounds as the file has it, to the penny, half up."""
    return int((Decimal(repr(price)) * 100).quantize(Decimal(1), ROUND_HALF_UP))
