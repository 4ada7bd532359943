"""Databases for tests: SQLite always, real MySQL when its address is set; a schema made once per run and engine.

`db` commits for real: make tenants and ids of your own, so that tests do not meet. `uow` is one transaction in platform
scope that is undone at the end. `fresh_db` is an empty database for tests that look at all of it.
"""

import secrets
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from tests.needs import needs_url
from velora.apps.migrations import import_models
from velora.kernel.clock import Clock, ManualClock
from velora.kernel.ids import id_source
from velora.platform.db import Database, UnitOfWork
from velora.platform.db.engine import make_engine
from velora.platform.db.schema import create_all, drop_all

NOW = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
_nodes = count(500)


@asynccontextmanager
async def an_address(engine: str, folder: Path, server: str = "") -> AsyncGenerator[str]:
    """The address of a database of one's own, without tables; on MySQL (this server, or that of all tests) it is dropped afterwards."""
    if engine == "sqlite":
        yield f"sqlite:///{folder}/{secrets.token_hex(5)}.db"
        return
    url = make_url(server or needs_url("VELORA_TEST_MYSQL_URL"))
    name = f"velora_test_{secrets.token_hex(5)}"
    admin = make_engine(url.render_as_string(hide_password=False))
    try:
        async with admin.begin() as connection:
            await connection.execute(text(f"CREATE DATABASE {name}"))
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        await admin.dispose()  # the server may have been killed meanwhile, and with it the connection
        async with admin.begin() as connection:
            await connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))
        await admin.dispose()


@asynccontextmanager
async def a_database(engine: str, folder: Path, clock: Clock) -> AsyncGenerator[Database]:
    """An empty database with the whole schema, gone afterwards."""
    import_models()
    async with an_address(engine, folder) as address:
        database = Database(make_engine(address), clock, id_source(clock, next(_nodes)))
        async with database.engine.begin() as connection:
            await connection.run_sync(lambda sync: create_all(sync, NOW))
        try:
            yield database
        finally:
            if engine == "sqlite":
                async with database.engine.begin() as connection:
                    await connection.run_sync(drop_all)
            await database.close()


@pytest.fixture(scope="session", params=["sqlite", "mysql"])
async def shared_db(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Database]:
    async with a_database(request.param, tmp_path_factory.mktemp("db"), ManualClock(NOW)) as database:
        yield database


@pytest.fixture
def db(shared_db: Database, clock: ManualClock) -> Database:
    """The run's database with this test's clock; what a test commits stays until the end of the run."""
    return Database(shared_db.engine, clock, shared_db.new_id)


@pytest.fixture(params=["sqlite", "mysql"])
async def fresh_db(request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock) -> AsyncGenerator[Database]:
    """An empty database of this test's own."""
    async with a_database(request.param, tmp_path, clock) as database:
        yield database


@pytest.fixture
def clock() -> ManualClock:
    """Monday 16 November 2026, 10:00 UTC, until the test says otherwise."""
    return ManualClock(NOW)


@pytest.fixture
async def uow(db: Database) -> AsyncGenerator[UnitOfWork]:
    """One transaction in platform scope, undone at the end of the test."""
    async with undone(db, None) as unit:
        yield unit


@pytest.fixture
def tenant_uow(db: Database) -> Callable[[int], AbstractAsyncContextManager[UnitOfWork]]:
    """`async with tenant_uow(tenant_id) as uow`: one tenant's transaction, undone when the block ends."""
    return lambda tenant_id: undone(db, tenant_id)


@asynccontextmanager
async def undone(db: Database, tenant_id: int | None) -> AsyncGenerator[UnitOfWork]:
    """A transaction that leaves nothing behind."""

    class Undo(Exception):
        pass

    try:
        async with db.begin(tenant_id) as unit:
            yield unit
            raise Undo
    except Undo:
        pass
