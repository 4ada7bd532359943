"""Selects whose one parameter is a list of keys: SQLAlchemy compiles each once, and the keys are spelled into its text. For MySQL.

SQLAlchemy's own way makes a parameter of every key, writes the text anew for every length of the list, and has the driver put the
values back into the text: for the few rows that such a select brings, that was most of its time.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import Dialect, Row
from sqlalchemy.engine import result_tuple
from sqlalchemy.sql.selectable import TypedReturnsRows

from velora.platform.db.literals import literals

_known: Final[WeakKeyDictionary[Any, "Lookup | None"]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Lookup:
    """A compiled select, cut where its keys go."""

    parameter: str
    before: str
    after: str
    row: Callable[[Iterable[Any]], Row[Any]]
    processes: tuple[tuple[int, Callable[[Any], Any]], ...]  # columns whose values the driver does not give as they are meant

    def text(self, params: Mapping[str, Any]) -> str:
        """The statement for these keys: single values, or tuples of them."""
        keys = params[self.parameter]
        one_by_one = keys and not isinstance(keys[0], tuple)
        spelled = literals(keys) if one_by_one else [f"({','.join(literals(key))})" for key in keys]
        return f"{self.before}{','.join(spelled)}{self.after}"

    def rows(self, found: Sequence[tuple[Any, ...]]) -> list[Row[Any]]:
        """What the driver found, as SQLAlchemy would give it."""
        if not self.processes:
            return [self.row(values) for values in found]
        whole: list[Row[Any]] = []
        for values in found:
            read = list(values)
            for place, process in self.processes:
                read[place] = process(read[place])
            whole.append(self.row(read))
        return whole


def lookup_of(statement: TypedReturnsRows[*tuple[Any, ...]], params: Mapping[str, Any], dialect: Dialect) -> Lookup | None:
    """How the select is looked up with these parameters; None when it has others than one list of keys, or when that is empty."""
    if statement not in _known:
        _known[statement] = _compiled(statement, dialect)
    lookup = _known[statement]
    return lookup if lookup is not None and len(params) == 1 and params.get(lookup.parameter) else None


def _compiled(statement: Any, dialect: Dialect) -> Lookup | None:
    compiled = statement.compile(dialect=dialect)
    if len(compiled.positiontup) != 1 or len(compiled.post_compile_params) != 1:
        return None
    [parameter] = compiled.positiontup
    before, _, after = compiled.string.replace("%%", "%").partition(f"__[POSTCOMPILE_{parameter}]")
    columns = compiled._result_columns  # pyright: ignore[reportPrivateUsage] -- there is no public way to a compiled select's types
    processes = ((place, column.type.result_processor(dialect, None)) for place, column in enumerate(columns))
    return Lookup(
        parameter, before, after, result_tuple([column.keyname for column in columns]), tuple((p, f) for p, f in processes if f is not None)
    )
