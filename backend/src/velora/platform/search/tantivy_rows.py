"""The shape of the embedded engine's index: its fields, and a document as a row of them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import orjson
import tantivy
from tantivy import Occur, SchemaBuilder

from velora.kernel.money import CURRENCY_DIGITS
from velora.platform.search.bitmaps import Row
from velora.platform.search.facets import choice, counted_term
from velora.platform.search.port import Document, Key, digest_of
from velora.platform.search.reading import Zone
from velora.platform.search.tantivy_text import TERMS, week_of
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
    builder.add_unsigned_field("row", indexed=True, fast=True)  # its number, never given twice, and higher than any before
    builder.add_unsigned_field("instead", fast=True)  # of which row it is; 0 for none
    builder.add_bytes_field("facts", stored=True)
    builder.add_bytes_field("title", stored=True)
    builder.add_bytes_field("text", stored=True)
    for zone in (Zone.TITLE, Zone.NAMED, Zone.ALL):
        builder.add_text_field(zone, tokenizer_name=TERMS)
    builder.add_text_field(Zone.SOLD, tokenizer_name=TERMS, index_option="basic")
    builder.add_text_field("choice", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("facet", tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_text_field("sold_in", tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("week", indexed=True)
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


@dataclass(frozen=True, slots=True)
class Writing:
    """When a row is written: its version, its number, and the number of the row that it is written instead of, or 0."""

    version: int
    row: int
    instead: int


def row_of_gone(key: Key, writing: Writing) -> tantivy.Document:
    """What stays of a document that is gone: that it is, as of this version."""
    row = _row(key, writing)
    row.add_text("gone", GONE)
    return row


def _row(key: Key, writing: Writing) -> tantivy.Document:
    row = tantivy.Document()
    row.add_text("key", term(key))
    row.add_unsigned("tenant", key.tenant_id)
    row.add_integer("written", writing.version)
    row.add_unsigned("row", writing.row)
    row.add_unsigned("instead", writing.instead)
    return row


def row_of(document: Document, writing: Writing) -> tantivy.Document:
    """The document as it is written."""
    row = _row(Key(document.tenant_id, document.id), writing)
    row.add_unsigned("id", document.id)
    row.add_bytes("title", document.title.encode())
    row.add_bytes("text", document.text.encode())
    for zone, terms in terms_in(document).items():
        row.add_text(zone, " ".join(terms))
    terms = [counted_term(value) for value in document.facets]
    for value, counted in zip(document.facets, terms, strict=True):
        row.add_text("choice", choice(value.key, value.value, value.currency))
        row.add_text("facet", counted)
    row.add_bytes("facts", orjson.dumps([terms, document.prices]))
    for currency, price_minor in document.prices.items():
        row.add_text("sold_in", currency)
        row.add_integer(price_in(currency), price_minor)
    row.add_integer("created", document.created_ms)
    row.add_unsigned("week", week_of(document.created_ms))
    row.add_integer("popularity", document.popularity)
    row.add_bytes("digest", digest_of(document).encode())
    row.add_bytes("card", orjson.dumps(document.card))
    return row


def counted_in(number: int, row: tantivy.Document) -> Row:
    """What is counted of a row that has this number."""
    facets, prices = orjson.loads(bytes(row.get_first("facts") or b"[[],{}]"))
    return Row(number, key_of(row).tenant_id, facets, prices)
