"""kill -9 loses nothing that was acknowledged and charges nothing twice."""

import os
import secrets
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from tests.chaos.crashes import books_of, crash_again_and_again, prepared
from tests.needs import needs_url
from velora.platform.db.engine import make_engine
from velora.platform.settings import Settings

KILLS = int(os.environ.get("VELORA_CHAOS_KILLS", "4"))  # 30 by hand, a few in every run
SEED = int(os.environ.get("VELORA_CHAOS_SEED", "20261123"))


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


async def test_every_acknowledged_order_survives_kills_and_is_paid_once(settings: Settings):
    world = await prepared(settings)
    seen = await crash_again_and_again(settings, world, kills=KILLS, seed=SEED)
    books = await books_of(settings, world)
    paid = books["paid"]
    assert isinstance(paid, set)
    assert seen.cut_off > 0, "no kill met a request on its way; the test proves nothing"
    assert seen.paid - paid == set(), "acknowledged, and gone"
    assert books["charges"] == len(paid)
    assert books["undecided"] == 0
    assert books["broken"] == {}
