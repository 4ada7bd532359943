"""All SQL of the catalogue. Every statement on a marketplace's table names the tenant, so that batches over several work."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import Select, and_, bindparam, delete, exists, func, or_, select, tuple_

from velora.modules.catalog.models import Attribute, Category, ImportRun, Listing, Offer, Photo, Price, Product, Variant
from velora.modules.catalog.policy import State
from velora.platform.db import ACROSS_TENANTS, UnitOfWork, scoped

T = TypeVar("T")
Pair = tuple[int, int]

_KEYS_A_STATEMENT: Final = 1_000

ON_SALE: Final = and_(Listing.state == State.PUBLISHED, Product.state == State.PUBLISHED)


def _in(*columns: Any) -> Any:
    """`columns` are among the pairs of the parameter `keys`."""
    return tuple_(*columns).in_(bindparam("keys", expanding=True))


def _offer_rows() -> Any:  # of more columns than the type checker's overloads count
    listing = and_(Listing.tenant_id == Offer.tenant_id, Listing.id == Offer.listing_id)
    product = and_(Product.seller_id == Offer.seller_id, Product.id == Offer.product_id)
    variant = and_(Variant.seller_id == Offer.seller_id, Variant.id == Offer.variant_id)
    price = and_(Price.tenant_id == Offer.tenant_id, Price.variant_id == Offer.variant_id)
    return (
        select(
            Offer.tenant_id,
            Offer.variant_id,
            Offer.product_id,
            Offer.seller_id,
            Listing.category_id,
            Product.title,
            Variant.title.label("variant_title"),
            Variant.sku,
            func.coalesce(Product.photo, Product.picture).label("picture"),
            Product.tone,
            Listing.slug,
            Offer.price_minor,
            Offer.compare_at_minor,
            Offer.currency,
            Offer.tax_class,
            Listing.state,
            Product.state.label("product_state"),
            Listing.id.label("listing_id"),
            Variant.options,
            Variant.position,
            Price.currency.label("further"),
            Price.price_minor.label("further_minor"),
            Price.compare_at_minor.label("further_compare_at_minor"),
        )
        .join(Listing, listing)
        .join(Product, product)
        .join(Variant, variant)
        .outerjoin(Price, price)
    )


# On the order path: made once, so that SQLAlchemy compiles it once.
_OFFERS: Final = _offer_rows().where(_in(Offer.tenant_id, Offer.variant_id))
_OFFERS_OF_LISTINGS: Final = _offer_rows().where(_in(Offer.tenant_id, Offer.listing_id)).order_by(Offer.listing_id, Variant.position)
_LISTINGS: Final = select(Listing).where(_in(Listing.tenant_id, Listing.id))
_LISTINGS_OF: Final = select(Listing).where(_in(Listing.tenant_id, Listing.product_id))
_PRODUCTS: Final = select(Product).where(_in(Product.seller_id, Product.id))
_PRODUCTS_BY_HANDLE: Final = select(Product).where(_in(Product.seller_id, Product.handle))
_VARIANTS_BY_SKU: Final = select(Variant).where(_in(Variant.seller_id, Variant.sku))
_VARIANTS_OF: Final = select(Variant).where(_in(Variant.seller_id, Variant.product_id)).order_by(Variant.product_id, Variant.position)
_PHOTOS_OF: Final = select(Photo).where(_in(Photo.seller_id, Photo.product_id)).order_by(Photo.product_id, Photo.position, Photo.id)
_LISTINGS_AT: Final = select(Listing).where(_in(Listing.tenant_id, Listing.slug))
_PRICES: Final = select(Price).where(_in(Price.tenant_id, Price.variant_id))
_OFFER_KEYS: Final = select(Offer).where(_in(Offer.tenant_id, Offer.variant_id))


async def _found(uow: UnitOfWork, statement: Select[T], keys: Collection[tuple[int, int | str]]) -> list[T]:
    ordered = sorted(keys)
    parts = [ordered[start : start + _KEYS_A_STATEMENT] for start in range(0, len(ordered), _KEYS_A_STATEMENT)]
    return [row for part in parts for row in await uow.entities(statement, {"keys": part})]


async def offers(uow: UnitOfWork, keys: Collection[Pair]) -> Sequence[Any]:
    """A row for each offer, or one for each of its further currencies."""
    return await uow.all(_OFFERS, {"keys": sorted(keys)}) if keys else []


async def offers_of_listings(uow: UnitOfWork, keys: Collection[Pair]) -> Sequence[Any]:
    return await uow.all(_OFFERS_OF_LISTINGS, {"keys": sorted(keys)}) if keys else []


async def offers_by_key(uow: UnitOfWork, keys: Collection[Pair]) -> dict[Pair, Offer]:
    return {(row.tenant_id, row.variant_id): row for row in await _found(uow, _OFFER_KEYS, keys)}


async def prices(uow: UnitOfWork, keys: Collection[Pair]) -> set[tuple[int, int, str]]:
    """In which further currencies these offers have a price: (tenant, variant, currency)."""
    return {(row.tenant_id, row.variant_id, row.currency) for row in await _found(uow, _PRICES, keys)}


async def drop_prices(uow: UnitOfWork, keys: Collection[tuple[int, int, str]]) -> None:
    """Of (tenant, variant, currency), ascending."""
    for tenant_id, variant_id, currency in sorted(keys):
        gone = delete(Price).where(Price.tenant_id == tenant_id, Price.variant_id == variant_id, Price.currency == currency)
        await uow.change(gone)


async def listings(uow: UnitOfWork, keys: Collection[Pair]) -> dict[Pair, Listing]:
    return {(row.tenant_id, row.id): row for row in await _found(uow, _LISTINGS, keys)}


async def listings_of_products(uow: UnitOfWork, keys: Collection[Pair]) -> dict[Pair, Listing]:
    return {(row.tenant_id, row.product_id): row for row in await _found(uow, _LISTINGS_OF, keys)}


async def products(uow: UnitOfWork, keys: Collection[Pair]) -> dict[Pair, Product]:
    return {(row.seller_id, row.id): row for row in await _found(uow, _PRODUCTS, keys)}


async def products_by_handle(uow: UnitOfWork, keys: Collection[tuple[int, str]]) -> dict[tuple[int, str], Product]:
    return {(row.seller_id, row.handle): row for row in await _found(uow, _PRODUCTS_BY_HANDLE, keys)}


async def variants_by_sku(uow: UnitOfWork, keys: Collection[tuple[int, str]]) -> dict[tuple[int, str], Variant]:
    return {(row.seller_id, row.sku): row for row in await _found(uow, _VARIANTS_BY_SKU, keys)}


async def variants_of(uow: UnitOfWork, keys: Collection[Pair]) -> dict[Pair, list[Variant]]:
    """Of each (seller, product), in their order."""
    found: dict[Pair, list[Variant]] = {key: [] for key in keys}
    for row in await _found(uow, _VARIANTS_OF, keys):
        found[row.seller_id, row.product_id].append(row)
    return found


async def photos_of(uow: UnitOfWork, keys: Collection[Pair]) -> dict[Pair, list[Photo]]:
    """Of each (seller, product), in their order, whatever their state."""
    found: dict[Pair, list[Photo]] = {key: [] for key in keys}
    for row in await _found(uow, _PHOTOS_OF, keys):
        found[row.seller_id, row.product_id].append(row)
    return found


async def lock_product(uow: UnitOfWork, key: Pair) -> Product | None:
    """Whoever changes a product's photos has it first, so that they are changed by one at a time."""
    return await uow.entity(UnitOfWork.for_update(select(Product).where(Product.seller_id == key[0], Product.id == key[1])))


