"""Sets of words that mean the same, and their form as plain text: `sofa, couch, settee` or `tv => television`."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from velora.kernel.errors import Invalid
from velora.modules.merchandising.policy.words import compared, compared_words, contains

MOST_SETS: Final = 1_000
MOST_WORDS: Final = 20  # of one set, on both sides together
LONGEST: Final = 60  # letters of one entry, which may be several words
MOST_TEXT: Final = 400_000  # letters of a file; a thousand full sets have room in it
_ARROW: Final = "=>"


@dataclass(frozen=True)
class SynonymSet:
    """Without `to` all words mean each other; with it, typing any of `words` also finds `to`, and not the other way round."""

    words: tuple[str, ...]
    to: tuple[str, ...] = ()

    @property
    def sense(self) -> tuple[frozenset[str], frozenset[str]]:
        """Two sets that say the same have the same."""
        return frozenset(map(compared, self.words)), frozenset(map(compared, self.to))


class Thesaurus:
    """A marketplace's sets, arranged so that a search looks only at those that its words could be in."""

    def __init__(self, sets: Iterable[SynonymSet] = ()) -> None:
        self._by_first_word: defaultdict[str, list[tuple[int, tuple[str, ...], SynonymSet]]] = defaultdict(list)
        for age, one in enumerate(sets):
            for words in map(compared_words, one.words):
                self._by_first_word[words[0]].append((age, words, one))

    def meant_by(self, words: Sequence[str]) -> tuple[SynonymSet, ...]:
        """The sets of which something stands in these compared words, the oldest first."""
        near = (entry for word in dict.fromkeys(words) for entry in self._by_first_word.get(word, ()))
        found = {age: one for age, entry, one in near if contains(words, entry)}
        return tuple(found[age] for age in sorted(found))


@dataclass(frozen=True)
class Wrong:
    """A line that says no set, and why."""

    line: int
    text: str
    problem: str


def tidied(words: Iterable[str], to: Iterable[str] = ()) -> SynonymSet:
    """The set without spaces around and within words that carry nothing."""
    return SynonymSet(tuple(" ".join(word.split()) for word in words), tuple(" ".join(word.split()) for word in to))


def check(one: SynonymSet) -> Invalid | None:
    """Why this can be no set, at the field that is wrong."""
    if not one.to and len(one.words) < 2:
        return Invalid("/words", "Give at least two words that mean the same, or one word and what it also finds.")
    if not one.words:
        return Invalid("/words", "Give the word that people type.")
    if len(one.words) + len(one.to) > MOST_WORDS:
        return Invalid("/words", f"A set has at most {MOST_WORDS} words; make two of it.")
    for field, words in (("words", one.words), ("to", one.to)):
        for place, word in enumerate(words):
            if problem := _problem(word):
                return Invalid(f"/{field}/{place}", problem)
    seen: set[str] = set()
    for word in (*one.words, *one.to):
        if compared(word) in seen:
            return Invalid(
                "/words", f"“{word}” stands there twice for the search, which looks neither at capitals nor at accents. Keep one."
            )
        seen.add(compared(word))
    return None


def _problem(word: str) -> str | None:
    if not compared(word):
        return "Give a word of letters or digits."
    if len(word) > LONGEST:
        return f"A word has at most {LONGEST} letters."
    if "," in word or _ARROW in word or word.startswith("#") or any(ord(letter) < 32 for letter in word):
        return "A word has no comma and no =>, and does not begin with #: these part words from each other in files."
    return None


def parse(text: str) -> tuple[list[tuple[int, SynonymSet]], list[Wrong]]:
    """The sets of a text with their lines, and each line that says none. Empty lines, and those that begin with #, say nothing."""
    sets: list[tuple[int, SynonymSet]] = []
    wrong: list[Wrong] = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        said = line.strip()
        if not said or said.startswith("#"):
            continue
        left, arrow, right = said.partition(_ARROW)
        one = tidied(_parts(left), _parts(right) if arrow else ())
        problem = "Say after => what is also found." if arrow and not one.to else None
        refusal = check(one)
        if problem or refusal:
            wrong.append(Wrong(number, line, problem or (refusal.problem if refusal else "")))
        else:
            sets.append((number, one))
    return sets, wrong


def _parts(text: str) -> list[str]:
    return [part for part in (each.strip() for each in text.split(",")) if part]


def line_of(one: SynonymSet) -> str:
    """The set as `parse` reads it."""
    return ", ".join(one.words) + (f" {_ARROW} {', '.join(one.to)}" if one.to else "")


def text_of(sets: Sequence[SynonymSet]) -> str:
    """All of them, one a line."""
    return "".join(f"{line_of(one)}\n" for one in sets)
