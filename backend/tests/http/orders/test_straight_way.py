"""The busiest routes skip the framework's generic way to them, and nobody can tell from the answers."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from tests.http.orders.conftest import Store, a_key
from tests.http.people.conftest import serving
from velora.platform.web.straight import Plan, StraightWay


@pytest.fixture
async def generic(house) -> AsyncGenerator[FastAPI]:
    """The same application without its straight way."""
    async with serving(house) as app:
        app.user_middleware = [one for one in app.user_middleware if one.cls is not StraightWay]
        yield app


@asynccontextmanager
async def asking(store: Store, app: FastAPI) -> AsyncGenerator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{store.market.tenant.slug}.localhost/api/v1") as client:
        yield client


UNLIKE = ("x-request-id", "set-cookie", "content-length", "ratelimit", "ratelimit-policy")


def what_is_said(reply: httpx.Response) -> tuple[int, Mapping[str, str], Any]:
    """All of an answer but what is fresh each time, and how much may still be asked: what goes straight is not counted."""
    headers = {name: value for name, value in reply.headers.items() if name not in UNLIKE}
    body = reply.json()
    return (
        reply.status_code,
        headers,
        {name: value for name, value in body.items() if name != "request_id"} if isinstance(body, dict) else body,
    )


JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("method", "path", "content", "headers"),
    [
        ("GET", "/cart", None, {}),
        ("GET", "/cart?country=DE", None, {}),
        ("GET", "/cart?country=Germany", None, {}),
        ("GET", "/cart?country=DE&unknown=1", None, {"x-velora-tenant": "no-such-shop"}),
        ("POST", "/cart/lines", "{", JSON),
        ("POST", "/cart/lines", "[]", JSON),
        ("POST", "/cart/lines", "", JSON),
        ("POST", "/cart/lines", '{"variant_id": "var_nonsense"}', JSON),
        ("POST", "/cart/lines", '{"variant_id": null, "quantity": 1}', JSON),
        ("POST", "/cart/lines", '{"variant_id": "LAMP", "quantity": 0}', JSON),
        ("POST", "/cart/lines", '{"variant_id": "LAMP", "quantity": "2"}', JSON),
        ("POST", "/cart/lines", '{"variant_id": "LAMP", "quantity": 2, "colour": "red"}', JSON),
        ("POST", "/cart/lines", '{"variant_id": "LAMP", "quantity": 500}', JSON),
        ("POST", "/cart/lines", '{"variant_id": "LAMP"}', {"content-type": "text/plain"}),
        ("POST", "/cart/lines", '{"variant_id": "LAMP"}', {"content-type": "application/json; charset=utf-8"}),
        ("POST", "/cart/lines?country=xx", '{"variant_id": "LAMP"}', JSON),
        ("POST", "/checkout", "{}", JSON),
        ("POST", "/checkout", '{"email": "\\ud800"}', JSON),
        ("PUT", "/checkout", "{}", JSON),
    ],
)
async def test_both_ways_say_the_same(store: Store, app: FastAPI, generic: FastAPI, method, path, content, headers):
    content = content.replace("LAMP", store.lamp_id) if content is not None else None
    said: list[object] = []
    for application in (app, generic):
        async with asking(store, application) as client:
            said.append(what_is_said(await client.request(method, path, content=content, headers=headers)))
    assert said[0] == said[1]


async def test_an_order_is_placed_and_replayed_over_either_way(store: Store, app: FastAPI, generic: FastAPI):
    key, body = a_key(), store.checkout()
    async with asking(store, app) as straight, asking(store, generic) as roundabout:
        placed = await straight.post("/checkout", json=body, headers=key)
        again = await roundabout.post("/checkout", json=body, headers=key)
        assert (placed.status_code, again.status_code, again.json()) == (201, 201, placed.json())
        assert ("idempotent-replayed" in placed.headers, again.headers["idempotent-replayed"]) == (False, "true")
        for client in (straight, roundabout):
            assert (await client.post("/checkout", json=body)).json()["code"] == "idempotency.key_missing"
            other = await client.post("/checkout", json=body | {"email": "eve@example.com"}, headers=key)
            assert (other.status_code, other.json()["code"]) == (422, "idempotency.key_reused")
            refused = await client.post("/checkout", json=store.checkout(20), headers=a_key())
            assert (refused.status_code, refused.json()["code"]) == (409, "inventory.out_of_stock")


def test_a_route_that_needs_more_than_the_straight_way_knows_is_refused_at_the_start():
    router = APIRouter()

    @router.get("/things/{thing}")
    async def show(thing: int) -> int:
        return thing

    [route] = router.routes
    assert isinstance(route, APIRoute)
    with pytest.raises(ValueError, match="cannot go straight"):
        Plan.of(route)
