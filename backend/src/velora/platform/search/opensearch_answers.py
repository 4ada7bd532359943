"""What is asked of OpenSearch for a page of results, and what its answers say.

Several searches that travel together. The first has everything that was asked: its hits, how many, what the prices lie between, and the
counts of every facet without a choice. A facet with a choice ignores it, so its counts are a search of their own that obeys the others;
and the bounds of prices ignore the prices that were asked for. Each looks only at what it finds, which is little where much is chosen.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, cast

import orjson

from velora.kernel.errors import Invalid
from velora.platform.search.facets import BETWEEN, MOST_VALUES, Buckets, buckets_of, choices, facet_of
from velora.platform.search.marks import Marker
from velora.platform.search.opensearch_rows import COUNTED, LONGEST_PAGE, PRICE, counted_field, counted_fields, name_of, price_in
from velora.platform.search.opensearch_text import better, must
from velora.platform.search.port import MAX_OFFSET, Facet, Found, Hit, Key, Query, Sort
from velora.platform.search.reading import Reading

Part = dict[str, Any]

SHOWN: Final = ["id", "card"]
_PIN: Final = 1_000_000  # the score between one pin and the next; a score has 24 bits, and twenty pins have room
_ORDERS: Final = {Sort.NEWEST: "created", Sort.POPULAR: "popularity"}


def tenants(tenant_id: int) -> Part:
    """What is this tenant's."""
    return {"term": {"tenant": str(tenant_id)}}


def sold(tenant_id: int, currency: str) -> list[Part]:
    """What this tenant sells in the currency."""
    return [tenants(tenant_id), {"term": {"sold_in": currency}}]


def questions(tenant_id: int, query: Query, reading: Reading) -> list[Part]:
    """The searches that together answer the query; `found_in` reads their answers, in the same order."""
    place, words = sold(tenant_id, query.currency), must(reading)
    by_words = query.sort is Sort.RELEVANCE and bool(words)
    higher = better(reading, query.fresh_since) if by_words else []
    chosen = {key: _any_of(key, query.choices[key], query.currency) for key in _chosen(query)}
    price, stats = _price(query), {"stats": {"field": price_in(query.currency)}}
    meant = _meant(tenant_id, query, words, higher, by_words=by_words)
    order = _order(query, by_words=by_words)
    first: Part = {
        "size": min(query.limit, LONGEST_PAGE),
        **({"search_after": _place(query.after, order)} if query.after else {"from": min(query.offset, MAX_OFFSET)}),
        "track_total_hits": True,
        "_source": [*SHOWN, "title", "text"] if query.marks else SHOWN,
        "query": _all_of([*place, *chosen.values(), *price], meant),
        "sort": order,
    }
    if query.facets == ():
        return [first]
    first["aggs"] = {field: _terms(field) for field in counted_fields()} | {PRICE: stats}
    asked = [first]
    found = _meant(tenant_id, query, must(reading.found()), [], by_words=False)
    for key in chosen:
        others = [one for other, one in chosen.items() if other != key]
        asked.append(_count([*place, *others, *price], found, {COUNTED: _terms(counted_field(key), key)}))
    if price:
        asked.append(_count([*place, *chosen.values()], found, {PRICE: stats}))
    return asked


@dataclass(frozen=True, slots=True)
class _Meant:
    """What is found, as far as choices and places go not: what must match, and what must not."""

    must: Sequence[Part]
    must_not: Sequence[Part]
    should: Sequence[Part] = ()


def _meant(tenant_id: int, query: Query, words: Sequence[Part], higher: Sequence[Part], *, by_words: bool) -> _Meant:
    """The words or a pin, and nothing that is left out.

    A pin's score says its place, far above any that words can have. Where words do not say the order, they have no score at all: the score
    parts pins from the others, and the order's own field orders those.
    """
    must_not = [_ids(tenant_id, query.left_out)] if query.left_out else []
    if not query.pinned:
        return _Meant(words, must_not, higher)
    scored: Part = {"bool": {"must": list(words), "should": list(higher)}} if words else {"match_all": {}}
    if not by_words:
        scored = {"constant_score": {"filter": scored, "boost": 0}}
    first = len(query.pinned)
    pins = [
        {"constant_score": {"filter": _ids(tenant_id, [one]), "boost": _PIN * (first - place)}} for place, one in enumerate(query.pinned)
    ]
    return _Meant([{"dis_max": {"queries": [scored, *pins]}}], must_not)


def _all_of(filters: Sequence[Part], meant: _Meant) -> Part:
    return {"bool": {"filter": list(filters), "must": list(meant.must), "must_not": list(meant.must_not), "should": list(meant.should)}}


def _count(filters: Sequence[Part], meant: _Meant, counts: Part) -> Part:
    return {"size": 0, "track_total_hits": False, "query": _all_of(filters, meant), "aggs": counts}


def _ids(tenant_id: int, ids: Iterable[int]) -> Part:
    return {"ids": {"values": [name_of(Key(tenant_id, one)) for one in sorted(ids)]}}


def most_questions(tenant_id: int, query: Query, reading: Reading) -> list[Part]:
    """The searches for what has most of the words, and for whether something has all of them but not what was chosen; for `most_in`."""
    place = sold(tenant_id, query.currency)
    each = must(reading.counting())
    for number, one in enumerate(each):
        one["dis_max"]["_name"] = str(number)
    some = {"bool": {"should": each, "minimum_should_match": 1}}
    best = {"bool": {"filter": place, "must": [some], "should": better(reading, None)}}
    asked: list[Part] = [{"size": 1, "track_total_hits": False, "_source": False, "query": best, "sort": ["_score", {"id": "desc"}]}]
    if query.narrows:
        asked.append({"size": 0, "track_total_hits": 1, "query": {"bool": {"filter": [*place, *must(reading)]}}})
    return asked


