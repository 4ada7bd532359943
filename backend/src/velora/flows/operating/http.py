"""Routes of operating: the platform's marketplaces and roles, and a marketplace's own face and team."""

from dataclasses import asdict
from typing import Annotated, Any, Literal, Protocol

from fastapi import APIRouter, Request
from pydantic import Field

from velora.flows.operating import currencies, marketplaces, roles
from velora.flows.operating.marketplaces import By
from velora.flows.signing_in import session
from velora.kernel.errors import Forbidden, Invalid, NotFound, Refusal, unrefused
from velora.kernel.principal import Principal, Role
from velora.modules.identity import service as identity
from velora.modules.identity.errors import NoSuchAccount
from velora.modules.identity.service import AccountFacts, Grant
from velora.modules.pricing.service import Rate
from velora.modules.tenants import service as tenants
from velora.modules.tenants.errors import HostTaken, NotInThatState, SlugTaken
from velora.modules.tenants.policy import (
    BankDetails,
    CashOnDelivery,
    Charged,
    FurtherCurrency,
    NewTenant,
    OnInvoice,
    PaidLater,
    Theme,
    address,
    compact,
)
from velora.modules.tenants.service import TenantFacts
from velora.platform.house import House
from velora.platform.web import HouseDep, MarketplaceAdmin, Schema, SuperAdmin, Tenant, address_of, ident, problems
from velora.platform.web.callers import BadCsrfToken, NotSignedIn, UnknownHost

router = APIRouter(tags=["operating"])

TenantId = Annotated[int, ident("ten")]
AccountId = Annotated[int, ident("acc")]
PlatformRole = Literal[Role.FINANCE, Role.SUPER_ADMIN]
_CALLER = (NotSignedIn, Forbidden, BadCsrfToken)


class Remembering(Protocol):
    """The front desk of this process, which believes for a while what it has read."""

    def forget_storefronts(self) -> None: ...


class FurtherCurrencyIn(Schema):
    currency: str = Field(examples=["SEK"])
    payout_threshold_minor: int = Field(examples=[50_000], description="In minor units of this currency")


class DeliveryIn(Schema):
    """What delivery costs in the currency, where a seller has no terms of its own."""

    flat_minor: int
    free_above_minor: int | None = None


class CurrencyIn(Schema):
    """Amounts in minor units of the currency. `delivery` can be left out where the marketplace's own delivery costs nothing."""

    payout_threshold_minor: int = Field(examples=[50_000])
    delivery: DeliveryIn | None = None


class FurtherCurrencyOut(Schema):
    currency: str
    payout_threshold_minor: int
    sold: bool = Field(description="Whether anything can be bought in it; what was earned in it is paid out in any case")


class CashOnDeliveryIn(Schema):
    at_most_minor: int | None = Field(default=None, description="The largest order, in minor units of the main currency; none for any")


class BankDetailsIn(Schema):
    holder: str = Field(max_length=70, examples=["Nordmarkt GmbH"])
    iban: str = Field(max_length=42, examples=["DE02 1203 0000 0000 2020 51"])
    bic: str = Field(default="", max_length=11, examples=["BYLADEM1001"])


class OnInvoiceIn(Schema):
    bank: BankDetailsIn
    days: Annotated[int, Field(description="Until when it is to be paid, counted from the order")] = 30


class PaidLaterIn(Schema):
    """What is left out is not offered."""

    cash_on_delivery: CashOnDeliveryIn | None = None
    invoice: OnInvoiceIn | None = None


class TenantIn(Schema):
    slug: str = Field(examples=["nordmarkt"])
    name: str = Field(examples=["Nordmarkt"])
    tagline: str = ""
    currency: str = Field(examples=["EUR"])
    locale: str = Field(examples=["de-DE"])
    country: str = Field(examples=["DE"])
    countries: tuple[str, ...] = Field(default=(), description="Where it ships to; without any, its own country.")
    tax_mode: Literal["inclusive", "exclusive", "none"] = "inclusive"
    escrow_days: int = 14
    reserve_bps: int = 0
    payout_threshold_minor: int = 0
    further: tuple[FurtherCurrencyIn, ...] = Field(default=(), description="What else it sells in from the start.")
    domains: tuple[str, ...] = ()
    charged: Charged = Field(
        default="at_order", description="When buyers are charged: at once, or when the first parcel of their order leaves"
    )
    theme: Theme = Theme()


