"""The cache in a SQLite file of its own: the embedded twin, shared by all processes of one machine."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Final, TypeVar

from velora.platform.cache.own_counts import OwnCounts
from velora.platform.cache.pacing import Admission, Pace, admit
from velora.platform.cache.port import CacheAway, Tally
from velora.platform.db.own_file import open_own_file

T = TypeVar("T")

SWEEP_EVERY_WRITES: Final = 512

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS entry (key TEXT PRIMARY KEY, value BLOB NOT NULL, ends INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entry_ends ON entry (ends);
CREATE TABLE IF NOT EXISTS tally (key TEXT PRIMARY KEY, counted INTEGER NOT NULL, ends INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tally_ends ON tally (ends);
CREATE TABLE IF NOT EXISTS pace (key TEXT PRIMARY KEY, due_us INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS pace_due ON pace (due_us);
"""

_PUT: Final = "INSERT INTO entry VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value, ends = excluded.ends"

_PACE: Final = "INSERT INTO pace VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET due_us = excluded.due_us"

_COUNT: Final = """
INSERT INTO tally VALUES (:key, :by, :ends) ON CONFLICT (key) DO UPDATE SET
  counted = CASE WHEN tally.ends > :now THEN counted + :by ELSE :by END,
  ends = CASE WHEN tally.ends > :now THEN tally.ends ELSE excluded.ends END
RETURNING counted, ends
"""


class SqliteCache:
    """One connection in one thread, so that a slow disk never holds up the event loop. A crash may lose what was written last."""

    def __init__(self, path: Path) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="velora-cache")
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._writes = 0
        self._own_counts = OwnCounts()

    async def get(self, key: str) -> bytes | None:
        return (await self.get_many([key]))[0]

    async def get_many(self, keys: list[str]) -> list[bytes | None]:
        def read(connection: sqlite3.Connection) -> list[bytes | None]:
            now = _now()
            found = (connection.execute("SELECT value FROM entry WHERE key = ? AND ends > ?", (key, now)).fetchone() for key in keys)
            return [row[0] if row else None for row in found]

        return await self._run(read)

    async def put(self, key: str, value: bytes, *, ttl: timedelta) -> None:
        await self._run(lambda connection: connection.execute(_PUT, (key, value, _end_of(ttl))), writes=1)

    async def swap(self, key: str, expected: bytes | None, value: bytes, *, ttl: timedelta) -> bool:
        def compare_and_put(connection: sqlite3.Connection) -> bool:
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                row = connection.execute("SELECT value FROM entry WHERE key = ? AND ends > ?", (key, _now())).fetchone()
                fits = (row[0] if row else None) == expected
                if fits:
                    connection.execute(_PUT, (key, value, _end_of(ttl)))
            return fits

        return await self._run(compare_and_put, writes=1)

    async def drop(self, *keys: str) -> None:
        def delete(connection: sqlite3.Connection) -> None:
            connection.executemany("DELETE FROM entry WHERE key = ?", [(key,) for key in keys])
            connection.executemany("DELETE FROM tally WHERE key = ?", [(key,) for key in keys])
            connection.executemany("DELETE FROM pace WHERE key = ?", [(key,) for key in keys])

        self._own_counts.forget(keys)
        await self._run(delete)

    async def count(self, key: str, *, window: timedelta, by: int = 1) -> Tally:
        def add(connection: sqlite3.Connection) -> Tally:
            now = _now()
            parameters = {"key": key, "by": by, "now": now, "ends": now + window // timedelta(milliseconds=1)}
            counted, ends = connection.execute(_COUNT, parameters).fetchone()
            return Tally(counted, timedelta(milliseconds=ends - now))

        try:
            return await self._run(add, writes=1)
        except CacheAway:
            return self._own_counts.count(key, window=window, by=by)

    async def admit(self, key: str, pace: Pace) -> Admission:
        def ask(connection: sqlite3.Connection) -> Admission:
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                row = connection.execute("SELECT due_us FROM pace WHERE key = ?", (key,)).fetchone()
                said, due = admit(pace, row[0] if row else 0, time.time_ns() // 1000)
                if said.admitted:
                    connection.execute(_PACE, (key, due))
            return said

        try:
            return await self._run(ask, writes=1)
        except CacheAway:
            return self._own_counts.admit(key, pace)

    async def ping(self) -> str:
        [version] = await self._run(lambda connection: connection.execute("SELECT sqlite_version()").fetchone())
        return f"SQLite {version}, embedded"

    async def close(self) -> None:
        def shut() -> None:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

        await asyncio.get_running_loop().run_in_executor(self._thread, shut)
        self._thread.shutdown()

    async def _run(self, work: Callable[[sqlite3.Connection], T], *, writes: int = 0) -> T:
        def in_thread() -> T:
            connection = self._connection or self._open()
            self._writes += writes
            if self._writes >= SWEEP_EVERY_WRITES:
                self._writes = 0
                connection.execute("DELETE FROM entry WHERE ends <= ?", (_now(),))
                connection.execute("DELETE FROM tally WHERE ends <= ?", (_now(),))
                connection.execute("DELETE FROM pace WHERE due_us <= ?", (time.time_ns() // 1000,))
            return work(connection)

        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, in_thread)
        except sqlite3.OperationalError as error:
            raise CacheAway from error

    def _open(self) -> sqlite3.Connection:
        # No fsync: what a crash may lose here is what a cache may lose anyway.
        self._connection = open_own_file(self._path, _SCHEMA, synchronous="OFF")
        return self._connection


def _now() -> int:
    return time.time_ns() // 1_000_000


def _end_of(time_to_live: timedelta) -> int:
    return _now() + time_to_live // timedelta(milliseconds=1)
