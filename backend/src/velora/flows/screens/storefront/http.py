"""Routes of the storefront's pages, open to guests."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request
from pydantic import Field

from velora.flows.merchandising.arranging import arranged
from velora.flows.merchandising.counting import note
from velora.flows.merchandising.knowing import wishes_of
from velora.flows.merchandising.suggesting import suggested
from velora.flows.screens.storefront import lists
from velora.flows.screens.storefront.home import home_page
from velora.flows.screens.storefront.product import ProductPage, product_page, seller_page
from velora.kernel.errors import NotFound
from velora.kernel.ids import encode
from velora.modules.catalog.errors import NotForSaleIn, ProductNotFound
from velora.modules.catalog.service import Offer
from velora.modules.merchandising.service import Seen
from velora.modules.pricing.service import Basket
from velora.platform import search as index
from velora.platform.search import SearchUnavailable, Sort
from velora.platform.web import HouseDep, MoneyOut, Schema, Selling, ident, problems
from velora.platform.web.callers import NotSoldIn, UnknownHost
from velora.platform.web.reply import JsonReply

router = APIRouter(tags=["storefront"], responses=problems(UnknownHost, NotSoldIn))

MOST_SELLERS: Final = 12  # named on the first page
MOST_CHOICES: Final = 50  # values of one facet in one search
FRESH_FOR: Final = timedelta(days=30)  # so long, what is new stands a little higher

ProductId = Annotated[int, ident("prd")]
ListingId = Annotated[int, ident("lst")]
VariantId = Annotated[int, ident("var")]
CategoryId = Annotated[int, ident("cat")]
SellerId = Annotated[int, ident("sel")]


class SellerBriefOut(Schema):
    id: SellerId
    name: str
    slug: str


class CardOut(Schema):
    """A product in a list: the price of its cheapest variant, `from_price` when others cost more."""

    product_id: ProductId
    listing_id: ListingId
    slug: str
    title: str
    seller: SellerBriefOut
    picture: str
    tone: str
    price: MoneyOut
    compare_at: MoneyOut | None
    from_price: bool
    variants: int
    in_stock: bool
    category_slug: str


class TopCategoryOut(Schema):
    id: CategoryId
    slug: str
    name: str
    picture: str
    tone: str
    products: int


class HomeSellerOut(Schema):
    id: SellerId
    name: str
    slug: str
    products: int


class TotalsOut(Schema):
    products: int
    sellers: int


class HomeOut(Schema):
    categories: list[TopCategoryOut]
    loved: list[CardOut]
    fresh: list[CardOut]
    sellers: list[HomeSellerOut]
    totals: TotalsOut


class FacetValueOut(Schema):
    value: str
    label: str = Field(description="The marketplace's or seller's word; empty for `true` and `false`")
    count: int
    selected: bool
    parent: str = Field(description="The value above it, in the facet `category`")


class FacetOut(Schema):
    """A way to narrow: send its key with one of its values. The kind `range` has bounds in minor units."""

    key: str = Field(examples=["attr.colour"])
    label: str = Field(description="The marketplace's own word; empty for `category`, `seller`, `in_stock`, `price` and `attr.brand`")
    kind: Literal["terms", "range"]
    values: list[FacetValueOut]
    min: int | None = None
    max: int | None = None


class PieceOut(Schema):
    """A part of a text; `match`: it is what was looked for."""

    text: str
    match: bool


class MarkedOut(Schema):
    """The title in pieces and, where it has not every word, as much of the text as has more. Plain text, never markup."""

    title: list[PieceOut]
    snippet: list[PieceOut]


class FoundCardOut(CardOut):
    marked: MarkedOut | None = Field(description="Nothing where no words were looked for")


class RelaxedOut(Schema):
    """Nothing has every word: what was found has `words`, without `left_out`. Both as they were typed."""

    words: list[str]
    left_out: list[str]


class SearchOut(Schema):
    data: list[FoundCardOut]
    total: int
    facets: list[FacetOut]
    did_you_mean: str | None
    relaxed: RelaxedOut | None
    next_cursor: str | None
    has_more: bool


class SuggestedProductOut(Schema):
    slug: str
    title: str
    picture: str
    tone: str
    price: MoneyOut


class SuggestedCategoryOut(Schema):
    slug: str
    name: str


class SuggestOut(Schema):
    products: list[SuggestedProductOut]
    categories: list[SuggestedCategoryOut]
    queries: list[str]


class CategoryBriefOut(Schema):
    id: CategoryId
    slug: str
    name: str


class CrumbOut(Schema):
    slug: str
    name: str


class PictureOut(Schema):
    """A drawing of ours or an https address; or, as `photos/…-800x600`, a seller's own, of which the name says the size."""

    name: str
    tone: str
    alt: str


