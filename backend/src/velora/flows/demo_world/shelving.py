"""Categories, products, prices, rules and stock of the demo world."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from velora.flows.demo_world.data import (
    DeliverySheet,
    MarketSheet,
    ProductSheet,
    SellerSheet,
    ShelfSheet,
    local_price,
    markets,
    sellers,
    shelves,
)
from velora.flows.demo_world.supply import Supplies
from velora.flows.demo_world.wares import Good, Ref, Ware, goods_of
from velora.kernel.errors import Invalid, Refusal, unrefused
from velora.modules.catalog.policy import Amounts, AttributeDefinition, Kind, ListingDraft, OfferDraft, Picture, ProductDraft, VariantDraft
from velora.modules.catalog.service import CategoryDraft, add_categories, add_products, category_trees, list_in
from velora.modules.commission import service as commission
from velora.modules.commission.service import NewRule
from velora.modules.inventory import service as inventory
from velora.modules.inventory.service import NewLocation, Receipt
from velora.modules.pricing.service import Rate, ShippingRule, set_shipping_rules
from velora.modules.tenants.service import TenantFacts
from velora.platform.db import UnitOfWork

_GENERAL_BPS: Final = 1000
# Beside each marketplace's ten percent: one shelf and one seller for which another rule holds (percent in bps, fixed in minor units).
_SHELF_RULES: Final = {"nordmarkt": ("audio", 700, 30), "harbour": ("novels", 1500, 0), "sunrise": ("clothing", 1200, 30)}
_SELLER_RULES: Final = {"nordmarkt": ("holm-and-soen", 800), "harbour": ("thornbury", 900), "sunrise": ("golden-hour", 850)}
_SECOND_ROOM_PERCENT: Final = 30

Places = Mapping[str, TenantFacts]
Standing = Mapping[str, int]


async def fill_shelves(uow: UnitOfWork, places: Places, standing: Standing, supplies: Supplies) -> None:
    """Everything that the sheets say is on sale where they say, for what they say, and lies in its seller's rooms."""
    await _add_categories(uow, places)
    shop = await shop_of(uow, places, standing, supplies.sold)
    variants = await put_on_sale(uow, shop, [good for seller in sellers() for good in goods_of(seller)])
    await _set_rules(uow, places, standing, shop.categories)
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


async def _add_categories(uow: UnitOfWork, places: Places) -> None:
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
class Shop:
    """Where goods go: marketplaces and sellers by their short names, categories by both; and how often each ware is sold where."""

    places: Places
    standing: Standing
    categories: Mapping[tuple[str, str], int]
    sold: Mapping[tuple[str, Ref], int]


async def shop_of(uow: UnitOfWork, places: Places, standing: Standing, sold: Mapping[tuple[str, Ref], int]) -> Shop:
    """The shop with the categories that stand now."""
    trees = await category_trees(uow, [place.id for place in places.values()])
    categories = {(slug, category.slug): category.id for slug, place in places.items() for category in trees[place.id].by_id.values()}
    return Shop(places, standing, categories, sold)


async def put_on_sale(uow: UnitOfWork, shop: Shop, goods: Sequence[Good]) -> dict[Ref, int]:
    """The goods are on sale in every marketplace of their seller; the id of each variant. Raises what refuses one."""
    added = await add_products(
        uow, [_product_draft(shop.standing[seller.slug], seller, product, wares) for seller, product, wares in goods]
    )
    variants: dict[Ref, int] = {}
    listings: list[ListingDraft] = []
    for good, outcome in zip(goods, added, strict=True):
        seller, product, wares = good
        if isinstance(outcome, Refusal):
            raise Invalid(product.title, outcome.detail())
        variants |= {ware.ref: id_ for ware, id_ in zip(wares, outcome.variant_ids, strict=True)}
        here = [market for market in markets() if market.slug in seller.markets]
        listings += [_listing(shop, good, market, outcome.product_id, variants) for market in here]
    for draft, listed in zip(listings, await list_in(uow, listings), strict=True):
        if isinstance(listed, Refusal):
            raise Invalid(str(draft.product_id), listed.detail())
    return variants


def _listing(shop: Shop, good: Good, market: MarketSheet, product_id: int, variants: Mapping[Ref, int]) -> ListingDraft:
    seller, product, wares = good
    return ListingDraft(
        tenant_id=shop.places[market.slug].id,
        seller_id=shop.standing[seller.slug],
        product_id=product_id,
        category_id=shop.categories[market.slug, product.shelf],
        currency=market.currency,
        offers=tuple(_offer(variants[ware.ref], ware, product, market) for ware in wares),
        sold=product.loved + sum(shop.sold.get((market.slug, ware.ref), 0) for ware in wares),
    )


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
    here = _amounts(ware, product, market.per_euro)
    further = {one.currency: _amounts(ware, product, one.per_euro) for one in market.further if one.currency in ware.further}
    return OfferDraft(variant_id, here.price_minor, here.compare_at_minor, product.tax, further)


def _amounts(ware: Ware, product: ProductSheet, per_euro: int) -> Amounts:
    before = local_price(ware.price + product.was - product.price, per_euro) if product.was else None
    return Amounts(local_price(ware.price, per_euro), before)


async def _set_rules(uow: UnitOfWork, places: Places, standing: Standing, categories: Mapping[tuple[str, str], int]) -> None:
    deliveries: dict[tuple[int, int], ShippingRule] = {}
    for market in markets():
        tenant_id = places[market.slug].id
        shelf, shelf_bps, fixed = _SHELF_RULES[market.slug]
        seller, seller_bps = _SELLER_RULES[market.slug]
        further_fixed = {one.currency: local_price(fixed * 100 // market.per_euro, one.per_euro) for one in market.further if fixed}
        for rule in (
            NewRule(_GENERAL_BPS),
            NewRule(shelf_bps, fixed, category_id=categories[market.slug, shelf], further_fixed=further_fixed),
            NewRule(seller_bps, seller_id=standing[seller]),
        ):
            unrefused(await commission.create(uow, tenant_id, rule, created_by="system"))
        for sheet in sellers():
            if market.slug in sheet.markets:
                here = _rate(sheet.delivery, market.per_euro)
                further = {one.currency: _rate(sheet.delivery, one.per_euro) for one in market.further if one.currency in sheet.prices_in}
                rule = ShippingRule(here.flat_minor, here.free_above_minor, *sheet.delivery.days, further)
                deliveries[tenant_id, standing[sheet.slug]] = rule
    for refusal in (await set_shipping_rules(uow, deliveries)).values():
        raise refusal


def _rate(terms: DeliverySheet, per_euro: int) -> Rate:
    return Rate(local_price(terms.flat, per_euro), local_price(terms.free_above, per_euro))


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
