"""A marketplace to be loaded: sellers, products with plenty of stock, buyers who are signed in. Made by the product's services."""

from dataclasses import dataclass

from velora.flows.house import TradingHouse
from velora.kernel.errors import accepted
from velora.modules.catalog import service as catalog
from velora.modules.catalog.policy import ListingDraft, OfferDraft, ProductDraft, VariantDraft
from velora.modules.commission import service as commission
from velora.modules.identity import service as identity
from velora.modules.inventory import service as inventory
from velora.modules.pricing import service as pricing
from velora.modules.sellers import service as sellers
from velora.modules.tenants import service as tenants
from velora.platform.db import UnitOfWork
from velora.platform.tokens import csrf_token, digest_of, fresh_token

SHIPPING_MINOR = 490


@dataclass(frozen=True)
class Shelf:
    """Something that can be bought."""

    variant_id: int
    seller_id: int
    price_minor: int


@dataclass(frozen=True)
class SignedInBuyer:
    """What a browser of this buyer sends."""

    email: str
    token: str
    csrf: str


@dataclass(frozen=True)
class World:
    slug: str
    tenant_id: int
    shelves: tuple[Shelf, ...]
    buyers: tuple[SignedInBuyer, ...]


async def make_world(house: TradingHouse, *, sellers_count: int = 20, products: int = 1_000, buyers: int = 256) -> World:
    """A marketplace of its own, with VAT-inclusive prices, a flat delivery of 4.90 per seller and 10 % commission."""
    async with house.db.begin(None) as uow:
        slug = f"bench-{uow.new_id():x}"[-24:]
        (tenant,) = accepted(
            tenants.TenantFacts, await tenants.create(uow, [tenants.NewTenant(slug, "Bench", "EUR", "en-DE", "DE", countries=("DE",))])
        )
        people = accepted(
            identity.AccountFacts,
            await identity.register(
                uow, [identity.NewAccount(f"{slug}-{i}@bench.example", f"Buyer {i}", "!", tenant.id) for i in range(buyers)]
            ),
        )
        tokens = [fresh_token() for _ in people]
        for person, token in zip(people, tokens, strict=True):
            await identity.open_session(uow, person.id, token_digest=digest_of(token), tenant_id=tenant.id, user_agent="bench")
        shops = accepted(
            sellers.SellerFacts,
            await sellers.found(uow, [sellers.NewSeller(f"{slug}-s{i}", f"Seller {i}", "DE", people[0].id) for i in range(sellers_count)]),
        )
        for state in (sellers.State.APPLIED, sellers.State.APPROVED):
            accepted(sellers.Membership, await sellers.step(uow, [sellers.Step(tenant.id, shop.id, state, people[0].id) for shop in shops]))
    async with house.db.begin(tenant.id) as uow:
        await commission.create(uow, tenant.id, commission.NewRule(1_000), created_by="bench")
        await pricing.set_shipping_rules(uow, {(tenant.id, pricing.EVERY_SELLER): pricing.ShippingRule(SHIPPING_MINOR, None)})
    async with house.db.begin(None) as uow:
        shelves = await _stock(uow, tenant.id, [shop.id for shop in shops], products)
    return World(
        slug,
        tenant.id,
        shelves,
        tuple(
            SignedInBuyer(person.email, token, csrf_token(house.secret_key, token)) for person, token in zip(people, tokens, strict=True)
        ),
    )


async def _stock(uow: UnitOfWork, tenant_id: int, shops: list[int], products: int) -> tuple[Shelf, ...]:
    (category,) = accepted(int, await catalog.add_categories(uow, [catalog.CategoryDraft(tenant_id, "Things", "things")]))
    drafts = [ProductDraft(shops[i % len(shops)], f"Thing {i}", (VariantDraft(f"thing-{i}", {}),)) for i in range(products)]
    added = accepted(catalog.Added, await catalog.add_products(uow, drafts))
    shelves = [Shelf(one.variant_ids[0], draft.seller_id, 1_000 + i) for i, (one, draft) in enumerate(zip(added, drafts, strict=True))]
    listings = [
        ListingDraft(tenant_id, shelf.seller_id, one.product_id, category, "EUR", (OfferDraft(shelf.variant_id, shelf.price_minor),))
        for one, shelf in zip(added, shelves, strict=True)
    ]
    accepted(catalog.Listed, await catalog.list_in(uow, listings))
    places = await inventory.open_locations(uow, [inventory.NewLocation(shop, "Warehouse") for shop in shops])
    by_shop = dict(zip(shops, places, strict=True))
    await inventory.receive(
        uow, [inventory.Receipt(shelf.seller_id, shelf.variant_id, by_shop[shelf.seller_id], 10_000_000) for shelf in shelves]
    )
    return tuple(shelves)