def most_in(answers: Sequence[Mapping[str, Any]]) -> list[int]:
    """The places of these words."""
    best, *unnarrowed = answers
    if any(answer["hits"]["total"]["value"] for answer in unnarrowed):
        return []
    return sorted(int(name) for hit in best["hits"]["hits"] for name in hit["matched_queries"])


def _chosen(query: Query) -> list[str]:
    return sorted(key for key, values in query.choices.items() if values)


def _terms(field: str, key: str | None = None) -> Part:
    only = {"include": f"{_literally(key + BETWEEN)}.*"} if key is not None and field == COUNTED else {}
    return {"terms": {"field": field, "size": MOST_VALUES, **only}}


def found_in(answers: Sequence[Mapping[str, Any]], query: Query, reading: Reading) -> Found:
    """What the answers to `questions` say."""
    first, *more = answers
    hits, total = (
        _marked(first, query, reading) if query.marks and reading.meanings else hits_in(first),
        int(first["hits"]["total"]["value"]),
    )
    rows = first["hits"]["hits"]
    found = Found(hits, total, (), None, None, None, after=orjson.dumps(rows[-1]["sort"]).decode() if rows else "")
    if query.facets == ():
        return found
    chosen = _chosen(query)
    everywhere = buckets_in(first, query.currency)
    buckets = {key: values for key, values in everywhere.items() if key not in chosen}
    for key, answer in zip(chosen, more, strict=False):  # the bounds of prices may come after them
        buckets[key] = buckets_in(answer, query.currency).get(key, {})
    prices = (answers[-1] if _price(query) else first)["aggregations"][PRICE]
    low, high = prices["min"], prices["max"]
    low, high = None if low is None else round(low), None if high is None else round(high)
    return replace(found, facets=_facets(buckets, query), price_min=low, price_max=high)


def _facets(buckets: Buckets, query: Query) -> tuple[Facet, ...]:
    shown = (
        facet_of(key, values, query.choices.get(key, frozenset()))
        for key, values in buckets.items()
        if values and (query.facets is None or key in query.facets)
    )
    return tuple(sorted(shown, key=lambda facet: facet.key))


def hits_in(answer: Mapping[str, Any]) -> tuple[Hit, ...]:
    return tuple(Hit(int(hit["_source"]["id"]), hit["_source"]["card"]) for hit in answer["hits"]["hits"])


def _marked(answer: Mapping[str, Any], query: Query, reading: Reading) -> tuple[Hit, ...]:
    marker = Marker(reading, query.locale)
    rows = (hit["_source"] for hit in answer["hits"]["hits"])
    return tuple(marker.marked(hit, row["title"], row["text"]) for hit, row in zip(hits_in(answer), rows, strict=True))


def titles_in(answer: Mapping[str, Any]) -> list[str]:
    return [str(hit["_source"]["title"]) for hit in answer["hits"]["hits"]]


def buckets_in(answer: Mapping[str, Any], currency: str) -> Buckets:
    """By the facets that were counted."""
    fields = (field for field in counted_fields() if field in answer["aggregations"])
    counts = ((bucket["key"], bucket["doc_count"]) for field in fields for bucket in answer["aggregations"][field]["buckets"])
    return buckets_of(counts, currency)


def nearest_body(tenant_id: int, currency: str, reading: Reading, size: int, facet: str | None = None) -> Part:
    """What matches these words best, with titles, and counts of one facet if it is named."""
    return {
        "size": size,
        "track_total_hits": False,
        "_source": [*SHOWN, "title"],
        "query": {"bool": {"filter": sold(tenant_id, currency), "must": must(reading), "should": better(reading, None)}},
        "sort": ["_score", {"id": "desc"}],
        **({} if facet is None else {"aggs": {COUNTED: _terms(counted_field(facet), facet)}}),
    }


def _order(query: Query, *, by_words: bool) -> list[Any]:
    """Pins first. Ties fall to the younger one, so that pages follow each other."""
    if by_words:
        return ["_score", {"id": "desc"}]
    pins = ["_score"] if query.pinned else []
    match query.sort:
        case Sort.PRICE_ASC | Sort.PRICE_DESC:
            return [*pins, {price_in(query.currency): "asc" if query.sort is Sort.PRICE_ASC else "desc"}, {"id": "desc"}]
        case _:
            return [*pins, {_ORDERS.get(query.sort, "popularity"): "desc"}, {"id": "desc"}]


def _place(after: str, order: Sequence[Any]) -> list[int | float]:
    """The sort values of the last hit of the page before. Raises Invalid for what cannot be any of a page in this order."""
    try:
        place = orjson.loads(after)
    except orjson.JSONDecodeError:
        place = None
    values: list[Any] = cast("list[Any]", place) if isinstance(place, list) else []
    kinds = [(int, float) if key == "_score" else (int,) for key in order]
    if len(values) != len(kinds) or not all(type(one) in kind and abs(one) < 1 << 63 for one, kind in zip(values, kinds, strict=True)):
        raise Invalid("/cursor", "This cursor belongs to another list. Start again without it.")
    return values


def _any_of(key: str, values: Iterable[str], currency: str) -> Part:
    return {"terms": {"choice": choices(key, values, currency)}}


def _price(query: Query) -> list[Part]:
    bounds = {name: bound for name, bound in (("gte", query.price_from), ("lte", query.price_to)) if bound is not None}
    return [{"range": {price_in(query.currency): bounds}}] if bounds else []


def _literally(text: str) -> str:
    """The text as a pattern of itself, in Lucene's language."""
    return re.sub(r'([.?+*|{}\[\]()"\\#@&<>~^$-])', r"\\\1", text)
