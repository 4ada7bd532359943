"""Words as search engines compare them: without case, marks over letters, and whatever stands between words."""

import unicodedata
from collections.abc import Sequence
from typing import Final

# Letters that engines fold and that do not come apart into a letter and a mark.
_FOLDED: Final = str.maketrans({
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ß": "ss", "ـ": "", "ى": "ي", "ة": "ه",
})  # fmt: skip
_APART: Final = frozenset("PSZC")  # punctuation, symbols, spaces, controls


def compared_words(text: str) -> tuple[str, ...]:
    """The words of a text; two texts that people would call the same have the same."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    folded = "".join(letter for letter in apart if not unicodedata.combining(letter)).translate(_FOLDED)
    return tuple("".join(" " if unicodedata.category(letter)[0] in _APART else letter for letter in folded).split())


def compared(text: str) -> str:
    """The same in one line."""
    return " ".join(compared_words(text))


def contains(words: Sequence[str], part: Sequence[str]) -> bool:
    """Whether these words stand in the others one after another, whole."""
    return any(tuple(words[start : start + len(part)]) == tuple(part) for start in range(len(words) - len(part) + 1)) if part else False


def as_shown(text: str) -> str:
    """What somebody typed, as it may be shown to others: small letters, single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).lower().split())
