"""Routes of the catalogue: the categories of a marketplace, and what a seller says about its products."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from velora.kernel.errors import Forbidden, Invalid, MalformedId, NotFound, Refusal
from velora.kernel.ids import encode
from velora.modules.catalog import service
from velora.modules.catalog.errors import HandleTaken, ProductNotFound, SkuTaken, VersionConflict
from velora.modules.catalog.policy import Picture, ProductDraft, State, VariantDraft, tone_of
from velora.modules.catalog.service import CategoryTree, ProductChange, ProductFacts
from velora.platform.web import HouseDep, Schema, SellerStaff, Selling, Writes, acting_for_seller, ident, problems
from velora.platform.web.callers import BadCsrfToken, NotSignedIn, UnknownHost
from velora.platform.web.versions import IfMatch, tagged, version_of

router = APIRouter(tags=["catalog"], responses=problems(MalformedId, UnknownHost))
_STAFF = (NotSignedIn, Forbidden, BadCsrfToken, NotFound)

CategoryId = Annotated[int, ident("cat")]
ProductId = Annotated[int, ident("prd")]
VariantId = Annotated[int, ident("var")]
SellerId = Annotated[int, ident("sel")]


class CategoryOut(Schema):
    """`products` counts what is on sale in it and below it."""

    id: CategoryId
    slug: str
    name: str
    picture: str
    tone: str
    children: list["CategoryOut"]
    products: int


class CategoriesOut(Schema):
    data: list[CategoryOut]


class PictureIn(Schema):
    """A drawing of ours by name, or an https address; without a tone it gets one of its own."""

    name: str = Field(examples=["light-bulb"])
    tone: str = Field(default="", examples=["sand"])


class VariantIn(Schema):
    sku: str = Field(examples=["LAMP-BRASS-L"])
    options: dict[str, str] = Field(default={}, examples=[{"Size": "Large"}])


class ProductIn(Schema):
    """What a seller says about a product. Variants are matched by article number; those that are not named stay as they are."""

    title: str = Field(examples=["Brass Lamp"])
    description: str = ""
    brand: str = Field(default="", examples=["Lumen"])
    handle: str = Field(default="", examples=["brass-lamp"], description="The key in imports; made from the title when left out.")
    attributes: dict[str, bool | int | str] = Field(default={}, examples=[{"colour": "brass", "height": 32}])
    options: list[str] = Field(default=[], examples=[["Size"]])
    pictures: list[PictureIn] = Field(default=[], max_length=12)
    variants: list[VariantIn]
    state: State = Field(default=State.PUBLISHED, examples=["published"])

    def draft(self, seller_id: int) -> ProductDraft:
        return ProductDraft(
            seller_id=seller_id,
            title=self.title,
            variants=tuple(VariantDraft(variant.sku, variant.options) for variant in self.variants),
            description=self.description,
            brand=self.brand,
            attributes=self.attributes,
            options=tuple(self.options),
            pictures=tuple(Picture(picture.name, picture.tone or tone_of(picture.name)) for picture in self.pictures),
            state=self.state,
            handle=self.handle,
        )


class PictureOut(Schema):
    name: str
    tone: str


class VariantOut(Schema):
    id: VariantId
    sku: str
    title: str
    options: dict[str, str]


class ProductOut(Schema):
    """A product as its seller keeps it; the header `ETag` names its version."""

    id: ProductId
    handle: str
    title: str
    description: str
    brand: str
    attributes: dict[str, bool | int | str]
    options: list[str]
    pictures: list[PictureOut]
    state: State
    version: int
    created_at: datetime
    variants: list[VariantOut]


@dataclass(unsafe_hash=True)
class VersionMissing(Refusal):
    code = "catalog.version_missing"
    status = 428
    title = "Which version?"

    def detail(self) -> str:
        return "Send the ETag of the product as you loaded it in the header If-Match, so that nobody's change is overwritten."


@router.get("/categories")
async def list_categories(tenant: Selling, house: HouseDep) -> CategoriesOut:
    """The marketplace's tree of categories, each with the number of products on sale in the currency."""
    async with house.db.read(tenant.id) as uow:
        tree = (await service.category_trees(uow, [tenant.id]))[tenant.id]
        counts = await service.products_by_category(uow, tenant.id, further=tenant.chosen)
    return CategoriesOut(data=_branches(tree, None, counts))


def _branches(tree: CategoryTree, parent_id: int | None, counts: dict[int, int]) -> list[CategoryOut]:
    branches: list[CategoryOut] = []
    for category in tree.children(parent_id):
        children = _branches(tree, category.id, counts)
        products = counts.get(category.id, 0) + sum(child.products for child in children)
        branches.append(
            CategoryOut(
                id=category.id,
                slug=category.slug,
                name=category.name,
                picture=category.picture,
                tone=category.tone,
                children=children,
                products=products,
            )
        )
    return branches


@router.post("/seller/{seller_id}/products", status_code=201, responses=problems(*_STAFF, Invalid, SkuTaken, HandleTaken))
async def add_product(
    seller_id: SellerId, body: ProductIn, caller: SellerStaff, writes: Writes, house: HouseDep, reply: Response
) -> ProductOut:
    """Describe a new product. It is on sale where it is listed."""
    acting_for_seller(caller, seller_id)
    added = await writes.submit(service.add_products, body.draft(seller_id))
    return await _product(house, seller_id, added.product_id, reply)


@router.get("/seller/{seller_id}/products/{product_id}", responses=problems(*_STAFF, ProductNotFound))
async def read_product(seller_id: SellerId, product_id: ProductId, caller: SellerStaff, house: HouseDep, reply: Response) -> ProductOut:
    """One of a seller's own products, for editing."""
    acting_for_seller(caller, seller_id)
    return await _product(house, seller_id, product_id, reply)


@router.put(
    "/seller/{seller_id}/products/{product_id}",
    responses=problems(*_STAFF, Invalid, SkuTaken, ProductNotFound, VersionConflict, VersionMissing),
)
async def change_product(
    seller_id: SellerId,
    product_id: ProductId,
    body: ProductIn,
    caller: SellerStaff,
    writes: Writes,
    house: HouseDep,
    reply: Response,
    if_match: IfMatch = None,
) -> ProductOut:
    """Say something else about a product, in every marketplace. Needs the version that you loaded."""
    acting_for_seller(caller, seller_id)
    version = version_of(if_match, VersionMissing)
    await writes.submit(service.change_products, ProductChange(product_id, body.draft(seller_id), version))
    return await _product(house, seller_id, product_id, reply)


async def _product(house: HouseDep, seller_id: int, product_id: int, reply: Response) -> ProductOut:
    async with house.db.read(None) as uow:
        facts = (await service.product_facts(uow, [(seller_id, product_id)])).get((seller_id, product_id))
    if facts is None:
        raise ProductNotFound(encode("prd", product_id))
    return _product_out(tagged(reply, facts))


def _product_out(facts: ProductFacts) -> ProductOut:
    return ProductOut(
        id=facts.id,
        handle=facts.handle,
        title=facts.title,
        description=facts.description,
        brand=facts.brand,
        attributes=dict(facts.attributes),
        options=list(facts.options),
        pictures=[PictureOut(name=picture.name, tone=picture.tone) for picture in facts.pictures],
        state=facts.state,
        version=facts.version,
        created_at=facts.created_at,
        variants=[
            VariantOut(id=variant.id, sku=variant.sku, title=variant.title, options=dict(variant.options)) for variant in facts.variants
        ],
    )
