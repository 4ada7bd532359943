"""An installation of a test's own, on each database, to be served by real processes."""

import secrets
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from tests.needs import needs_url
from velora.platform.db.engine import make_engine
from velora.platform.settings import Settings


@pytest.fixture(params=["sqlite", "mysql"])
async def settings(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Settings]:
    """An installation of its own, on each database."""
    if request.param == "sqlite":
        yield Settings(home=tmp_path, sandbox_fee_bps=290, sandbox_fee_fixed_minor=30)
        return
    url = make_url(needs_url("VELORA_TEST_MYSQL_URL"))
    name = f"velora_test_{secrets.token_hex(5)}"
    admin = make_engine(url.render_as_string(hide_password=False))
    async with admin.begin() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    yield Settings(home=tmp_path, database_url=url.set(database=name).render_as_string(hide_password=False))  # pyright: ignore[reportArgumentType]
    async with admin.begin() as connection:
        await connection.execute(text(f"DROP DATABASE {name}"))
    await admin.dispose()
