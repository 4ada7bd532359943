"""Sellers list products and set prices where they may sell."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from velora.kernel.errors import Forbidden, Invalid, NotFound, Refusal
from velora.modules.catalog.errors import CategoryNotFound
from velora.modules.catalog.policy import ListingDraft, OfferDraft, State
from velora.modules.catalog.service import Listed, PriceChange, Repriced, category_trees, list_in, set_prices
from velora.modules.pricing.service import undelivered
from velora.modules.sellers.service import approved
from velora.modules.tenants.service import TenantFacts
from velora.modules.tenants.service import by_slug as tenants_by_slug
from velora.platform.db import UnitOfWork


@dataclass(frozen=True, slots=True)
class Showing:
    """A product is to be shown in a marketplace's category, both by their slugs."""

    seller_id: int
    product_id: int
    tenant: str
    category: str
    state: State
    offers: tuple[OfferDraft, ...]


@dataclass(frozen=True, slots=True)
class NewPrice:
    """In the marketplace's main currency, or in the further one named; None takes the variant off sale in that one."""

    variant_id: int
    tenant: str
    price_minor: int | None
    compare_at_minor: int | None
    currency: str = ""


async def show(uow: UnitOfWork, showings: Sequence[Showing]) -> list[Listed | Refusal]:
    """Each product is listed as asked, where its seller is approved. Answers in order."""
    tenants = await tenants_by_slug(uow, {showing.tenant for showing in showings})
    trees = await category_trees(uow, {tenant.id for tenant in tenants.values()})
    answers: dict[int, Listed | Refusal] = {}
    drafts: dict[int, ListingDraft] = {}
    for i, showing in enumerate(showings):
        tenant = tenants.get(showing.tenant)
        if tenant is None:
            answers[i] = NotFound("marketplace", showing.tenant)
        elif showing.seller_id not in await approved(uow, tenant.id, [showing.seller_id]):
            answers[i] = Forbidden(f"sell at {tenant.name}")
        elif (category := trees[tenant.id].by_slug(showing.category)) is None:
            answers[i] = CategoryNotFound(showing.category)
        elif refusal := await refuse_further(uow, tenant, showing.seller_id, {name for offer in showing.offers for name in offer.further}):
            answers[i] = refusal
        else:
            drafts[i] = ListingDraft(
                tenant.id, showing.seller_id, showing.product_id, category.id, tenant.currency, showing.offers, showing.state
            )
    answers |= zip(drafts, await list_in(uow, list(drafts.values())), strict=True)
    return [answers[i] for i in range(len(showings))]


async def reprice(uow: UnitOfWork, seller_id: int, wanted: Sequence[NewPrice]) -> list[tuple[TenantFacts, Repriced]]:
    """All of the prices hold from now on, or none: raises the first refusal."""
    tenants: Mapping[str, TenantFacts] = await tenants_by_slug(uow, {price.tenant for price in wanted})
    changes: list[PriceChange] = []
    for price in wanted:
        tenant = tenants.get(price.tenant)
        if tenant is None:
            raise NotFound("marketplace", price.tenant)
        further = {price.currency} - {"", tenant.currency} if price.price_minor is not None else set[str]()
        if refusal := await refuse_further(uow, tenant, seller_id, further):
            raise refusal
        changes.append(PriceChange(tenant.id, seller_id, price.variant_id, price.price_minor, price.compare_at_minor, price.currency))
    repriced: list[tuple[TenantFacts, Repriced]] = []
    for price, outcome in zip(wanted, await set_prices(uow, changes), strict=True):
        if isinstance(outcome, Refusal):
            raise outcome
        repriced.append((tenants[price.tenant], outcome))
    return repriced


async def refuse_further(uow: UnitOfWork, tenant: TenantFacts, seller_id: int, currencies: Collection[str]) -> Invalid | None:
    """Why a seller cannot price in these further currencies: the marketplace does not sell in one, or its delivery has no price in it."""
    for currency in sorted(currencies):
        if currency not in tenant.further_currencies:
            return Invalid("/currency", f"{tenant.name} does not sell in {currency} beside {tenant.currency}. Leave this price out.")
    unsaid = await undelivered(uow, {(tenant.id, seller_id, currency) for currency in currencies}) if currencies else ()
    said = "Nobody has said what your delivery costs in {}. Have that set first; it is not converted."
    return next((Invalid("/currency", said.format(currency)) for _, _, currency in sorted(unsaid)), None)
