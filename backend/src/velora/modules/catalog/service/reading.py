"""What other rooms ask the catalogue."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, NamedTuple

from velora.modules.catalog import repository
from velora.modules.catalog.policy import Amounts, AttributeValue, Picture, State
from velora.modules.catalog.service.photos import shown_photos
from velora.platform.db import UnitOfWork


class OfferKey(NamedTuple):
    tenant_id: int
    variant_id: int


class ListingKey(NamedTuple):
    tenant_id: int
    listing_id: int


@dataclass(frozen=True, slots=True)
class Offer:
    """One variant as it can be bought in one marketplace."""

    tenant_id: int
    variant_id: int
    product_id: int
    seller_id: int
    category_id: int
    title: str
    variant_title: str
    sku: str
    picture: str
    tone: str
    slug: str
    price_minor: int
    compare_at_minor: int | None
    currency: str
    tax_class: str
    on_sale: bool
    options: Mapping[str, str]
    further: Mapping[str, Amounts] = field(default_factory=dict[str, Amounts])

    def in_currency(self, currency: str) -> "Offer | None":
        """The offer at its price in this currency; None when it is not for sale in it."""
        if currency == self.currency:
            return self
        amounts = self.further.get(currency)
        return amounts and replace(self, price_minor=amounts.price_minor, compare_at_minor=amounts.compare_at_minor, currency=currency)


@dataclass(frozen=True, slots=True)
class ListingFacts:
    """A product as one marketplace shows it. `offers` stand in the order of the product's variants."""

    tenant_id: int
    listing_id: int
    product_id: int
    seller_id: int
    category_id: int
    slug: str
    state: State
    sold: int
    created_at: datetime
    title: str
    description: str
    brand: str
    attributes: Mapping[str, AttributeValue]
    options: tuple[str, ...]
    pictures: tuple[Picture, ...]
    offers: tuple[Offer, ...]

    @property
    def on_sale(self) -> bool:
        return bool(self.offers) and self.offers[0].on_sale

    def in_currency(self, currency: str) -> "ListingFacts":
        """The listing with those of its offers that are for sale in this currency, at their prices in it."""
        return replace(self, offers=tuple(one for offer in self.offers if (one := offer.in_currency(currency)) is not None))


async def offers(uow: UnitOfWork, keys: Collection[OfferKey]) -> dict[OfferKey, Offer]:
    """What is offered under these keys; a key that is missing in the answer is offered nowhere. One read, columns only."""
    rows = await repository.offers(uow, {(key.tenant_id, key.variant_id) for key in keys})
    return {OfferKey(offer.tenant_id, offer.variant_id): offer for offer in _offers(rows)}


def _offers(rows: Sequence[Any]) -> list[Offer]:
    return [_offer(row, further) for row, further in _once_each(rows)]


def _once_each(rows: Sequence[Any]) -> list[tuple[Any, Mapping[str, Amounts]]]:
    """The first row of each offer, with its prices in further currencies: of rows that name each once for every such currency.

    They begin with tenant and variant, and end with the further currency and its amounts.
    """
    further: dict[tuple[int, int], dict[str, Amounts]] = {}
    first: dict[tuple[int, int], Any] = {}
    for row in rows:
        key = (row[0], row[1])
        first.setdefault(key, row)
        if row[-3] is not None:
            further.setdefault(key, {})[row[-3]] = Amounts(row[-2], row[-1])
    return [(row, further.get(key, {})) for key, row in first.items()]


def _offer(row: Any, further: Mapping[str, Amounts]) -> Offer:
    (tenant_id, variant_id, product_id, seller_id, category_id, title, variant_title, sku, picture, tone, slug, price, compare_at,
     currency, tax_class, state, product_state, _, options, *_) = row  # fmt: skip
    on_sale = state == State.PUBLISHED and product_state == State.PUBLISHED
    return Offer(
        tenant_id, variant_id, product_id, seller_id, category_id, title, variant_title, sku, picture, tone, slug, price, compare_at,
        currency, tax_class, on_sale, options, further,
    )  # fmt: skip


async def listing_facts(uow: UnitOfWork, keys: Collection[ListingKey]) -> dict[ListingKey, ListingFacts]:
    """Everything the catalogue knows of these listings, in three reads however many they are, and one more where some have photos."""
    listings = await repository.listings(uow, {(key.tenant_id, key.listing_id) for key in keys})
    products = await repository.products(uow, {(listing.seller_id, listing.product_id) for listing in listings.values()})
    photos = await shown_photos(uow, products)
    offered: dict[tuple[int, int], list[Offer]] = {key: [] for key in listings}
    rows = await repository.offers_of_listings(uow, listings)
    listed = {(row.tenant_id, row.variant_id): row.listing_id for row in rows}
    for offer in _offers(rows):
        offered[offer.tenant_id, listed[offer.tenant_id, offer.variant_id]].append(offer)
    facts: dict[ListingKey, ListingFacts] = {}
    for key, listing in listings.items():
        product = products[listing.seller_id, listing.product_id]
        facts[ListingKey(*key)] = ListingFacts(
            tenant_id=listing.tenant_id,
            listing_id=listing.id,
            product_id=product.id,
            seller_id=listing.seller_id,
            category_id=listing.category_id,
            slug=listing.slug,
            state=State(listing.state),
            sold=listing.sold,
            created_at=listing.created_at,
            title=product.title,
            description=product.description,
            brand=product.brand,
            attributes=product.attributes,
            options=tuple(product.options),
            pictures=photos[listing.seller_id, product.id] or tuple(Picture(each["name"], each["tone"]) for each in product.pictures),
            offers=tuple(offered[key]),
        )
    return facts


