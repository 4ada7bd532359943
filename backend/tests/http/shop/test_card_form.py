"""What a browser is told and allowed, so that a card goes to the gateway and to nobody else."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from velora.apps.api import create_app
from velora.apps.front_desk import ProcessDesk
from velora.apps.wiring import others_in_pages
from velora.flows.house import TradingHouse
from velora.platform.settings import Settings

OUR_OWN = "default-src 'self'; img-src 'self' data: https:; style-src 'self' 'unsafe-inline'; font-src 'self' data:; frame-ancestors 'none'"


def with_stripe(settings: Settings) -> Settings:
    return settings.model_copy(
        update={"gateway": "stripe", "stripe_publishable_key": "pk_test_x", "stripe_secret_key": SecretStr("sk_test_x")}
    )


@asynccontextmanager
async def at(house: TradingHouse, web: Path) -> AsyncGenerator[httpx.AsyncClient]:
    """A browser at the application of this house, with a web application of one page."""
    (web / "index.html").write_text("<!doctype html>")

    @asynccontextmanager
    async def opening() -> AsyncGenerator[TradingHouse]:
        yield house

    app = create_app(opening, ProcessDesk, web=web, others=others_in_pages(house.settings))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://nord.localhost") as client,
    ):
        yield client


async def directives(house: TradingHouse, web: Path) -> dict[str, set[str]]:
    """Whom the page of the payment may load from, by kind."""
    async with at(house, web) as client:
        policy = (await client.get("/checkout/payment")).headers["content-security-policy"]
    return {kind: set(sources) for kind, *sources in (part.split() for part in policy.split(";"))}


async def test_with_the_sandbox_a_page_loads_nothing_from_others(house, tmp_path):
    async with at(house, tmp_path) as client:
        for address in ("/", "/checkout/payment", "/finance"):
            assert (await client.get(address)).headers["content-security-policy"] == OUR_OWN
        assert "content-security-policy" not in (await client.get("/api/v1/marketplaces")).headers


async def test_with_stripe_a_page_may_load_what_stripe_documents_and_no_more(house, tmp_path):
    before = await directives(house, tmp_path)
    after = await directives(replace(house, settings=with_stripe(house.settings)), tmp_path)
    assert {kind: sources for kind, sources in after.items() if before.get(kind) != sources} == {
        "script-src": {"'self'", "https://js.stripe.com", "https://*.js.stripe.com"},
        "frame-src": {"'self'", "https://js.stripe.com", "https://*.js.stripe.com", "https://hooks.stripe.com"},
        "connect-src": {"'self'", "https://api.stripe.com"},
    }
    assert before.items() <= after.items()


@pytest.mark.parametrize("name", ["sandbox", "stripe"])
async def test_the_storefront_says_whose_form_takes_the_card(house, market, tmp_path, name):
    settings = with_stripe(house.settings) if name == "stripe" else house.settings
    async with at(replace(house, settings=settings), tmp_path) as client:
        told = (await client.get("/api/v1/storefront", headers={"x-velora-tenant": market.tenant.slug})).json()["card_form"]
    assert told == {"gateway": name, "publishable_key": "pk_test_x" if name == "stripe" else None}
    assert "sk_test_x" not in str(told)
