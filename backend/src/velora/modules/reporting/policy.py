"""Days and months as figures know them, and what a day that was counted again changes."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

from velora.kernel.ids import EPOCH, first_id_at, time_of

DAY: Final = "day"
MONTH: Final = "month"
ALL_SELLERS: Final = 0


class Name(NamedTuple):
    """What a figure counts. The currency is empty where nothing is money."""

    seller_id: int
    name: str
    currency: str


class Sum(NamedTuple):
    pieces: int
    amount_minor: int


NOTHING: Final = Sum(0, 0)


def day_of(id_: int) -> int:
    """The day on which this id was made (UTC), counted from the beginning of ids."""
    return (time_of(id_) - EPOCH).days


def date_of(day: int) -> date:
    return _moment(day).date()


def day_at(moment: datetime) -> int:
    return (moment.astimezone(UTC) - EPOCH).days


def ids_of(day: int) -> tuple[int, int]:
    """The first id of the day, and the first after it."""
    return first_id_at(_moment(day)), first_id_at(_moment(day + 1))


def month_of(day: int) -> int:
    """The first day of the month that the day is in."""
    return day - _moment(day).day + 1


def month_at(moment: datetime) -> int:
    """The first day of the month of this moment."""
    return month_of(day_at(moment))


def month_before(month: int) -> int:
    return month_of(month - 1)


def month_end(month: int) -> int:
    """The first day after the month."""
    return month_of(month + 31)


def changes(stands: Mapping[Name, Sum], counted: Mapping[Name, Sum]) -> dict[Name, Sum]:
    """What is to be added to what stands, so that it is what was counted; only where that is something."""
    deltas = {
        name: Sum(now.pieces - before.pieces, now.amount_minor - before.amount_minor)
        for name in stands.keys() | counted.keys()
        for before, now in [(stands.get(name, NOTHING), counted.get(name, NOTHING))]
    }
    return {name: delta for name, delta in deltas.items() if delta != NOTHING}


def _moment(day: int) -> datetime:
    return EPOCH + timedelta(days=day)
