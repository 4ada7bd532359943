"""A page of results from the embedded engine: the pins first, and then the others in their order."""

from collections.abc import Sequence
from typing import Final

import tantivy
from tantivy import Order

from velora.platform.search.port import Key, Query, Sort
from velora.platform.search.tantivy_answers import total_of
from velora.platform.search.tantivy_rows import PRICE, key_of, price_in

_ORDERS: Final = {
    Sort.PRICE_ASC: (PRICE, Order.Asc),
    Sort.PRICE_DESC: (PRICE, Order.Desc),
    Sort.NEWEST: ("created", Order.Desc),
    Sort.POPULAR: ("popularity", Order.Desc),
}


def pinned(searcher: tantivy.Searcher, tenant_id: int, query: Query, pins: tantivy.Query) -> list[tantivy.Document]:
    """Those of the pins that are there, in their order."""
    found = [searcher.doc(address) for _, address in searcher.search(pins, limit=len(query.pinned)).hits]
    place = {Key(tenant_id, one): number for number, one in enumerate(query.pinned)}
    return sorted(found, key=lambda row: place[key_of(row)])


def page(
    searcher: tantivy.Searcher, query: Query, first: Sequence[tantivy.Document], others: tantivy.Query, *, by_text: bool
) -> tuple[list[tantivy.Document], int]:
    """The page that the query asks for, of these and then of the others in their order; and how many others there are."""
    offset = min(query.offset, searcher.num_docs)  # room is made for as many as are counted
    shown = list(first[offset : offset + query.limit])
    room = query.limit - len(shown)
    by_field, order = _ORDERS.get(query.sort, ("popularity", Order.Desc))
    result = searcher.search(
        others,
        limit=max(room, 1),
        offset=max(offset - len(first), 0),
        order_by_field=None if by_text else price_in(query.currency) if by_field == PRICE else by_field,
        order=Order.Desc if by_text else order,
    )
    return [*shown, *(searcher.doc(address) for _, address in result.hits[:room])], total_of(result)
