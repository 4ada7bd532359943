"""The shape of the embedded engine's index: its fields, and a document as a row of them."""

from collections.abc import Collection
from typing import Final

import orjson
import tantivy
from tantivy import Occur, SchemaBuilder

from velora.kernel.money import CURRENCY_DIGITS
from velora.platform.search.facets import choice, counted_term
from velora.platform.search.port import Document, Key, digest_of
from velora.platform.search.reading import Zone
from velora.platform.search.tantivy_text import TERMS
from velora.platform.search.zones import terms_in

GONE: Final = "gone"
PRICE: Final = "price"  # in the order of a query: of the query's currency


def schema() -> tantivy.Schema:
    """Every field; prices have one for each currency."""
    builder = SchemaBuilder()
    builder.add_text_field("key", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("gone", tokenizer_name="raw", index_option="basic")
    builder.add_bytes_field("digest", stored=True)
    builder.add_unsigned_field("tenant", indexed=True, fast=True)
    builder.add_unsigned_field("id", stored=True)
    builder.add_bytes_field("title", stored=True)
    builder.add_bytes_field("text", stored=True)
    for zone in (Zone.TITLE, Zone.NAMED, Zone.ALL):
        builder.add_text_field(zone, tokenizer_name=TERMS)
    builder.add_text_field(Zone.SOLD, tokenizer_name=TERMS, index_option="basic")
    builder.add_text_field("choice", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("facet", tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_text_field("sold_in", tokenizer_name="raw", index_option="basic")
    for number in ("created", "popularity", "written", *(price_in(currency) for currency in CURRENCY_DIGITS)):
        builder.add_integer_field(number, indexed=True, fast=True)
    builder.add_bytes_field("card", stored=True)
    return builder.build()


def price_in(currency: str) -> str:
    """The field with the prices of this currency."""
    return f"{PRICE}_{currency}"


def term(key: Key) -> str:
    """A document's key as one term."""
    return f"{key.tenant_id}/{key.id}"


def keys_of(schema: tantivy.Schema, tenant_id: int, ids: Collection[int]) -> tantivy.Query | None:
    """These documents of the tenant, none better than another; None for none."""
    if not ids:
        return None
    known = tantivy.Query.term_set_query(schema, "key", [term(Key(tenant_id, one)) for one in ids])
    return tantivy.Query.const_score_query(known, 0.0)


def either(*queries: tantivy.Query | None) -> tantivy.Query | None:
    """What any of them finds; None where none asks for anything."""
    asked = [(Occur.Should, query) for query in queries if query]
    return tantivy.Query.boolean_query(asked) if asked else None


def key_of(row: tantivy.Document) -> Key:
    """Whose row it is."""
    tenant_id, _, id_ = str(row.get_first("key")).partition("/")
    return Key(int(tenant_id), int(id_))


def row_of_gone(key: Key, version: int) -> tantivy.Document:
    """What stays of a document that is gone: that it is, as of this version."""
    row = tantivy.Document()
    row.add_text("key", term(key))
    row.add_text("gone", GONE)
    row.add_unsigned("tenant", key.tenant_id)
    row.add_integer("written", version)
    return row


def row_of(document: Document, version: int) -> tantivy.Document:
    """The document as it is written."""
    row = tantivy.Document()
    row.add_text("key", term(Key(document.tenant_id, document.id)))
    row.add_unsigned("tenant", document.tenant_id)
    row.add_unsigned("id", document.id)
    row.add_bytes("title", document.title.encode())
    row.add_bytes("text", document.text.encode())
    for zone, terms in terms_in(document).items():
        row.add_text(zone, " ".join(terms))
    for value in document.facets:
        row.add_text("choice", choice(value.key, value.value, value.currency))
        row.add_text("facet", counted_term(value))
    for currency, price_minor in document.prices.items():
        row.add_text("sold_in", currency)
        row.add_integer(price_in(currency), price_minor)
    row.add_integer("created", document.created_ms)
    row.add_integer("popularity", document.popularity)
    row.add_integer("written", version)
    row.add_bytes("digest", digest_of(document).encode())
    row.add_bytes("card", orjson.dumps(document.card))
    return row
