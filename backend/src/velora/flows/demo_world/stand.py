"""The marketplaces, their people, sellers and shelves, put up in one transaction: either all of it stands or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from velora.flows.demo_world.data import (
    FINANCE,
    MARKETS,
    SHOWN_SELLERS,
    SUPER_ADMIN,
    LaterSheet,
    PersonSheet,
    invoice_terms,
    markets,
    sellers,
)
from velora.flows.demo_world.plan import regulars
from velora.flows.demo_world.shelving import fill_shelves
from velora.flows.demo_world.supply import Supplies
from velora.flows.invoice_terms import limits
from velora.flows.onboarding import sellers as onboarding
from velora.flows.second_person import Done, Hand
from velora.kernel.colours import Oklch
from velora.kernel.errors import Refusal
from velora.kernel.principal import Principal, Role
from velora.modules.identity import service as identity
from velora.modules.identity.service import AccountFacts, Grant, NewAccount
from velora.modules.sellers import service as seller_service
from velora.modules.sellers.policy import StaffRole, State
from velora.modules.sellers.service import Imprint, Membership, NewSeller, SellerFacts
from velora.modules.tenants import service as tenants
from velora.modules.tenants.policy import FurtherCurrency, Hero, NewTenant, Theme
from velora.modules.tenants.service import BankDetails, CashOnDelivery, OnInvoice, PaidLater, TenantFacts
from velora.platform.db import UnitOfWork

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Hashes:
    """Of the password that every shown account has, and of one that nobody knows."""

    shown: str
    nobodys: str


def granted(outcomes: Sequence[object], wanted: type[T]) -> list[T]:
    """All of them. Raises the first refusal: what the sheets say must be possible."""
    if refusal := next((outcome for outcome in outcomes if isinstance(outcome, Refusal)), None):
        raise refusal
    return [outcome for outcome in outcomes if isinstance(outcome, wanted)]


async def stand(uow: UnitOfWork, hashes: Hashes, supplies: Supplies) -> None:
    """The world stands as it was on its first morning."""
    places = {place.slug: place for place in granted(await tenants.create(uow, _new_tenants()), TenantFacts)}
    accounts = await _register(uow, hashes, places)
    await _grant(uow, accounts, places)
    await _let_pay_later(uow, accounts, places)
    standing = await _found_sellers(uow, accounts, places)
    await fill_shelves(uow, places, standing, supplies)


def _new_tenants() -> list[NewTenant]:
    return [
        NewTenant(
            slug=market.slug, name=market.name, currency=market.currency, locale=market.locale, country=market.country,
            tagline=market.tagline, countries=market.countries, tax_mode=market.tax_mode, escrow_days=market.escrow_days,
            reserve_bps=market.reserve_bps, payout_threshold_minor=market.payout_threshold_minor,
            charged=market.charged,
            further=tuple(FurtherCurrency(one.currency, one.payout_threshold_minor) for one in market.further),
            theme=Theme(
                accent=Oklch(market.accent[0] / 1000, market.accent[1] / 1000, market.accent[2]),
                display_font=market.display_font,
                radius=market.radius,
                hero=Hero(market.badge, market.title, market.text, market.cta, market.pictures, market.category),
                announcement=market.announcement,
            ),
        )
        for market in markets()
    ]  # fmt: skip


async def _let_pay_later(uow: UnitOfWork, accounts: Mapping[str, int], places: Mapping[str, TenantFacts]) -> None:
    """Marketplaces offer what their sheets say beside cards, and finance lets some of their buyers owe."""
    offered = {places[market.slug].id: _paid_later(market.later) for market in markets() if market.later}
    granted([await tenants.let_pay_later(uow, tenant_id, wanted) for tenant_id, wanted in offered.items()], TenantFacts)
    by = Hand(Principal(account_id=accounts[FINANCE.email]).actor_ref)
    wishes = [
        limits.Wish(
            places[one.market].id, accounts[one.email], one.limit_minor, places[one.market].currency, "A good customer of old", by,
            one.limit_minor + 1,  # nobody else is here yet who could agree
        )
        for one in invoice_terms()
    ]  # fmt: skip
    granted(await limits.let(uow, wishes), Done)


def _paid_later(sheet: LaterSheet) -> PaidLater:
    return PaidLater(CashOnDelivery(sheet.cash_up_to_minor), OnInvoice(BankDetails(sheet.holder, sheet.iban), sheet.days))


def _labels() -> list[tuple[PersonSheet, str, str]]:
    """Whom the sign-in page shows, as what and where, in its order."""
    chosen = {slug: next(seller for seller in sellers() if seller.slug == slug) for slug in SHOWN_SELLERS}
    return [
        *((market.buyer, "Buyer", market.name) for market in markets()),
        *(
            (person, "Seller", f"{seller.name}, {role}")
            for seller in chosen.values()
            for person, role in ((seller.owner, "owner"), *((person, "staff") for person in seller.staff[:1]))
        ),
        *((market.admin, "Marketplace admin", market.name) for market in markets()),
        (FINANCE, "Finance", "All marketplaces"),
        (SUPER_ADMIN, "Super admin", "Everything"),
    ]


async def _register(uow: UnitOfWork, hashes: Hashes, places: Mapping[str, TenantFacts]) -> dict[str, int]:
    """Everybody's account by address: first those whom the sign-in page shows, with the password that stands there."""
    shown = [person for person, _, _ in _labels()]
    staff = [person for seller in sellers() for person in (seller.owner, *seller.staff) if person not in shown]
    at = {market.buyer.email: places[market.slug].id for market in markets()}
    wanted = [NewAccount(person.email, person.name, hashes.shown, at.get(person.email)) for person in (*shown, *staff)]
    wanted += [NewAccount(person.email, person.name, hashes.nobodys, places[slug].id) for slug in MARKETS for person in regulars(slug)]
    made = granted(await identity.register(uow, wanted), AccountFacts)
    return {account.email: account.id for account in made}


