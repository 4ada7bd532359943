"""Routes of offering: a seller's products, listings and prices, and a marketplace's categories."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field

from velora.flows.offering import categories
from velora.flows.offering.place import NewPrice, Showing, reprice, show
from velora.flows.offering.products import Row, Shelf, products
from velora.kernel.errors import Forbidden, Invalid, MalformedId, NotFound
from velora.kernel.paging import decode_cursor
from velora.modules.catalog.errors import CategoryNotFound, ProductNotFound, SlugTaken, VariantNotFound
from velora.modules.catalog.policy import Amounts, AttributeDefinition, Kind, OfferDraft, State
from velora.modules.catalog.service import CategoryDraft, SellerOffer, VariantFacts
from velora.modules.tenants.service import TenantFacts
from velora.platform.web import (
    HouseDep,
    MarketplaceAdmin,
    MoneyOut,
    PageOut,
    Schema,
    SellerStaff,
    Tenant,
    Writes,
    acting_for_seller,
    address_of,
    ident,
    problems,
)
from velora.platform.web.callers import NotSignedIn

router = APIRouter(tags=["offering"], responses=problems(MalformedId))

SellerId = Annotated[int, ident("sel")]
ProductId = Annotated[int, ident("prd")]
VariantId = Annotated[int, ident("var")]
ListingId = Annotated[int, ident("lst")]
LocationId = Annotated[int, ident("loc")]
CategoryId = Annotated[int, ident("cat")]


class PlaceOut(Schema):
    slug: str
    name: str


class FurtherPriceOut(Schema):
    price: MoneyOut
    compare_at: MoneyOut | None


class SellerOfferOut(Schema):
    tenant: PlaceOut
    price: MoneyOut
    compare_at: MoneyOut | None
    further: list[FurtherPriceOut] = Field(description="Its prices in the marketplace's further currencies; in others it is not for sale")
    currencies: list[str] = Field(description="What this marketplace sells in, the main currency first")
    state: State

    @classmethod
    def of(cls, tenant: TenantFacts, offer: SellerOffer) -> "SellerOfferOut":
        return cls(
            tenant=PlaceOut(slug=tenant.slug, name=tenant.name),
            price=MoneyOut.of(offer.price_minor, offer.currency),
            compare_at=_compare_at(offer.compare_at_minor, offer.currency),
            further=[
                FurtherPriceOut(price=MoneyOut.of(one.price_minor, currency), compare_at=_compare_at(one.compare_at_minor, currency))
                for currency, one in offer.further.items()
            ],
            currencies=list(tenant.currencies),
            state=offer.state,
        )


class ShelfOut(Schema):
    location_id: LocationId
    name: str
    on_hand: int
    reserved: int


class SellerVariantOut(Schema):
    id: VariantId
    sku: str
    title: str
    on_hand: int
    reserved: int
    available: int
    locations: list[ShelfOut]
    offers: list[SellerOfferOut]

    @classmethod
    def of(cls, variant: VariantFacts, row: Row) -> "SellerVariantOut":
        shelves: list[Shelf] = list(row.shelves[variant.id])
        on_hand, reserved = sum(shelf.on_hand for shelf in shelves), sum(shelf.reserved for shelf in shelves)
        return cls(
            id=variant.id,
            sku=variant.sku,
            title=variant.title,
            on_hand=on_hand,
            reserved=reserved,
            available=on_hand - reserved,
            locations=[
                ShelfOut(location_id=shelf.location_id, name=shelf.name, on_hand=shelf.on_hand, reserved=shelf.reserved)
                for shelf in shelves
            ],
            offers=[SellerOfferOut.of(tenant, offer) for tenant, offer in row.offers[variant.id]],
        )


class SellerProductOut(Schema):
    id: ProductId
    title: str
    brand: str
    state: State
    picture: str
    tone: str
    variants: list[SellerVariantOut]

    @classmethod
    def of(cls, row: Row) -> "SellerProductOut":
        product = row.product
        first = product.pictures[0] if product.pictures else None
        return cls(
            id=product.id,
            title=product.title,
            brand=product.brand,
            state=product.state,
            picture=product.photo or (first.name if first else ""),
            tone=first.tone if first else "sand",
            variants=[SellerVariantOut.of(variant, row) for variant in product.variants],
        )


class PriceIn(Schema):
    """In the marketplace's main currency, or in the further one named. Without a price it is no longer for sale in that further one."""

    variant_id: VariantId
    tenant: str = Field(examples=["nordmarkt"])
    currency: str = Field(default="", max_length=3, examples=["EUR"])
    price_minor: int | None = Field(examples=[4900])
    compare_at_minor: int | None = Field(default=None, examples=[5900])


