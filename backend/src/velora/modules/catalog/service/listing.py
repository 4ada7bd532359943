"""Showing products in marketplaces: where, for how much, and whether now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from velora.kernel.errors import Invalid
from velora.kernel.ids import encode
from velora.modules.catalog import repository
from velora.modules.catalog.errors import CategoryNotFound, ProductNotFound, VariantNotFound
from velora.modules.catalog.events import ListingChanged, PopularityChanged
from velora.modules.catalog.models import Listing, Offer, Price, Product
from velora.modules.catalog.policy import (
    Amounts,
    AttributeDefinition,
    ListingDraft,
    OfferDraft,
    State,
    popularity_of,
    refuse_amounts,
    refuse_attributes,
    refuse_offer,
    slug_of,
)
from velora.modules.catalog.service.categories import category_trees
from velora.modules.catalog.service.reading import OfferKey
from velora.platform.db import UnitOfWork


@dataclass(frozen=True, slots=True)
class Listed:
    listing_id: int
    slug: str


@dataclass(frozen=True, slots=True)
class PriceChange:
    """A price in the marketplace's main currency, or in the further one named; None takes the variant off sale in that one."""

    tenant_id: int
    seller_id: int
    variant_id: int
    price_minor: int | None
    compare_at_minor: int | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Repriced:
    """What a variant costs in one currency now; without a price it is not for sale in it."""

    variant_id: int
    price_minor: int | None
    compare_at_minor: int | None
    currency: str


ListOutcome = Listed | Invalid | ProductNotFound | VariantNotFound | CategoryNotFound


async def list_in(uow: UnitOfWork, listings: Sequence[ListingDraft]) -> list[ListOutcome]:
    """Each product stands in its marketplace as its draft says: a new listing, or the one it has there, with exactly these offers added or
    changed. A suspended listing stays suspended. Answers in the order of the drafts; at most one draft per product and marketplace.
    """
    products = await repository.products(uow, {(draft.seller_id, draft.product_id) for draft in listings})
    variants = await repository.variants_of(uow, products)
    trees = await category_trees(uow, {draft.tenant_id for draft in listings})
    there = await repository.listings_of_products(uow, {(draft.tenant_id, draft.product_id) for draft in listings})
    priced = await repository.offers_by_key(uow, {(draft.tenant_id, offer.variant_id) for draft in listings for offer in draft.offers})
    slugs = await _free_slugs(uow, [draft for draft in listings if (draft.tenant_id, draft.product_id) not in there], products)
    outcomes: list[ListOutcome] = []
    writes = _Writes()
    further: dict[tuple[int, int, str], Amounts | None] = {}
    for draft in listings:
        product = products.get((draft.seller_id, draft.product_id))
        category = trees[draft.tenant_id].by_id.get(draft.category_id)
        if product is None:
            outcomes.append(ProductNotFound(encode("prd", draft.product_id)))
            continue
        if category is None:
            outcomes.append(CategoryNotFound(encode("cat", draft.category_id)))
            continue
        own = {variant.id for variant in variants[draft.seller_id, draft.product_id]}
        if refusal := _refuse(draft, product, own, trees[draft.tenant_id].attributes(draft.category_id)):
            outcomes.append(refusal)
            continue
        listing = there.get((draft.tenant_id, draft.product_id))
        listing_id, slug = (listing.id, listing.slug) if listing else (uow.new_id(), slugs[draft.tenant_id, draft.product_id])
        if listing is None:
            writes.listings.append(_listing_row(uow, draft, listing_id, slug))
        else:
            state = State.SUSPENDED if listing.state == State.SUSPENDED else draft.state
            writes.changed_listings[draft.tenant_id, listing_id] = {"category_id": draft.category_id, "state": state}
        for offer in draft.offers:
            if (draft.tenant_id, offer.variant_id) in priced:
                writes.changed_offers[draft.tenant_id, offer.variant_id] = {**_price_columns(offer), "currency": draft.currency}
            else:
                writes.offers.append(_offer_row(draft, offer, listing_id))
            further |= {(draft.tenant_id, offer.variant_id, currency): amounts for currency, amounts in offer.further.items()}
        outcomes.append(Listed(listing_id, slug))
    await writes.make(uow)
    await _put_prices(uow, further)
    return outcomes


