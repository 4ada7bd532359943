"""What a marketplace's rules do to a search: which products stand first, and which are left out."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from velora.kernel.errors import Invalid
from velora.modules.merchandising.policy.words import compared_words, contains

MOST_RULES: Final = 500
MOST_PINS: Final = 20
MOST_HIDES: Final = 100
LONGEST_QUERY: Final = 100  # letters


class Matching(StrEnum):
    EXACT = "exact"  # the query is these words
    CONTAINS = "contains"  # these words stand in the query, one after another


class Standing(StrEnum):
    """How a rule stands at a moment."""

    ACTIVE = "active"
    OFF = "off"
    TO_COME = "to_come"
    OVER = "over"


@dataclass(frozen=True)
class Wish:
    """What a rule says: for which query, which listings first in which order, and which not at all, from when until when."""

    query: str
    matching: Matching
    pins: tuple[int, ...]
    hides: tuple[int, ...]
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    active: bool = True

    def standing(self, now: datetime) -> Standing:
        if not self.active:
            return Standing.OFF
        if self.starts_at is not None and now < self.starts_at:
            return Standing.TO_COME
        return Standing.OVER if self.ends_at is not None and now >= self.ends_at else Standing.ACTIVE


@dataclass(frozen=True)
class Effect:
    """What rules together do to a search."""

    pins: tuple[int, ...] = ()
    hides: frozenset[int] = frozenset()


class Book:
    """A marketplace's rules, the oldest first, arranged so that a search looks only at those that could be for it."""

    def __init__(self, wishes: Iterable[Wish] = ()) -> None:
        self._by_first_word: defaultdict[str, list[_Entry]] = defaultdict(list)
        for age, wish in enumerate(wishes):
            if words := compared_words(wish.query):
                self._by_first_word[words[0]].append(_Entry(age, words, wish))

    def meant_by(self, words: Sequence[str], now: datetime) -> list[Wish]:
        """Those that hold now and are for a query of these compared words.

        One for exactly this query has its say before one that only stands in it, a longer one before a shorter, an older before a younger.
        """
        near = (entry for word in dict.fromkeys(words) for entry in self._by_first_word.get(word, ()))
        meant = [entry for entry in near if entry.means(words) and entry.wish.standing(now) is Standing.ACTIVE]
        return [entry.wish for entry in sorted(meant, key=lambda one: (one.wish.matching is not Matching.EXACT, -len(one.words), one.age))]


@dataclass(frozen=True)
class _Entry:
    age: int
    words: tuple[str, ...]
    wish: Wish

    def means(self, query: Sequence[str]) -> bool:
        return tuple(query) == self.words if self.wish.matching is Matching.EXACT else contains(query, self.words)


def effect(wishes: Iterable[Wish]) -> Effect:
    """What these rules do together: each listing is where the first of them that names it wants it."""
    pins: dict[int, None] = {}
    hides: set[int] = set()
    for wish in wishes:
        pins |= {one: None for one in wish.pins if one not in hides}
        hides |= {one for one in wish.hides if one not in pins}
    return Effect(tuple(pins)[:MOST_PINS], frozenset(hides))


def check(wish: Wish) -> Invalid | None:
    """Why this can be no rule, at the field that is wrong."""
    if not compared_words(wish.query):
        return Invalid("/query", "Give the words that people type.")
    if len(wish.query) > LONGEST_QUERY:
        return Invalid("/query", f"A query has at most {LONGEST_QUERY} letters.")
    if not wish.pins and not wish.hides:
        return Invalid("/pins", "Say which products stand first, or which are hidden.")
    for field, listings, most in (("pins", wish.pins, MOST_PINS), ("hides", wish.hides, MOST_HIDES)):
        if len(listings) > most:
            return Invalid(f"/{field}", f"A rule names at most {most} of them.")
        if len({*listings}) < len(listings):
            return Invalid(f"/{field}", "Each product stands here once.")
    if both := {*wish.pins} & {*wish.hides}:
        place = next(place for place, one in enumerate(wish.hides) if one in both)
        return Invalid(f"/hides/{place}", "This product is to stand first and to be hidden. Choose one of both.")
    if wish.starts_at is not None and wish.ends_at is not None and wish.ends_at <= wish.starts_at:
        return Invalid("/ends_at", "The end comes after the beginning.")
    return None
