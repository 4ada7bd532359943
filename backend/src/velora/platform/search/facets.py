"""Facets as terms that any engine can count: what a value is, and the words for it, in one term."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from velora.platform.search.port import Facet, FacetValue, Hit, Suggestions, Value
from velora.platform.search.words import completions, words_of

BETWEEN: Final = "\x1f"  # the ASCII unit separator parts what one term is made of
MOST_VALUES: Final = 5_000  # counted in one answer


def choice(key: str, value: str, currency: str = "") -> str:
    """A facet's value as one term to narrow by: in every currency, or in this one alone."""
    return BETWEEN.join(part.replace(BETWEEN, " ") for part in (key, value, currency) if part)


def choices(key: str, values: Iterable[str], currency: str) -> list[str]:
    """All terms that a document of one of these values may have, as it is sold in this currency."""
    return [choice(key, value, place) for value in sorted(values) for place in ("", currency)]


def counted_term(value: FacetValue) -> str:
    """A facet's value as one term to count, with all its words."""
    parts = (value.key, value.label, value.value, value.value_label, value.parent, *filter(None, [value.currency]))
    return BETWEEN.join(part.replace(BETWEEN, " ") for part in parts)


@lru_cache(maxsize=16_384)  # the same few are counted by every search
def _parts(term: str) -> list[str]:
    return term.split(BETWEEN)


@lru_cache(maxsize=16_384)  # and are in row after row
def meant_by(term: str) -> tuple[str, str]:
    """The key of the facet that a counted term is of, and the choice that finds what has it."""
    key, _, value, _, _, *currency = _parts(term)
    return key, choice(key, value, *currency)


@dataclass(frozen=True, slots=True)
class Bucket:
    facet_label: str
    label: str
    parent: str
    count: int


Buckets = dict[str, dict[str, Bucket]]
"""By facet key, then value."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How often each value of a facet occurs, and what the prices lie between."""

    values: Buckets
    low: int | None
    high: int | None


def buckets_of(counts: Iterable[tuple[str, int]], currency: str) -> Buckets:
    """What the counted terms say of each facet in a currency.

    A value that was renamed counts once, under the label that more documents carry.
    """
    values: Buckets = {}
    for term, count in sorted(counts, key=lambda one: -one[1]):
        key, facet_label, value, label, parent, *only = _parts(term)
        if only not in ([], [currency]):
            continue
        known = values.setdefault(key, {})
        first = known.get(value)
        known[value] = (
            Bucket(first.facet_label, first.label, first.parent, first.count + count)
            if first
            else Bucket(facet_label, label, parent, count)
        )
    return values


def facet_of(key: str, buckets: dict[str, Bucket], selected: frozenset[str]) -> Facet:
    """The facet as it is shown."""
    values = [Value(value, each.label, each.count, value in selected, each.parent) for value, each in buckets.items()]
    label = max(buckets.values(), key=lambda bucket: bucket.count).facet_label if buckets else key
    return Facet(key, label, tuple(sorted(values, key=lambda value: (-value.count, value.label))))


def suggestions_of(text: str, hits: Sequence[Hit], titles: Sequence[str], values: Sequence[Value], limit: int) -> Suggestions:
    """What somebody who types this may mean: of the values those that are named so, or the two that most hits have."""
    typed = words_of(text)[-1]
    named = [value for value in values if any(word.startswith(typed) for word in words_of(value.label))]
    return Suggestions(tuple(hits[:limit]), tuple((named or values[:2])[:limit]), completions(text, titles, limit))
