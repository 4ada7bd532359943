"""One statement for many rows: an INSERT, or an UPDATE with values of each row's own.

The drivers get the SQL as text and the values as they store them: on the order path, SQLAlchemy's own way from a row to the
driver took half of all the time.

An UPDATE finds its rows by primary key in ascending order. A join against a list of rows: one statement and one round trip
however many rows. STRAIGHT_JOIN makes MySQL walk the list, so rows are locked in the list's order, which is the one global
order that all writers share.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Dialect, Table

_ROWS_A_STATEMENT: Final = 400


class How(Enum):
    ADD = "{table}.{column} + {value}"
    SET = "{value}"


ADD: Final = How.ADD
SET: Final = How.SET


@lru_cache(maxsize=512)
def _inserter(table: Table, given: tuple[str, ...], dialect: Dialect) -> tuple[str, list[tuple[str, Any]], tuple[Any, ...]]:
    """The SQL, what turns each given value into the driver's, and the defaults of the columns that were not given."""
    left_out = [column for column in table.columns if column.name not in given and column.default is not None]
    names = [*given, *(column.name for column in left_out)]
    mark = "%s" if dialect.name == "mysql" else "?"
    sql = f"INSERT INTO {table.name} ({', '.join(f'`{name}`' for name in names)}) VALUES ({', '.join([mark] * len(names))})"
    processes = [(name, table.c[name].type.bind_processor(dialect)) for name in given]
    return sql, processes, tuple(getattr(column.default, "arg", None) for column in left_out)


def insertion(table: Table, rows: Sequence[Mapping[str, Any]], dialect: Dialect) -> tuple[str, list[tuple[Any, ...]]]:
    """SQL and parameters that insert the rows; all of them have the columns of the first."""
    sql, processes, defaults = _inserter(table, tuple(rows[0]), dialect)
    columns = [[row[name] for row in rows] if process is None else [process(row[name]) for row in rows] for name, process in processes]
    return sql, [(*values, *defaults) for values in zip(*columns, strict=True)]


def statements(
    table: Table, changes: Mapping[tuple[Any, ...], Mapping[str, Any]], how: How, dialect: Dialect
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """SQL and parameters that make the changes; rows that change the same columns share a statement."""
    by_columns: defaultdict[tuple[str, ...], list[tuple[Any, ...]]] = defaultdict(list)
    for key in sorted(changes):
        by_columns[tuple(sorted(changes[key]))].append(key)
    for columns, keys in by_columns.items():
        bind = [table.c[name].type.bind_processor(dialect) or _as_is for name in columns]
        for start in range(0, len(keys), _ROWS_A_STATEMENT):
            part = keys[start : start + _ROWS_A_STATEMENT]
            params = tuple(
                value
                for key in part
                for value in (*key, *(process(changes[key][name]) for process, name in zip(bind, columns, strict=True)))
            )
            yield _sql(table, columns, len(part), how, dialect.name), params


def _sql(table: Table, columns: tuple[str, ...], rows: int, how: How, dialect: str) -> str:
    keys = [column.name for column in table.primary_key]
    names = ", ".join([*(f"k{i}" for i in range(len(keys))), *(f"v{i}" for i in range(len(columns)))])
    match = " AND ".join(f"{table.name}.{key} = v.k{i}" for i, key in enumerate(keys))
    width = len(keys) + len(columns)
    if dialect == "mysql":
        row = f"ROW({', '.join(['%s'] * width)})"
        put = ", ".join(
            f"{table.name}.{column} = {how.value.format(table=table.name, column=column, value=f'v.v{i}')}"
            for i, column in enumerate(columns)
        )
        return f"UPDATE (VALUES {', '.join([row] * rows)}) AS v({names}) STRAIGHT_JOIN {table.name} ON {match} SET {put}"
    row = f"({', '.join(['?'] * width)})"
    put = ", ".join(f"{column} = {how.value.format(table=table.name, column=column, value=f'v.v{i}')}" for i, column in enumerate(columns))
    named = ", ".join(f"column{i + 1} AS {name}" for i, name in enumerate(names.split(", ")))
    return f"UPDATE {table.name} SET {put} FROM (SELECT {named} FROM (VALUES {', '.join([row] * rows)})) AS v WHERE {match}"


def _as_is(value: Any) -> Any:
    return value