async def _grant(uow: UnitOfWork, accounts: Mapping[str, int], places: Mapping[str, TenantFacts]) -> None:
    admins = [Grant(accounts[market.admin.email], Role.MARKETPLACE_ADMIN, places[market.slug].id) for market in markets()]
    platform = [Grant(accounts[FINANCE.email], Role.FINANCE), Grant(accounts[SUPER_ADMIN.email], Role.SUPER_ADMIN)]
    await identity.grant(uow, [*admins, *platform])
    await identity.show_in_demo(uow, {accounts[person.email]: (role, place) for person, role, place in _labels()})


async def _found_sellers(uow: UnitOfWork, accounts: Mapping[str, int], places: Mapping[str, TenantFacts]) -> dict[str, int]:
    """Every organisation with its staff, approved by the administrator of each marketplace that it applied to."""
    wanted = [
        NewSeller(seller.slug, seller.name, seller.country, accounts[seller.owner.email], seller.about, seller.tier) for seller in sellers()
    ]
    standing = {facts.slug: facts.id for facts in granted(await seller_service.found(uow, wanted), SellerFacts)}
    for seller in sellers():
        for person in seller.staff:
            await seller_service.hire(uow, standing[seller.slug], accounts[person.email], StaffRole.STAFF)
    imprints = [(standing[seller.slug], Imprint(**seller.imprint.model_dump())) for seller in sellers()]
    granted([await seller_service.set_imprint(uow, seller_id, imprint) for seller_id, imprint in imprints], Imprint)
    applications = [
        onboarding.Application(standing[seller.slug], slug, seller.about, _owner(standing[seller.slug], accounts[seller.owner.email]))
        for seller in sellers()
        for slug in seller.markets
    ]
    granted(await onboarding.apply(uow, applications), Membership)
    admins = {market.slug: _admin(places[market.slug].id, accounts[market.admin.email]) for market in markets()}
    decisions = [
        onboarding.Decision(places[one.tenant_slug].id, one.seller_id, State.APPROVED, "", admins[one.tenant_slug]) for one in applications
    ]
    granted(await onboarding.decide(uow, decisions), Membership)
    return standing


def _owner(seller_id: int, account_id: int) -> Principal:
    return Principal(account_id=account_id, seller_ids=frozenset({seller_id}))


def _admin(tenant_id: int, account_id: int) -> Principal:
    return Principal(account_id=account_id, tenant_id=tenant_id, roles=frozenset({Role.MARKETPLACE_ADMIN}))
