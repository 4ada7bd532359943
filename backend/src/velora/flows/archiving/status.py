"""Which months there are, which are archived, and which may go from the database."""

from dataclasses import dataclass

from velora.flows.archiving.shelf import Shelf
from velora.modules.ledger import service as ledger
from velora.modules.ledger.policy.months import Month, months_from
from velora.platform.house import House


@dataclass(frozen=True)
class Standing:
    """One month. `kept_because` is why it may not go from the database yet; empty when the time has come, and when it was dropped."""

    month: Month
    journals: int
    is_archived: bool
    is_dropped: bool
    kept_because: str


async def standing(house: House, shelf: Shelf) -> list[Standing]:
    """Every month that has journals here or an archive, or was dropped, oldest first."""
    archived = set(shelf.months())
    async with house.db.read(None) as uow:
        there = await ledger.months_there(uow)
        counts = {
            month: (await ledger.month_facts(uow, month)).journals for month in (months_from(*there) if there else ())
        }  # fmt: skip
        gone = {month: one.journals for one in await ledger.dropped_months(uow) if (month := Month.named(one.month))}
    months = sorted({month for month, count in counts.items() if count} | archived | gone.keys())
    return [
        Standing(month, gone[month], month in archived, is_dropped=True, kept_because="")
        if month in gone
        else Standing(month, counts.get(month, 0), month in archived, is_dropped=False, kept_because=_kept(house, month, counts, archived))
        for month in months
    ]


def _kept(house: House, month: Month, counts: dict[Month, int], archived: set[Month]) -> str:
    now = house.clock.now()
    if not counts.get(month):
        return "not in the database"
    if not month.is_over(now):
        return "not over"
    if month not in archived:
        return "not archived"
    if now < month.may_go_from:
        return f"younger than seven years until {month.may_go_from:%Y-%m-%d}"
    return "" if house.db.dialect == "mysql" else "SQLite has no partitions: nothing is dropped there"
