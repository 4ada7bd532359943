"""Who asks for too much is told so, and when to go on; nobody else is kept waiting. Over HTTP."""

from dataclasses import replace

import httpx
import pytest

from tests.http.people.conftest import Browser, serving
from velora.apps.api import ORDERING, ROUTERS
from velora.flows.house import TradingHouse
from velora.platform.web import limits


@pytest.fixture
def narrow(house: TradingHouse) -> TradingHouse:
    """Five requests and two searches a minute."""
    settings = house.settings.model_copy(update={"requests_per_minute": 5, "searches_per_minute": 2, "uploads_per_hour": 1})
    return replace(house, settings=settings)


def browser(app, address: str = "192.0.2.7") -> Browser:
    return Browser(httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(address, 4000)), base_url="http://velora.example"))


async def test_beyond_the_pace_a_caller_is_told_when_to_go_on_and_others_are_not(narrow: TradingHouse):
    async with serving(narrow) as app:
        one, other = browser(app), browser(app, "192.0.2.8")
        replies = [await one.get("/marketplaces") for _ in range(6)]
        assert [reply.status_code for reply in replies] == [200] * 5 + [429]
        assert replies[0].headers["ratelimit-policy"] == '"requests";q=5;w=60'
        assert [reply.headers["ratelimit"].split(";")[1] for reply in replies] == ["r=4", "r=3", "r=2", "r=1", "r=0", "r=0"]
        refused = replies[-1]
        assert refused.headers["content-type"] == "application/problem+json"
        assert (refused.json()["code"], refused.json()["status"]) == ("request.too_much", 429)
        assert 0 < int(refused.headers["retry-after"]) <= 12
        assert (await other.get("/marketplaces")).status_code == 200
        assert (await one.client.get("/health/live")).status_code == 200


async def test_searches_have_a_pace_of_their_own(narrow: TradingHouse):
    async with serving(narrow) as app:
        one = browser(app)
        assert [(await one.get("/search/suggest?q=l")).status_code for _ in range(3)] == [404, 404, 429]
        assert (await one.get("/marketplaces")).status_code == 200


async def test_where_no_pace_is_set_nothing_is_counted(house: TradingHouse):
    settings = house.settings.model_copy(update={"requests_per_minute": 0})
    async with serving(replace(house, settings=settings)) as app:
        assert "ratelimit" not in (await browser(app).get("/marketplaces")).headers


async def test_a_seller_sends_no_more_pictures_than_the_pace_says(narrow: TradingHouse):
    await limits.admit_upload(narrow, 7)
    with pytest.raises(limits.TooMuch) as refused:
        await limits.admit_upload(narrow, 7)
    assert 3500 < refused.value.retry_after <= 3600
    await limits.admit_upload(narrow, 8)


async def test_an_orders_own_way_is_never_kept_waiting(narrow: TradingHouse):
    """A guest's cart is read as often as somebody likes."""
    paths = {getattr(route, "path", "") for router in ROUTERS for route in router.routes if getattr(route, "endpoint", None) in ORDERING}
    assert "/cart" in paths
    async with serving(narrow) as app:
        one = browser(app)
        replies = [await one.get("/cart") for _ in range(9)]
        assert {reply.status_code for reply in replies} == {404}
        assert all("ratelimit" not in reply.headers for reply in replies)
