"""Which parts of a title or a description are what was typed: for any engine, from the words and not from its index."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from velora.platform.search.language import Word, heads, joined, kinds, language_of, measures_in, stems, words_in
from velora.platform.search.port import Hit, Piece
from velora.platform.search.reading import AnyOf, Begins, InOrder, Meaning, Near, Reading, Together, Way
from velora.platform.search.words import distance

SNIPPET: Final = 140  # letters
_AT_ONCE: Final = 40  # letters that stand on the first line of a narrow card


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a word may look like that is one of these meanings."""

    terms: frozenset[str]
    begins: tuple[str, ...]
    near: tuple[tuple[str, int], ...]

    def has(self, word: Word, terms: Iterable[str]) -> bool:
        return (
            not self.terms.isdisjoint(terms)
            or word.plain.startswith(self.begins)
            or any(distance(word.plain, other, slips) <= slips for other, slips in self.near)
        )


class Marker:
    """Marks what a reading found, in one language."""

    def __init__(self, reading: Reading, locale: str) -> None:
        self._language = language_of(locale)
        self._wanted = [_wanted(meaning) for meaning in reading.meanings]

    def marked(self, hit: Hit, title: str, text: str) -> Hit:
        """The hit with its title in pieces, and of the text as much as says what the title does not; nothing where nothing is to say."""
        in_title = self._places(_terms_of_title(title, self._language))
        if all(in_title):
            return Hit(hit.id, hit.card, _pieces(title, 0, len(title), in_title))
        in_lines = [(line, self._places(_terms_in(line, self._language))) for line in text.split("\n")]
        line, places = max(in_lines, key=lambda one: sum(map(bool, one[1])))
        snippet = _snippet(line, places) if any(places) else ()
        return Hit(hit.id, hit.card, _pieces(title, 0, len(title), in_title), snippet)

    def _places(self, words: Sequence[tuple[Word, Sequence[str]]]) -> list[list[tuple[int, int]]]:
        """Where each meaning stands among the words of a text."""
        return [[(word.start, word.end) for word, its in words if wanted.has(word, its)] for wanted in self._wanted]


def _terms_in(text: str, language: str | None) -> list[tuple[Word, list[str]]]:
    """The words of a text, each with what it can be found by."""
    words = words_in(text)
    terms = [[*_terms(word.plain, word.lower, language)] for word in words]
    for place, (one, other) in enumerate(pairwise(words)):
        both = joined([one.plain + other.plain])
        terms[place].append(both)
        terms[place + 1].append(both)
    for place, (length, term) in measures_in(text, words).items():
        for of in terms[place : place + length]:
            of.append(term)
    return list(zip(words, terms, strict=True))


_terms_of_title = lru_cache(maxsize=8_192)(_terms_in)  # the same things are shown again and again, and descriptions seldom


@lru_cache(maxsize=20_000)  # the words of a catalogue, which come again on every page
def _terms(plain: str, lower: str, language: str | None) -> tuple[str, ...]:
    """By what a word can be found."""
    forms = stems(plain, lower, language)
    within = [part for form in forms[:1] for part in (*heads(form), *kinds(form))]
    return plain, joined([plain]), *forms, *within


def _wanted(meaning: Meaning) -> _Wanted:
    ways = list(_each(meaning.ways))
    terms = frozenset(term for way in ways if isinstance(way, AnyOf | InOrder) for term in way.terms)
    begins = tuple({way.letters for way in ways if isinstance(way, Begins)})
    near = tuple({(way.word, way.slips) for way in ways if isinstance(way, Near)})
    return _Wanted(terms, begins, near)


def _each(ways: Iterable[Way]) -> Iterator[Way]:
    for way in ways:
        if isinstance(way, Together):
            yield from _each(way.parts)
        else:
            yield way


def _pieces(text: str, start: int, end: int, places: Sequence[Sequence[tuple[int, int]]]) -> tuple[Piece, ...]:
    """The text from `start` to `end`, parted at what is marked."""
    pieces: list[Piece] = []
    at = start
    for first, last in sorted({place for one in places for place in one}):
        if first >= at and last <= end:
            pieces += [Piece(text[at:first], False), Piece(text[first:last], True)]
            at = last
    pieces.append(Piece(text[at:end], False))
    return tuple(piece for piece in pieces if piece.text)


def _snippet(line: str, places: Sequence[Sequence[tuple[int, int]]]) -> tuple[Piece, ...]:
    """As much of the line as can be shown, around the first thing that is marked."""
    first = min(place[0] for one in places for place in one)
    start = 0 if first < _AT_ONCE else line.rfind(" ", 0, first - _AT_ONCE // 2) + 1
    end = len(line) if start + SNIPPET >= len(line) else max(line.rfind(" ", start, start + SNIPPET), start + SNIPPET // 2)
    cut = _pieces(line, start, end, places)
    return (*([Piece("… ", False)] if start else []), *cut, *([Piece(" …", False)] if end < len(line) else []))
