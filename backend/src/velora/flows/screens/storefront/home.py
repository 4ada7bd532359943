"""The first page: the categories, what is loved, what is new, and who sells here."""

from dataclasses import dataclass
from typing import Final

from velora.flows.screens.storefront.lists import Card, cards, found
from velora.modules.catalog.service import CategoryFacts, category_trees, products_by_category, products_by_seller
from velora.modules.sellers.service import SellerFacts
from velora.modules.sellers.service import facts as seller_facts
from velora.platform.house import House
from velora.platform.search import Query, Sort

CARDS: Final = 8  # of each kind


@dataclass(frozen=True, slots=True)
class HomePage:
    """Top categories with what is on sale in and below each; sellers with theirs, those with most first."""

    categories: tuple[tuple[CategoryFacts, int], ...]
    loved: tuple[Card, ...]
    fresh: tuple[Card, ...]
    sellers: tuple[tuple[SellerFacts, int], ...]
    products: int


async def home_page(house: House, tenant_id: int, currency: str, *, further: str | None = None) -> HomePage:
    """What greets a visitor of this marketplace, at prices in this currency; `further` names it where it is not the main one."""
    async with house.db.read(tenant_id) as uow:
        tree = (await category_trees(uow, [tenant_id]))[tenant_id]
        in_category = await products_by_category(uow, tenant_id, further=further)
        of_seller = await products_by_seller(uow, tenant_id, further=further)
        sellers = await seller_facts(uow, of_seller)
    loved = await found(house, tenant_id, Query(currency, sort=Sort.POPULAR, limit=CARDS, facets=()))
    fresh = await found(house, tenant_id, Query(currency, sort=Sort.NEWEST, limit=CARDS, facets=()))
    return HomePage(
        categories=tuple((top, sum(in_category.get(id_, 0) for id_ in tree.below({top.slug}))) for top in tree.children(None)),
        loved=cards(loved, currency),
        fresh=cards(fresh, currency),
        sellers=tuple(
            (sellers[id_], number) for id_, number in sorted(of_seller.items(), key=lambda one: (-one[1], one[0])) if id_ in sellers
        ),
        products=sum(of_seller.values()),
    )
