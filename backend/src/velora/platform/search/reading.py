"""How what was typed is read: what each word may mean, as terms, and what each meaning weighs. Any engine can ask for it.

Every word must be found, in whichever of its ways weighs most. Weights are steps, not frequencies: how rare a word is says little in
a catalogue of one marketplace, and would come from all marketplaces together. What is named so stands before what has a property
that is named so, and that before what is only described with the word. Within a step the rarer and shorter match, closeness,
sales and freshness decide, together never as much as a step (ADR 0038).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

from velora.platform.search.language import (
    COMPOUNDING,
    Word,
    head_term,
    is_of_titles,
    is_small,
    joined,
    kind_term,
    language_of,
    measures_in,
    splits,
    stems,
    whole_title,
    words_in,
)
from velora.platform.search.port import Relaxed, Synonyms
from velora.platform.search.synonyms import SYNONYM, stretches
from velora.platform.search.words import allowed_typos

LONGEST_QUERY: Final = 12  # words; people type fewer, and each costs
MOST_MEANT: Final = 40  # synonyms, of all words of a query together, each counted for every word that it stands for
MOST_SPLITS: Final = 30  # places in which compounds are parted, of all words of a query together


class Zone:
    """Where a term stands in a document: plain words, as they are fields' names too."""

    TITLE: Final = "in_title"
    NAMED: Final = "in_named"  # properties, category and brand
    ALL: Final = "in_all"  # these two as well, and the description
    SOLD: Final = "sold"  # how often it was sold, in steps


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of the terms is there."""

    zone: str
    terms: tuple[str, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Begins:
    """A word begins so."""

    zone: str
    letters: str
    weight: float


@dataclass(frozen=True, slots=True)
class Near:
    """A word is so, but for so many slips; with `unfinished`, a word begins so."""

    zone: str
    word: str
    slips: int
    unfinished: bool
    weight: float


@dataclass(frozen=True, slots=True)
class InOrder:
    """The terms stand one after the other, with `apart` others between them at most."""

    zone: str
    terms: tuple[str, ...]
    apart: int
    weight: float


@dataclass(frozen=True, slots=True)
class Together:
    """All of it is there."""

    parts: "tuple[Way, ...]"
    weight: float


Way = AnyOf | Begins | Near | InOrder | Together


@dataclass(frozen=True, slots=True)
class Meaning:
    """A typed word, and the ways in which it may be found."""

    typed: str
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What must be found, and what lets a document stand higher. `rare` are terms whose rarity and share of a title count a little."""

    meanings: tuple[Meaning, ...]
    better: tuple[Way, ...] = ()
    rare: tuple[str, ...] = ()

    def of(self, kept: Collection[int]) -> "Reading":
        """With these of its words alone."""
        return replace(self, meanings=tuple(self.meanings[place] for place in kept))

    def found(self) -> "Reading":
        """What finds the same and says nothing of how well: without the ways that find only what another way finds too."""
        return Reading(tuple(replace(meaning, ways=_needed(meaning.ways)) for meaning in self.meanings))

    def named(self) -> "Reading":
        """What is called so, or has a property that is, and not what is only described with the words."""
        return replace(self, meanings=tuple(replace(meaning, ways=tuple(filter(_names, meaning.ways))) for meaning in self.meanings))

    def counting(self) -> "Reading":
        """The same ways, but each word that is there weighs more than how it is there."""
        return replace(self, meanings=tuple(replace(one, ways=tuple(map(_heavier, one.ways))) for one in self.meanings))

    def relaxed(self, kept: Collection[int]) -> Relaxed:
        """Which words these are, and which not."""
        typed = [meaning.typed for meaning in self.meanings]
        return Relaxed(tuple(typed[place] for place in kept), tuple(one for place, one in enumerate(typed) if place not in kept))


def _needed(ways: Sequence[Way]) -> tuple[Way, ...]:
    """Words of titles and of properties are found anywhere as well, save terms that only titles have."""
    anywhere = {term for way in ways if isinstance(way, AnyOf) and way.zone == Zone.ALL for term in way.terms}
    begun = {way.letters for way in ways if isinstance(way, Begins) and way.zone == Zone.ALL}
    needed: dict[Way, None] = {}
    for way in ways:
        if isinstance(way, AnyOf) and way.zone != Zone.ALL:
            own = (term for term in way.terms if term not in anywhere or (way.zone == Zone.TITLE and is_of_titles(term)))
            if rest := tuple(own):
                needed[replace(way, terms=rest)] = None
        elif not (isinstance(way, Begins) and way.zone != Zone.ALL and way.letters in begun):
            needed[way] = None
    return tuple(needed)


