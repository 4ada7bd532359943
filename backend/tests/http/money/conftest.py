"""The application with a marketplace whose orders are paid, shipped and delivered."""

import secrets
from dataclasses import dataclass, replace

import pytest

from tests.builders.catalog import OnSale
from tests.builders.checkout import a_draft
from tests.builders.later import may_owe, pays_later
from tests.builders.market import Market, a_market, goods
from tests.http.people.conftest import Browser, BrowserAt, SignedInAs, app, browser_at, house, signed_in, the_owner
from velora.flows.checkout.draft import Buyer
from velora.flows.checkout.pay import check_out
from velora.flows.fulfilment.ship import deliver, ship
from velora.flows.house import TradingHouse
from velora.modules.commission import service as commission
from velora.modules.orders import service as orders
from velora.modules.orders.service import Parcel
from velora.modules.payments.gateways.sandbox import SandboxGateway
from velora.modules.payments.service import Method
from velora.modules.payouts.gateways.sandbox import SandboxBank
from velora.platform.db import Database

__all__ = ["app", "browser_at", "house", "signed_in"]


@dataclass(frozen=True)
class Bought:
    """An order of one seller, as its buyer's browser knows it."""

    order_id: int
    part: orders.SellerOrder
    line: orders.OrderLine
    buyer: Browser


@dataclass(frozen=True)
class Trade:
    """A marketplace that takes 10 % of lamps at 49.00."""

    house: TradingHouse
    market: Market
    lamp: OnSale
    people: SignedInAs

    @property
    def gateway(self) -> SandboxGateway:
        assert isinstance(self.house.gateway, SandboxGateway)
        return self.house.gateway

    @property
    def bank(self) -> SandboxBank:
        assert isinstance(self.house.bank, SandboxBank)
        return self.house.bank

    async def bought(self, quantity: int = 2, *, method: Method = "card") -> Bought:
        """Somebody with an account buys so many lamps, which are shipped and delivered; on invoice, before they are paid."""
        browser, account = await self.people(self.market.tenant)
        draft = await a_draft(self.house.db, self.market, (self.lamp.variant_ids[0], quantity), buyer=Buyer(account.id, "", account.email))
        if method != "card":
            await pays_later(self.house.db, self.market.tenant.id)
            await may_owe(self.house.db, self.market.tenant.id, account.id, draft.expected_total_minor)
            draft = replace(draft, method=method, token="")
        answer = await check_out(self.house, draft)
        assert answer.code == 201
        tenant_id, order_id = self.market.tenant.id, draft.order_id
        async with self.house.db.begin(None) as uow:
            (part,) = await orders.parts_of(uow, [(tenant_id, order_id)])
            await ship(uow, [Parcel(tenant_id, part.id, "DHL", "JD01")])
            await deliver(uow, [(tenant_id, part.id)])
            (line,) = (await orders.lines_of(uow, [(tenant_id, part.id)]))[tenant_id, part.id]
        return Bought(order_id, part, line, browser)

    async def staff(self, browser_at: BrowserAt) -> Browser:
        """The browser of the seller's owner, at no marketplace in particular."""
        return await the_owner(self.house, self.market.seller.id, browser_at)


def keyed(key: str = "") -> dict[str, str]:
    return {"Idempotency-Key": key or secrets.token_hex(16)}


@pytest.fixture
async def trade(db: Database, house: TradingHouse, signed_in: SignedInAs) -> Trade:
    market = await a_market(db)
    async with db.begin(None) as uow:
        lamp = await goods(uow, market, stock=100)
        rule = await commission.create(uow, market.tenant.id, commission.NewRule(1000), created_by="test")
        assert isinstance(rule, commission.Rule)
    return Trade(house, market, lamp, signed_in)
