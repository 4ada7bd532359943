"""SQLite without its thread: every statement runs where the loop stands, so that the order of things is the seed's alone.

`in_the_loop` makes a real engine of the house open these connections. They look to SQLAlchemy like those of aiosqlite; what they add
is what an engine's user cannot see: the queue for the file's lock, the moments before and after a commit, and the death of a process.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine


class Line(Protocol):
    """What a connection asks of the process that opened it."""

    async def before_commit(self) -> None:
        """May take a while, raise what the engine would, or be the last that the process does."""
        ...

    async def after_commit(self) -> None: ...

    def opened(self, connection: "Connection") -> None: ...


class WriteLock:
    """The lock on the file: one writer, the others in the order in which they came."""

    def __init__(self) -> None:
        self._holder: Connection | None = None
        self._queue: deque[tuple[Connection, asyncio.Future[None]]] = deque()

    async def take(self, connection: "Connection") -> None:
        while self._holder is not None and self._holder is not connection:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._queue.append((connection, turn))
            try:
                await turn
            except BaseException:
                self._wake_the_next()  # it may have been this one's turn already
                raise
        self._holder = connection

    def give(self, connection: "Connection") -> None:
        if self._holder is connection:
            self._holder = None
            self._wake_the_next()

    def _wake_the_next(self) -> None:
        while self._queue and self._holder is None:
            waiting, turn = self._queue.popleft()
            if not turn.done() and waiting.alive:
                turn.set_result(None)
                return


@dataclass
class _AtOnce:
    """What aiosqlite would hand to its thread is done here."""

    def put_nowait(self, job: tuple[asyncio.Future[Any], Callable[[], Any]]) -> None:
        future, function = job
        future.set_result(function())


class Connection:
    """One connection of one process."""

    def __init__(self, file: str, lock: WriteLock, line: Line) -> None:
        self._conn = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self._connection: sqlite3.Connection | None = self._conn
        self._tx = _AtOnce()
        self._lock = lock
        self._line = line
        line.opened(self)

    @property
    def alive(self) -> bool:
        return self._connection is not None

    def cursor(self) -> "Cursor":
        return Cursor(self, self._conn)

    async def take_lock(self) -> None:
        await self._lock.take(self)
        if not self.alive:
            self._lock.give(self)
            raise sqlite3.OperationalError("Connection closed")

    async def commit(self) -> None:
        if not self.alive or not self._conn.in_transaction:
            return
        await self._line.before_commit()
        if self.alive:
            self._conn.commit()
            self._lock.give(self)
            await self._line.after_commit()

    async def rollback(self) -> None:
        if self.alive:
            self._conn.rollback()
            self._lock.give(self)

    async def close(self) -> None:
        self.stop()

    async def create_function(self, *args: Any, **named: Any) -> None:
        self._conn.create_function(*args, **named)

    def stop(self) -> None:
        """Gone, as with its process: what was not committed never was."""
        if self.alive:
            self._connection = None
            self._conn.close()
            self._lock.give(self)


class Cursor:
    """A cursor that takes the file's lock where a statement asks for it."""

    arraysize = 1

    def __init__(self, connection: Connection, raw: sqlite3.Connection) -> None:
        self._connection = connection
        self._raw = raw.cursor() if connection.alive else None

    async def __aenter__(self) -> "Cursor":
        return self

    @property
    def description(self) -> Any:
        return self._raw.description if self._raw else None

    @property
    def rowcount(self) -> int:
        return self._raw.rowcount if self._raw else -1

    @property
    def lastrowid(self) -> Any:
        return self._raw.lastrowid if self._raw else None

    async def execute(self, operation: str, parameters: Sequence[Any] = ()) -> None:
        if operation.startswith("BEGIN IMMEDIATE"):
            await self._connection.take_lock()
        self._there().execute(operation, parameters)

    async def executemany(self, operation: str, parameters: Sequence[Sequence[Any]]) -> None:
        self._there().executemany(operation, parameters)

    async def fetchall(self) -> list[Any]:
        return self._there().fetchall()

    async def close(self) -> None:
        if self._raw and self._connection.alive:
            self._raw.close()

    def _there(self) -> sqlite3.Cursor:
        if self._raw is None or not self._connection.alive:
            raise sqlite3.OperationalError("Connection closed")
        return self._raw


def in_the_loop(engine: AsyncEngine, connect: Callable[[], Connection]) -> None:
    """From now on this engine's connections are made by `connect`, and durability costs nothing: the file outlives no test."""

    @event.listens_for(engine.sync_engine, "do_connect")
    def without_a_thread(dialect: Any, record: Any, args: Any, params: dict[str, Any]) -> None:
        async def opened(*_: Any, **__: Any) -> Connection:
            return connect()

        opener: Callable[..., Awaitable[Connection]] = opened
        params["async_creator_fn"] = opener

    @event.listens_for(engine.sync_engine, "connect")
    def carelessly(connection: Any, record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous=OFF")
        cursor.close()
