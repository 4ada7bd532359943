"""Products, categories and listings."""

from dataclasses import dataclass

from velora.modules.catalog import service
from velora.modules.catalog.policy import (
    AttributeDefinition,
    AttributeValue,
    Kind,
    ListingDraft,
    OfferDraft,
    Picture,
    ProductDraft,
    State,
    VariantDraft,
)
from velora.platform.db import UnitOfWork

COLOUR = AttributeDefinition("colour", "Colour", Kind.CHOICE, choices=("brass", "black"))
HEIGHT = AttributeDefinition("height", "Height", Kind.NUMBER, unit="cm")
DIMMABLE = AttributeDefinition("dimmable", "Dimmable", Kind.FLAG)


def a_draft(
    seller_id: int,
    title: str = "Brass Lamp",
    *,
    sizes: tuple[str, ...] = (),
    sku: str | None = None,
    attributes: dict[str, AttributeValue] | None = None,
    state: State = State.PUBLISHED,
    handle: str = "",
) -> ProductDraft:
    """A product of one variant, or of one variant per size."""
    base = sku or title.upper().replace(" ", "-")
    variants = tuple(VariantDraft(f"{base}-{size}", {"Size": size}) for size in sizes) or (VariantDraft(base, {}),)
    return ProductDraft(
        seller_id=seller_id,
        title=title,
        variants=variants,
        description="Warm light.",
        brand="Lumen",
        attributes=attributes if attributes is not None else {"colour": "brass", "height": 32},
        options=("Size",) if sizes else (),
        pictures=(Picture("light-bulb", "peach"), Picture("candle", "sand")),
        state=state,
        handle=handle,
    )


async def a_category(uow: UnitOfWork, tenant_id: int, name: str = "Lamps", parent_slug: str | None = None) -> int:
    """A category whose products have a colour, a height and may be dimmable."""
    draft = service.CategoryDraft(tenant_id, name, parent_slug=parent_slug, picture="light-bulb", attributes=(COLOUR, HEIGHT, DIMMABLE))
    [id_] = await service.add_categories(uow, [draft])
    assert isinstance(id_, int), id_
    return id_


async def a_product(uow: UnitOfWork, seller_id: int, title: str = "Brass Lamp", *, sizes: tuple[str, ...] = ()) -> service.Added:
    [added] = await service.add_products(uow, [a_draft(seller_id, title, sizes=sizes)])
    assert isinstance(added, service.Added), added
    return added


@dataclass(frozen=True)
class OnSale:
    tenant_id: int
    seller_id: int
    category_id: int
    product_id: int
    variant_ids: tuple[int, ...]
    listing_id: int
    slug: str

    @property
    def keys(self) -> list[service.OfferKey]:
        return [service.OfferKey(self.tenant_id, variant_id) for variant_id in self.variant_ids]


async def a_listing(
    uow: UnitOfWork,
    tenant_id: int,
    seller_id: int,
    title: str = "Brass Lamp",
    *,
    price: int = 4900,
    sizes: tuple[str, ...] = (),
    category_id: int | None = None,
    state: State = State.PUBLISHED,
    currency: str = "EUR",
) -> OnSale:
    """A product on sale in a marketplace; each further size costs one unit of currency more."""
    product = await a_product(uow, seller_id, title, sizes=sizes)
    if category_id is None:
        category_id = await a_category(uow, tenant_id, f"Lamps {uow.new_id()}")
    offers = tuple(OfferDraft(variant_id, price + 100 * number) for number, variant_id in enumerate(product.variant_ids))
    draft = ListingDraft(tenant_id, seller_id, product.product_id, category_id, currency, offers, state)
    [listed] = await service.list_in(uow, [draft])
    assert isinstance(listed, service.Listed), listed
    return OnSale(tenant_id, seller_id, category_id, product.product_id, product.variant_ids, listed.listing_id, listed.slug)