def _names(way: Way) -> bool:
    return any(map(_names, way.parts)) if isinstance(way, Together) else way.zone != Zone.ALL


_ONE_WORD: Final = 2 * 10.0  # more than any way to find one


def _heavier(way: Way) -> Way:
    return replace(way, weight=way.weight + _ONE_WORD)


# Steps. A title that has the word; has it as one or as two words; ends with it; begins with it; is near it; is of its kind.
_TITLE, _JOINED, _HEAD, _BEGUN, _NEAR, _KIND = 10.0, 9.0, 7.0, 6.5, 5.0, 3.0
_NAMED, _NAMED_NEAR, _TEXT, _TEXT_BEGUN, _TEXT_NEAR = 6.0, 3.0, 3.0, 1.5, 1.0
_PARTED, _PARTED_TEXT = 6.0, 2.5  # a compound's parts: what it is in the title, or anywhere
CLOSE, WHOLE, RARE, SPELT = 1.0, 1.5, 0.1, 0.2
FRESH: Final = 0.3
SOLD_STEPS: Final = {1: 0.3, 5: 0.6, 25: 0.9, 100: 1.2}  # from so many on, so much


def sold_step(popularity: int) -> list[str]:
    """The term of the step that it has reached; none before the first."""
    return [f"s{step}" for step in SOLD_STEPS if popularity >= step][-1:]


SOLD: Final = tuple(AnyOf(Zone.SOLD, (f"s{step}",), weight) for step, weight in SOLD_STEPS.items())


@dataclass(frozen=True, slots=True)
class _Typed:
    """A word of the query with the terms for all its forms."""

    word: Word
    forms: tuple[str, ...]
    ways: list[Way] = field(default_factory=list["Way"])

    @property
    def terms(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.word.plain, *self.forms, joined([self.word.plain]))))


def exact(text: str, locale: str, synonyms: Sequence[Synonyms] = ()) -> Reading:
    """Each word as typed, in another form, as one or as two words, or as a synonym; the last one may be unfinished."""
    return _read(text, locale, synonyms, slips=False)


def fuzzy(text: str, locale: str, synonyms: Sequence[Synonyms] = ()) -> Reading:
    """Each word as above, or with a slip of the finger in it."""
    return _read(text, locale, synonyms, slips=True)


def suggesting(text: str, locale: str, synonyms: Sequence[Synonyms] = ()) -> Iterator[Reading]:
    """What somebody who types this may mean, until something is found: called so, described so, or with a slip of the finger."""
    anywhere = exact(text, locale, synonyms)
    yield anywhere.named()
    yield anywhere
    yield fuzzy(text, locale, synonyms)


def _read(text: str, locale: str, synonyms: Sequence[Synonyms], *, slips: bool) -> Reading:
    language = language_of(locale)
    words = words_in(text)[:LONGEST_QUERY]
    typed = [_Typed(word, stems(word.plain, word.lower, language)) for word in words]
    parted = [(one, first, second) for one in typed for first, second in splits(one.word.plain, language)]
    for one, first, second in parted[:MOST_SPLITS]:
        one.ways.extend(_in_two(first, second, language))
    for place, one in enumerate(typed):
        one.ways.extend(_as_typed(one, language))
        if place == len(typed) - 1:
            one.ways.extend([Begins(Zone.TITLE, one.word.plain, _BEGUN), Begins(Zone.ALL, one.word.plain, _TEXT_BEGUN)])
        if slips:
            one.ways.extend(_misspelt(one, unfinished=place == len(typed) - 1))
    _join(typed, language)
    _measure(text, typed)
    _widen(typed, synonyms, language)
    told = [one for one in typed if not is_small(one.word, language)] or typed
    return Reading(
        tuple(Meaning(text[one.word.start : one.word.end], tuple(one.ways)) for one in told),
        tuple(_better(told, words)),
        tuple(one.terms[1 if one.forms else 0] for one in told),
    )


def _as_typed(one: _Typed, language: str | None) -> list[Way]:
    steps = ((Zone.TITLE, _TITLE), (Zone.NAMED, _NAMED), (Zone.ALL, _TEXT))
    return [*(AnyOf(zone, one.terms, weight) for zone, weight in steps), *_within(one.forms, language)]