class _Writes:
    def __init__(self) -> None:
        self.listings: list[dict[str, object]] = []
        self.offers: list[dict[str, object]] = []
        self.changed_listings: dict[tuple[int, ...], Mapping[str, object]] = {}
        self.changed_offers: dict[tuple[int, ...], Mapping[str, object]] = {}

    async def make(self, uow: UnitOfWork) -> None:
        await uow.insert(Listing, self.listings)
        await uow.set_on(Listing, self.changed_listings)
        await uow.insert(Offer, self.offers)
        await uow.set_on(Offer, self.changed_offers)
        new = {(int(str(row["tenant_id"])), int(str(row["id"]))) for row in self.listings}
        uow.tell(
            ListingChanged(tenant_id, listing_id) for tenant_id, listing_id in sorted(new | {(k[0], k[1]) for k in self.changed_listings})
        )


def _refuse(
    draft: ListingDraft, product: Product, own: set[int], definitions: Sequence[AttributeDefinition]
) -> Invalid | VariantNotFound | None:
    if not draft.offers:
        return Invalid("/offers", "Offer at least one variant, with its price.")
    for number, offer in enumerate(draft.offers):
        if offer.variant_id not in own:
            return VariantNotFound(offer.variant_id)
        if refusal := refuse_offer(offer, number):
            return refusal
        if draft.currency in offer.further:
            return Invalid(f"/offers/{number}/further", f"{draft.currency} is the main currency here. Give that price as price_minor.")
    return refuse_attributes(definitions, product.attributes)


def _listing_row(uow: UnitOfWork, draft: ListingDraft, listing_id: int, slug: str) -> dict[str, object]:
    return {
        "tenant_id": draft.tenant_id,
        "id": listing_id,
        "product_id": draft.product_id,
        "seller_id": draft.seller_id,
        "category_id": draft.category_id,
        "slug": slug,
        "state": draft.state,
        "sold": draft.sold,
        "created_at": uow.now,
    }


def _offer_row(draft: ListingDraft, offer: OfferDraft, listing_id: int) -> dict[str, object]:
    return {
        "tenant_id": draft.tenant_id,
        "variant_id": offer.variant_id,
        "listing_id": listing_id,
        "seller_id": draft.seller_id,
        "product_id": draft.product_id,
        "currency": draft.currency,
        **_price_columns(offer),
    }


def _price_columns(offer: OfferDraft) -> dict[str, object]:
    return {"price_minor": offer.price_minor, "compare_at_minor": offer.compare_at_minor, "tax_class": offer.tax_class}


async def _free_slugs(
    uow: UnitOfWork, drafts: Sequence[ListingDraft], products: Mapping[tuple[int, int], Product]
) -> dict[tuple[int, int], str]:
    """An address for each new listing: of its title, and with a short word behind it where that is taken."""
    wanted = {
        (draft.tenant_id, draft.product_id): slug_of(products[draft.seller_id, draft.product_id].title)
        for draft in drafts
        if (draft.seller_id, draft.product_id) in products
    }
    by_tenant: dict[int, set[str]] = {}
    for (tenant_id, _), slug in wanted.items():
        by_tenant.setdefault(tenant_id, set()).add(slug)
    taken = await repository.taken_slugs(uow, by_tenant)
    free: dict[tuple[int, int], str] = {}
    for (tenant_id, product_id), slug in wanted.items():
        chosen = slug if (tenant_id, slug) not in taken else f"{slug}-{encode('prd', product_id)[-7:].lower()}"
        taken.add((tenant_id, chosen))
        free[tenant_id, product_id] = chosen
    return free


