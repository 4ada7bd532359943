"""What was typed, as it is read, as tantivy queries."""

from collections.abc import Sequence
from typing import Final

from tantivy import FieldType, Occur, Query, Schema, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from velora.platform.search.reading import FRESH, RARE, SOLD, AnyOf, Begins, InOrder, Near, Reading, Together, Way, Zone

TERMS: Final = "terms"
_WEEK: Final = 7 * 24 * 3600 * 1000  # milliseconds


def week_of(moment_ms: int) -> int:
    """The week, counted from 1970."""
    return moment_ms // _WEEK


def analyzers() -> dict[str, TextAnalyzer]:
    """Terms are made in `language`: here they are only parted."""
    return {TERMS: TextAnalyzerBuilder(Tokenizer.whitespace()).build()}


def must(schema: Schema, reading: Reading) -> list[Query]:
    """Every word, in the way that weighs most."""
    return [Query.disjunction_max_query([_way(schema, way) for way in meaning.ways]) for meaning in reading.meanings]


def better(schema: Schema, reading: Reading, fresh_since: int | None) -> list[Query]:
    """What lets one stand before another that has the same words."""
    rare = (Query.boost_query(Query.term_query(schema, Zone.TITLE, term, "freq"), RARE) for term in reading.rare)
    fresh = [] if fresh_since is None else [Query.const_score_query(one, FRESH) for one in _created_since(schema, fresh_since)]
    return [*(_way(schema, way) for way in (*reading.better, *SOLD)), *rare, *fresh]


def _created_since(schema: Schema, moment_ms: int) -> list[Query]:
    """In the same week, or in a later one: a week is a term, and by moments alone those of all documents would be compared."""
    week = week_of(moment_ms)
    later = Query.range_query(schema, "week", FieldType.Unsigned, lower_bound=week + 1, use_inverted_index=True)
    since = Query.range_query(schema, "created", FieldType.Integer, lower_bound=moment_ms)
    return [all_of(Query.term_query(schema, "week", week, "basic"), since), later]


def all_of(*queries: Query, without: Query | None = None) -> Query:
    """What each of them finds, except what `without` does."""
    parts = [(Occur.Must, query) for query in queries]
    return Query.boolean_query([*parts, (Occur.MustNot, without)] if without else parts)


def ranked(schema: Schema, wanted: Sequence[Query], reading: Reading, fresh_since: int | None = None) -> Query:
    """What each of them finds, and of that what fits better first.

    One thing that makes better around the other: beside each other they are a union, which tantivy walks through whole, however few are
    found. Nearly everything can be new or sell, and by itself each is only asked of what is found.
    """
    found = all_of(*wanted)
    for one in better(schema, reading, fresh_since):
        found = Query.boolean_query([(Occur.Must, found), (Occur.Should, one)])
    return found


def _way(schema: Schema, way: Way) -> Query:
    match way:
        case AnyOf(zone, terms, weight):
            return Query.const_score_query(_any_of(schema, zone, terms), weight)
        case Begins(zone, letters, weight):
            return Query.const_score_query(Query.fuzzy_term_query(schema, zone, letters, distance=0, prefix=True), weight)
        case Near(zone, word, slips, unfinished, weight):
            return Query.const_score_query(Query.fuzzy_term_query(schema, zone, word, distance=slips, prefix=unfinished), weight)
        case InOrder(zone, terms, apart, weight):
            return Query.const_score_query(Query.phrase_query(schema, zone, list(terms), slop=apart), weight)
        case Together(parts, weight):
            return Query.const_score_query(all_of(*(_way(schema, part) for part in parts)), weight)


def _any_of(schema: Schema, zone: str, terms: Sequence[str]) -> Query:
    each = [Query.term_query(schema, zone, term, "basic") for term in terms]
    return each[0] if len(each) == 1 else Query.boolean_query([(Occur.Should, one) for one in each])
