"""A marketplace where something is sold: its seller, goods, stock and delivery."""

from dataclasses import dataclass, replace

from tests.builders.catalog import OnSale, a_category, a_listing
from tests.builders.people import a_seller, a_tenant, an_account
from velora.flows.shopping.view import Shop
from velora.modules.inventory import service as inventory
from velora.modules.pricing.service import ShippingRule, set_shipping_rules
from velora.modules.sellers.service import SellerFacts
from velora.modules.tenants.policy import Charged
from velora.modules.tenants.service import TenantFacts
from velora.platform.db import Database, UnitOfWork


@dataclass(frozen=True)
class Market:
    """Committed, with ids of its own."""

    tenant: TenantFacts
    seller: SellerFacts
    category_id: int
    location_id: int

    @property
    def shop(self) -> Shop:
        return Shop(self.tenant.id, self.tenant.currency, self.tenant.tax_mode, self.tenant.country)


async def a_market(db: Database, *, charged: Charged = "at_order") -> Market:
    """An open marketplace of prices with German tax, a seller approved in it, and delivery for 4.90, free from 50.00."""
    async with db.begin(None) as uow:
        tenant = await a_tenant(uow, charged=charged)
        owner = await an_account(uow)
        seller = await a_seller(uow, owner.id, at=(tenant.id,))
        category_id = await a_category(uow, tenant.id)
        [location_id] = await inventory.open_locations(uow, [inventory.NewLocation(seller.id, "Kiel")])
        await set_shipping_rules(uow, {(tenant.id, seller.id): ShippingRule(490, 5000)})
    return Market(tenant, seller, category_id, location_id)


async def another_seller(db: Database, market: Market) -> Market:
    """The same marketplace, as somebody else who sells in it sees it; delivery is as dear there."""
    async with db.begin(None) as uow:
        seller = await a_seller(uow, (await an_account(uow)).id, at=(market.tenant.id,))
        [location_id] = await inventory.open_locations(uow, [inventory.NewLocation(seller.id, "Husum")])
        await set_shipping_rules(uow, {(market.tenant.id, seller.id): ShippingRule(490, 5000)})
    return replace(market, seller=seller, location_id=location_id)


async def goods(
    uow: UnitOfWork, market: Market, title: str = "Brass Lamp", *, price: int = 4900, stock: int = 10, sizes: tuple[str, ...] = ()
) -> OnSale:
    """A product on sale in the market with so many of each variant on hand."""
    sold = await a_listing(uow, market.tenant.id, market.seller.id, title, price=price, sizes=sizes, category_id=market.category_id)
    await restock(uow, market, sold, stock)
    return sold


async def restock(uow: UnitOfWork, market: Market, sold: OnSale, on_hand: int) -> None:
    """So many of each variant are on hand now."""
    await inventory.set_on_hand(
        uow, [inventory.Count(market.seller.id, variant, market.location_id, on_hand) for variant in sold.variant_ids]
    )
