"""Categories, products, prices, rules and stock of the demo world."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from velora.flows.demo_world.data import MarketSheet, ProductSheet, SellerSheet, ShelfSheet, local_price, markets, sellers, shelves
from velora.flows.demo_world.supply import Supplies
from velora.flows.demo_world.wares import Ref, Ware, wares_of
from velora.kernel.errors import Invalid, Refusal
from velora.modules.catalog.policy import AttributeDefinition, Kind, ListingDraft, OfferDraft, Picture, ProductDraft, VariantDraft
from velora.modules.catalog.service import CategoryDraft, add_categories, add_products, category_trees, list_in
from velora.modules.commission import service as commission
from velora.modules.commission.service import NewRule
from velora.modules.inventory import service as inventory
from velora.modules.inventory.service import NewLocation, Receipt
from velora.modules.pricing.service import ShippingRule, set_shipping_rules
from velora.modules.tenants.service import TenantFacts
from velora.platform.db import UnitOfWork

_GENERAL_BPS: Final = 1000
# Beside each marketplace's ten percent: one shelf and one seller for which another rule holds (percent in bps, fixed in minor units).
_SHELF_RULES: Final = {"nordmarkt": ("audio", 700, 0), "harbour": ("novels", 1500, 0), "sunrise": ("clothing", 1200, 30)}
_SELLER_RULES: Final = {"nordmarkt": ("holm-and-soen", 800), "harbour": ("thornbury", 900), "sunrise": ("golden-hour", 850)}
_SECOND_ROOM_PERCENT: Final = 30

Places = Mapping[str, TenantFacts]
Standing = Mapping[str, int]


async def fill_shelves(uow: UnitOfWork, places: Places, standing: Standing, supplies: Supplies) -> None:
    """Everything that the sheets say is on sale where they say, for what they say, and lies in its seller's rooms."""
    categories = await _add_categories(uow, places)
    variants = await _add_products(uow, standing, _Shelved(places, categories, supplies.sold))
    await _set_rules(uow, places, standing, categories)
    rooms = await _open_rooms(uow, standing)
    await _stock_up(uow, standing, rooms, variants, supplies.opening)


def shelves_of(market: MarketSheet) -> list[tuple[ShelfSheet, str | None]]:
    """The marketplace's shelves on which something stands, each with the one above it."""
    here = {product.shelf for seller in sellers() if market.slug in seller.markets for product in seller.product}
    tree: list[tuple[ShelfSheet, str | None]] = []
    for top in shelves():
        below: list[tuple[ShelfSheet, str | None]] = [(shelf, top.slug) for shelf in top.children if shelf.slug in here]
        tree += [(top, None), *below] if below else []
    return tree


async def _add_categories(uow: UnitOfWork, places: Places) -> dict[tuple[str, str], int]:
    """The id of each (marketplace, shelf)."""
    drafts: list[CategoryDraft] = []
    for market in markets():
        drafts += [
            CategoryDraft(
                places[market.slug].id, shelf.name, shelf.slug, above, shelf.picture, shelf.tone,
                tuple(_definition(shelf, number) for number in range(len(shelf.attributes))),
            )
            for shelf, above in shelves_of(market)
        ]  # fmt: skip
    for outcome in await add_categories(uow, drafts):
        if isinstance(outcome, Refusal):
            raise outcome
    trees = await category_trees(uow, [place.id for place in places.values()])
    return {(slug, category.slug): category.id for slug, place in places.items() for category in trees[place.id].by_id.values()}


def _definition(shelf: ShelfSheet, number: int) -> AttributeDefinition:
    """A choice has the values that products on the shelf, or below it, have."""
    attribute = shelf.attributes[number]
    slugs = {shelf.slug, *(below.slug for below in shelf.children)}
    used = {str(product.facts[attribute.key]) for product in _products() if product.shelf in slugs and attribute.key in product.facts}
    choices = tuple(sorted(used)) if attribute.kind == "choice" else ()
    return AttributeDefinition(attribute.key, attribute.label, Kind(attribute.kind), attribute.unit, choices)


def _products() -> list[ProductSheet]:
    return [product for seller in sellers() for product in seller.product]


@dataclass(frozen=True, slots=True)
class _Shelved:
    """Where products go, and how often each ware is sold there and elsewhere."""

    places: Places
    categories: Mapping[tuple[str, str], int]
    sold: Mapping[Ref, int]

    def listing(self, market: MarketSheet, seller_id: int, product_id: int, shelf: str, offers: tuple[OfferDraft, ...]) -> ListingDraft:
        return ListingDraft(
            self.places[market.slug].id, seller_id, product_id, self.categories[market.slug, shelf], market.currency, offers
        )


