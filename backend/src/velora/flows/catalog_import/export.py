"""A seller's products as a file that can be edited and imported again."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from typing import Final

from velora.flows.catalog_import.rows import ATTRIBUTE, COLUMNS, COMPARE_AT, PRICE, amount_text
from velora.modules.catalog.service import CategoryTree, ProductFacts, SellerOffer, category_trees, seller_offers, seller_products
from velora.modules.inventory.service import levels, locations
from velora.modules.tenants.service import TenantFacts
from velora.platform.house import House

PAGE: Final = 200


async def export_products(house: House, seller_id: int, tenant: TenantFacts) -> AsyncIterator[str]:
    """The file, page by page: what the seller offers in this marketplace, one row per variant, stock as at its first location."""
    async with house.db.read(None) as uow:
        tree = (await category_trees(uow, [tenant.id]))[tenant.id]
        places = await locations(uow, [seller_id])
    keys = sorted({definition.key for category in tree.by_id.values() for definition in category.attributes})
    further = [f"{kind}{currency}" for currency in tenant.further_currencies for kind in (PRICE, COMPARE_AT)]
    columns = [*COLUMNS, *further, *(f"{ATTRIBUTE}{key}" for key in keys)]
    yield _text([columns])
    before: int | None = None
    while True:
        async with house.db.read(None) as uow:
            page = await seller_products(uow, seller_id, before=before, limit=PAGE)
            offers = await seller_offers(uow, seller_id, [product.id for product in page])
            variant_ids = [variant.id for product in page for variant in product.variants]
            shelves = await levels(uow, variant_ids) if variant_ids else ()
        if not page:
            return
        here = {id_: offer for id_, own in offers.items() for offer in own if offer.tenant_id == tenant.id}
        stock = {shelf.variant_id: shelf.on_hand for shelf in shelves if places and shelf.location_id == places[0].id}
        yield _text([row for product in page for row in _rows(product, here, tree, stock, columns)])
        before = page[-1].id


def _rows(
    product: ProductFacts, offers: dict[int, SellerOffer], tree: CategoryTree, stock: dict[int, int], columns: Sequence[str]
) -> list[list[str]]:
    rows: list[list[str]] = []
    for variant in product.variants:
        offer = offers.get(variant.id)
        if offer is None:
            continue
        cells: dict[str, str] = {
            "handle": product.handle,
            "sku": variant.sku,
            "title": product.title,
            "description": product.description,
            "brand": product.brand,
            "category": tree.by_id[offer.category_id].slug,
            "price": amount_text(offer.price_minor, offer.currency),
            "compare_at": "" if offer.compare_at_minor is None else amount_text(offer.compare_at_minor, offer.currency),
            "currency": offer.currency,
            "stock": str(stock[variant.id]) if variant.id in stock else "",
            "tax_class": offer.tax_class,
            "picture": "|".join(picture.name for picture in product.pictures),
            "state": product.state,
        }
        for number, name in enumerate(product.options, start=1):
            cells |= {f"option{number}_name": name, f"option{number}_value": variant.options.get(name, "")}
        for currency, amounts in offer.further.items():
            cells[PRICE + currency] = amount_text(amounts.price_minor, currency)
            if amounts.compare_at_minor is not None:
                cells[COMPARE_AT + currency] = amount_text(amounts.compare_at_minor, currency)
        cells |= {f"{ATTRIBUTE}{key}": _plain(value) for key, value in product.attributes.items()}
        rows.append([cells.get(column, "") for column in columns])
    return rows


def _plain(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _text(rows: Sequence[Sequence[str]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerows(rows)
    return buffer.getvalue()
