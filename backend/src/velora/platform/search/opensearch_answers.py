"""What is asked of OpenSearch for a page of results, and what its answer says.

One request: the hits, how many, what the prices lie between, and the facets, each of which ignores its own choice. So the choices
narrow the hits after the counting (`post_filter`), and each count that obeys some of them filters for itself.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from velora.platform.search.facets import BETWEEN, MOST_VALUES, Buckets, buckets_of, choices, facet_of
from velora.platform.search.opensearch_rows import LONGEST_PAGE, PRICE, name_of, price_in
from velora.platform.search.port import MAX_OFFSET, Facet, Found, Hit, Key, Query, Sort

Part = dict[str, Any]

SHOWN: Final = ["id", "card"]
EVERYTHING: Final = "everything"
_ORDERS: Final = {Sort.NEWEST: "created", Sort.POPULAR: "popularity"}


def tenants(tenant_id: int) -> Part:
    """What is this tenant's."""
    return {"term": {"tenant": str(tenant_id)}}


def sold(tenant_id: int, currency: str) -> list[Part]:
    """What this tenant sells in the currency."""
    return [tenants(tenant_id), {"term": {"sold_in": currency}}]


def search_body(tenant_id: int, query: Query, words: Sequence[Part]) -> Part:
    """The whole question."""
    chosen = {key: _any_of(key, values, query.currency) for key, values in query.choices.items() if values}
    price = _price(query)
    after = [*chosen.values(), *price]
    without = [] if query.without is None else [{"ids": {"values": [name_of(Key(tenant_id, query.without))]}}]
    body: Part = {
        "size": min(query.limit, LONGEST_PAGE),
        "from": min(query.offset, MAX_OFFSET),
        "track_total_hits": True,
        "_source": SHOWN,
        "query": {"bool": {"filter": sold(tenant_id, query.currency), "must": list(words), "must_not": without}},
        "sort": _order(query, by_words=bool(words)),
    }
    if after:
        body["post_filter"] = _all_of(after)
    if query.facets != ():
        body["aggs"] = _counts(query, chosen, price)
    return body


def _counts(query: Query, chosen: Mapping[str, Part], price: list[Part]) -> Part:
    stats = {"stats": {"field": price_in(query.currency)}}
    counts: Part = {EVERYTHING: {"filter": _all_of([*chosen.values(), *price]), "aggs": {"facets": _terms(), PRICE: stats}}}
    for position, key in enumerate(sorted(chosen)):
        others = [one for other, one in chosen.items() if other != key]
        counts[f"chosen{position}"] = {"filter": _all_of([*others, *price]), "aggs": {"facets": _terms(key)}}
    if price:
        counts[PRICE] = {"filter": _all_of(list(chosen.values())), "aggs": {PRICE: stats}}
    return counts


def _terms(key: str | None = None) -> Part:
    only = {} if key is None else {"include": f"{_literally(key + BETWEEN)}.*"}
    return {"terms": {"field": "facet", "size": MOST_VALUES, **only}}


def found_in(answer: Mapping[str, Any], query: Query) -> Found:
    """What the answer to `search_body` says."""
    hits, total = hits_in(answer), int(answer["hits"]["total"]["value"])
    if query.facets == ():
        return Found(hits, total, (), None, None, None)
    counts = answer["aggregations"]
    chosen = sorted(key for key, values in query.choices.items() if values)
    everywhere = buckets_in(counts[EVERYTHING], query.currency)
    buckets = {key: values for key, values in everywhere.items() if key not in chosen}
    for position, key in enumerate(chosen):
        buckets[key] = buckets_in(counts[f"chosen{position}"], query.currency).get(key, {})
    prices = (counts[PRICE] if PRICE in counts else counts[EVERYTHING])[PRICE]
    low, high = prices["min"], prices["max"]
    facets = _facets(buckets, query)
    return Found(hits, total, facets, None if low is None else round(low), None if high is None else round(high), None)


def _facets(buckets: Buckets, query: Query) -> tuple[Facet, ...]:
    shown = (
        facet_of(key, values, query.choices.get(key, frozenset()))
        for key, values in buckets.items()
        if values and (query.facets is None or key in query.facets)
    )
    return tuple(sorted(shown, key=lambda facet: facet.key))


def hits_in(answer: Mapping[str, Any]) -> tuple[Hit, ...]:
    return tuple(Hit(int(hit["_source"]["id"]), hit["_source"]["card"]) for hit in answer["hits"]["hits"])


def titles_in(answer: Mapping[str, Any]) -> list[str]:
    return [str(hit["_source"]["title"]) for hit in answer["hits"]["hits"]]


def buckets_in(counted: Mapping[str, Any], currency: str) -> Buckets:
    return buckets_of(((bucket["key"], bucket["doc_count"]) for bucket in counted["facets"]["buckets"]), currency)


def nearest_body(tenant_id: int, currency: str, words: Sequence[Part], size: int, facet: str | None = None) -> Part:
    """What matches these words best, with titles, and counts of one facet if it is named."""
    return {
        "size": size,
        "track_total_hits": False,
        "_source": [*SHOWN, "title"],
        "query": {"bool": {"filter": sold(tenant_id, currency), "must": list(words)}},
        "sort": ["_score", {"id": "desc"}],
        **({} if facet is None else {"aggs": {"facets": _terms(facet)}}),
    }


def _order(query: Query, *, by_words: bool) -> list[Any]:
    """Ties fall to the younger one, so that pages follow each other."""
    match query.sort:
        case Sort.RELEVANCE if by_words:
            return ["_score", {"id": "desc"}]
        case Sort.PRICE_ASC | Sort.PRICE_DESC:
            return [{price_in(query.currency): "asc" if query.sort is Sort.PRICE_ASC else "desc"}, {"id": "desc"}]
        case _:
            return [{_ORDERS.get(query.sort, "popularity"): "desc"}, {"id": "desc"}]


def _any_of(key: str, values: Iterable[str], currency: str) -> Part:
    return {"terms": {"choice": choices(key, values, currency)}}


def _price(query: Query) -> list[Part]:
    bounds = {name: bound for name, bound in (("gte", query.price_from), ("lte", query.price_to)) if bound is not None}
    return [{"range": {price_in(query.currency): bounds}}] if bounds else []


def _all_of(filters: Sequence[Part]) -> Part:
    return {"bool": {"filter": list(filters)}} if filters else {"match_all": {}}


def _literally(text: str) -> str:
    """The text as a pattern of itself, in Lucene's language."""
    return re.sub(r'([.?+*|{}\[\]()"\\#@&<>~^$-])', r"\\\1", text)
