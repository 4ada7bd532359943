"""What tables need beyond their columns: triggers that refuse changes, and a partition for every month."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

from sqlalchemy import Connection, Table, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from velora.kernel.clock import SystemClock
from velora.kernel.ids import first_id_at, time_of
from velora.platform.db.base import Base
from velora.platform.db.errors import NotAllowed, translated

MONTHS_AHEAD: Final = 3
_NO_BOUND: Final = 1 << 63


def append_only_triggers(table: str, key: tuple[str, ...], dialect: str) -> list[str]:
    """Triggers that refuse UPDATE and DELETE, and, on SQLite, an INSERT OR REPLACE over a row that is there."""
    refusal = f"{table} is append-only: write a reversal instead"
    if dialect == "mysql":
        return [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} FOR EACH ROW "
            f"SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{refusal}'"
            for verb in ("UPDATE", "DELETE")
        ]
    there = " AND ".join(f"{column} = NEW.{column}" for column in key)
    return [
        *(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
            for verb in ("UPDATE", "DELETE")
        ),
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {there}) "
        f"BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: {table}'); END",
    ]


def partitioned_tables() -> list[tuple[Table, str]]:
    """Tables split by month, each with the id column that says the month."""
    return [(table, table.info["partition_by"]) for table in Base.metadata.sorted_tables if "partition_by" in table.info]


def append_only_tables() -> list[Table]:
    return [table for table in Base.metadata.sorted_tables if table.info.get("append_only")]


def months_between(first: datetime, last: datetime) -> Iterator[datetime]:
    """The first moments of the months from that of `first` to that of `last`, both included."""
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        yield datetime(year, month, 1, tzinfo=UTC)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def month_after(moment: datetime, months: int = 1) -> datetime:
    """The first moment of the month so many months later."""
    count = moment.year * 12 + moment.month - 1 + months
    return datetime(count // 12, count % 12 + 1, 1, tzinfo=UTC)


def partitions_from_scratch(table: str, column: str, first: datetime, last: datetime) -> str:
    """ALTER TABLE that splits an empty table by month, with `pmax` behind the last as a net."""
    months = [_until(f"p{month:%Y%m}", first_id_at(month_after(month))) for month in months_between(first, last)]
    parts = ", ".join([_until("pmin", first_id_at(_month(first))), *months, _until("pmax", _NO_BOUND)])
    return f"ALTER TABLE {table} PARTITION BY RANGE ({column}) ({parts})"


def ensure_partitions(connection: Connection, first: datetime, last: datetime) -> list[str]:
    """Every partitioned table has a partition for each month from `first` to `last`; the names of those made now. MySQL only.

    However many months are missing, each partition that holds their place is split in one statement. Raises NotAllowed for a
    user without the right, unless nothing is missing.
    """
    wanted = [first_id_at(_month(first)), *(first_id_at(month_after(month)) for month in months_between(first, last))]
    return [f"{table.name}.{part}" for table, _ in partitioned_tables() for part in _split_at(connection, table.name, wanted)]


def _split_at(connection: Connection, table: str, wanted: list[int]) -> list[str]:
    """The table has a partition that ends at each of these ids; the names of those made now."""
    there = _bounds(connection, table)
    missing: defaultdict[int, list[int]] = defaultdict(list)
    for bound in wanted:
        if bound not in there:
            missing[min((upper for upper in there if upper > bound), default=_NO_BOUND)].append(bound)
    made: list[str] = []
    for holder, bounds in missing.items():
        below = max((upper for upper in there if upper < bounds[0]), default=0)
        parts = {_name(lower, upper): upper for lower, upper in pairwise([below, *bounds])}
        name = there.get(holder, "pmax")
        split = ", ".join([*(_until(part, upper) for part, upper in parts.items()), _until(name, holder)])
        _alter(connection, f"ALTER TABLE {table} REORGANIZE PARTITION {name} INTO ({split})")
        made += parts
    return made


async def drop_months(engine: AsyncEngine, below_id: int) -> list[str]:
    """Of the tables whose months may be dropped, nothing below this id is there any more; the names of the partitions dropped now.

    They are dropped one table after the other, and each of them for good. MySQL only. Raises NotAllowed for a user without the right.
    """
    async with engine.connect() as connection:
        return await connection.run_sync(_drop_in_turn, below_id)


def _drop_in_turn(connection: Connection, below_id: int) -> list[str]:
    if not connection.execute(text("SELECT GET_LOCK('velora.partitions', 60)")).scalar():
        return []
    dropped: list[str] = []
    try:
        for table in (one.name for one, _ in partitioned_tables() if "DROP" in one.info.get("retention", "")):
            if not any(upper <= below_id for upper in _bounds(connection, table)) and not _has_rows_below(connection, table, below_id):
                continue
            _split_at(connection, table, [below_id])
            parts = [part for upper, part in sorted(_bounds(connection, table).items()) if upper <= below_id]
            try:
                connection.execute(text(f"ALTER TABLE {table} DROP PARTITION {', '.join(parts)}"))
            except DBAPIError as error:
                raise translated(error) from error
            dropped += [f"{table}.{part}" for part in parts]
    finally:
        connection.execute(text("SELECT RELEASE_LOCK('velora.partitions')"))
    return dropped


def _has_rows_below(connection: Connection, table: str, below_id: int) -> bool:
    column = next(column for one, column in partitioned_tables() if one.name == table)
    found = connection.execute(text(f"SELECT 1 FROM {table} WHERE {column} < :below LIMIT 1"), {"below": below_id})
    return found.scalar() is not None


async def ensure_months_ahead(engine: AsyncEngine, *, since: datetime | None = None) -> list[str]:
    """This month and some ahead have their partitions, and so has every month from `since` on; the names of those made.

    Nothing is needed on SQLite. Two processes that do this at once take turns. Raises NotAllowed as `ensure_partitions` does.
    """
    if engine.dialect.name != "mysql":
        return []
    now = SystemClock().now()
    async with engine.connect() as connection:
        return await connection.run_sync(_in_turn, since or now, month_after(now, MONTHS_AHEAD))


def _in_turn(connection: Connection, first: datetime, last: datetime) -> list[str]:
    if not connection.execute(text("SELECT GET_LOCK('velora.partitions', 60)")).scalar():
        return []
    try:
        return ensure_partitions(connection, first, last)
    finally:
        connection.execute(text("SELECT RELEASE_LOCK('velora.partitions')"))


def _alter(connection: Connection, statement: str) -> None:
    try:
        connection.execute(text(statement))
    except DBAPIError as error:
        refused = translated(error)
        if isinstance(refused, NotAllowed):
            refused = NotAllowed(
                "Months are missing, and this user may not add partitions. Add them as a user who has the retention role "
                "(velora db grants): VELORA_DATABASE_URL=mysql://… velora partitions ensure"
            )
        raise refused from error


def stray_rows(connection: Connection) -> dict[str, int]:
    """How many rows of each partitioned table lie in `pmax`, where no month was made for them in time. MySQL only."""
    return {
        table.name: int(connection.execute(text(f"SELECT COUNT(*) FROM {table.name} PARTITION (pmax)")).scalar_one())
        for table, _ in partitioned_tables()
    }


async def rows_out_of_place(connection: AsyncConnection) -> dict[str, int]:
    """How many rows lie in `pmax`, or in a partition that is not of their month, by table and partition. Nothing on SQLite.

    MySQL puts rows where they belong; EXCHANGE PARTITION WITHOUT VALIDATION does not.
    """
    return await connection.run_sync(_out_of_place) if connection.dialect.name == "mysql" else {}


def _out_of_place(connection: Connection) -> dict[str, int]:
    found: dict[str, int] = {}
    for table, column in partitioned_tables():
        bounds = _bounds(connection, table.name)
        for lower, upper in pairwise([0, *sorted(bounds)]):
            # Said as a sum, so that MySQL looks into the partition instead of concluding that nothing can be there.
            wrong = text(
                f"SELECT COUNT(*) FROM {table.name} PARTITION ({bounds[upper]}) WHERE {column} + 0 < :lower OR {column} + 0 >= :upper"
            )
            found[f"{table.name}.{bounds[upper]}"] = int(connection.execute(wrong, {"lower": lower, "upper": upper}).scalar_one())
    found |= {f"{name}.pmax": count for name, count in stray_rows(connection).items()}
    return {place: count for place, count in found.items() if count}


def partitions_of(connection: Connection) -> dict[str, list[str]]:
    """The months, as `2026-11`, for which each partitioned table has a partition of their own. MySQL only."""
    months: dict[str, list[str]] = {}
    for table, _ in partitioned_tables():
        bounds = sorted(_bounds(connection, table.name))
        months[table.name] = [
            f"{time_of(lower):%Y-%m}" for lower, upper in pairwise(bounds) if upper == first_id_at(month_after(time_of(lower)))
        ]
    return months


def _bounds(connection: Connection, table: str) -> dict[int, str]:
    rows = connection.execute(
        text(
            "SELECT partition_name, partition_description FROM information_schema.partitions "
            "WHERE table_schema = DATABASE() AND table_name = :name"
        ),
        {"name": table},
    )
    return {int(bound): name for name, bound in rows if name and bound != "MAXVALUE"}


def _name(lower: int, upper: int) -> str:
    """Of a month: p202611; of all that lies between two months, or before the first: pb202611, by the month after it."""
    month = time_of(lower)
    return (
        f"p{month:%Y%m}" if upper == first_id_at(month_after(month)) and lower == first_id_at(_month(month)) else f"pb{time_of(upper):%Y%m}"
    )


def _until(name: str, bound: int) -> str:
    return f"PARTITION {name} VALUES LESS THAN {'MAXVALUE' if bound == _NO_BOUND else f'({bound})'}"


def _month(moment: datetime) -> datetime:
    return datetime(moment.year, moment.month, 1, tzinfo=UTC)


def month_of(id_: int) -> str:
    """The name of the partition that this id belongs to."""
    return f"p{time_of(id_):%Y%m}"
