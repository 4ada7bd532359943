"""Going on behind a row, by an index of several columns."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, literal, or_, tuple_

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