class PricesIn(Schema):
    changes: list[PriceIn] = Field(min_length=1, max_length=500)


class PriceOut(Schema):
    variant_id: VariantId
    tenant: PlaceOut
    currency: str
    price: MoneyOut | None
    compare_at: MoneyOut | None


class PricesOut(Schema):
    data: list[PriceOut]


class AmountsIn(Schema):
    price_minor: int = Field(examples=[54900])
    compare_at_minor: int | None = None


class OfferIn(Schema):
    """Amounts in the marketplace's main currency; `further` has those of others that it sells in, by their letters."""

    variant_id: VariantId
    price_minor: int = Field(examples=[4900])
    compare_at_minor: int | None = None
    further: dict[str, AmountsIn] = Field(default={}, max_length=20)
    tax_class: str = Field(default="standard", examples=["standard"])


class ListingIn(Schema):
    """Named variants are offered at these prices; others keep the offers that they have."""

    category: str = Field(examples=["lamps"])
    state: State = State.PUBLISHED
    offers: list[OfferIn] = Field(min_length=1, max_length=200)


class ListingOut(Schema):
    id: ListingId
    slug: str


class AttributeIn(Schema):
    key: str = Field(max_length=40, examples=["height"])
    label: str = Field(min_length=1, max_length=80, examples=["Height"])
    kind: Kind = Field(examples=["number"])
    unit: str = Field(default="", max_length=20, examples=["cm"])
    choices: list[Annotated[str, Field(min_length=1, max_length=80)]] = Field(default=[], max_length=200)
    facet: bool = True

    def definition(self) -> AttributeDefinition:
        return AttributeDefinition(self.key, self.label, self.kind, self.unit, tuple(self.choices), self.facet)


class CategoryChangeIn(Schema):
    name: str = Field(min_length=1, max_length=120, examples=["Lamps"])
    parent: str | None = Field(default=None, max_length=80, examples=["home"], description="Slug of the category above.")
    picture: str = Field(default="", max_length=500, examples=["light-bulb"])
    tone: str = Field(default="sand", max_length=20)


class CategoryIn(CategoryChangeIn):
    slug: str = Field(default="", max_length=80, description="Its address; made from the name when left out. It never changes.")
    attributes: list[AttributeIn] = Field(default=[], max_length=50)


class AttributesIn(Schema):
    attributes: list[AttributeIn] = Field(max_length=50)


class CategoryRefOut(Schema):
    id: CategoryId


