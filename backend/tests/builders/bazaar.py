"""A bazaar: two sellers in a marketplace that charges its buyers when goods leave."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.builders.checkout import a_card, a_draft, asked
from tests.builders.market import another_seller, goods
from tests.builders.people import a_caller
from tests.builders.shop import Shop, a_shop, order_id_of
from velora.flows.bookkeeping.verify import verify
from velora.flows.cancellation.cancel import cancel_order
from velora.flows.checkout.draft import Draft
from velora.flows.checkout.pay import Answer, check_out
from velora.flows.fulfilment.ship import send
from velora.flows.house import TradingHouse
from velora.flows.once import Once
from velora.flows.postings import AUTHORISED
from velora.flows.refund.cancel import Cancellation
from velora.modules.inventory import service as inventory
from velora.modules.inventory.service import Availability
from velora.modules.ledger import service as ledger
from velora.modules.orders.service import Parcel, SellerOrder, SentParcel
from velora.platform.db import Database
from velora.platform.db.idempotency import Replay


@dataclass(frozen=True)
class Bazaar:
    """Lamps at 49.00 from one seller, rugs at 20.00 from another, delivery for 4.90 from each."""

    shop: Shop
    rug_id: int
    weaver_id: int

    @property
    def house(self) -> TradingHouse:
        return self.shop.house

    @property
    def tenant_id(self) -> int:
        return self.shop.market.tenant.id

    @property
    def lamp_seller_id(self) -> int:
        return self.shop.market.seller.id

    async def draft(self, card: str | None = None) -> Draft:
        """A buyer orders a lamp and a rug."""
        token = await a_card(self.shop.gateway, card) if card else "tok_visa"
        return await a_draft(self.shop.db, self.shop.market, (self.shop.lamp_id, 1), (self.rug_id, 1), token=token)

    async def order(self, card: str | None = None) -> int:
        """The id of an order of a lamp and a rug."""
        return order_id_of(await self.checks_out(await self.draft(card)))

    async def checks_out(self, draft: Draft) -> Answer:
        return await check_out(self.house, draft)

    async def part(self, order_id: int, seller_id: int) -> SellerOrder:
        return next(one for one in (await self.shop.order(order_id)).parts if one.seller_id == seller_id)

    async def sends(self, order_id: int, seller_id: int, *, house: TradingHouse | None = None) -> SentParcel | Replay:
        """The seller sends its whole part, always with the same key."""
        part = await self.part(order_id, seller_id)
        parcel = Parcel(part.tenant_id, part.id, "DHL", "JD01")
        return await send(house or self.house, part, Once(part.tenant_id, a_caller(), asked(f"send-{part.id}"), parcel))

    async def cancels(self, order_id: int, seller_id: int | None = None, *, house: TradingHouse | None = None) -> bool:
        """The buyer takes the order back, or one seller's part of it; always with the same key."""
        part = (await self.part(order_id, seller_id)).id if seller_id is not None else None
        wanted = Cancellation(self.tenant_id, order_id, "account:7", part)
        return await cancel_order(house or self.house, Once(self.tenant_id, a_caller(), asked(f"cancel-{order_id}-{part}"), wanted))

    async def states(self, order_id: int) -> tuple[str, str, str, str]:
        """The states of the order, of the lamp's part, of the rug's, and of the payment."""
        lamp, rug = await self.part(order_id, self.lamp_seller_id), await self.part(order_id, self.weaver_id)
        return (await self.shop.order(order_id)).order.state, lamp.state, rug.state, (await self.shop.intent(order_id)).state

    async def stock(self) -> tuple[Availability, Availability]:
        """Of lamps and of rugs."""
        async with self.shop.db.read(None) as uow:
            found = await inventory.availability(uow, [self.shop.lamp_id, self.rug_id])
        return found[self.shop.lamp_id], found[self.rug_id]

    async def gateway_holds(self) -> dict[str, int]:
        return (await self.shop.gateway.totals()).held_minor

    async def holds(self, expected: dict[ledger.AccountRef, int]) -> None:
        """These accounts hold exactly this, debits are credits, the whole house is in order, and the gateway holds what the memo says."""
        async with self.shop.db.read(None) as uow:
            found = await ledger.balances(uow, {(self.tenant_id, str(ref)) for ref in (*expected, AUTHORISED)})
            rows = await ledger.trial_balance(uow, tenant_id=self.tenant_id)
        assert {str(ref): found.get((self.tenant_id, str(ref), "EUR"), 0) for ref in expected} == {
            str(ref): amount for ref, amount in expected.items()
        }
        assert sum(row.debit_minor for row in rows) == sum(row.credit_minor for row in rows)
        assert [check for check in (await verify(self.shop.db, self.tenant_id)).checks if check.count] == []
        assert (await self.gateway_holds()).get("EUR", 0) == found.get((self.tenant_id, str(AUTHORISED), "EUR"), 0)


@asynccontextmanager
async def a_bazaar(db: Database, folder: Path) -> AsyncGenerator[Bazaar]:
    async with a_shop(db, folder, charged="at_shipment") as shop:
        weaver = await another_seller(shop.db, shop.market)
        async with shop.db.begin(None) as uow:
            rug = await goods(uow, weaver, "Wool Rug", price=2000)
        yield Bazaar(shop, rug.variant_ids[0], weaver.seller.id)
