"""A shop's file of invoice lines, as dirty as a real one."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from velora.flows.replay.sheet import COLUMNS

Line = tuple[str, str, str, int, datetime, float, float | None, str]
NAN = float("nan")
FIRST = datetime(2010, 12, 1, 9, 0, tzinfo=UTC)
PRICES = (1.25, 2.55, 0.85, 7.95, 4.25, 0.42)


def a_line(
    invoice: str = "536365",
    code: str = "LAMP",
    *,
    pieces: int = 1,
    price: float = 2.0,
    day: int = 0,
    hour: int = 0,
    customer: float | None = 9000.0,
    country: str = "United Kingdom",
    description: str = "A THING",
) -> Line:
    """A line so many days and hours after the first morning."""
    return invoice, code, description, pieces, FIRST + timedelta(days=day, hours=hour), price, customer, country


def a_file(folder: Path, lines: Sequence[Line]) -> Path:
    """The lines as a Parquet file with the columns that a replay reads, times without a zone."""
    columns: dict[str, Any] = dict(zip(COLUMNS, map(list, zip(*lines, strict=True)), strict=True))
    columns["InvoiceDate"] = [moment.replace(tzinfo=None) for moment in columns["InvoiceDate"]]
    file = folder / f"shop-{len(lines)}.parquet"
    pq.write_table(pa.table(columns), file)
    return file


def a_months_lines() -> list[Line]:
    """Some two hundred lines in the order of time: plain trade, and one of each oddity."""
    return sorted([*_trade(), *_oddities(), *_cancellations()], key=lambda line: line[4])


def _trade() -> Iterator[Line]:
    """Forty invoices over twenty days, of six customers and of guests; every fifth invoice has a line twice."""
    for n in range(40):
        customer = None if n % 7 == 0 else NAN if n % 11 == 0 else 100.0 + n % 6
        lines = [
            a_line(
                f"{500_000 + n}", f"T{(n * 3 + k) % 17:02d}", pieces=1 + (n * k) % 12, price=PRICES[(n + k) % len(PRICES)], day=n // 2,
                hour=n % 2 * 5, customer=customer, country="EIRE" if n % 9 == 0 else "United Kingdom", description=f"THING {k}",
            )
            for k in range(4)
        ]  # fmt: skip
        yield from lines
        if n % 5 == 0:
            yield lines[0]


def _oddities() -> Iterator[Line]:
    yield a_line("510000", "POST", price=18.0, day=1, customer=101.0, description="POSTAGE")
    yield a_line("510000", "T01", price=3.33, day=1, customer=101.0, description="nan")
    yield a_line("510000", "T01", price=4.44, day=1, customer=101.0)  # the same article at another price
    yield a_line("510001", "t01", pieces=80_995, price=2.08, day=2, customer=102.0, country="Unspecified")
    yield a_line("510002", "T02", pieces=-30, price=0.0, day=2, customer=None, description="damages")
    yield a_line("510003", "T02", pieces=3, price=0.0, day=2, customer=None)
    yield a_line("510004", "PADS", price=0.001, day=3, customer=103.0)  # nothing, to the penny
    yield a_line("A510005", "B", price=-11_062.06, day=3, customer=None, description="Adjust bad debt")


def _cancellations() -> Iterator[Line]:
    """Customer 9000 gives back: before the parcel has left, in part, on the last day, a day too late, and what was never bought."""
    yield a_line("520000", "VASE", pieces=3, price=5.0)
    yield a_line("520000", "BOWL", price=3.0)
    yield a_line("520001", "LAMP", pieces=10, day=1)
    yield a_line("520002", "LAMP", pieces=4, day=2)
    yield a_line("C520003", "LAMP", pieces=-6, day=2, hour=3)
    yield a_line("C520004", "LAMP", pieces=-10, day=9)
    yield a_line("C520005", "BOWL", pieces=-1, price=3.0, day=17)
    yield a_line("C520006", "VASE", pieces=-3, price=5.0, day=18)
    yield a_line("C520007", "PLATE", pieces=-1, price=1.0, day=18)
    yield a_line("C520008", "VASE", pieces=-2, price=4.0, day=5, customer=None)
