"""Values as MySQL reads them in the text of a statement: many of one column at a time.

The session's `sql_mode` (see engine.py) leaves the backslash its meaning inside quotes, and the connection is utf8mb4, so the backslash
and the quote are all that must be escaped.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any


def integers(values: Iterable[Any]) -> list[str]:
    """Each integer, or NULL. Raises TypeError for what is neither: nothing but digits can come out."""
    try:
        return list(map(int.__repr__, values))
    except TypeError:
        return ["NULL" if value is None else int.__repr__(value) for value in values]


def literals(values: Iterable[Any]) -> list[str]:
    """Each value in its own form: numbers, text in quotes, bytes in hexadecimal, moments and days, NULL."""
    return [_literal(value) for value in values]


def _literal(value: Any) -> str:
    if isinstance(value, str):
        if "\\" in value or "'" in value:
            value = value.replace("\\", "\\\\").replace("'", "\\'")
        return f"'{value}'"
    if isinstance(value, int):
        return int.__repr__(value)
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"x'{value.hex()}'"
    if isinstance(value, date):  # a moment is one too
        return f"'{value}'"
    raise TypeError(f"A {type(value).__name__} has no literal here: {value!r}. Give its column a type that turns it into one that has.")
