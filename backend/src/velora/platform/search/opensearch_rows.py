"""The shape of the index in OpenSearch: its mapping, its analyzers, and a document as a row of it."""

from collections.abc import Mapping
from typing import Any, Final

from velora.kernel.money import CURRENCY_DIGITS
from velora.platform.search.address import OpenSearchAddress
from velora.platform.search.facets import choice, counted_term
from velora.platform.search.port import MAX_OFFSET, Document, Key, digest_of

SHAPE: Final = "v1"  # another mapping is another generation, and is built anew
PRICE: Final = "price"
WORDS: Final = "words"
BEGUN: Final = "begun"
REFRESH_SECONDS: Final = 0.5
LONGEST_PAGE: Final = 1_000

# What OpenSearch has built in: the stemmer of each language, and what comes before it.
LANGUAGES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "ar": ("arabic", ("decimal_digit", "arabic_normalization")),
    "da": ("danish", ()),
    "de": ("light_german", ("german_normalization",)),
    "en": ("english", ("possessive",)),
    "es": ("light_spanish", ()),
    "fi": ("finnish", ()),
    "fr": ("light_french", ("elision_fr",)),
    "it": ("light_italian", ("elision_it",)),
    "nl": ("dutch", ()),
    "no": ("norwegian", ()),
    "pt": ("light_portuguese", ()),
    "sv": ("swedish", ()),
}
# What most pages count has a field of its own, so that its counts do not go through all the others.
COUNTED: Final = "facet"
COUNTED_APART: Final = {"category": "facet_category", "seller": "facet_seller"}
_FOLDED: Final = ["lowercase", "decimal_digit", "arabic_normalization", "asciifolding"]


def stem_field(language: str) -> str:
    return f"stem_{language}"


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
    filters = {
        "possessive": {"type": "stemmer", "language": "possessive_english"},
        "elision_fr": {"type": "elision", "articles_case": True, "articles": ["l", "m", "t", "qu", "n", "s", "j", "d", "c"]},
        "elision_it": {"type": "elision", "articles_case": True, "articles": ["l", "un", "dell", "all", "nell", "sull", "d", "quest"]},
        "begins": {"type": "edge_ngram", "min_gram": 1, "max_gram": 20},
    } | {f"stem_{code}": {"type": "stemmer", "language": stemmer} for code, (stemmer, _) in LANGUAGES.items()}
    analyzers: dict[str, Any] = {
        WORDS: {"tokenizer": "split", "filter": _FOLDED},
        BEGUN: {"tokenizer": "split", "filter": [*_FOLDED, "begins"]},
    } | {
        code: {"tokenizer": "split", "filter": ["lowercase", *before, f"stem_{code}", "asciifolding"]}
        for code, (_, before) in LANGUAGES.items()
    }
    return {
        "number_of_shards": address.shards,
        **spread,
        "refresh_interval": "-1",
        "max_result_window": MAX_OFFSET + LONGEST_PAGE,
        "sort.field": ["id"],  # ids follow time: the newest stand first, and what is equal otherwise stands in this order
        "sort.order": ["desc"],
        "analysis": {
            "tokenizer": {"split": {"type": "char_group", "tokenize_on_chars": ["whitespace", "punctuation", "symbol"]}},
            "filter": filters,
            "analyzer": analyzers,
        },
    }


def mapping() -> dict[str, Any]:
    """Every field; one that is not here is refused."""
    keyword = {"type": "keyword"}
    number = {"type": "long"}
    begun = {"type": "text", "analyzer": BEGUN, "search_analyzer": WORDS, "index_options": "docs", "norms": False}
    title = {"type": "text", "analyzer": WORDS, "fields": {BEGUN: begun}}
    return {
        "dynamic": "strict",
        "_routing": {"required": True},
        "properties": {
            "tenant": keyword,
            "id": number,
            "written": number,
            "digest": {"type": "keyword", "index": False, "doc_values": False},
            "gone": keyword,
            "title": title,
            "text": {"type": "text", "analyzer": WORDS},
            **{stem_field(code): {"type": "text", "analyzer": code} for code in LANGUAGES},
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
    language = document.locale.split("-")[0]
    stemmed = {stem_field(language): f"{document.title} {document.text}"} if language in LANGUAGES else {}
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
        **stemmed,
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
