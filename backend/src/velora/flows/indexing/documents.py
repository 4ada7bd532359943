"""A listing as the search index knows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from velora.kernel.ids import encode
from velora.modules.catalog.policy import popularity_of, shown, slug_of
from velora.modules.catalog.service import CategoryTree, ListingFacts, ListingKey, category_trees, listing_facts
from velora.modules.inventory.service import availability
from velora.modules.sellers.service import SellerFacts
from velora.modules.sellers.service import facts as seller_facts
from velora.modules.tenants.service import TenantFacts
from velora.modules.tenants.service import by_id as tenants_by_id
from velora.platform.db import UnitOfWork
from velora.platform.search import Document, FacetValue


async def documents_of(uow: UnitOfWork, keys: Sequence[ListingKey]) -> list[Document]:
    """Those of the listings that are on sale, in the order asked, as the index holds them."""
    listings = await listing_facts(uow, keys)
    tenants = await tenants_by_id(uow, {listing.tenant_id for listing in listings.values()})
    trees = await category_trees(uow, tenants)
    sellers = await seller_facts(uow, {listing.seller_id for listing in listings.values()})
    stock = await availability(uow, {offer.variant_id for listing in listings.values() for offer in listing.offers})
    left = {variant_id: level.available for variant_id, level in stock.items()}
    ordered = [listings[key] for key in keys if key in listings]
    return [
        document_of(Shown(listing, tenants[listing.tenant_id], trees[listing.tenant_id], sellers[listing.seller_id], left))
        for listing in ordered
        if listing.on_sale
    ]


@dataclass(frozen=True, slots=True)
class Shown:
    """A listing with all that is shown beside it; `left` holds what can be bought of each of its variants."""

    listing: ListingFacts
    tenant: TenantFacts
    tree: CategoryTree
    seller: SellerFacts
    left: Mapping[int, int]

    @property
    def in_stock(self) -> bool:
        return any(self.left[offer.variant_id] > 0 for offer in self.listing.offers)


def document_of(shown_: Shown) -> Document:
    """What the index holds of a listing: a price and a card for each currency that anything of it is for sale in."""
    listing = shown_.listing
    sold = {currency: one for currency in _currencies(listing) if (one := listing.in_currency(currency)).offers}
    facets = _by_currency({currency: _facets(replace(shown_, listing=one)) for currency, one in sold.items()})
    words = [
        listing.description,
        listing.brand,
        shown_.seller.name,
        *dict.fromkeys(facet.value_label for facet in facets if facet.key not in ("seller", "in_stock", "attr.brand")),
        *(offer.sku for offer in listing.offers),
    ]
    return Document(
        tenant_id=listing.tenant_id,
        id=listing.listing_id,
        locale=shown_.tenant.locale,
        title=listing.title,
        text="\n".join(filter(None, words)),
        facets=facets,
        prices={currency: min(offer.price_minor for offer in one.offers) for currency, one in sold.items()},
        created_ms=int(listing.created_at.timestamp() * 1000),
        popularity=popularity_of(listing.sold),
        card={currency: card_of(replace(shown_, listing=one)) for currency, one in sold.items()},
    )


def _by_currency(facets: Mapping[str, Sequence[FacetValue]]) -> tuple[FacetValue, ...]:
    """What holds in each currency: once where it is all of them. A size may have a price, or be in stock, in one alone."""
    held: dict[FacetValue, list[str]] = {}
    for currency, values in facets.items():
        for value in values:
            held.setdefault(value, []).append(currency)
    return tuple(
        one
        for value, currencies in held.items()
        for one in ([value] if len(currencies) == len(facets) else [replace(value, currency=currency) for currency in currencies])
    )


def _currencies(listing: ListingFacts) -> list[str]:
    """Those that its offers have a price in, whatever the marketplace sells in at the moment: nobody asks for another."""
    return sorted({currency for offer in listing.offers for currency in (offer.currency, *offer.further)})


def card_of(shown_: Shown) -> dict[str, Any]:
    """The listing as a card on a page, in the currency of its offers: JSON, as the API gives it."""
    listing = shown_.listing
    cheapest = min(listing.offers, key=lambda offer: offer.price_minor)
    path = shown_.tree.path(listing.category_id)
    return {
        "product_id": encode("prd", listing.product_id),
        "listing_id": encode("lst", listing.listing_id),
        "slug": listing.slug,
        "title": listing.title,
        "seller": {"id": encode("sel", shown_.seller.id), "name": shown_.seller.name, "slug": shown_.seller.slug},
        "picture": cheapest.picture,
        "tone": cheapest.tone,
        "price": {"amount": cheapest.price_minor, "currency": cheapest.currency},
        "compare_at": None if cheapest.compare_at_minor is None else {"amount": cheapest.compare_at_minor, "currency": cheapest.currency},
        "from_price": len({offer.price_minor for offer in listing.offers}) > 1,
        "variants": len(listing.offers),
        "in_stock": shown_.in_stock,
        "category_slug": path[-1].slug if path else "",
    }


def _facets(shown_: Shown) -> tuple[FacetValue, ...]:
    listing = shown_.listing
    path = shown_.tree.path(listing.category_id)
    above = ["", *(category.slug for category in path)]
    facets = [FacetValue("category", "", each.slug, each.name, parent) for each, parent in zip(path, above, strict=False)]
    facets.append(FacetValue("seller", "", shown_.seller.slug, shown_.seller.name))
    if shown_.in_stock:
        facets.append(FacetValue("in_stock", "", "true", ""))
    if listing.brand:
        facets.append(FacetValue("attr.brand", "", slug_of(listing.brand), listing.brand))
    for name in listing.options:
        values = dict.fromkeys(offer.options[name] for offer in listing.offers if name in offer.options)
        facets += [FacetValue(f"attr.{slug_of(name)}", name, value, value) for value in values]
    for definition in shown_.tree.attributes(listing.category_id):
        value = listing.attributes.get(definition.key)
        if definition.facet and value is not None:
            plain = str(value).lower() if isinstance(value, bool) else str(value)
            facets.append(FacetValue(f"attr.{definition.key}", definition.label, plain, shown(definition, value)))
    return tuple(facets)
