"""The whole schema as the models describe it: for tests, and for checking that the migrations tell the same."""

from datetime import datetime

from sqlalchemy import Connection, text

from velora.platform.db.base import Base
from velora.platform.db.ddl import (
    MONTHS_AHEAD,
    append_only_tables,
    append_only_triggers,
    month_after,
    partitioned_tables,
    partitions_from_scratch,
)


def create_all(connection: Connection, now: datetime) -> None:
    """Every table, view, trigger and, on MySQL, monthly partition from this month on. The models must have been imported."""
    Base.metadata.create_all(connection)
    for statement in extras(connection.dialect.name, now):
        connection.execute(text(statement))


def extras(dialect: str, now: datetime) -> list[str]:
    """The DDL beyond tables: partitions (MySQL), triggers, views."""
    statements: list[str] = []
    if dialect == "mysql":
        statements += [
            partitions_from_scratch(table.name, column, now, month_after(now, MONTHS_AHEAD)) for table, column in partitioned_tables()
        ]
    for table in append_only_tables():
        statements += append_only_triggers(table.name, tuple(column.name for column in table.primary_key), dialect)
    for table in Base.metadata.sorted_tables:
        statements += table.info.get("views", ())
    return statements


def drop_all(connection: Connection) -> None:
    """Nothing is left of it."""
    if connection.dialect.name == "mysql":
        connection.execute(text("SET FOREIGN_KEY_CHECKS=0"))
        for (view,) in connection.execute(text("SELECT table_name FROM information_schema.views WHERE table_schema = DATABASE()")).all():
            connection.execute(text(f"DROP VIEW {view}"))
        for (table,) in connection.execute(text("SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()")).all():
            connection.execute(text(f"DROP TABLE {table}"))
        connection.execute(text("SET FOREIGN_KEY_CHECKS=1"))
    else:
        Base.metadata.drop_all(connection)
