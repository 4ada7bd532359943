"""What was typed, as it is read, as OpenSearch queries."""

from typing import Any, Final

from velora.platform.search.reading import FRESH, RARE, SOLD, AnyOf, Begins, InOrder, Near, Reading, Together, Way, Zone

BEGUN: Final = "begun"  # the beginnings of a title's words

Part = dict[str, Any]


def must(reading: Reading) -> list[Part]:
    """Every word, in the way that weighs most."""
    return [{"dis_max": {"queries": [_way(way) for way in meaning.ways]}} for meaning in reading.meanings]


def better(reading: Reading, fresh_since: int | None) -> list[Part]:
    """What lets one stand before another that has the same words."""
    rare = [{"term": {Zone.TITLE: {"value": term, "boost": RARE}}} for term in reading.rare]
    fresh = [] if fresh_since is None else [{"constant_score": {"filter": {"range": {"created": {"gte": fresh_since}}}, "boost": FRESH}}]
    return [*(_way(way) for way in (*reading.better, *SOLD)), *rare, *fresh]


def _way(way: Way) -> Part:
    match way:
        case AnyOf(zone, terms, weight):
            return {"terms": {zone: list(terms), "boost": weight}}
        case Begins(Zone.TITLE, letters, weight):
            return {"terms": {BEGUN: [letters], "boost": weight}}
        case Begins(zone, letters, weight):
            return {"prefix": {zone: {"value": letters, "boost": weight}}}
        case Near(zone, word, slips, unfinished, weight):
            within = BEGUN if unfinished and zone == Zone.TITLE else zone
            return _constant({"fuzzy": {within: {"value": word, "fuzziness": slips}}}, weight)
        case InOrder(zone, terms, apart, weight):
            return _constant({"match_phrase": {zone: {"query": " ".join(terms), "slop": apart}}}, weight)
        case Together(parts, weight):
            return _constant({"bool": {"filter": [_way(part) for part in parts]}}, weight)


def _constant(part: Part, weight: float) -> Part:
    return {"constant_score": {"filter": part, "boost": weight}}
