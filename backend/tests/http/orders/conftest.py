"""A storefront where lamps are sold, its seller's desk, and what browsers send there."""

import secrets
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.builders.catalog import OnSale
from tests.builders.checkout import ADDRESS
from tests.builders.market import Market, a_market, goods
from tests.builders.people import PASSWORD, an_account
from tests.http.people.conftest import Browser, BrowserAt, app, browser_at, house, signed_in
from velora.flows.house import TradingHouse
from velora.kernel.ids import decode, encode
from velora.modules.payments import service as payments
from velora.modules.payments.gateways.sandbox import SandboxGateway
from velora.modules.sellers import service as sellers
from velora.modules.sellers.policy import StaffRole

__all__ = ["app", "browser_at", "house", "signed_in", "store"]


def a_key() -> dict[str, str]:
    """A fresh Idempotency-Key."""
    return {"Idempotency-Key": secrets.token_hex(16)}


@dataclass
class Store:
    """Ten lamps at 49.00, free of delivery from 50.00 on; a lamp alone is 53.90 with delivery."""

    house: TradingHouse
    market: Market
    lamp: OnSale
    browser_at: BrowserAt
    keys: list[dict[str, str]] = field(default_factory=list[dict[str, str]])

    @property
    def gateway(self) -> SandboxGateway:
        assert isinstance(self.house.gateway, SandboxGateway)
        return self.house.gateway

    @property
    def lamp_id(self) -> str:
        return encode("var", self.lamp.variant_ids[0])

    @property
    def desk(self) -> str:
        return f"/seller/{encode('sel', self.market.seller.id)}"

    def buyer(self) -> Browser:
        return self.browser_at(self.market.tenant)

    def checkout(self, quantity: int | None = 1, *, token: str = "tok_visa", amount: int | None = None) -> dict[str, Any]:
        """What the page sends; without a quantity, the cart is ordered."""
        total = amount if amount is not None else 5390 if quantity in (None, 1) else 4900 * (quantity or 0)
        body = {
            "email": "ada@example.com", "address": ADDRESS, "payment": {"token": token},
            "expected_total": {"amount": total, "currency": "EUR"},
        }  # fmt: skip
        return body if quantity is None else body | {"lines": [{"variant_id": self.lamp_id, "quantity": quantity}]}

    async def buys(self, browser: Browser, quantity: int = 1) -> dict[str, Any]:
        """The order as its buyer sees it."""
        reply = await browser.ask("POST", "/checkout", self.checkout(quantity), a_key())
        assert reply.status_code == 201, reply.text
        return (await browser.get(f"/orders/{reply.json()['order']['id']}")).json()

    async def payment_state(self, intent_id: str) -> str:
        """Where we think that the payment stands."""
        key = (self.market.tenant.id, decode("pi", intent_id))
        async with self.house.db.read(key[0]) as uow:
            return (await payments.intents_seen(uow, [key]))[key].state

    async def seller(self, *, of: Market | None = None) -> Browser:
        """A browser in which staff of the seller is signed in, on no marketplace's address."""
        async with self.house.db.begin(None) as uow:
            person = await an_account(uow, name="Grace")
            await sellers.hire(uow, (of or self.market).seller.id, person.id, StaffRole.STAFF)
        browser = self.browser_at()
        assert (await browser.sign_in(person.email, PASSWORD)).status_code == 200
        return browser


@pytest.fixture
async def store(house: TradingHouse, browser_at: BrowserAt) -> Store:
    market = await a_market(house.db)
    async with house.db.begin(None) as uow:
        lamp = await goods(uow, market, stock=10)
    return Store(house, market, lamp, browser_at)


def problem(reply: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    return reply.status_code, reply.json()["code"]