class AttributeOut(Schema):
    """What a product has, in the marketplace's words; a yes or no is left to the reader's language."""

    key: str
    label: str
    value: str | bool


class OptionOut(Schema):
    name: str
    values: list[str]


class VariantOut(Schema):
    id: VariantId
    sku: str
    title: str
    options: dict[str, str]
    price: MoneyOut
    compare_at: MoneyOut | None
    available: int
    in_stock: bool


class DeliveryOut(Schema):
    """For one of it, sent alone; `from` and `to` are the days between which it comes."""

    from_: date = Field(alias="from")
    to: date
    shipping: MoneyOut
    free_above: MoneyOut | None


class ProductPageOut(Schema):
    id: ProductId
    listing_id: ListingId
    slug: str
    title: str
    description: str
    brand: str
    seller: SellerBriefOut
    category: CategoryBriefOut
    breadcrumbs: list[CrumbOut]
    pictures: list[PictureOut]
    attributes: list[AttributeOut]
    options: list[OptionOut]
    variants: list[VariantOut]
    delivery: DeliveryOut
    also_from_seller: list[CardOut]


class SellerPageOut(Schema):
    id: SellerId
    name: str
    slug: str
    about: str
    products: int
    since: datetime


@router.get("/storefront/home", response_model=HomeOut)
async def read_home(tenant: Selling, house: HouseDep) -> JsonReply:
    """What greets a visitor."""
    page = await home_page(house, tenant.id, tenant.currency, further=tenant.chosen)
    return JsonReply(
        {
            "categories": [
                {
                    "id": encode("cat", category.id),
                    "slug": category.slug,
                    "name": category.name,
                    "picture": category.picture,
                    "tone": category.tone,
                    "products": products,
                }
                for category, products in page.categories
            ],
            "loved": page.loved,
            "fresh": page.fresh,
            "sellers": [
                {"id": encode("sel", seller.id), "name": seller.name, "slug": seller.slug, "products": products}
                for seller, products in page.sellers[:MOST_SELLERS]
            ],
            "totals": {"products": page.products, "sellers": len(page.sellers)},
        }
    )


@router.get("/search", response_model=SearchOut, responses=problems(SearchUnavailable))
async def search(
    request: Request,
    tenant: Selling,
    house: HouseDep,
    q: Annotated[str, Query(max_length=200, examples=["brass lamp"])] = "",
    category: Annotated[str | None, Query(description="A category's slug; what lies below it is found too")] = None,
    seller: Annotated[list[str] | None, Query(description="Sellers' slugs; any of them")] = None,
    price_min: Annotated[int | None, Query(ge=0, le=10**12, description="In minor units")] = None,
    price_max: Annotated[int | None, Query(ge=0, le=10**12, description="In minor units")] = None,
    in_stock: Annotated[bool, Query(description="Only what can be sent now")] = False,
    sort: Sort = Sort.RELEVANCE,
    submitted: Annotated[bool, Query(description="Somebody has typed these words to the end and wants them: they are counted")] = False,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=60)] = 24,
) -> JsonReply:
    """Find products by words and facets. Facets of kind `terms` are sent as they are named: `attr.colour=brass`, any number of times."""
    choices = {key: frozenset(request.query_params.getlist(key)[:MOST_CHOICES]) for key in request.query_params if key.startswith("attr.")}
    choices |= {"seller": frozenset(seller[:MOST_CHOICES])} if seller else {}
    choices |= {"category": frozenset({category})} if category else {}
    choices |= {"in_stock": frozenset({"true"})} if in_stock else {}
    offset, after = lists.place_of(cursor)
    fresh_since = int((house.clock.now() - FRESH_FOR).timestamp() * 1000)
    query = index.Query(
        tenant.currency, text=q, locale=tenant.locale, choices=choices, price_from=price_min, price_to=price_max,
        sort=sort, offset=offset, after=after, limit=limit, fresh_since=fresh_since, marks=True,
    )  # fmt: skip
    if q.strip():
        query = arranged(query, await wishes_of(house, tenant.id), house.clock.now())
    found = await lists.found(house, tenant.id, query)
    if submitted and not choices and offset == 0:
        note(house, tenant.id, q, Seen.MISSED if not found.total or found.did_you_mean or found.relaxed else Seen.FOUND)
    following = lists.cursor_after(found, offset)
    return JsonReply(
        {
            "data": lists.marked_cards(found, tenant.currency),
            "total": found.total,
            "facets": lists.facet_rows(found, category),
            "did_you_mean": found.did_you_mean,
            "relaxed": found.relaxed,
            "next_cursor": following,
            "has_more": following is not None,
        }
    )


