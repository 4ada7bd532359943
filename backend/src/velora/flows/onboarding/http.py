"""Routes of onboarding: for sellers across marketplaces, and for a marketplace's administrator."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field

from velora.flows.onboarding import sellers as onboarding
from velora.flows.onboarding import staff
from velora.flows.onboarding.sellers import Application, Decision, Founding, Place, SellerHere
from velora.flows.onboarding.staff import Colleague
from velora.flows.signing_in import session
from velora.kernel.errors import Forbidden, Invalid, NotFound, Refusal, unrefused
from velora.modules.identity.errors import NoSuchAccount
from velora.modules.sellers.errors import LastOwner, NotPossibleNow, SellerSlugTaken
from velora.modules.sellers.policy import StaffRole, State
from velora.modules.sellers.service import Membership, SellerFacts
from velora.platform.web import (
    HouseDep,
    MarketplaceAdmin,
    Schema,
    SellerStaff,
    SignedIn,
    Tenant,
    Writes,
    acting_for_seller,
    address_of,
    ident,
    problems,
)
from velora.platform.web.callers import BadCsrfToken, NotSignedIn, UnknownHost

router = APIRouter(tags=["onboarding"])

SellerId = Annotated[int, ident("sel")]
AccountId = Annotated[int, ident("acc")]
_CALLER = (NotSignedIn, Forbidden, BadCsrfToken)


class SellerIn(Schema):
    slug: str = Field(examples=["lumen-oak"])
    name: str = Field(examples=["Lumen & Oak"])
    about: str = Field(default="", examples=["Lamps of brass and oak, made in Kiel."])
    country: str = Field(examples=["DE"])


class SellerOut(Schema):
    id: SellerId
    slug: str
    name: str
    about: str
    country: str
    tier: str
    since: datetime

    @classmethod
    def of(cls, seller: SellerFacts) -> "SellerOut":
        return cls(
            id=seller.id,
            slug=seller.slug,
            name=seller.name,
            about=seller.about,
            country=seller.country,
            tier=seller.tier,
            since=seller.since,
        )


class ApplicationIn(Schema):
    tenant: str = Field(examples=["nordmarkt"], description="The marketplace's short name.")
    note: str = Field(default="", max_length=500, examples=["We make lamps and would love to sell them at Nordmarkt."])


class MarketplaceOut(Schema):
    slug: str
    name: str


class PlaceOut(Schema):
    """A marketplace, and where the seller stands there: `none` where it never applied."""

    marketplace: MarketplaceOut
    state: str = Field(examples=["approved"])
    applied_at: datetime | None
    decided_at: datetime | None
    note: str

    @classmethod
    def of(cls, place: Place) -> "PlaceOut":
        found = place.membership
        return cls(
            marketplace=MarketplaceOut(slug=place.tenant.slug, name=place.tenant.name),
            state=found.state.value if found else "none",
            applied_at=found.applied_at if found else None,
            decided_at=found.decided_at if found else None,
            note=found.note if found else "",
        )


class PlacesOut(Schema):
    data: list[PlaceOut]


class StandingOut(Schema):
    seller_id: SellerId
    state: str = Field(examples=["applied"])
    applied_at: datetime
    decided_at: datetime | None
    note: str

    @classmethod
    def of(cls, found: Membership) -> "StandingOut":
        return cls(
            seller_id=found.seller_id, state=found.state.value, applied_at=found.applied_at, decided_at=found.decided_at, note=found.note
        )


class SellerHereOut(Schema):
    seller: SellerOut
    standing: StandingOut

    @classmethod
    def of(cls, found: SellerHere) -> "SellerHereOut":
        return cls(seller=SellerOut.of(found.seller), standing=StandingOut.of(found.membership))


class SellersHereOut(Schema):
    data: list[SellerHereOut]


class DecisionIn(Schema):
    note: str = Field(default="", max_length=500, examples=["Please add an imprint first."])


class ColleagueIn(Schema):
    email: str = Field(examples=["grace@example.com"])
    role: StaffRole = StaffRole.STAFF


class ColleagueOut(Schema):
    account_id: AccountId
    email: str
    name: str
    role: str
    since: datetime

    @classmethod
    def of(cls, found: Colleague) -> "ColleagueOut":
        return cls(
            account_id=found.account.id,
            email=found.account.email,
            name=found.account.name,
            role=found.member.role.value,
            since=found.member.since,
        )


class ColleaguesOut(Schema):
    data: list[ColleagueOut]


@router.post("/seller", status_code=201, responses=problems(Invalid, SellerSlugTaken, *_CALLER))
async def found_seller(body: SellerIn, request: Request, caller: SignedIn, writes: Writes, house: HouseDep) -> SellerOut:
    """Make an organisation that sells; the caller owns it."""
    founding = Founding(body.slug, body.name, body.about, body.country, caller, address_of(request))
    seller = await writes.submit(onboarding.found, founding)
    await session.forget_accounts(house, {caller.account_id} if caller.account_id is not None else set())
    return SellerOut.of(seller)


@router.get("/seller/{seller_id}/applications", responses=problems(NotFound, *_CALLER))
async def list_places(seller_id: SellerId, caller: SellerStaff, house: HouseDep) -> PlacesOut:
    """Every marketplace, and where the seller stands there."""
    acting_for_seller(caller, seller_id)
    async with house.db.read(None) as uow:
        found = await onboarding.places_of(uow, seller_id)
    if isinstance(found, Refusal):
        raise found
    return PlacesOut(data=[PlaceOut.of(place) for place in found])


@router.post("/seller/{seller_id}/applications", status_code=201, responses=problems(NotFound, NotPossibleNow, *_CALLER))
async def apply_to_marketplace(
    seller_id: SellerId, body: ApplicationIn, request: Request, caller: SellerStaff, writes: Writes
) -> StandingOut:
    """Ask to sell at a marketplace; its administrator decides."""
    return StandingOut.of(
        await writes.submit(onboarding.apply, Application(seller_id, body.tenant, body.note, caller, address_of(request)))
    )


@router.get("/seller/{seller_id}/staff", responses=problems(NotFound, *_CALLER))
async def list_staff(seller_id: SellerId, caller: SellerStaff, house: HouseDep) -> ColleaguesOut:
    """Everyone who works for the seller."""
    async with house.db.read(None) as uow:
        found = await staff.colleagues(uow, seller_id, caller)
    if isinstance(found, Refusal):
        raise found
    return ColleaguesOut(data=[ColleagueOut.of(one) for one in found])


@router.post("/seller/{seller_id}/staff", status_code=201, responses=problems(NotFound, NoSuchAccount, LastOwner, Invalid, *_CALLER))
async def hire(seller_id: SellerId, body: ColleagueIn, request: Request, caller: SellerStaff, house: HouseDep) -> ColleagueOut:
    """Somebody with an account works for the seller from now on, or in another role. Only for its owners."""
    async with house.db.begin(None) as uow:
        found = await staff.hire(uow, seller_id, email=body.email, role=body.role, by=caller, address=address_of(request))
    hired = unrefused(found)
    await session.forget_accounts(house, {hired.account.id})
    return ColleagueOut.of(hired)


@router.delete("/seller/{seller_id}/staff/{account_id}", status_code=204, responses=problems(NotFound, LastOwner, *_CALLER))
async def dismiss(seller_id: SellerId, account_id: AccountId, request: Request, caller: SellerStaff, house: HouseDep) -> None:
    """Somebody no longer works for the seller. Owners dismiss; anyone may leave."""
    async with house.db.begin(None) as uow:
        outcome = await staff.dismiss(uow, seller_id, account_id, by=caller, address=address_of(request))
    unrefused(outcome)
    await session.forget_accounts(house, {account_id})


@router.get("/admin/sellers", responses=problems(UnknownHost, *_CALLER))
async def list_sellers(
    tenant: Tenant, caller: MarketplaceAdmin, house: HouseDep, state: Annotated[list[State] | None, Query()] = None
) -> SellersHereOut:
    """Sellers of this marketplace, the latest application first; `state` narrows and may be repeated."""
    async with house.db.read(tenant.id) as uow:
        found = await onboarding.sellers_at(uow, tenant.id, state or list(State))
    return SellersHereOut(data=[SellerHereOut.of(one) for one in found])


@router.post("/admin/sellers/{seller_id}/approve", responses=problems(NotFound, NotPossibleNow, UnknownHost, *_CALLER))
async def approve(
    seller_id: SellerId, body: DecisionIn, request: Request, tenant: Tenant, caller: MarketplaceAdmin, writes: Writes
) -> StandingOut:
    """The seller may sell here, for the first time or again after a suspension."""
    decision = Decision(tenant.id, seller_id, State.APPROVED, body.note, caller, address_of(request))
    return StandingOut.of(await writes.submit(onboarding.decide, decision))


@router.post("/admin/sellers/{seller_id}/decline", responses=problems(NotFound, NotPossibleNow, Invalid, UnknownHost, *_CALLER))
async def decline(
    seller_id: SellerId, body: DecisionIn, request: Request, tenant: Tenant, caller: MarketplaceAdmin, writes: Writes
) -> StandingOut:
    """The seller may not sell here; the note says why, and they may apply again."""
    decision = Decision(tenant.id, seller_id, State.DECLINED, body.note, caller, address_of(request))
    return StandingOut.of(await writes.submit(onboarding.decide, decision))


@router.post("/admin/sellers/{seller_id}/suspend", responses=problems(NotFound, NotPossibleNow, Invalid, UnknownHost, *_CALLER))
async def suspend(
    seller_id: SellerId, body: DecisionIn, request: Request, tenant: Tenant, caller: MarketplaceAdmin, writes: Writes
) -> StandingOut:
    """The seller may not sell here for now; orders that were placed go on."""
    decision = Decision(tenant.id, seller_id, State.SUSPENDED, body.note, caller, address_of(request))
    return StandingOut.of(await writes.submit(onboarding.decide, decision))
