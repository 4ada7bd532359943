"""How words become OpenSearch queries: every word must match, in whichever of several ways scores best."""

import unicodedata
from collections.abc import Callable, Sequence
from typing import Any, Final

from velora.platform.search.opensearch_rows import BEGUN, LANGUAGES, stem_field
from velora.platform.search.port import Synonyms
from velora.platform.search.synonyms import SYNONYM, stretches
from velora.platform.search.words import allowed_typos, folded

LONGEST_QUERY: Final = 12  # words; people type fewer, and each costs
LONGEST_WORD: Final = 60  # letters

Part = dict[str, Any]


def typed_words(text: str) -> list[str]:
    """The words as the index parts them: at whitespace, punctuation and symbols. Marks over letters stay with them."""
    parted = "".join(" " if unicodedata.category(letter)[0] in "PSZC" else letter for letter in text)
    return [word for word in parted.split() if len(word) <= LONGEST_WORD][:LONGEST_QUERY]


def exact(text: str, locale: str, synonyms: Sequence[Synonyms] = ()) -> list[Part]:
    """Each word as typed or in another form of it; the last one may be unfinished."""
    return _each(text, locale, synonyms, _begun)


def fuzzy(text: str, locale: str, synonyms: Sequence[Synonyms] = ()) -> list[Part]:
    """Each word as above, or with a slip of the finger in it."""
    return _each(text, locale, synonyms, _misspelt)


def _each(text: str, locale: str, synonyms: Sequence[Synonyms], more: Callable[[str, bool], list[Part]]) -> list[Part]:
    words = tuple(typed_words(text))
    language = locale.split("-", maxsplit=1)[0]
    each = [
        {"dis_max": {"tie_breaker": 0.1, "queries": [*_as_typed(word, language), *more(word, position == len(words))]}}
        for position, word in enumerate(words, start=1)
    ]
    parts: list[Part] = []
    for stretch in stretches(words, synonyms, lambda entry: tuple(typed_words(entry)), folded):
        typed = each[stretch.start : stretch.end]
        others = [_all_of([_best_of(_as_typed(word, language)) for word in other], boost=SYNONYM) for other in stretch.others]
        parts += [_best_of([_all_of(typed), *others])] if others else typed
    return parts


def _best_of(ways: Sequence[Part]) -> Part:
    return {"dis_max": {"tie_breaker": 0.1, "queries": list(ways)}}


def _all_of(parts: Sequence[Part], *, boost: float = 1.0) -> Part:
    return {"bool": {"must": list(parts), "boost": boost}}


def _as_typed(word: str, language: str) -> list[Part]:
    ways: Sequence[tuple[str, float]] = [("title", 4.0), ("text", 1.0)]
    stemmed = [(stem_field(language), 2.0)] if language in LANGUAGES else []
    return [_match(field, word, boost=boost) for field, boost in (*ways, *stemmed)]


def _begun(word: str, unfinished: bool) -> list[Part]:
    if not unfinished:
        return []
    return [_match(f"title.{BEGUN}", word, boost=1.0), {"match_bool_prefix": {"text": {"query": word, "boost": 0.3}}}]


def _misspelt(word: str, unfinished: bool) -> list[Part]:
    slips = allowed_typos(word)
    if not slips:
        return _begun(word, unfinished)
    title = f"title.{BEGUN}" if unfinished else "title"
    return [_match(title, word, boost=0.8, fuzziness=slips), _match("text", word, boost=0.2, fuzziness=slips)]


def _match(field: str, word: str, **how: float) -> Part:
    return {"match": {field: {"query": word, "operator": "and", **how}}}
