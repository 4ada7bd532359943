"""The demo world as it stands in the database: ids for the names of the sheets."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from velora.flows.demo_world.data import FINANCE, MARKETS, SUPER_ADMIN, markets, sellers
from velora.flows.demo_world.plan import regulars
from velora.flows.demo_world.wares import Ref, wares_of
from velora.kernel.ids import time_of
from velora.modules.catalog.policy import slug_of
from velora.modules.catalog.service import find_by_handle
from velora.modules.identity import service as identity
from velora.modules.sellers import service as seller_service
from velora.modules.tenants import service as tenants
from velora.modules.tenants.service import TenantFacts
from velora.platform.db import UnitOfWork


@dataclass(frozen=True, slots=True)
class World:
    """`accounts` by e-mail address, `variants` by seller and article number: what has come already."""

    began: datetime
    markets: Mapping[str, TenantFacts]
    sellers: Mapping[str, int]
    accounts: Mapping[str, int]
    variants: Mapping[Ref, int]

    def owner(self, slug: str) -> int:
        """The account of the seller's owner."""
        return self.accounts[next(seller.owner.email for seller in sellers() if seller.slug == slug)]

    def seller_of(self, seller_id: int) -> str:
        return next(slug for slug, id_ in self.sellers.items() if id_ == seller_id)


def people() -> list[str]:
    """The addresses of everybody who has an account."""
    shown = [person.email for market in markets() for person in (market.admin, market.buyer)]
    staff = [person.email for seller in sellers() for person in (seller.owner, *seller.staff)]
    return [FINANCE.email, SUPER_ADMIN.email] + shown + staff + [person.email for market in MARKETS for person in regulars(market)]


async def read_world(uow: UnitOfWork) -> World | None:
    """The world as it stands, or None when it does not. Needs platform scope."""
    places = await tenants.by_slug(uow, MARKETS)
    standing = {slug: facts.id for slug, facts in (await seller_service.by_slug(uow, [seller.slug for seller in sellers()])).items()}
    if len(places) < len(MARKETS) or len(standing) < len(sellers()):
        return None
    variants: dict[Ref, int] = {}
    for seller in sellers():
        found = await find_by_handle(uow, standing[seller.slug], [slug_of(product.title) for product in seller.product])
        ids = {variant.sku: variant.id for product in found.values() for variant in product.variants}
        variants |= {ware.ref: ids[ware.ref[1]] for _, wares in wares_of(seller.slug) for ware in wares if ware.ref[1] in ids}
    accounts = {email: facts.id for email, facts in (await identity.by_email(uow, people())).items()}
    return World(time_of(min(place.id for place in places.values())), places, standing, accounts, variants)
