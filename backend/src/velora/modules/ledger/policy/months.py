"""Months of the ledger: a journal belongs to the month in which its id was made. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from velora.kernel.ids import first_id_at, time_of

# How long the law wants books to be kept.
KEPT_YEARS: Final = 7

# An id is made before its journal is committed, and clocks differ: so long after its end a month may still gain one.
STILL_GAINS: Final = timedelta(hours=1)

_FORM: Final = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, order=True)
class Month:
    """A month in UTC, written 2026-10."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"

    @staticmethod
    def named(text: str) -> "Month | None":
        """The month that is written so; None when it is none for which there are ids."""
        found = _FORM.fullmatch(text)
        return Month(int(found[1]), int(found[2])) if found and 2010 <= int(found[1]) < 2079 else None

    @staticmethod
    def of(id_: int) -> "Month":
        """The month in which this id was made."""
        return Month.at(time_of(id_))

    @staticmethod
    def at(moment: datetime) -> "Month":
        return Month(moment.year, moment.month)

    def plus(self, months: int) -> "Month":
        count = self.year * 12 + self.number - 1 + months
        return Month(count // 12, count % 12 + 1)

    @property
    def begins(self) -> datetime:
        return datetime(self.year, self.number, 1, tzinfo=UTC)

    @property
    def ends(self) -> datetime:
        """The first moment that is no longer in it."""
        return self.plus(1).begins

    @property
    def first_id(self) -> int:
        return first_id_at(self.begins)

    @property
    def below_id(self) -> int:
        """The first id that is no longer of it."""
        return first_id_at(self.ends)

    def is_over(self, now: datetime) -> bool:
        """Whether nothing is posted into it any more."""
        return now >= self.ends + STILL_GAINS

    @property
    def may_go_from(self) -> datetime:
        """When its youngest journal is as old as books must become."""
        return self.plus(1 + KEPT_YEARS * 12).begins


def months_from(first: Month, last: Month) -> Iterator[Month]:
    """The months from one to another, both included."""
    while first <= last:
        yield first
        first = first.plus(1)