def _in_two(first: str, second: str, language: str | None) -> list[Way]:
    """A compound as its two words: what it is in the title and of which kind anywhere, or both anywhere."""
    kind, head = stems(first, first, language), stems(second, second, language)
    anywhere = AnyOf(Zone.ALL, (first, *kind), 1.0)
    within = AnyOf(Zone.TITLE, (*map(head_term, kind), *map(kind_term, kind)), 1.0)
    is_one = AnyOf(Zone.TITLE, (second, *head, *map(head_term, head)), 1.0)
    described = Together((anywhere, AnyOf(Zone.ALL, (second, *head), 1.0)), _PARTED_TEXT)
    return [Together((anywhere, is_one), _PARTED), Together((within, is_one), _PARTED), described]


def _within(forms: Sequence[str], language: str | None) -> list[Way]:
    """As a part of a longer word in the title, in languages that write so."""
    if language not in COMPOUNDING or not forms:
        return []
    return [AnyOf(Zone.TITLE, tuple(map(head_term, forms)), _HEAD), AnyOf(Zone.TITLE, tuple(map(kind_term, forms)), _KIND)]


def _misspelt(one: _Typed, *, unfinished: bool) -> list[Way]:
    plain = one.word.plain
    slips = allowed_typos(plain)
    if not slips or any(letter.isdigit() for letter in plain):
        return []
    return [
        Near(Zone.TITLE, plain, slips, unfinished, _NEAR),
        Near(Zone.NAMED, plain, slips, False, _NAMED_NEAR),
        Near(Zone.ALL, plain, slips, False, _TEXT_NEAR),
    ]


def _join(typed: Sequence[_Typed], language: str | None) -> None:
    """Two neighbours are found as one word too, and then both of them are."""
    for one, other in pairwise(typed):
        plain = one.word.plain + other.word.plain
        forms = stems(plain, one.word.lower + other.word.lower, language)
        terms = (joined([plain]), plain, *forms)
        ways = [AnyOf(Zone.TITLE, terms, _JOINED), AnyOf(Zone.ALL, terms, _TEXT), *_within(forms, language)[:1]]
        one.ways.extend(ways)
        other.ways.extend(ways)


def _measure(text: str, typed: Sequence[_Typed]) -> None:
    """5 kg, 5kg and 5000 g are the same."""
    for place, (length, term) in measures_in(text, [one.word for one in typed]).items():
        for one in typed[place : place + length]:
            one.ways.extend([AnyOf(Zone.TITLE, (term,), _TITLE), AnyOf(Zone.NAMED, (term,), _NAMED), AnyOf(Zone.ALL, (term,), _TEXT)])


def _widen(typed: Sequence[_Typed], synonyms: Sequence[Synonyms], language: str | None) -> None:
    """Words that have synonyms are found by these too, all of them at once."""

    def parted(entry: str) -> tuple[str, ...]:
        return tuple(word.lower for word in words_in(entry))

    def same(lower: str) -> str:
        [word] = words_in(lower) or [None]
        return lower if word is None else next(iter(stems(word.plain, lower, language)), word.plain)

    found = stretches(tuple(one.word.lower for one in typed), synonyms, parted, same)
    meant = [(one, other) for stretch in found for other in stretch.others for one in typed[stretch.start : stretch.end]]
    for one, other in meant[:MOST_MEANT]:
        one.ways.extend(_meant(other, language))


def _meant(words: Sequence[str], language: str | None) -> list[Way]:
    """A synonym of several words is these words in their order."""
    forms = [_Typed(word, stems(word.plain, word.lower, language)) for one in words for word in words_in(one)]
    steps = [(zone, weight * SYNONYM) for zone, weight in ((Zone.TITLE, _TITLE), (Zone.NAMED, _NAMED), (Zone.ALL, _TEXT))]
    if len(forms) == 1:
        return [AnyOf(zone, forms[0].terms, weight) for zone, weight in steps]
    return [InOrder(zone, tuple(_main(one) for one in forms), 0, weight) for zone, weight in steps]


def _main(one: _Typed) -> str:
    return one.forms[0] if one.forms else one.word.plain


def _better(told: Sequence[_Typed], words: Sequence[Word]) -> list[Way]:
    """Words that the title has as they were typed, neighbours that are neighbours in it, and a title that is what was typed."""
    spelt: list[Way] = [AnyOf(Zone.TITLE, (one.word.plain,), SPELT) for one in told if one.forms]
    pairs = pairwise(told)
    close: list[Way] = [InOrder(Zone.TITLE, (_main(one), _main(other)), 2, CLOSE) for one, other in pairs]
    return [*spelt, *close, AnyOf(Zone.TITLE, (whole_title(words),), WHOLE)]