async def photo(uow: UnitOfWork, key: Pair) -> Photo | None:
    """Of (seller, photo)."""
    return await uow.entity(select(Photo).where(Photo.seller_id == key[0], Photo.id == key[1]))


async def drop_photo(uow: UnitOfWork, key: Pair, states: Collection[str]) -> bool:
    """Of (seller, photo), if it is in one of these states; whether it was."""
    gone = delete(Photo).where(Photo.seller_id == key[0], Photo.id == key[1], Photo.state.in_(sorted(states)))
    return bool(await uow.change(gone))


async def photos_before(uow: UnitOfWork, id_: int, states: Collection[str], limit: int) -> Sequence[Photo]:
    """Whoever's: those in one of these states that were asked for before this id was made, the oldest first."""
    chosen = select(Photo).where(Photo.state.in_(sorted(states)), Photo.id < id_)
    return await uow.entities(chosen.order_by(Photo.id).limit(limit))


async def own_variants(uow: UnitOfWork, seller_id: int, variant_ids: Collection[int]) -> set[int]:
    """Of these variants, those of this seller."""
    statement = select(Variant.id).where(Variant.seller_id == seller_id, Variant.id.in_(variant_ids))
    return set(await uow.entities(statement))


async def taken_slugs(uow: UnitOfWork, slugs: Mapping[int, Collection[str]]) -> set[tuple[int, str]]:
    """Of the wanted listing addresses of each tenant, those that are in use."""
    wanted = sorted((tenant_id, slug) for tenant_id, all_of_it in slugs.items() for slug in all_of_it)
    return {(row.tenant_id, row.slug) for row in await _found(uow, _LISTINGS_AT, wanted)}


