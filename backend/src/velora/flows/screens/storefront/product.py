"""A product's page and a seller's shop, from the database: what stands here is what can be bought."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from velora.flows.screens.storefront.lists import Card, cards, found
from velora.kernel.errors import NotFound
from velora.modules.catalog.errors import NotForSaleIn, ProductNotFound
from velora.modules.catalog.policy import AttributeValue
from velora.modules.catalog.policy import shown as as_read
from velora.modules.catalog.service import CategoryFacts, ListingFacts, category_trees, listing_by_slug, products_by_seller
from velora.modules.inventory.service import availability
from velora.modules.pricing.service import Basket, BasketLine, ShippingRule, quote, shipping_rules
from velora.modules.sellers.service import SellerFacts, approved
from velora.modules.sellers.service import by_slug as sellers_by_slug
from velora.modules.sellers.service import facts as seller_facts
from velora.platform.db import UnitOfWork
from velora.platform.house import House
from velora.platform.search import Query, Sort

ALSO: Final = 4


@dataclass(frozen=True, slots=True)
class Delivery:
    """When it comes and what that costs for one, as the marketplace shows prices."""

    first: date
    last: date
    shipping_minor: int
    free_above_minor: int | None


@dataclass(frozen=True, slots=True)
class ProductPage:
    listing: ListingFacts
    seller: SellerFacts
    path: Sequence[CategoryFacts]
    attributes: Sequence[tuple[str, str, str | bool]]  # key, label, value as read
    left: dict[int, int]
    delivery: Delivery
    also: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class SellerPage:
    seller: SellerFacts
    products: int


async def product_page(house: House, slug: str, *, shown: Basket) -> ProductPage:
    """What is on sale at this address, as it is shown: in a marketplace, a currency, a tax mode and to a country. The basket is empty.

    Raises ProductNotFound, and NotForSaleIn where nothing of it has a price in the currency.
    """
    tenant_id = shown.tenant_id
    async with house.db.read(tenant_id) as uow:
        listing = await listing_by_slug(uow, tenant_id, slug)
        if listing is None or not listing.on_sale:
            raise ProductNotFound(slug)
        listing = listing.in_currency(shown.currency)
        if not listing.offers:
            raise NotForSaleIn(shown.currency, listing.title)
        tree = (await category_trees(uow, [tenant_id]))[tenant_id]
        stock = await availability(uow, [offer.variant_id for offer in listing.offers])
        seller = (await seller_facts(uow, [listing.seller_id]))[listing.seller_id]
        rule = (await shipping_rules(uow, [(tenant_id, listing.seller_id)]))[tenant_id, listing.seller_id]
        delivery = await _delivery(uow, listing, rule, shown)
    others = Query(
        shown.currency,
        choices={"seller": frozenset({seller.slug})},
        sort=Sort.POPULAR,
        limit=ALSO + 1,
        facets=(),
        without=listing.listing_id,
    )
    also = [card for card in cards(await found(house, tenant_id, others), shown.currency) if card["slug"] != slug]
    attributes = [
        (definition.key, definition.label, value if isinstance(value, bool) else as_read(definition, value))
        for definition in tree.attributes(listing.category_id)
        if (value := _value(listing, definition.key)) is not None
    ]
    left = {variant_id: max(level.available, 0) for variant_id, level in stock.items()}
    return ProductPage(listing, seller, tree.path(listing.category_id), attributes, left, delivery, tuple(also[:ALSO]))


def _value(listing: ListingFacts, key: str) -> AttributeValue | None:
    return listing.attributes.get(key)


async def _delivery(uow: UnitOfWork, listing: ListingFacts, rule: ShippingRule, basket: Basket) -> Delivery:
    """One of the cheapest variant, sent alone."""
    cheapest = min(listing.offers, key=lambda offer: offer.price_minor)
    line = BasketLine(cheapest.variant_id, listing.seller_id, cheapest.price_minor, 1, cheapest.tax_class)
    [quoted] = await quote(uow, [replace(basket, lines=(line,))])
    if quoted.undelivered:
        raise NotForSaleIn(basket.currency, listing.title)
    shipping = quoted.groups[0].shipping_gross_minor if quoted.tax_inclusive else quoted.shipping_net_minor
    today = uow.now.date()
    return Delivery(
        today + timedelta(days=rule.days_min), today + timedelta(days=rule.days_max), shipping, quoted.groups[0].free_above_minor
    )


async def seller_page(house: House, tenant_id: int, slug: str, *, further: str | None = None) -> SellerPage:
    """A seller that sells in this marketplace, with what it sells in this further currency, if one is named. Raises NotFound."""
    async with house.db.read(tenant_id) as uow:
        seller = (await sellers_by_slug(uow, [slug])).get(slug)
        if seller is None or seller.id not in await approved(uow, tenant_id, [seller.id]):
            raise NotFound("seller", slug)
        products = (await products_by_seller(uow, tenant_id, further=further)).get(seller.id, 0)
    return SellerPage(seller, products)
