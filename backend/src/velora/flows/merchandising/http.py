"""Routes of rules, of words that are never suggested and of what people searched; and what these and the routes of synonyms say."""

from datetime import datetime
from typing import Annotated, Any, Final, Self

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime, Field

from velora.flows.merchandising import keeping, knowing
from velora.flows.merchandising.keeping import Hand
from velora.flows.merchandising.preview import Side, Why, preview
from velora.kernel.errors import Forbidden, Invalid, NotFound, unrefused
from velora.kernel.principal import Principal
from velora.modules.catalog.service import ListingFacts
from velora.modules.merchandising import service as merchandising
from velora.modules.merchandising.errors import ChangedMeanwhile, TooManyRules, VersionMissing
from velora.modules.merchandising.policy.queries import MOST_DENIED
from velora.modules.merchandising.policy.rules import MOST_HIDES, MOST_PINS, MOST_RULES, Matching, Standing, Wish
from velora.modules.merchandising.service import Rule, Seen
from velora.platform import search as index
from velora.platform.search import SearchUnavailable
from velora.platform.web import HouseDep, MarketplaceAdmin, MoneyOut, Schema, Selling, Tenant, TenantContext, address_of, ident, problems
from velora.platform.web.callers import BadCsrfToken, NotSignedIn, NotSoldIn, UnknownHost
from velora.platform.web.versions import IfMatch, tagged, version_of

router = APIRouter(prefix="/admin/search", tags=["merchandising"], responses=problems(NotSignedIn, Forbidden, BadCsrfToken, UnknownHost))

RuleId = Annotated[int, ident("srl")]
ListingId = Annotated[int, ident("lst")]
_FOUND_FOR_PICKING: Final = 10


class SearchRuleIn(Schema):
    query: str = Field(examples=["lamp"])
    matching: Matching = Matching.EXACT
    pins: list[ListingId] = Field(description=f"Listings that stand first, in this order; at most {MOST_PINS}", max_length=MOST_HIDES)
    hides: list[ListingId] = Field(description=f"Listings that are left out; at most {MOST_HIDES}", max_length=2 * MOST_HIDES)
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    active: bool = True

    def wish(self) -> Wish:
        query = " ".join(self.query.split())
        return Wish(query, self.matching, tuple(self.pins), tuple(self.hides), self.starts_at, self.ends_at, self.active)


class SearchRuleOut(Schema):
    """A rule; the header `ETag` names its version where one is read alone."""

    id: RuleId
    query: str
    matching: Matching
    pins: list[ListingId]
    hides: list[ListingId]
    starts_at: datetime | None
    ends_at: datetime | None
    active: bool
    standing: Standing = Field(description="Whether it holds now, is switched off, still to come, or over")
    version: int
    updated_at: datetime

    @classmethod
    def of(cls, rule: Rule, now: datetime) -> Self:
        wish = rule.wish
        return cls(
            id=rule.id, query=wish.query, matching=wish.matching, pins=list(wish.pins), hides=list(wish.hides), starts_at=wish.starts_at,
            ends_at=wish.ends_at, active=wish.active, standing=wish.standing(now), version=rule.version, updated_at=rule.updated_at,
        )  # fmt: skip


class SearchRulesOut(Schema):
    data: list[SearchRuleOut]
    most: int = Field(description="So many rules are kept", examples=[MOST_RULES])


class ListedProductOut(Schema):
    """A product as it is listed here; one that is not on sale is found by nobody, pinned or not."""

    listing_id: ListingId
    slug: str
    title: str
    picture: str
    tone: str
    on_sale: bool

    @classmethod
    def of(cls, one: ListingFacts) -> Self:
        first = one.pictures[0] if one.pictures else None
        return cls(
            listing_id=one.listing_id, slug=one.slug, title=one.title, picture=first.name if first else "",
            tone=first.tone if first else "sand", on_sale=one.on_sale,
        )  # fmt: skip


class SearchRuleFullOut(Schema):
    rule: SearchRuleOut
    products: list[ListedProductOut] = Field(description="What the rule names")