# ------------------------------------------------------------------------------------------- categories


async def categories(uow: UnitOfWork, tenant_ids: Collection[int]) -> Sequence[Category]:
    statement = select(Category).where(Category.tenant_id.in_(tenant_ids)).order_by(Category.tenant_id, Category.position, Category.id)
    return await uow.entities(statement)


async def attributes(uow: UnitOfWork, tenant_ids: Collection[int]) -> Sequence[Attribute]:
    statement = select(Attribute).where(Attribute.tenant_id.in_(tenant_ids)).order_by(Attribute.tenant_id, Attribute.position, Attribute.id)
    return await uow.entities(statement)


async def on_sale_by_category(uow: UnitOfWork, tenant_id: int, further: str | None) -> dict[int, int]:
    return await _on_sale_by(uow, Listing.category_id, tenant_id, further)


# ------------------------------------------------------------------------------------------- storefront and seller reads


async def on_sale_by_seller(uow: UnitOfWork, tenant_id: int, further: str | None) -> dict[int, int]:
    return await _on_sale_by(uow, Listing.seller_id, tenant_id, further)


async def _on_sale_by(uow: UnitOfWork, column: Any, tenant_id: int, further: str | None) -> dict[int, int]:
    """How many listings are on sale under each value of the column; in a further currency those that have a price in it."""
    product = and_(Product.seller_id == Listing.seller_id, Product.id == Listing.product_id)
    wanted = [Listing.tenant_id == tenant_id, ON_SALE, *_priced_in(tenant_id, further)]
    return dict(await uow.all(select(column, func.count()).join(Product, product).where(*wanted).group_by(column)))


def _priced_in(tenant_id: int, further: str | None) -> list[Any]:
    """That a listing has a price in this further currency; nothing of the main one, in which each has."""
    if further is None:
        return []
    priced = and_(Price.tenant_id == Offer.tenant_id, Price.variant_id == Offer.variant_id, Price.currency == further)
    of_listing = and_(Offer.tenant_id == Listing.tenant_id, Offer.listing_id == Listing.id)
    return [exists(select(Offer.variant_id).join(Price, priced).where(of_listing, Offer.tenant_id == tenant_id))]


async def listing_by_slug(uow: UnitOfWork, tenant_id: int, slug: str) -> Listing | None:
    return await uow.entity(select(Listing).where(Listing.tenant_id == tenant_id, Listing.slug == slug))


async def listing_keys_after(uow: UnitOfWork, tenant_id: int | None, after: Pair, limit: int) -> list[Pair]:
    """The next listings in key order, of one tenant or of all."""
    tenant, listing = after
    behind = or_(Listing.tenant_id > tenant, and_(Listing.tenant_id == tenant, Listing.id > listing))
    statement = select(Listing.tenant_id, Listing.id).where(behind).order_by(Listing.tenant_id, Listing.id).limit(limit)
    if tenant_id is not None:
        statement = statement.where(Listing.tenant_id == tenant_id)
    return [(row.tenant_id, row.id) for row in await uow.all(statement)]


async def listings_in(uow: UnitOfWork, tenant_id: int, category_ids: Collection[int]) -> Sequence[int]:
    statement = select(Listing.id).where(Listing.tenant_id == tenant_id, Listing.category_id.in_(category_ids)).order_by(Listing.id)
    return await uow.entities(statement)


async def browse(
    uow: UnitOfWork,
    tenant_id: int,
    *,
    category_ids: Collection[int] | None,
    seller_ids: Collection[int] | None,
    newest: bool,
    offset: int,
    limit: int,
    further: str | None,
) -> tuple[list[Pair], int]:
    """A page of what is on sale, and how much there is."""
    product = and_(Product.seller_id == Listing.seller_id, Product.id == Listing.product_id)
    wanted = [Listing.tenant_id == tenant_id, ON_SALE, *_priced_in(tenant_id, further)]
    if category_ids is not None:
        wanted.append(Listing.category_id.in_(category_ids))
    if seller_ids is not None:
        wanted.append(Listing.seller_id.in_(seller_ids))
    order = [Listing.id.desc()] if newest else [Listing.sold.desc(), Listing.id.desc()]
    page = select(Listing.id).join(Product, product).where(*wanted).order_by(*order).offset(offset).limit(limit)
    total = await uow.scalar(select(func.count()).select_from(Listing).join(Product, product).where(*wanted))
    return [(tenant_id, id_) for id_ in await uow.entities(page)], total or 0


