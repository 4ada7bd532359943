"""Lists of cards: from the index, or, without words, from the database while the index is away."""

from collections.abc import Mapping
from typing import Any, Final

from velora.flows.indexing import documents_of
from velora.kernel.paging import decode_cursor, encode_cursor
from velora.modules.catalog.service import Browse, browse, category_trees
from velora.modules.sellers.service import by_slug as sellers_by_slug
from velora.modules.tenants.service import by_id as tenants_by_id
from velora.platform.house import House
from velora.platform.search import MAX_OFFSET, Facet, Found, Hit, Query, SearchUnavailable, Sort

Card = Mapping[str, Any]


def cards(result: Found, currency: str) -> tuple[Card, ...]:
    """What was found, at the prices of the currency that was searched in."""
    return tuple(hit.card[currency] for hit in result.hits)


def marked_cards(result: Found, currency: str) -> tuple[Card, ...]:
    """The same, each with what it was found by."""
    return tuple({**card, "marked": _marked(hit)} for card, hit in zip(cards(result, currency), result.hits, strict=True))


def _marked(hit: Hit) -> Mapping[str, Any] | None:
    return {"title": hit.title, "snippet": hit.snippet} if hit.title else None


def place_of(cursor: str | None) -> tuple[int, str]:
    """Where the page of this cursor begins: behind how many, and behind what. Raises Invalid for a cursor of another list."""
    if cursor is None:
        return 0, ""
    offset, after = decode_cursor(cursor, int, str)
    return max(int(offset), 0), str(after)


def cursor_after(result: Found, offset: int) -> str | None:
    """The page behind this one, which began behind so many; None where this is the last."""
    shown = offset + len(result.hits)
    return encode_cursor(shown, result.after) if result.hits and shown < result.total else None


async def found(house: House, tenant_id: int, query: Query) -> Found:
    """What the index finds. Raises SearchUnavailable for words, or for a page far behind, while the index is away."""
    try:
        return await house.search.search(tenant_id, query)
    except SearchUnavailable:
        if query.text.strip() or query.offset > MAX_OFFSET:
            raise
        return await _from_database(house, tenant_id, query)


async def _from_database(house: House, tenant_id: int, query: Query) -> Found:
    """The same list without facets: category and seller are obeyed, other choices are not offered and so not made."""
    async with house.db.read(tenant_id) as uow:
        main = (await tenants_by_id(uow, [tenant_id]))[tenant_id].currency
        tree = (await category_trees(uow, [tenant_id]))[tenant_id]
        wanted_categories = query.choices.get("category", frozenset())
        wanted_sellers = query.choices.get("seller", frozenset())
        sellers = await sellers_by_slug(uow, wanted_sellers) if wanted_sellers else {}
        order = "newest" if query.sort is Sort.NEWEST else "popular"
        page = await browse(
            uow,
            Browse(
                tenant_id=tenant_id,
                category_ids=tree.below(wanted_categories) if wanted_categories else None,
                seller_ids=[seller.id for seller in sellers.values()] if wanted_sellers else None,
                order=order,
                offset=query.offset,
                limit=query.limit,
                further=query.currency if query.currency != main else None,
            ),
        )
        documents = await documents_of(uow, page.keys)
    return Found(tuple(Hit(document.id, document.card) for document in documents), page.total, (), None, None, None)


def facet_rows(result: Found, chosen_category: str | None) -> list[dict[str, Any]]:
    """The facets that help to go on, and last what the prices lie between: as the API gives them, once orjson has written their values."""
    shown: list[dict[str, Any]] = [
        {"key": facet.key, "label": facet.label, "kind": "terms", "values": facet.values} for facet in facets_of(result, chosen_category)
    ]
    if result.price_min is not None and result.price_min != result.price_max:
        shown.append({"key": "price", "label": "", "kind": "range", "values": [], "min": result.price_min, "max": result.price_max})
    return shown


def facets_of(result: Found, chosen_category: str | None) -> list[Facet]:
    """The facets that help to go on: of the categories those along the chosen path and just below it, and no facet of one value."""
    shown: list[Facet] = []
    for facet in result.facets:
        values = facet.values
        if facet.key == "category":
            values = tuple(
                value for value in values if value.value in _path(facet, chosen_category) or value.parent == (chosen_category or "")
            )
        if len(values) > 1 or any(value.selected for value in values):
            shown.append(Facet(facet.key, facet.label, values))
    return sorted(shown, key=lambda facet: (_FIRST.get(facet.key, len(_FIRST)), facet.label))


_FIRST: Final = {"category": 0, "in_stock": 1}


def _path(facet: Facet, slug: str | None) -> set[str]:
    parents = {value.value: value.parent for value in facet.values}
    path: set[str] = set()
    while slug and slug in parents and slug not in path:
        path.add(slug)
        slug = parents[slug]
    return path
