"""One engine per address: MySQL with full strictness, or SQLite with full durability."""

import re
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from velora.platform.db.types import dump_json
from velora.platform.telemetry import metrics

_STRICT = "STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"

# A long list of keys must never turn into a walk over the table, whatever memory planning it takes.
_SESSION = f"sql_mode='{_STRICT}', time_zone='+00:00', innodb_lock_wait_timeout=10, range_optimizer_max_mem_size=0"

# A process that stands still in a transaction keeps what it locked from everybody. MySQL ends its connection after this time without a
# word, and what it locked is free; connections that lie unused are replaced before.
_SILENT = 30  # seconds
_RENEWED = 20


def make_engine(address: str, *, connections: int = 8) -> AsyncEngine:
    """An engine for `sqlite:///path` or `mysql://user:password@host:port/name`. Raises ValueError for anything else."""
    url = make_url(address)
    kind = url.get_backend_name()
    if kind == "mysql":
        return _counted(_mysql(url, connections))
    if kind == "sqlite":
        return _counted(_sqlite(url, connections))
    raise ValueError("VELORA_DATABASE_URL must look like sqlite:///folder/velora.db or mysql://user:password@host:3306/velora.")


def _counted(engine: AsyncEngine) -> AsyncEngine:
    """What goes round SQLAlchemy counts for itself (wire.py)."""

    @event.listens_for(engine.sync_engine, "after_cursor_execute")
    def count(*_: object) -> None:  # pyright: ignore[reportUnusedFunction]
        metrics.round_trips.inc()

    return engine


def _mysql(url: URL, connections: int) -> AsyncEngine:
    engine = create_async_engine(
        url.set(drivername="mysql+asyncmy", query={"charset": "utf8mb4"}),
        pool_size=connections, max_overflow=connections, pool_reset_on_return=None, pool_recycle=_RENEWED, isolation_level="READ COMMITTED",
        hide_parameters=True, json_serializer=dump_json, json_deserializer=orjson.loads,
        connect_args={"init_command": f"SET SESSION {_SESSION}, wait_timeout={_SILENT}"},
    )  # fmt: skip

    @event.listens_for(engine.sync_engine, "connect")
    def assert_strict(connection: Any, record: object) -> None:  # pyright: ignore[reportUnusedFunction]
        cursor = connection.cursor()
        cursor.execute("SELECT @@SESSION.sql_mode")
        (mode,) = cursor.fetchone()
        cursor.close()
        if "STRICT_TRANS_TABLES" not in mode:
            raise RuntimeError("MySQL runs without STRICT_TRANS_TABLES and would clamp amounts silently. Set sql_mode to its default.")

    return engine


def _sqlite(url: URL, connections: int) -> AsyncEngine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(
        url.set(drivername="sqlite+aiosqlite"), pool_size=connections, max_overflow=connections,
        hide_parameters=True, json_serializer=dump_json, json_deserializer=orjson.loads, connect_args={"timeout": 30},
    )  # fmt: skip

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, record: object) -> None:  # pyright: ignore[reportUnusedFunction]
        connection.isolation_level = None  # we say BEGIN ourselves
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "recursive_triggers=ON",
            "busy_timeout=30000",
            "cache_size=-65536",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "before_cursor_execute", retval=True)
    def use_the_index(  # pyright: ignore[reportUnusedFunction]
        connection: Connection, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
    ) -> tuple[str, Any]:
        return _KEYS.sub(_selected, statement), parameters

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:  # pyright: ignore[reportUnusedFunction]
        # A writer says so at once: a reader that turns writer in the middle can fail on another's commit.
        connection.exec_driver_sql("BEGIN" if connection.get_execution_options().get("read_only") else "BEGIN IMMEDIATE")

    return engine


# `(a, b) IN (VALUES (…), (…))` makes SQLite walk the whole table; said as a SELECT of the same rows, it uses the key.
_KEYS = re.compile(r"IN \(VALUES (\([?, ]+\)(?:, \([?, ]+\))*)\)")


def _selected(values: re.Match[str]) -> str:
    rows = values[1]
    columns = ", ".join(f"column{place}" for place in range(1, rows.partition(")")[0].count("?") + 1))
    return f"IN (SELECT {columns} FROM (VALUES {rows}))"