class PickedProductOut(Schema):
    listing_id: ListingId
    slug: str
    title: str
    picture: str
    tone: str
    seller: str
    price: MoneyOut
    in_stock: bool

    @classmethod
    def of(cls, card: Any) -> Self:
        return cls(
            listing_id=card["listing_id"], slug=card["slug"], title=card["title"], picture=card["picture"], tone=card["tone"],
            seller=card["seller"]["name"], price=MoneyOut(**card["price"]), in_stock=card["in_stock"],
        )  # fmt: skip


class PickedProductsOut(Schema):
    data: list[PickedProductOut]


class PreviewIn(Schema):
    query: str = Field(max_length=200, examples=["brass lamp"])
    rule: SearchRuleIn | None = Field(default=None, description="As it stands in the form; tried as if it held now")
    besides: RuleId | None = Field(default=None, description="The saved rule that it is to replace")


class PreviewedOut(Schema):
    product: PickedProductOut
    why: Why


class PreviewSideOut(Schema):
    total: int
    data: list[PreviewedOut]

    @classmethod
    def of(cls, side: Side) -> Self:
        return cls(total=side.total, data=[PreviewedOut(product=PickedProductOut.of(card), why=why) for card, why in side.cards])


class PreviewOut(Schema):
    without: PreviewSideOut
    with_rule: PreviewSideOut


class DeniedIn(Schema):
    words: list[str] = Field(max_length=2 * MOST_DENIED, examples=[["knock-off"]])


class DeniedOut(Schema):
    """Words that are never suggested; the header `ETag` names the version of the list."""

    words: list[str]
    version: int


class CountedQueryOut(Schema):
    query: str
    found: int = Field(description="How often it found something as it was typed")
    missed: int = Field(description="How often it did not")


class CountedQueriesOut(Schema):
    data: list[CountedQueryOut]


@router.get("/rules")
async def list_search_rules(tenant: Tenant, caller: MarketplaceAdmin, house: HouseDep) -> SearchRulesOut:
    """The marketplace's rules, the oldest first."""
    async with house.db.read(tenant.id) as uow:
        found = await merchandising.rules(uow, tenant.id)
    return SearchRulesOut(data=[SearchRuleOut.of(one, house.clock.now()) for one in found], most=MOST_RULES)


@router.post("/rules", status_code=201, responses=problems(TooManyRules, Invalid))
async def add_search_rule(
    body: SearchRuleIn, request: Request, tenant: Tenant, caller: MarketplaceAdmin, house: HouseDep, reply: Response
) -> SearchRuleOut:
    """Say what stands first for a query, and what is left out. Searches know it within two seconds."""
    async with house.db.begin(tenant.id) as uow:
        added = unrefused(await keeping.add_rule(uow, hand_of(tenant, caller, request), body.wish()))
    knowing.changed(house, tenant.id)
    return SearchRuleOut.of(tagged(reply, added), house.clock.now())


@router.get("/rules/{rule_id}", responses=problems(NotFound))
async def read_search_rule(
    rule_id: RuleId, tenant: Tenant, caller: MarketplaceAdmin, house: HouseDep, reply: Response
) -> SearchRuleFullOut:
    """One rule, with the products that it names."""
    async with house.db.read(tenant.id) as uow:
        rule = tagged(reply, unrefused(await merchandising.rule(uow, tenant.id, rule_id)))
        listed = await keeping.listings_of(uow, tenant.id, rule.wish)
    named = [listed[id_] for id_ in (*rule.wish.pins, *rule.wish.hides) if id_ in listed]
    return SearchRuleFullOut(rule=SearchRuleOut.of(rule, house.clock.now()), products=[ListedProductOut.of(one) for one in named])


@router.put("/rules/{rule_id}", responses=problems(NotFound, ChangedMeanwhile, VersionMissing, Invalid))
async def change_search_rule(
    rule_id: RuleId,
    body: SearchRuleIn,
    request: Request,
    tenant: Tenant,
    caller: MarketplaceAdmin,
    house: HouseDep,
    reply: Response,
    if_match: IfMatch = None,
) -> SearchRuleOut:
    """Say something else with a rule. Needs the version that you loaded."""
    version = version_of(if_match, VersionMissing)
    async with house.db.begin(tenant.id) as uow:
        changed = unrefused(await keeping.change_rule(uow, hand_of(tenant, caller, request), rule_id, body.wish(), version))
    knowing.changed(house, tenant.id)
    return SearchRuleOut.of(tagged(reply, changed), house.clock.now())


