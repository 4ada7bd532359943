"""Which of the typed words stand for others too, as a marketplace's synonyms say."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from velora.platform.search.port import Synonyms

Words = tuple[str, ...]

SYNONYM: Final = 0.8  # what a synonym weighs beside the word that was typed


@dataclass(frozen=True, slots=True)
class Stretch:
    """The words from `start` up to `end`, and what else they mean."""

    start: int
    end: int
    others: tuple[Words, ...] = ()


def stretches(typed: Words, synonyms: Sequence[Synonyms], parted: Callable[[str], Words], same: Callable[[str], str]) -> list[Stretch]:
    """The typed words, in order, in stretches: one that has synonyms as long as it can be, every other word alone.

    `parted` gives the words of a text; two words for which `same` gives the same are one.
    """
    meanings = _meanings(synonyms, parted, same) if synonyms else {}
    longest = max(map(len, meanings), default=1)
    keys = tuple(same(word) for word in typed) if meanings else typed
    found: list[Stretch] = []
    at = 0
    while at < len(typed):
        ends = range(min(len(typed), at + longest), at, -1)
        end = next((end for end in ends if keys[at:end] in meanings), at + 1)
        found.append(Stretch(at, end, tuple(meanings.get(keys[at:end], ()))))
        at = end
    return found


def _meanings(synonyms: Sequence[Synonyms], parted: Callable[[str], Words], same: Callable[[str], str]) -> dict[Words, list[Words]]:
    """For each entry that can be typed, what it means beside itself."""
    known: dict[Words, list[Words]] = {}
    for one in synonyms:
        typed = [words for entry in one.words if (words := parted(entry))]
        meant = [words for entry in one.to if (words := parted(entry))] if one.to else typed
        for entry in typed:
            others = known.setdefault(tuple(same(word) for word in entry), [])
            others += [other for other in meant if other != entry and other not in others]
    return known