@router.get("/search/suggest", response_model=SuggestOut, responses=problems(SearchUnavailable))
async def suggest(tenant: Selling, house: HouseDep, q: Annotated[str, Query(max_length=100, examples=["lam"])] = "") -> JsonReply:
    """What somebody who types this may mean."""
    found = await suggested(house, tenant.id, q, currency=tenant.currency, locale=tenant.locale)
    wanted = ("slug", "title", "picture", "tone", "price")
    return JsonReply(
        {
            "products": [{name: hit.card[tenant.currency][name] for name in wanted} for hit in found.hits],
            "categories": [{"slug": value.value, "name": value.label} for value in found.facet_values],
            "queries": list(found.words),
        }
    )


@router.get("/products/{slug}", response_model=ProductPageOut, responses=problems(ProductNotFound, NotForSaleIn))
async def read_product_page(slug: str, tenant: Selling, house: HouseDep) -> JsonReply:
    """A product as it can be bought now."""
    page = await product_page(house, slug, shown=Basket(tenant.id, tenant.currency, tenant.tax_mode, tenant.country, (), tenant.further))
    return JsonReply(_product_page(page, tenant.currency))


@router.get("/sellers/{slug}", responses=problems(NotFound))
async def read_seller_page(slug: str, tenant: Selling, house: HouseDep) -> SellerPageOut:
    """Who a seller is; its products come from the search with `seller`."""
    page = await seller_page(house, tenant.id, slug, further=tenant.chosen)
    seller = page.seller
    return SellerPageOut(id=seller.id, name=seller.name, slug=seller.slug, about=seller.about, products=page.products, since=seller.since)


def _product_page(page: ProductPage, currency: str) -> dict[str, Any]:
    listing, category = page.listing, page.path[-1]
    delivery = page.delivery
    return {
        "id": encode("prd", listing.product_id),
        "listing_id": encode("lst", listing.listing_id),
        "slug": listing.slug,
        "title": listing.title,
        "description": listing.description,
        "brand": listing.brand,
        "seller": {"id": encode("sel", page.seller.id), "name": page.seller.name, "slug": page.seller.slug},
        "category": {"id": encode("cat", category.id), "slug": category.slug, "name": category.name},
        "breadcrumbs": [{"slug": each.slug, "name": each.name} for each in page.path],
        "pictures": [{"name": picture.name, "tone": picture.tone, "alt": picture.alt} for picture in listing.pictures],
        "attributes": [{"key": key, "label": label, "value": value} for key, label, value in page.attributes],
        "options": [{"name": name, "values": _values(listing.offers, name)} for name in listing.options],
        "variants": [_variant(offer, page.left[offer.variant_id]) for offer in listing.offers],
        "delivery": {
            "from": delivery.first,
            "to": delivery.last,
            "shipping": {"amount": delivery.shipping_minor, "currency": currency},
            "free_above": None if delivery.free_above_minor is None else {"amount": delivery.free_above_minor, "currency": currency},
        },
        "also_from_seller": page.also,
    }


def _values(offers: Sequence[Offer], option: str) -> list[str]:
    return list(dict.fromkeys(offer.options[option] for offer in offers if option in offer.options))


def _variant(offer: Offer, left: int) -> dict[str, Any]:
    return {
        "id": encode("var", offer.variant_id),
        "sku": offer.sku,
        "title": offer.variant_title,
        "options": dict(offer.options),
        "price": {"amount": offer.price_minor, "currency": offer.currency},
        "compare_at": None if offer.compare_at_minor is None else {"amount": offer.compare_at_minor, "currency": offer.currency},
        "available": left,
        "in_stock": left > 0,
    }
