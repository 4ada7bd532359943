"""Places in an index: behind a row, by several columns; and its two ends."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, tuple_

from velora.platform.db.uow import UnitOfWork


def beyond(uow: UnitOfWork, columns: Sequence[Any], values: Sequence[int | str]) -> ColumnElement[bool]:
    """Whether a row comes after one with these values, in the order of the columns; said so that either engine starts at that place.

    SQLite finds the place by comparing rows, MySQL only by a disjunction of what the rows mean.
    """
    if uow.connection.dialect.name == "sqlite":
        return tuple_(*columns) > tuple_(*(literal(value) for value in values))
    return or_(
        *(
            and_(*(column == value for column, value in zip(columns[:place], values, strict=False)), columns[place] > values[place])
            for place in range(len(columns))
        )
    )


async def first_and_last(uow: UnitOfWork, id_: Any, where: ColumnElement[bool]) -> tuple[int, int] | None:
    """The least and the greatest id of these rows, each found at its end of the index; None where there is no row."""
    first, last = [await uow.scalar(select(end(id_)).where(where)) for end in (func.min, func.max)]
    return None if first is None or last is None else (int(first), int(last))
