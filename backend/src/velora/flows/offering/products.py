"""A seller's products, with what lies where and what they cost in every marketplace."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from velora.kernel.paging import Page, encode_cursor
from velora.modules.catalog.policy import State
from velora.modules.catalog.service import ProductFacts, SellerOffer, seller_offers, seller_products
from velora.modules.inventory.service import levels, locations
from velora.modules.tenants.service import TenantFacts
from velora.modules.tenants.service import by_id as tenants_by_id
from velora.platform.db import UnitOfWork


@dataclass(frozen=True, slots=True)
class Shelf:
    location_id: int
    name: str
    on_hand: int
    reserved: int


@dataclass(frozen=True, slots=True)
class Row:
    """One product; shelves and offers by variant."""

    product: ProductFacts
    shelves: Mapping[int, Sequence[Shelf]]
    offers: Mapping[int, Sequence[tuple[TenantFacts, SellerOffer]]]


async def products(uow: UnitOfWork, seller_id: int, *, text: str, state: State | None, before: int | None, limit: int) -> Page[Row]:
    """The seller's products, newest first."""
    found = await seller_products(uow, seller_id, text=text, state=state, before=before, limit=limit + 1)
    shown, more = found[:limit], len(found) > limit
    variant_ids = [variant.id for product in shown for variant in product.variants]
    offers = await seller_offers(uow, seller_id, [product.id for product in shown])
    tenants = await tenants_by_id(uow, {offer.tenant_id for own in offers.values() for offer in own})
    shelves = await _shelves(uow, seller_id, variant_ids)
    rows = [
        Row(
            product,
            {variant.id: shelves.get(variant.id, ()) for variant in product.variants},
            {variant.id: [(tenants[offer.tenant_id], offer) for offer in offers.get(variant.id, ())] for variant in product.variants},
        )
        for product in shown
    ]
    return Page(rows, encode_cursor(shown[-1].id) if more else None)


async def _shelves(uow: UnitOfWork, seller_id: int, variant_ids: Sequence[int]) -> dict[int, list[Shelf]]:
    names = {location.id: location.name for location in await locations(uow, [seller_id])}
    shelves: dict[int, list[Shelf]] = {}
    for level in await levels(uow, variant_ids) if variant_ids else ():
        shelf = Shelf(level.location_id, names[level.location_id], level.on_hand, level.reserved)
        shelves.setdefault(level.variant_id, []).append(shelf)
    return shelves
