"""The application with a marketplace where something is sold."""

import pytest

from tests.builders.market import Market, a_market
from tests.builders.search import built
from tests.http.people.conftest import app, browser_at, house, signed_in
from velora.platform.db import Database
from velora.platform.house import House

__all__ = ["app", "browser_at", "house", "market", "signed_in"]


@pytest.fixture
async def market(db: Database, house: House) -> Market:
    """Its search index is empty and ready."""
    await built(house.search, [])
    return await a_market(db)
