"""How texts reach the engine: on MySQL all writes that wait in one round trip, on SQLite one after the other."""

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any, Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from velora.platform.db.errors import Unavailable, refusal_of, translated
from velora.platform.db.sets import Write
from velora.platform.telemetry import metrics

_LONGEST_TEXT: Final = 4 * 1024 * 1024  # characters; a server takes packets of 64 MiB unless it was told otherwise


class Refused(Exception):
    """The engine refused one of the writes; those before it were done."""

    def __init__(self, place: int, error: BaseException) -> None:
        super().__init__(str(error))
        self.place = place
        self.error = error


async def send(connection: AsyncConnection, writes: Sequence[Write]) -> list[int]:
    """Run the writes in their order; how many rows each met. Raises Refused."""
    run = _on_mysql if connection.dialect.name == "mysql" else _on_sqlite
    return await run(connection, writes)


async def look_up(connection: AsyncConnection, text: str) -> Sequence[tuple[Any, ...]]:
    """What this select finds on MySQL, as the driver gives it."""
    metrics.round_trips.inc()
    async with _driver_of(connection) as driver, driver.cursor() as cursor:
        await cursor.execute(text)
        return await cursor.fetchall()


async def _on_mysql(connection: AsyncConnection, writes: Sequence[Write]) -> list[int]:
    met: list[int] = []
    try:
        async with _driver_of(connection) as driver, driver.cursor() as cursor:
            for texts in _packets([write.sql for write in writes]):
                metrics.round_trips.inc()
                await cursor.execute(";".join(texts))
                met.append(cursor.rowcount)
                while await cursor.nextset():
                    met.append(cursor.rowcount)
    except Exception as error:
        raise Refused(len(met), error) from error
    return met


@asynccontextmanager
async def _driver_of(connection: AsyncConnection) -> AsyncGenerator[Any]:
    """The driver's own connection, in a transaction that SQLAlchemy knows of. Its errors come out as refusals."""
    if not connection.in_transaction():
        await connection.begin()
    driver = (await connection.get_raw_connection()).driver_connection
    assert driver is not None
    try:
        yield driver
    except connection.dialect.loaded_dbapi.Error as error:
        refusal = refusal_of(error)
        if isinstance(refusal, Unavailable) or connection.dialect.is_disconnect(error, driver, None):
            await connection.invalidate(error)
            refusal = Unavailable(str(error))
        raise refusal from error
    except BaseException as error:  # given up while the answer was on its way: nobody else may read it
        await connection.invalidate(error)
        raise


def _packets(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """The texts in as few pieces as may be sent."""
    cuts, length = [0], 0
    for place, text in enumerate(texts):
        if length and length + len(text) > _LONGEST_TEXT:
            cuts.append(place)
            length = 0
        length += len(text)
    return (texts[start:end] for start, end in pairwise([*cuts, len(texts)]))


async def _on_sqlite(connection: AsyncConnection, writes: Sequence[Write]) -> list[int]:
    met: list[int] = []
    for write in writes:
        # The driver makes as many statements as there are rows: without a savepoint, those before a duplicate would stay.
        marked = len(write.rows) > 1
        if marked:
            await connection.exec_driver_sql("SAVEPOINT all_rows")
        try:
            met.append((await connection.exec_driver_sql(write.sql, write.rows if marked else write.rows[0])).rowcount)
        except DBAPIError as error:
            if marked:
                await connection.exec_driver_sql("ROLLBACK TO all_rows")
            raise Refused(len(met), translated(error)) from error
        finally:
            if marked:
                await connection.exec_driver_sql("RELEASE all_rows")
    return met
