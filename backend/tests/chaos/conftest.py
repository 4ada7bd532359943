"""An installation of a test's own, on each database, to be served by real processes."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.fixtures_db import an_address
from velora.platform.settings import Settings


@pytest.fixture(params=["sqlite", "mysql"])
async def settings(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Settings]:
    """An installation of its own, on each database."""
    if request.param == "sqlite":
        yield Settings(home=tmp_path, sandbox_fee_bps=290, sandbox_fee_fixed_minor=30)
        return
    async with an_address("mysql", tmp_path) as address:
        yield Settings(home=tmp_path, database_url=SecretStr(address))