async def count_listings(uow: UnitOfWork, tenant_id: int | None) -> int:
    statement = select(func.count()).select_from(Listing)
    return await uow.scalar(scoped(statement, Listing, tenant_id)) or 0


async def count_on_sale(uow: UnitOfWork, tenant_id: int) -> int:
    """How many listings of this tenant can be bought: on sale, with an offer."""
    product = and_(Product.seller_id == Listing.seller_id, Product.id == Listing.product_id)
    of_listing = and_(Offer.tenant_id == Listing.tenant_id, Offer.listing_id == Listing.id)
    offered = exists(select(Offer.variant_id).where(of_listing, Offer.tenant_id == tenant_id))
    statement = select(func.count()).select_from(Listing).join(Product, product).where(Listing.tenant_id == tenant_id, ON_SALE, offered)
    return await uow.scalar(statement) or 0


async def listing_keys_of_products(uow: UnitOfWork, product_ids: Collection[int]) -> list[Pair]:
    """Where these products are listed, in every marketplace."""
    statement = select(Listing.tenant_id, Listing.id).where(Listing.product_id.in_(product_ids))
    return [(row.tenant_id, row.id) for row in await uow.all(statement.execution_options(**ACROSS_TENANTS))]


async def listing_keys_of_variants(uow: UnitOfWork, variant_ids: Collection[int]) -> list[Pair]:
    """Where these variants are offered, in every marketplace."""
    products_of = select(Variant.product_id).where(Variant.id.in_(variant_ids))
    statement = select(Listing.tenant_id, Listing.id).where(Listing.product_id.in_(products_of))
    return [(row.tenant_id, row.id) for row in await uow.all(statement.execution_options(**ACROSS_TENANTS))]


async def listings_of_seller(uow: UnitOfWork, tenant_id: int, seller_id: int, states: Collection[State]) -> Sequence[Listing]:
    statement = select(Listing).where(Listing.tenant_id == tenant_id, Listing.seller_id == seller_id, Listing.state.in_(states))
    return await uow.entities(statement.order_by(Listing.id))


async def products_of_seller(
    uow: UnitOfWork, seller_id: int, *, text: str, state: State | None, before: int | None, limit: int
) -> Sequence[Product]:
    """A seller's products, newest first, whose title, brand or an article number contains the text."""
    statement = select(Product).where(Product.seller_id == seller_id).order_by(Product.id.desc()).limit(limit)
    if text:
        by_sku = select(Variant.product_id).where(Variant.seller_id == seller_id, Variant.sku.istartswith(text, autoescape=True))
        statement = statement.where(
            or_(Product.title.icontains(text, autoescape=True), Product.brand.icontains(text, autoescape=True), Product.id.in_(by_sku))
        )
    if state is not None:
        statement = statement.where(Product.state == state)
    if before is not None:
        statement = statement.where(Product.id < before)
    return await uow.entities(statement)


async def offers_of_products(uow: UnitOfWork, seller_id: int, product_ids: Collection[int]) -> Sequence[Any]:
    """What a seller asks for its products, in every marketplace."""
    listing = and_(Listing.tenant_id == Offer.tenant_id, Listing.id == Offer.listing_id)
    price = and_(Price.tenant_id == Offer.tenant_id, Price.variant_id == Offer.variant_id)
    columns: list[Any] = [
        Offer.tenant_id, Offer.variant_id, Offer.price_minor, Offer.compare_at_minor, Offer.currency, Offer.tax_class,
        Listing.state, Listing.slug, Listing.category_id, Listing.product_id, Price.currency.label("further"),
        Price.price_minor.label("further_minor"), Price.compare_at_minor.label("further_compare_at_minor"),
    ]  # fmt: skip
    statement = (
        select(*columns)
        .join(Listing, listing)
        .outerjoin(Price, price)
        .where(Listing.seller_id == seller_id, Listing.product_id.in_(product_ids))
        .order_by(Offer.tenant_id, Offer.variant_id, Price.currency)
    )
    return await uow.all(statement.execution_options(**ACROSS_TENANTS))


async def import_run(uow: UnitOfWork, seller_id: int, id_: int) -> ImportRun | None:
    return await uow.entity(select(ImportRun).where(ImportRun.seller_id == seller_id, ImportRun.id == id_))
