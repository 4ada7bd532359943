"""Routes of tenants: what anyone may know of the marketplaces here."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field

from velora.modules.tenants import service
from velora.modules.tenants.errors import Suspended
from velora.modules.tenants.policy import Theme, address
from velora.platform.web import HouseDep, Schema, Selling, ident, problems
from velora.platform.web.callers import NotSoldIn, UnknownHost

router = APIRouter(tags=["storefront"])

TenantId = Annotated[int, ident("ten")]


class MarketplaceOut(Schema):
    slug: str = Field(examples=["nordmarkt"])
    name: str
    tagline: str
    url: str = Field(examples=["http://nordmarkt.localhost:8000"])
    currency: str
    currencies: tuple[str, ...]
    theme: Theme


class MarketplacesOut(Schema):
    data: list[MarketplaceOut]
    demo: bool


class CardFormOut(Schema):
    """Whose form takes a new card, and what that form needs: card numbers go there, and never come here."""

    gateway: Literal["sandbox", "stripe"]
    publishable_key: str | None = Field(description="For Stripe's own script", examples=["pk_live_…"])


class StorefrontOut(Schema):
    """What a storefront shows of itself before anything else."""

    id: TenantId
    slug: str
    name: str
    tagline: str
    currency: str
    currencies: tuple[str, ...] = Field(description="What it sells in, the main currency first")
    shown_in: str = Field(description="The currency that the caller has chosen, else the main one")
    locale: str
    country: str
    countries: tuple[str, ...]
    tax_mode: str
    escrow_days: int = Field(description="So long after delivery the buyer's money is held")
    theme: Theme
    card_form: CardFormOut
    demo: bool


@router.get("/marketplaces")
async def list_marketplaces(house: HouseDep) -> MarketplacesOut:
    """The open marketplaces of this installation, for whoever came to its bare address."""
    async with house.db.read(None) as uow:
        found = [tenant for tenant in await service.all_tenants(uow) if tenant.is_open]
    return MarketplacesOut(
        data=[
            MarketplaceOut(
                slug=tenant.slug,
                name=tenant.name,
                tagline=tenant.tagline,
                url=address(house.settings.public_url, tenant.slug, tenant.domains),
                currency=tenant.currency,
                currencies=tenant.currencies,
                theme=tenant.theme,
            )
            for tenant in found
        ],
        demo=house.settings.demo,
    )


@router.get("/storefront", responses=problems(UnknownHost, Suspended, NotSoldIn))
async def read_storefront(here: Selling, house: HouseDep) -> StorefrontOut:
    """The marketplace of this address: its name, money, language and face."""
    async with house.db.read(None) as uow:
        tenant = (await service.by_id(uow, {here.id}))[here.id]
    settings = house.settings
    return StorefrontOut(
        id=tenant.id,
        slug=tenant.slug,
        name=tenant.name,
        tagline=tenant.tagline,
        currency=tenant.currency,
        currencies=tenant.currencies,
        shown_in=here.currency,
        locale=tenant.locale,
        country=tenant.country,
        countries=tenant.countries,
        tax_mode=tenant.tax_mode,
        escrow_days=tenant.escrow_days,
        theme=tenant.theme,
        card_form=CardFormOut(
            gateway=settings.gateway, publishable_key=settings.stripe_publishable_key if settings.gateway == "stripe" else None
        ),
        demo=settings.demo,
    )
