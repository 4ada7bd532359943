"""What somebody chose, as tantivy queries that find and do not rank."""

from collections.abc import Iterable

from tantivy import FieldType, Occur, Query, Schema

from velora.platform.search import port
from velora.platform.search.facets import choices
from velora.platform.search.tantivy_rows import price_in


def of_tenant(schema: Schema, tenant_id: int) -> Query:
    """What is this tenant's: nothing is read without it."""
    return Query.const_score_query(Query.term_query(schema, "tenant", tenant_id), 0.0)


def sold_by(schema: Schema, tenant_id: int, currency: str) -> list[Query]:
    """What this tenant sells in the currency."""
    sold_in = Query.term_query(schema, "sold_in", currency, "basic")
    return [of_tenant(schema, tenant_id), Query.const_score_query(sold_in, 0.0)]


def any_of(schema: Schema, key: str, values: Iterable[str], currency: str) -> Query:
    """What has one of these values of a facet."""
    terms = [Query.term_query(schema, "choice", one, "basic") for one in choices(key, values, currency)]
    either = terms[0] if len(terms) == 1 else Query.boolean_query([(Occur.Should, term) for term in terms])
    return Query.const_score_query(either, 0.0)


def within(schema: Schema, query: port.Query) -> list[Query]:
    """What costs as much as was asked for; nothing where nothing was."""
    if query.price_from is None and query.price_to is None:
        return []
    priced = Query.range_query(
        schema, price_in(query.currency), FieldType.Integer, lower_bound=query.price_from, upper_bound=query.price_to
    )
    return [Query.const_score_query(priced, 0.0)]
