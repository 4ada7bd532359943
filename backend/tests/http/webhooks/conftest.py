"""The application as browsers meet it, over a house that may send webhooks to this machine."""

import pytest

from tests.builders.webhooks import an_empty_post_room, beside_us
from tests.http.people import conftest as people
from tests.http.people.conftest import app, browser_at, harbour, nord, signed_in
from velora.flows.house import TradingHouse

__all__ = ["app", "browser_at", "harbour", "nord", "plain_house", "signed_in"]

plain_house = people.house


@pytest.fixture
async def house(plain_house: TradingHouse) -> TradingHouse:
    await an_empty_post_room(plain_house.db)
    return beside_us(plain_house)