@router.delete("/rules/{rule_id}", responses=problems(NotFound))
async def remove_search_rule(rule_id: RuleId, request: Request, tenant: Tenant, caller: MarketplaceAdmin, house: HouseDep) -> SearchRuleOut:
    """Its query is answered as any other again."""
    async with house.db.begin(tenant.id) as uow:
        removed = unrefused(await keeping.remove_rule(uow, hand_of(tenant, caller, request), rule_id))
    knowing.changed(house, tenant.id)
    return SearchRuleOut.of(removed, house.clock.now())


@router.get("/products", responses=problems(SearchUnavailable, NotSoldIn))
async def find_products_to_pick(
    tenant: Selling, caller: MarketplaceAdmin, house: HouseDep, q: Annotated[str, Query(max_length=200)] = ""
) -> PickedProductsOut:
    """Products of this marketplace for a rule, found without any rule."""
    query = index.Query(tenant.currency, text=q, locale=tenant.locale, limit=_FOUND_FOR_PICKING, facets=())
    found = await house.search.search(tenant.id, query)
    return PickedProductsOut(data=[PickedProductOut.of(hit.card[tenant.currency]) for hit in found.hits])


@router.post("/preview", responses=problems(SearchUnavailable, NotSoldIn, Invalid))
async def preview_search_rule(body: PreviewIn, tenant: Selling, caller: MarketplaceAdmin, house: HouseDep) -> PreviewOut:
    """A query's answer with a rule and without it. Nothing is saved."""
    query = index.Query(tenant.currency, text=body.query, locale=tenant.locale)
    without, with_ = await preview(house, tenant.id, query, body.rule.wish() if body.rule else None, body.besides)
    return PreviewOut(without=PreviewSideOut.of(without), with_rule=PreviewSideOut.of(with_))


@router.get("/denied")
async def read_denied_words(tenant: Tenant, caller: MarketplaceAdmin, house: HouseDep, reply: Response) -> DeniedOut:
    """The words that are never suggested to anybody who types."""
    async with house.db.read(tenant.id) as uow:
        found = tagged(reply, await merchandising.denied(uow, tenant.id))
    return DeniedOut(words=list(found.words), version=found.version)


@router.put("/denied", responses=problems(ChangedMeanwhile, VersionMissing, Invalid))
async def set_denied_words(
    body: DeniedIn,
    request: Request,
    tenant: Tenant,
    caller: MarketplaceAdmin,
    house: HouseDep,
    reply: Response,
    if_match: IfMatch = None,
) -> DeniedOut:
    """Suggest nothing with these words any more, and no others. Needs the version that you loaded."""
    version = version_of(if_match, VersionMissing)
    async with house.db.begin(tenant.id) as uow:
        found = tagged(reply, unrefused(await keeping.deny(uow, hand_of(tenant, caller, request), body.words, version)))
    knowing.changed(house, tenant.id)
    return DeniedOut(words=list(found.words), version=found.version)


@router.get("/queries")
async def list_counted_queries(
    tenant: Tenant,
    caller: MarketplaceAdmin,
    house: HouseDep,
    seen: Seen = Seen.FOUND,
    days: Annotated[int, Query(ge=1, le=90)] = 30,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> CountedQueriesOut:
    """What people searched for most, of what found something or of what did not. Counted by day, and of nobody."""
    async with house.db.read(tenant.id) as uow:
        found = await merchandising.most_frequent(uow, tenant.id, seen, days=days, limit=limit)
    return CountedQueriesOut(data=[CountedQueryOut(query=one.shown, found=one.found, missed=one.missed) for one in found])


def hand_of(tenant: TenantContext, caller: Principal, request: Request) -> Hand:
    """Who acts here, and from where."""
    return Hand(tenant.id, caller, address_of(request))
