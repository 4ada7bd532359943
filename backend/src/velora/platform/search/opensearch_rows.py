"""The shape of the index in OpenSearch: its mapping, its analyzers, and a document as a row of it."""

from typing import Any, Final

from velora.kernel.money import CURRENCY_DIGITS
from velora.platform.search.address import OpenSearchAddress
from velora.platform.search.facets import choice, counted_term
from velora.platform.search.opensearch_text import BEGUN
from velora.platform.search.port import MAX_OFFSET, Document, Key, digest_of
from velora.platform.search.reading import Zone
from velora.platform.search.zones import beginnings_of, terms_in

SHAPE: Final = "v2"  # another mapping is another generation, and is built anew
PRICE: Final = "price"
TERMS: Final = "terms"
REFRESH_SECONDS: Final = 0.5
LONGEST_PAGE: Final = 1_000

# What most pages count has a field of its own, so that its counts do not go through all the others.
COUNTED: Final = "facet"
_ZONES: Final = (Zone.TITLE, Zone.NAMED, Zone.ALL)
COUNTED_APART: Final = {"category": "facet_category", "seller": "facet_seller"}


def price_in(currency: str) -> str:
    """The field with the prices of this currency."""
    return f"{PRICE}_{currency}"


def counted_field(key: str) -> str:
    """Where the values of this facet are counted."""
    return COUNTED_APART.get(key, COUNTED)


def counted_fields() -> list[str]:
    return [COUNTED, *COUNTED_APART.values()]


def settings(address: OpenSearchAddress) -> dict[str, Any]:
    """What an index of this shape is made with. While it is filled nobody searches it, so it is not refreshed by itself."""
    spread = {"auto_expand_replicas": "0-1"} if address.replicas is None else {"number_of_replicas": address.replicas}
    return {
        "number_of_shards": address.shards,
        **spread,
        "refresh_interval": "-1",
        "max_result_window": MAX_OFFSET + LONGEST_PAGE,
        "sort.field": ["id"],  # ids follow time: the newest stand first, and what is equal otherwise stands in this order
        "sort.order": ["desc"],
        # Terms are made in `language`, with the analysis of each language: here they are only parted.
        "analysis": {
            "filter": {BEGUN: {"type": "edge_ngram", "min_gram": 1, "max_gram": 20}},
            "analyzer": {TERMS: {"tokenizer": "whitespace"}, BEGUN: {"tokenizer": "whitespace", "filter": [BEGUN]}},
        },
    }


def mapping() -> dict[str, Any]:
    """Every field; one that is not here is refused."""
    keyword = {"type": "keyword"}
    number = {"type": "long"}
    terms = {"type": "text", "analyzer": TERMS}
    kept = {"type": "keyword", "index": False, "doc_values": False}
    return {
        "dynamic": "strict",
        "_routing": {"required": True},
        "_source": {"excludes": [*_ZONES, BEGUN]},
        "properties": {
            "tenant": keyword,
            "id": number,
            "written": number,
            "digest": kept,
            "gone": keyword,
            "title": kept,
            "text": kept,
            Zone.TITLE: terms,
            Zone.NAMED: {**terms, "norms": False},
            Zone.ALL: {**terms, "norms": False},
            Zone.SOLD: keyword,
            BEGUN: {**terms, "analyzer": BEGUN, "search_analyzer": TERMS, "index_options": "docs", "norms": False},
            "choice": {"type": "keyword", "doc_values": False},
            **{field: {"type": "keyword", "index": False, "eager_global_ordinals": True} for field in counted_fields()},
            "sold_in": keyword,
            "created": number,
            "popularity": number,
            **{price_in(currency): number for currency in CURRENCY_DIGITS},
            "card": {"type": "object", "enabled": False},
        },
    }


def name_of(key: Key) -> str:
    """A document's name in the index."""
    return f"{key.tenant_id}-{key.id}"


def key_of(name: str) -> Key:
    tenant_id, _, id_ = name.partition("-")
    return Key(int(tenant_id), int(id_))


def row_of(document: Document, version: int) -> dict[str, Any]:
    """The document as it is written."""
    terms = terms_in(document)
    counted: dict[str, list[str]] = {}
    for value in document.facets:
        counted.setdefault(counted_field(value.key), []).append(counted_term(value))
    return {
        "tenant": str(document.tenant_id),
        "id": document.id,
        "written": version,
        "digest": digest_of(document),
        "title": document.title,
        "text": document.text,
        **{zone: " ".join(terms[zone]) for zone in _ZONES},
        Zone.SOLD: terms[Zone.SOLD],
        BEGUN: " ".join(beginnings_of(document.title)),
        "choice": [choice(value.key, value.value, value.currency) for value in document.facets],
        **counted,
        "sold_in": list(document.prices),
        "created": document.created_ms,
        "popularity": document.popularity,
        **{price_in(currency): price_minor for currency, price_minor in document.prices.items()},
        "card": document.card,
    }


def row_of_gone(key: Key, version: int) -> dict[str, Any]:
    """What stays of a document that is gone: that it is, as of this version."""
    return {"tenant": str(key.tenant_id), "id": key.id, "written": version, "gone": "gone"}
