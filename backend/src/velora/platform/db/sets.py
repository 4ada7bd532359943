"""One statement for many rows: an INSERT, or an UPDATE with values of each row's own.

The text is written here: on the order path, SQLAlchemy's own way from a row to the driver took half of all the time. SQLite gets its
values bound; MySQL, whose driver would put them into the text one by one, gets them spelled into it column by column.

An UPDATE finds its rows by primary key in ascending order. A join against a list of rows: one statement and one round trip
however many rows. STRAIGHT_JOIN makes MySQL walk the list, so rows are locked in the list's order, which is the one global
order that all writers share.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Dialect, Integer, Table

from velora.platform.db.literals import integers, literals

# So many rows of an INSERT stand or fall together; of an UPDATE, SQLite takes no more than this many values.
_ROWS_OF_AN_INSERT: Final = 1_000
_ROWS_OF_AN_UPDATE: Final = 400


class How(Enum):
    ADD = "{table}.{column} + {value}"
    SET = "{value}"


ADD: Final = How.ADD
SET: Final = How.SET


@dataclass(frozen=True, slots=True)
class Write:
    """SQL, with the rows of values that it is run for: none where they stand in the text."""

    sql: str
    rows: Sequence[tuple[Any, ...]] = ()


@dataclass(frozen=True)
class _Inserter:
    head: str
    given: tuple[tuple[str, Callable[[Any], Any] | None, bool], ...]  # name, into the driver's form, whether it is an integer
    defaults: tuple[Any, ...]


@lru_cache(maxsize=512)
def _inserter(table: Table, given: tuple[str, ...], dialect: Dialect) -> _Inserter:
    left_out = [column for column in table.columns if column.name not in given and column.default is not None]
    names = [*given, *(column.name for column in left_out)]
    return _Inserter(
        f"INSERT INTO {table.name} ({', '.join(f'`{name}`' for name in names)}) VALUES ",
        tuple((name, table.c[name].type.bind_processor(dialect), isinstance(table.c[name].type, Integer)) for name in given),
        tuple(getattr(column.default, "arg", None) for column in left_out),
    )


def insertion(table: Table, rows: Sequence[Mapping[str, Any]], dialect: Dialect) -> Iterator[Write]:
    """What inserts the rows; all of them have the columns of the first."""
    how = _inserter(table, tuple(rows[0]), dialect)
    columns = [
        ([row[name] for row in rows] if process is None else [process(row[name]) for row in rows], is_integer)
        for name, process, is_integer in how.given
    ]
    if dialect.name != "mysql":
        width = len(how.given) + len(how.defaults)
        yield Write(
            f"{how.head}({', '.join('?' * width)})", [(*values, *how.defaults) for values in zip(*(one for one, _ in columns), strict=True)]
        )
        return
    spelled = [integers(values) if is_integer else literals(values) for values, is_integer in columns]
    tail = "".join(f",{value}" for value in literals(how.defaults)) + ")"
    lines = [f"({','.join(values)}{tail}" for values in zip(*spelled, strict=True)]
    for start in range(0, len(lines), _ROWS_OF_AN_INSERT):
        yield Write(how.head + ",".join(lines[start : start + _ROWS_OF_AN_INSERT]))


def updates(table: Table, changes: Mapping[tuple[Any, ...], Mapping[str, Any]], how: How, dialect: Dialect) -> Iterator[Write]:
    """What makes the changes; rows that change the same columns share a statement."""
    by_columns: defaultdict[tuple[str, ...], list[tuple[Any, ...]]] = defaultdict(list)
    for key in sorted(changes):
        by_columns[tuple(sorted(changes[key]))].append(key)
    for columns, keys in by_columns.items():
        bind = [table.c[name].type.bind_processor(dialect) or _as_is for name in columns]
        for start in range(0, len(keys), _ROWS_OF_AN_UPDATE):
            rows = [
                (*key, *(process(changes[key][name]) for process, name in zip(bind, columns, strict=True)))
                for key in keys[start : start + _ROWS_OF_AN_UPDATE]
            ]
            if dialect.name == "mysql":
                yield Write(_on_mysql(table, columns, rows, how))
            else:
                yield Write(_on_sqlite(table, columns, len(rows), how), [tuple(value for row in rows for value in row)])


def _on_mysql(table: Table, columns: Sequence[str], rows: Iterable[tuple[Any, ...]], how: How) -> str:
    names, match = _names(table, columns)
    put = ", ".join(
        f"{table.name}.{column} = {how.value.format(table=table.name, column=column, value=f'v.v{i}')}" for i, column in enumerate(columns)
    )
    values = ",".join(f"ROW({','.join(literals(row))})" for row in rows)
    return f"UPDATE (VALUES {values}) AS v({', '.join(names)}) STRAIGHT_JOIN {table.name} ON {match} SET {put}"


@lru_cache(maxsize=512)
def _on_sqlite(table: Table, columns: tuple[str, ...], rows: int, how: How) -> str:
    names, match = _names(table, columns)
    row = f"({', '.join('?' * len(names))})"
    put = ", ".join(f"{column} = {how.value.format(table=table.name, column=column, value=f'v.v{i}')}" for i, column in enumerate(columns))
    named = ", ".join(f"column{i + 1} AS {name}" for i, name in enumerate(names))
    return f"UPDATE {table.name} SET {put} FROM (SELECT {named} FROM (VALUES {', '.join([row] * rows)})) AS v WHERE {match}"


def _names(table: Table, columns: Sequence[str]) -> tuple[list[str], str]:
    """The names of a list's columns, and which of its rows belongs to which row of the table."""
    keys = [column.name for column in table.primary_key]
    match = " AND ".join(f"{table.name}.{key} = v.k{i}" for i, key in enumerate(keys))
    return [*(f"k{i}" for i in range(len(keys))), *(f"v{i}" for i in range(len(columns)))], match


def _as_is(value: Any) -> Any:
    return value