class TenantOut(Schema):
    id: TenantId
    slug: str
    name: str
    tagline: str
    state: str
    currency: str
    further: tuple[FurtherCurrencyOut, ...]
    locale: str
    country: str
    countries: tuple[str, ...]
    tax_mode: str
    escrow_days: int
    reserve_bps: int
    payout_threshold_minor: int
    domains: tuple[str, ...]
    charged: Charged
    paid_later: PaidLater = Field(description="How buyers may pay beside cards")
    theme: Theme
    url: str

    @classmethod
    def of(cls, tenant: TenantFacts, house: House) -> "TenantOut":
        url = address(house.settings.public_url, tenant.slug, tenant.domains)
        return cls.model_validate({**asdict(tenant), "theme": tenant.theme, "paid_later": tenant.paid_later, "url": url})


class TenantsOut(Schema):
    data: list[TenantOut]


class PersonIn(Schema):
    email: str = Field(examples=["grace@example.com"])


class PlatformRoleIn(Schema):
    email: str = Field(examples=["grace@example.com"])
    role: PlatformRole


class PersonOut(Schema):
    account_id: AccountId
    email: str
    name: str

    @classmethod
    def of(cls, account: AccountFacts) -> "PersonOut":
        return cls(account_id=account.id, email=account.email, name=account.name)


class TeamOut(Schema):
    data: list[PersonOut]


@router.get("/platform/tenants", responses=problems(*_CALLER))
async def list_tenants(caller: SuperAdmin, house: HouseDep) -> TenantsOut:
    """Every marketplace of this installation, oldest first."""
    async with house.db.read(None) as uow:
        found = await tenants.all_tenants(uow)
    return TenantsOut(data=[TenantOut.of(tenant, house) for tenant in found])


@router.post("/platform/tenants", status_code=201, responses=problems(Invalid, SlugTaken, HostTaken, *_CALLER))
async def create_tenant(body: TenantIn, request: Request, caller: SuperAdmin, house: HouseDep) -> TenantOut:
    """Open a marketplace."""
    further = tuple(FurtherCurrency(one.currency, one.payout_threshold_minor) for one in body.further)
    named: dict[str, Any] = {name: getattr(body, name) for name in TenantIn.model_fields}
    named["further"] = further
    new = NewTenant(**named)
    async with house.db.begin(None) as uow:
        outcome = await marketplaces.create(uow, new, _by(request, caller))
    return _changed(outcome, request, house)


@router.post("/platform/tenants/{tenant_id}/suspend", responses=problems(NotFound, NotInThatState, *_CALLER))
async def suspend_tenant(tenant_id: TenantId, request: Request, caller: SuperAdmin, house: HouseDep) -> TenantOut:
    """Close a marketplace for everyone; other processes notice within half a minute."""
    async with house.db.begin(None) as uow:
        outcome = await marketplaces.suspend(uow, tenant_id, _by(request, caller))
    return _changed(outcome, request, house)


@router.post("/platform/tenants/{tenant_id}/resume", responses=problems(NotFound, NotInThatState, *_CALLER))
async def resume_tenant(tenant_id: TenantId, request: Request, caller: SuperAdmin, house: HouseDep) -> TenantOut:
    """Open a suspended marketplace again."""
    async with house.db.begin(None) as uow:
        outcome = await marketplaces.resume(uow, tenant_id, _by(request, caller))
    return _changed(outcome, request, house)


@router.put("/platform/tenants/{tenant_id}/currencies/{currency}", responses=problems(Invalid, NotFound, *_CALLER))
async def sell_in_currency(
    tenant_id: TenantId, currency: str, body: CurrencyIn, request: Request, caller: SuperAdmin, house: HouseDep
) -> TenantOut:
    """Let a marketplace sell in a further currency too. Sellers set prices in it; nothing is converted."""
    delivery = Rate(body.delivery.flat_minor, body.delivery.free_above_minor) if body.delivery else None
    new = currencies.NewCurrency(currency, body.payout_threshold_minor, delivery)
    async with house.db.begin(None) as uow:
        return _changed(
            await currencies.sell_in(uow, tenant_id, new, actor_ref=caller.actor_ref, address=address_of(request)), request, house
        )


@router.delete("/platform/tenants/{tenant_id}/currencies/{currency}", responses=problems(Invalid, NotFound, *_CALLER))
async def stop_selling_in_currency(tenant_id: TenantId, currency: str, request: Request, caller: SuperAdmin, house: HouseDep) -> TenantOut:
    """Sell nothing in this currency any more. Prices in it are kept for later, orders go on, and what was earned in it is paid out."""
    async with house.db.begin(None) as uow:
        return _changed(
            await currencies.stop_selling_in(uow, tenant_id, currency, actor_ref=caller.actor_ref, address=address_of(request)),
            request,
            house,
        )