async def listing_by_slug(uow: UnitOfWork, tenant_id: int, slug: str) -> ListingFacts | None:
    """The listing at this address, whatever its state, or None."""
    listing = await repository.listing_by_slug(uow, tenant_id, slug)
    if listing is None:
        return None
    key = ListingKey(tenant_id, listing.id)
    return (await listing_facts(uow, [key]))[key]


async def listings_after(uow: UnitOfWork, tenant_id: int | None, after: ListingKey, limit: int) -> list[ListingKey]:
    """The next keys in order, of one marketplace or (None) of all: for walks through everything."""
    return [ListingKey(*key) for key in await repository.listing_keys_after(uow, tenant_id, after, limit)]


async def count_listings(uow: UnitOfWork, tenant_id: int | None) -> int:
    return await repository.count_listings(uow, tenant_id)


async def count_on_sale(uow: UnitOfWork, tenant_id: int) -> int:
    """How many listings of this marketplace can be bought."""
    return await repository.count_on_sale(uow, tenant_id)


async def listings_of_products(uow: UnitOfWork, product_ids: Collection[int]) -> list[ListingKey]:
    """Where the products are listed, in every marketplace."""
    return [ListingKey(*key) for key in await repository.listing_keys_of_products(uow, product_ids)] if product_ids else []


async def listings_of_variants(uow: UnitOfWork, variant_ids: Collection[int]) -> list[ListingKey]:
    """Where the products of these variants are listed, in every marketplace."""
    return [ListingKey(*key) for key in await repository.listing_keys_of_variants(uow, variant_ids)] if variant_ids else []


async def products_by_seller(uow: UnitOfWork, tenant_id: int, *, further: str | None = None) -> dict[int, int]:
    """How many products each seller has on sale in the marketplace, with a price in `further`, if named."""
    return await repository.on_sale_by_seller(uow, tenant_id, further)


async def own_variants(uow: UnitOfWork, seller_id: int, variant_ids: Collection[int]) -> set[int]:
    """Those of these variants that are this seller's."""
    return await repository.own_variants(uow, seller_id, variant_ids) if variant_ids else set()


@dataclass(frozen=True, slots=True)
class SellerOffer:
    tenant_id: int
    variant_id: int
    product_id: int
    category_id: int
    slug: str
    price_minor: int
    compare_at_minor: int | None
    currency: str
    tax_class: str
    state: State
    further: Mapping[str, Amounts] = field(default_factory=dict[str, Amounts])


async def seller_offers(uow: UnitOfWork, seller_id: int, product_ids: Sequence[int]) -> dict[int, list[SellerOffer]]:
    """What a seller asks for its products, by variant, in every marketplace."""
    found: dict[int, list[SellerOffer]] = {}
    if not product_ids:
        return found
    for row, further in _once_each(await repository.offers_of_products(uow, seller_id, product_ids)):
        offer = SellerOffer(
            row.tenant_id, row.variant_id, row.product_id, row.category_id, row.slug, row.price_minor, row.compare_at_minor,
            row.currency, row.tax_class, State(row.state), further,
        )  # fmt: skip
        found.setdefault(row.variant_id, []).append(offer)
    return found


@dataclass(frozen=True, slots=True)
class Browse:
    """A list without words: of these categories and sellers (None: all), popular or newest first; with a price in `further`, if named."""

    tenant_id: int
    category_ids: Collection[int] | None = None
    seller_ids: Collection[int] | None = None
    order: Literal["popular", "newest"] = "popular"
    offset: int = 0
    limit: int = 24
    further: str | None = None


@dataclass(frozen=True, slots=True)
class Browsed:
    keys: tuple[ListingKey, ...]
    total: int


async def browse(uow: UnitOfWork, wanted: Browse) -> Browsed:
    """What is on sale, straight from the tables: the way that is left while the index is away."""
    keys, total = await repository.browse(
        uow,
        wanted.tenant_id,
        category_ids=wanted.category_ids,
        seller_ids=wanted.seller_ids,
        newest=wanted.order == "newest",
        offset=wanted.offset,
        limit=wanted.limit,
        further=wanted.further,
    )
    return Browsed(tuple(ListingKey(*key) for key in keys), total)