async def _add_products(uow: UnitOfWork, standing: Standing, shelved: _Shelved) -> dict[Ref, int]:
    """The id of each variant; everything is listed in every marketplace of its seller."""
    goods = [(seller, product, wares) for seller in sellers() for product, wares in wares_of(seller.slug)]
    added = await add_products(uow, [_product_draft(standing[seller.slug], seller, product, wares) for seller, product, wares in goods])
    variants: dict[Ref, int] = {}
    listings: list[ListingDraft] = []
    for (seller, product, wares), outcome in zip(goods, added, strict=True):
        if isinstance(outcome, Refusal):
            raise Invalid(product.title, outcome.detail())
        variants |= {ware.ref: id_ for ware, id_ in zip(wares, outcome.variant_ids, strict=True)}
        for market in markets():
            if market.slug in seller.markets:
                offers = tuple(_offer(variants[ware.ref], ware, product, market) for ware in wares)
                draft = shelved.listing(market, standing[seller.slug], outcome.product_id, product.shelf, offers)
                listings.append(replace(draft, sold=sum(shelved.sold.get(ware.ref, 0) for ware in wares)))
    for draft, listed in zip(listings, await list_in(uow, listings), strict=True):
        if isinstance(listed, Refusal):
            raise Invalid(str(draft.product_id), listed.detail())
    return variants


def _product_draft(seller_id: int, seller: SellerSheet, product: ProductSheet, wares: tuple[Ware, ...]) -> ProductDraft:
    return ProductDraft(
        seller_id=seller_id,
        title=product.title,
        variants=tuple(VariantDraft(ware.ref[1], ware.options) for ware in wares),
        description=product.text,
        brand=product.brand or seller.name,
        attributes=product.facts,
        options=tuple(product.options),
        pictures=tuple(Picture(name, product.tone) for name in product.picture),
    )


def _offer(variant_id: int, ware: Ware, product: ProductSheet, market: MarketSheet) -> OfferDraft:
    price = local_price(ware.price, market.per_euro)
    before = local_price(ware.price + product.was - product.price, market.per_euro) if product.was else None
    return OfferDraft(variant_id, price, before, product.tax)


async def _set_rules(uow: UnitOfWork, places: Places, standing: Standing, categories: Mapping[tuple[str, str], int]) -> None:
    deliveries: dict[tuple[int, int], ShippingRule] = {}
    for market in markets():
        tenant_id = places[market.slug].id
        shelf, shelf_bps, fixed = _SHELF_RULES[market.slug]
        seller, seller_bps = _SELLER_RULES[market.slug]
        for rule in (
            NewRule(_GENERAL_BPS),
            NewRule(shelf_bps, fixed, category_id=categories[market.slug, shelf]),
            NewRule(seller_bps, seller_id=standing[seller]),
        ):
            made = await commission.create(uow, tenant_id, rule, created_by="system")
            if isinstance(made, Refusal):
                raise made
        for sheet in sellers():
            terms = sheet.delivery
            flat, free = local_price(terms.flat, market.per_euro), local_price(terms.free_above, market.per_euro)
            if market.slug in sheet.markets:
                deliveries[tenant_id, standing[sheet.slug]] = ShippingRule(flat, free, *terms.days)
    for refusal in (await set_shipping_rules(uow, deliveries)).values():
        raise refusal


async def _open_rooms(uow: UnitOfWork, standing: Standing) -> dict[str, tuple[int, ...]]:
    """Each seller's rooms, in the order in which they serve."""
    wanted = [
        (seller.slug, NewLocation(standing[seller.slug], name, position))
        for seller in sellers()
        for position, name in enumerate(seller.locations)
    ]
    ids = await inventory.open_locations(uow, [location for _, location in wanted])
    rooms: dict[str, tuple[int, ...]] = {}
    for (slug, _), id_ in zip(wanted, ids, strict=True):
        rooms[slug] = (*rooms.get(slug, ()), id_)
    return rooms


async def _stock_up(
    uow: UnitOfWork, standing: Standing, rooms: Mapping[str, tuple[int, ...]], variants: Mapping[Ref, int], stock: Mapping[Ref, int]
) -> None:
    receipts: list[Receipt] = []
    for ref, pieces in sorted(stock.items()):
        mine = rooms[ref[0]]
        second = pieces * _SECOND_ROOM_PERCENT // 100 if len(mine) > 1 else 0
        for room, count in zip(mine, (pieces - second, second), strict=False):
            if count:
                receipts.append(Receipt(standing[ref[0]], variants[ref], room, count, "opening stock"))
    await inventory.receive(uow, receipts)