@router.put("/platform/tenants/{tenant_id}/paid-later", responses=problems(Invalid, NotFound, *_CALLER))
async def let_pay_later(tenant_id: TenantId, body: PaidLaterIn, request: Request, caller: SuperAdmin, house: HouseDep) -> TenantOut:
    """Say how buyers may pay beside cards: in cash at the door, or on an invoice. What was ordered before stands."""
    cash, invoice = body.cash_on_delivery, body.invoice
    bank = invoice and BankDetails(invoice.bank.holder.strip(), compact(invoice.bank.iban), compact(invoice.bank.bic))
    wanted = PaidLater(
        CashOnDelivery(cash.at_most_minor) if cash else None, OnInvoice(bank, invoice.days) if invoice and bank else None
    )  # fmt: skip
    async with house.db.begin(None) as uow:
        outcome = await marketplaces.let_pay_later(uow, tenant_id, wanted, caller.actor_ref, address_of(request))
    return _changed(outcome, request, house)


@router.post("/platform/roles", status_code=201, responses=problems(Invalid, NoSuchAccount, *_CALLER))
async def grant_platform_role(body: PlatformRoleIn, request: Request, caller: SuperAdmin, house: HouseDep) -> PersonOut:
    """Make somebody finance or super admin, across all marketplaces."""
    return await _granted(house, body.role, body.email, None, _by(request, caller))


@router.delete("/platform/roles/{role}/{account_id}", status_code=204, responses=problems(NotFound, *_CALLER))
async def withdraw_platform_role(role: PlatformRole, account_id: AccountId, request: Request, caller: SuperAdmin, house: HouseDep) -> None:
    """Take finance or super admin from somebody else."""
    await _withdrawn(house, Grant(account_id, role), _by(request, caller))


@router.put("/admin/theme", responses=problems(Invalid, UnknownHost, *_CALLER))
async def dress(body: Theme, request: Request, tenant: Tenant, caller: MarketplaceAdmin, house: HouseDep) -> TenantOut:
    """Change the face of this marketplace. An accent that cannot be read on paper (WCAG AA) is refused."""
    async with house.db.begin(None) as uow:
        outcome = await marketplaces.dress(uow, tenant.id, body, _by(request, caller))
    return _changed(outcome, request, house)


@router.get("/admin/team", responses=problems(UnknownHost, *_CALLER))
async def list_team(tenant: Tenant, caller: MarketplaceAdmin, house: HouseDep) -> TeamOut:
    """Who runs this marketplace."""
    async with house.db.read(tenant.id) as uow:
        found = await identity.administrators(uow, tenant.id)
    return TeamOut(data=[PersonOut.of(account) for account in found])


@router.post("/admin/team", status_code=201, responses=problems(Invalid, NoSuchAccount, UnknownHost, *_CALLER))
async def add_to_team(body: PersonIn, request: Request, tenant: Tenant, caller: MarketplaceAdmin, house: HouseDep) -> PersonOut:
    """Make somebody with an account an administrator of this marketplace."""
    return await _granted(house, Role.MARKETPLACE_ADMIN, body.email, tenant.id, _by(request, caller))


@router.delete("/admin/team/{account_id}", status_code=204, responses=problems(NotFound, UnknownHost, *_CALLER))
async def remove_from_team(account_id: AccountId, request: Request, tenant: Tenant, caller: MarketplaceAdmin, house: HouseDep) -> None:
    """Somebody else no longer runs this marketplace."""
    await _withdrawn(house, Grant(account_id, Role.MARKETPLACE_ADMIN, tenant.id), _by(request, caller))


async def _granted(house: House, role: Role, email: str, tenant_id: int | None, by: By) -> PersonOut:
    async with house.db.begin(None) as uow:
        outcome = await roles.grant(uow, role, email=email, tenant_id=tenant_id, by=by)
    person = unrefused(outcome)
    await session.forget_accounts(house, {person.id})
    return PersonOut.of(person)


async def _withdrawn(house: House, given: Grant, by: By) -> None:
    async with house.db.begin(None) as uow:
        outcome = await roles.withdraw(uow, given, by)
    unrefused(outcome)
    await session.forget_accounts(house, {given.account_id})


def _changed(outcome: TenantFacts | Refusal, request: Request, house: House) -> TenantOut:
    """The marketplace as it is now, and as this process sees it at once."""
    if isinstance(outcome, Refusal):
        raise outcome
    desk: Remembering = request.app.state.desk
    desk.forget_storefronts()
    return TenantOut.of(outcome, house)


def _by(request: Request, caller: Principal) -> By:
    return By(caller, address_of(request))
