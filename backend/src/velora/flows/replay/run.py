"""The whole replay: open the marketplace, live every day of the file and the weeks until all is settled, report every line's fate."""

import gc
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from velora.flows.house import TradingHouse
from velora.flows.replay.days import RELEASED_AFTER, SHIPPED_AFTER, GiveBack, Year, live
from velora.flows.replay.report import Report, make_report, note_of
from velora.flows.replay.sheet import Sale, Sheet, read_sheet
from velora.flows.replay.world import World, open_world
from velora.kernel.clock import ManualClock
from velora.platform.db import run_marks
from velora.platform.db.ddl import ensure_partitions

_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Step:
    """How far the replay is: the day that was just lived, and how many of the lines to sell have been sold."""

    day: date
    sold: int
    to_sell: int


Progress = Callable[[Step], None]


async def replay(house: TradingHouse, file: Path, progress: Progress = lambda step: None) -> Report:
    """Everything in the file has happened, at its own date, and is settled; what became of every line.

    Replaying the same file again changes nothing; after a crash it goes on where it was. The house must have been opened with a
    ManualClock: the replay sets it to the days of the file. Raises Invalid for a file that cannot be replayed.
    """
    clock = house.clock
    if not isinstance(clock, ManualClock):
        raise TypeError("Open the house with a ManualClock: a replay lives in the past.")
    sheet = read_sheet(file)
    if not sheet.sales:
        return Report.of_nothing()
    days = list(_days(sheet))
    clock.set(datetime.combine(days[0] - _A_DAY, time(12), tzinfo=UTC))
    await _ensure_months(house, days[0] - _A_DAY, days[-1])
    world = await open_world(house, sheet)
    year = _year(sheet, world)
    with _collector_at_rest():
        await _live_all(house, clock, year, days, progress)
    async with house.db.read(None) as uow:
        return await make_report(uow, sheet, world)


async def _live_all(house: TradingHouse, clock: ManualClock, year: Year, days: Sequence[date], progress: Progress) -> None:
    """Every day that was not lived to its end before."""
    sheet = year.sheet
    sold, to_sell = 0, sum(len(sale.rows) for sale in sheet.sales)
    file = sha256(repr((len(sheet), to_sell, sheet.sales[-1])).encode()).digest()
    async with house.db.read(None) as uow:
        lived = await run_marks.steps_done(uow, year.world.tenant_id, file)
    for day in filter(year.has_work_on, days):
        clock.set(datetime.combine(day, time(5), tzinfo=UTC))
        if day.isoformat() not in lived:
            await live(house, clock, year, day)
            async with house.db.begin(None) as uow:
                await run_marks.mark_done(uow, year.world.tenant_id, file, [day.isoformat()])
        sold += sum(len(sale.rows) for sale in year.ordered_on(day))
        progress(Step(day, sold, to_sell))


@contextmanager
def _collector_at_rest() -> Generator[None]:
    """What is in memory now stays until the end, so the garbage collector need not look at it again and again: a third of the time."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _days(sheet: Sheet) -> Iterator[date]:
    """Every day from the first invoice until the last money is paid out: the first of a month after the last release."""
    day = sheet.sales[0].moment.date()
    last = sheet.day(sheet.in_time[-1]) + RELEASED_AFTER + _A_DAY
    while day < last or day.day != 1:
        yield day
        day += _A_DAY
    yield day


def _year(sheet: Sheet, world: World) -> Year:
    sold: defaultdict[date, list[Sale]] = defaultdict(list)
    by_row: dict[int, Sale] = {}
    wanted = {piece.sale_row for pieces in sheet.matches.values() for piece in pieces}
    for sale in sheet.sales:
        sold[sale.moment.date()].append(sale)
        by_row |= {row: sale for row in sale.rows if row in wanted}
    return Year(sheet, world, sold, _given_back(sheet, world, by_row))


def _given_back(sheet: Sheet, world: World, by_row: dict[int, Sale]) -> dict[date, Sequence[GiveBack]]:
    """What is asked back on each day: on that of the cancellation, or as soon as the parcel has left."""
    found: defaultdict[date, list[GiveBack]] = defaultdict(list)
    for row, pieces in sheet.matches.items():
        item = world.items.get((sheet.article[row], sheet.pence[row]))
        by_sale: dict[int, tuple[Sale, int]] = {}
        for piece in pieces:
            sale = by_row[piece.sale_row]
            by_sale[sale.order_id] = (sale, by_sale.get(sale.order_id, (sale, 0))[1] + piece.quantity)
        for sale, quantity in by_sale.values():
            assert item is not None  # what was bought is on sale
            day = max(sheet.day(row), sale.moment.date() + SHIPPED_AFTER)
            found[day].append(GiveBack(sale, item.variant_id, item.seller_id, quantity, note_of(sheet, row)))
    return dict(found)


async def _ensure_months(house: TradingHouse, first: date, last: date) -> None:
    """The months of the file have their partitions, where the engine has partitions."""
    if house.db.dialect == "mysql":
        begin, end = (datetime.combine(day, time(), tzinfo=UTC) for day in (first, last))
        async with house.db.engine.begin() as connection:
            await connection.run_sync(ensure_partitions, begin, end)