@router.get("/seller/{seller_id}/products", responses=problems(NotSignedIn, Forbidden, NotFound))
async def list_seller_products(
    seller_id: SellerId,
    caller: SellerStaff,
    house: HouseDep,
    q: Annotated[str, Query(max_length=200, description="Part of a title or brand, or the beginning of an article number")] = "",
    state: State | None = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> PageOut[SellerProductOut]:
    """A seller's products with stock by location and prices by marketplace, newest first."""
    acting_for_seller(caller, seller_id)
    before = int(decode_cursor(cursor, int)[0]) if cursor else None
    async with house.db.read(None) as uow:
        page = await products(uow, seller_id, text=q.strip(), state=state, before=before, limit=limit)
    return PageOut(data=[SellerProductOut.of(row) for row in page.data], next_cursor=page.next_cursor, has_more=page.has_more)


@router.put("/seller/{seller_id}/prices", responses=problems(NotSignedIn, Forbidden, NotFound, VariantNotFound, Invalid))
async def set_seller_prices(seller_id: SellerId, body: PricesIn, caller: SellerStaff, house: HouseDep) -> PricesOut:
    """Set prices, all or none of them. Orders that were placed keep theirs."""
    acting_for_seller(caller, seller_id)
    wanted = [NewPrice(price.variant_id, price.tenant, price.price_minor, price.compare_at_minor, price.currency) for price in body.changes]
    async with house.db.begin(None) as uow:
        repriced = await reprice(uow, seller_id, wanted)
    return PricesOut(
        data=[
            PriceOut(
                variant_id=price.variant_id,
                tenant=PlaceOut(slug=tenant.slug, name=tenant.name),
                currency=price.currency,
                price=None if price.price_minor is None else MoneyOut.of(price.price_minor, price.currency),
                compare_at=_compare_at(price.compare_at_minor, price.currency),
            )
            for tenant, price in repriced
        ]
    )


@router.put(
    "/seller/{seller_id}/products/{product_id}/listings/{tenant}",
    responses=problems(NotSignedIn, Forbidden, NotFound, ProductNotFound, VariantNotFound, CategoryNotFound, Invalid),
)
async def list_product(
    seller_id: SellerId, product_id: ProductId, tenant: str, body: ListingIn, caller: SellerStaff, writes: Writes
) -> ListingOut:
    """Show a product in a marketplace where the seller is approved, or change how it is shown there."""
    acting_for_seller(caller, seller_id)
    offers = tuple(
        OfferDraft(
            offer.variant_id, offer.price_minor, offer.compare_at_minor, offer.tax_class,
            {currency: Amounts(one.price_minor, one.compare_at_minor) for currency, one in offer.further.items()},
        )
        for offer in body.offers
    )  # fmt: skip
    listed = await writes.submit(show, Showing(seller_id, product_id, tenant, body.category, body.state, offers))
    return ListingOut(id=listed.listing_id, slug=listed.slug)


@router.post("/admin/categories", status_code=201, responses=problems(NotSignedIn, Forbidden, SlugTaken, CategoryNotFound, Invalid))
async def add_category(body: CategoryIn, request: Request, tenant: Tenant, caller: MarketplaceAdmin, house: HouseDep) -> CategoryRefOut:
    """Add a category to the marketplace's tree."""
    definitions = tuple(attribute.definition() for attribute in body.attributes)
    draft = CategoryDraft(tenant.id, body.name, body.slug, body.parent, body.picture, body.tone, definitions)
    async with house.db.begin(tenant.id) as uow:
        return CategoryRefOut(id=await categories.add(uow, draft, caller, address_of(request)))


@router.put("/admin/categories/{slug}", responses=problems(NotSignedIn, Forbidden, CategoryNotFound, Invalid))
async def change_category(
    slug: str, body: CategoryChangeIn, request: Request, tenant: Tenant, caller: MarketplaceAdmin, house: HouseDep
) -> CategoryRefOut:
    """Rename a category, move it below another, or give it another picture."""
    async with house.db.begin(tenant.id) as uow:
        id_ = await categories.change(
            uow,
            tenant.id,
            slug,
            name=body.name,
            parent=body.parent,
            picture=body.picture,
            tone=body.tone,
            by=caller,
            address=address_of(request),
        )
    return CategoryRefOut(id=id_)


@router.put("/admin/categories/{slug}/attributes", responses=problems(NotSignedIn, Forbidden, CategoryNotFound, Invalid))
async def define_attributes(
    slug: str, body: AttributesIn, request: Request, tenant: Tenant, caller: MarketplaceAdmin, house: HouseDep
) -> CategoryRefOut:
    """Say which attributes products of a category have, of which type, and which of them narrow a search."""
    definitions = [attribute.definition() for attribute in body.attributes]
    async with house.db.begin(tenant.id) as uow:
        return CategoryRefOut(id=await categories.define(uow, tenant.id, slug, definitions, caller, address_of(request)))


def _compare_at(amount_minor: int | None, currency: str) -> MoneyOut | None:
    return None if amount_minor is None else MoneyOut.of(amount_minor, currency)
