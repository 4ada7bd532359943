"""Which queries are remembered, for how long, and which of them may be shown to others."""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from typing import Final

from velora.kernel.errors import Invalid
from velora.modules.merchandising.policy.words import as_shown, compared, compared_words, contains

KEPT: Final = timedelta(days=90)
SHOWN_FROM: Final = 3  # times that a query was made before others are shown it
MOST_SHOWN: Final = 5_000  # of the most frequent ones are offered while somebody types
MOST_DENIED: Final = 500
LONGEST_DENIED: Final = 60  # letters
_LONGEST: Final = 80  # letters
_MOST_WORDS: Final = 10
_SHORTEST: Final = 2  # letters

# What people paste into a search box by mistake and nobody else is to see: an address, a telephone or card number, a link.
_PRIVATE: Final = re.compile(r"@|://|(?:\d[\s().+/-]*){7,}")


def may_be_kept(text: str) -> bool:
    """Whether a query is counted at all: it has the length of one, and looks like nobody's number or address."""
    words = compared_words(text)
    long_enough = _SHORTEST <= len(" ".join(words)) <= _LONGEST and len(words) <= _MOST_WORDS
    return long_enough and len(as_shown(text)) <= _LONGEST and not _PRIVATE.search(text)


def is_denied(text: str, denied: Collection[Sequence[str]]) -> bool:
    """Whether any of these, each as compared words, stands in the text."""
    words = compared_words(text)
    return any(contains(words, each) for each in denied)


def begun_by(text: str, queries: Iterable[tuple[str, str]], denied: Collection[Sequence[str]], limit: int) -> tuple[str, ...]:
    """Of these queries (as compared, and as shown), the first that go on as the typed text begins and that are not denied."""
    typed = compared(text)
    found: list[str] = []
    for key, shown in queries if typed else ():
        if len(found) == limit:
            break
        if key.startswith(typed) and key != typed and not is_denied(shown, denied):
            found.append(shown)
    return tuple(found)


def check_denied(words: Sequence[str]) -> Invalid | None:
    """Why this can be no list of words that are never suggested."""
    if len(words) > MOST_DENIED:
        return Invalid("/words", f"At most {MOST_DENIED} words are kept from suggestions.")
    for place, word in enumerate(words):
        if not compared(word) or len(word) > LONGEST_DENIED:
            return Invalid(f"/words/{place}", f"Give a word of letters or digits, at most {LONGEST_DENIED} of them.")
    return None
