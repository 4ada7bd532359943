"""A shop: lamps at 49.00 in a market of its own, with a house that trades."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.builders.catalog import OnSale
from tests.builders.checkout import a_card, a_draft, a_trading_house, written
from tests.builders.market import Market, a_market, goods
from velora.flows.checkout.draft import Draft
from velora.flows.checkout.pay import Answer, check_out
from velora.flows.house import TradingHouse
from velora.kernel.ids import decode
from velora.modules.catalog import service as catalog
from velora.modules.inventory import service as inventory
from velora.modules.ledger import service as ledger
from velora.modules.orders import service as orders
from velora.modules.orders.service import OrderRead
from velora.modules.payments import service as payments
from velora.modules.payments.gateways.sandbox import SandboxGateway
from velora.modules.payments.service import PaymentIntent
from velora.modules.pricing import service as pricing
from velora.modules.tenants.policy import Charged
from velora.platform.db import Database


@dataclass(frozen=True)
class Shop:
    """Lamps at 49.00 with delivery for 4.90, and everything a test wants to know of them."""

    house: TradingHouse
    gateway: SandboxGateway
    market: Market
    lamp: OnSale

    @property
    def db(self) -> Database:
        return self.house.db

    @property
    def lamp_id(self) -> int:
        return self.lamp.variant_ids[0]

    async def draft(self, quantity: int = 1, *, card: str | None = None, **wanted: object) -> Draft:
        """A buyer orders so many lamps, with this test card."""
        token = await a_card(self.gateway, card) if card else "tok_visa"
        return await a_draft(self.db, self.market, (self.lamp_id, quantity), token=token, **wanted)  # pyright: ignore[reportArgumentType] -- a_draft's own words

    async def buys(self, quantity: int = 1, *, card: str | None = None, **wanted: object) -> Answer:
        return await self.checks_out(await self.draft(quantity, card=card, **wanted))

    async def gives_away(self) -> None:
        """From now on a lamp and its delivery cost nothing."""
        tenant_id, seller_id = self.market.tenant.id, self.market.seller.id
        async with self.db.begin(None) as uow:
            await catalog.set_prices(uow, [catalog.PriceChange(tenant_id, seller_id, self.lamp_id, 0)])
            await pricing.set_shipping_rules(uow, {(tenant_id, seller_id): pricing.ShippingRule(0, None)})

    async def checks_out(self, draft: Draft) -> Answer:
        return await check_out(self.house, draft)

    async def stock(self) -> inventory.Availability:
        async with self.db.read(None) as uow:
            return (await inventory.availability(uow, [self.lamp_id]))[self.lamp_id]

    async def order(self, order_id: int) -> OrderRead:
        async with self.db.read(self.market.tenant.id) as uow:
            read = await orders.full_order(uow, (self.market.tenant.id, order_id))
        assert read is not None
        return read

    async def intent(self, order_id: int) -> PaymentIntent:
        key = (self.market.tenant.id, order_id)
        async with self.db.read(self.market.tenant.id) as uow:
            return (await payments.of_orders(uow, [key]))[key]

    async def charges(self) -> int:
        return (await self.gateway.totals()).charges

    async def journals(self) -> int:
        async with self.db.read(self.market.tenant.id) as uow:
            return (await ledger.counts(uow, self.market.tenant.id))[0]

    async def written(self) -> dict[str, int]:
        return await written(self.db, self.market)


@asynccontextmanager
async def a_shop(db: Database, folder: Path, *, stock: int = 10, charged: Charged = "at_order") -> AsyncGenerator[Shop]:
    """A market where so many lamps are for sale, and a house that trades."""
    market = await a_market(db, charged=charged)
    async with db.begin(None) as uow:
        lamp = await goods(uow, market, stock=stock)
    async with a_trading_house(db, folder) as (house, gateway):
        yield Shop(house, gateway, market, lamp)


def order_id_of(answer: Answer) -> int:
    order = answer.body["order"]
    assert isinstance(order, dict)
    return decode("ord", str(order["id"]))
