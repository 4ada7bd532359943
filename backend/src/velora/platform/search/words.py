"""Spelling help from the titles that were found: it works over any engine."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

READ_FROM: Final = 24  # hits that suggestions and spelling are read from
_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """The words of a text as people would compare them: without case and punctuation."""
    return _WORD.findall(text.casefold())


def folded(word: str) -> str:
    """The word without case and without marks on its letters: two that are typed for each other are the same."""
    apart = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def distance(a: str, b: str, at_most: int) -> int:
    """How many letters to insert, drop, change or swap to get from `a` to `b`; `at_most + 1` when it is more."""
    if abs(len(a) - len(b)) > at_most:
        return at_most + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, start=1):
        older, before, row = before, row, [i]
        for j, right in enumerate(b, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == b[j - 2] and a[i - 2] == right:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return min(row[-1], at_most + 1)


def allowed_typos(word: str) -> int:
    """Short words must be right; one slip from four letters, two from eight."""
    return 0 if len(word) < 4 else 1 if len(word) < 8 else 2


def did_you_mean(text: str, titles: Iterable[str]) -> str | None:
    """The typed words with each that no title has replaced by the nearest one that a title has; None when nothing would change."""
    known = Counter(word for title in titles for word in words_of(title))
    typed = words_of(text)
    meant = [word if word in known else _nearest(word, known) for word in typed]
    return " ".join(meant) if meant != typed else None


def _nearest(word: str, known: Counter[str]) -> str:
    most = allowed_typos(word)
    near = [(distance(word, other, most), -count, other) for other, count in known.items()]
    best = min((candidate for candidate in near if candidate[0] <= most), default=None)
    return best[2] if best else word


def completions(text: str, titles: Sequence[str], limit: int) -> tuple[str, ...]:
    """What the last word may become, most frequent first, with the words before it kept."""
    *before, last = words_of(text) or [""]
    if not last:
        return ()
    counted = Counter(word for title in titles for word in set(words_of(title)) if word.startswith(last) and word != last)
    ranked = sorted(counted, key=lambda word: (-counted[word], word))
    return tuple(" ".join([*before, word]) for word in ranked[:limit])