async def set_prices(uow: UnitOfWork, changes: Sequence[PriceChange]) -> list[Repriced | Invalid | VariantNotFound]:
    """Each variant costs this from now on in its marketplace; orders that were placed keep their price. Answers in order."""
    priced = await repository.offers_by_key(uow, {(change.tenant_id, change.variant_id) for change in changes})
    outcomes: list[Repriced | Invalid | VariantNotFound] = []
    values: dict[tuple[int, ...], dict[str, object]] = {}
    further: dict[tuple[int, int, str], Amounts | None] = {}
    touched: set[tuple[int, int]] = set()
    for number, change in enumerate(changes):
        offer = priced.get((change.tenant_id, change.variant_id))
        amounts = None if change.price_minor is None else Amounts(change.price_minor, change.compare_at_minor)
        if offer is None or offer.seller_id != change.seller_id:
            outcomes.append(VariantNotFound(change.variant_id))
            continue
        currency = change.currency or offer.currency
        if refusal := _refuse_amounts(amounts, f"/changes/{number}", may_end=currency != offer.currency):
            outcomes.append(refusal)
            continue
        if currency == offer.currency:
            values[change.tenant_id, change.variant_id] = _amount_columns(amounts)
        else:
            further[change.tenant_id, change.variant_id, currency] = amounts
        touched.add((change.tenant_id, offer.listing_id))
        outcomes.append(Repriced(change.variant_id, change.price_minor, amounts and amounts.compare_at_minor, currency))
    await uow.set_on(Offer, values)
    await _put_prices(uow, further)
    uow.tell(ListingChanged(tenant_id, listing_id) for tenant_id, listing_id in sorted(touched))
    return outcomes


def _refuse_amounts(amounts: Amounts | None, at: str, *, may_end: bool) -> Invalid | None:
    if amounts is not None:
        return refuse_amounts(amounts, at)
    return None if may_end else Invalid(f"{at}/price_minor", "Give a price in the main currency, or suspend the listing.")


def _amount_columns(amounts: Amounts | None) -> dict[str, object]:
    return {"price_minor": amounts.price_minor, "compare_at_minor": amounts.compare_at_minor} if amounts else {}


async def _put_prices(uow: UnitOfWork, wanted: Mapping[tuple[int, int, str], Amounts | None]) -> None:
    """Under each (tenant, variant, currency) stand these amounts, or nothing."""
    there = await repository.prices(uow, {(tenant_id, variant_id) for tenant_id, variant_id, _ in wanted})
    rows = {key: _amount_columns(amounts) for key, amounts in wanted.items() if amounts is not None}
    new = [
        {"tenant_id": tenant_id, "variant_id": variant_id, "currency": currency, **row}
        for (tenant_id, variant_id, currency), row in rows.items()
        if (tenant_id, variant_id, currency) not in there
    ]
    await uow.insert(Price, new)
    await uow.set_on(Price, {key: row for key, row in rows.items() if key in there})
    await repository.drop_prices(uow, {key for key, amounts in wanted.items() if amounts is None and key in there})


async def suspend_seller(uow: UnitOfWork, tenant_id: int, seller_id: int) -> int:
    """Nothing of this seller is on sale in the marketplace; how many listings that took away."""
    return await _turn(uow, tenant_id, seller_id, State.PUBLISHED, State.SUSPENDED)


async def resume_seller(uow: UnitOfWork, tenant_id: int, seller_id: int) -> int:
    """What was suspended of this seller is on sale again; how many listings."""
    return await _turn(uow, tenant_id, seller_id, State.SUSPENDED, State.PUBLISHED)


async def _turn(uow: UnitOfWork, tenant_id: int, seller_id: int, before: State, after: State) -> int:
    found = await repository.listings_of_seller(uow, tenant_id, seller_id, [before])
    await uow.set_on(Listing, {(tenant_id, listing.id): {"state": after} for listing in found})
    uow.tell(ListingChanged(tenant_id, listing.id) for listing in found)
    return len(found)


async def count_sold(uow: UnitOfWork, sold: Mapping[OfferKey, int]) -> None:
    """So many more of each variant were sold: its listing stands higher among the popular. Told when it makes a difference."""
    offers = await repository.offers_by_key(uow, {(key.tenant_id, key.variant_id) for key in sold})
    by_listing: dict[tuple[int, int], dict[str, int]] = {}
    for key, quantity in sold.items():
        if offer := offers.get((key.tenant_id, key.variant_id)):
            deltas = by_listing.setdefault((offer.tenant_id, offer.listing_id), {"sold": 0})
            deltas["sold"] += quantity
    await uow.add_to(Listing, by_listing)
    now = await repository.listings(uow, by_listing)
    uow.tell(
        PopularityChanged(*key)
        for key, listing in sorted(now.items())
        if popularity_of(listing.sold) != popularity_of(listing.sold - by_listing[key]["sold"])
    )
