"""Sellers list products and set prices where they may sell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from velora.kernel.errors import Forbidden, NotFound, Refusal
from velora.modules.catalog.errors import CategoryNotFound
from velora.modules.catalog.policy import ListingDraft, OfferDraft, State
from velora.modules.catalog.service import Listed, PriceChange, Repriced, category_trees, list_in, set_prices
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
    variant_id: int
    tenant: str
    price_minor: int
    compare_at_minor: int | None


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
        if price.tenant not in tenants:
            raise NotFound("marketplace", price.tenant)
        changes.append(PriceChange(tenants[price.tenant].id, seller_id, price.variant_id, price.price_minor, price.compare_at_minor))
    repriced: list[tuple[TenantFacts, Repriced]] = []
    for price, outcome in zip(wanted, await set_prices(uow, changes), strict=True):
        if isinstance(outcome, Refusal):
            raise outcome
        repriced.append((tenants[price.tenant], outcome))
    return repriced
