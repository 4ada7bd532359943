"""How words become tantivy queries: every word must match, in whichever of several ways scores best."""

from collections.abc import Mapping, Sequence
from typing import Final

from tantivy import Filter, Query, Schema, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from velora.platform.search.words import allowed_typos

WORDS: Final = "words"
LANGUAGES: Final = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "sv": "swedish",
}
LONGEST_QUERY: Final = 12  # words; people type fewer, and each costs


def stem_field(language: str) -> str:
    return f"stem_{language}"


def analyzers() -> dict[str, TextAnalyzer]:
    """One that only folds case and accents, and one that stems for each language."""
    made = {WORDS: _folding().filter(Filter.ascii_fold()).build()}
    for code, language in LANGUAGES.items():
        made[code] = _folding().filter(Filter.stemmer(language)).filter(Filter.ascii_fold()).build()
    return made


def _folding() -> TextAnalyzerBuilder:
    return TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(60)).filter(Filter.lowercase())


def exact(schema: Schema, known: Mapping[str, TextAnalyzer], text: str, locale: str) -> list[Query]:
    """Each word as typed or in another form of it; the last one may be unfinished."""
    words, stems, language = _analyzed(known, text, locale)
    last = len(words) - 1
    return [
        Query.disjunction_max_query(
            [*_as_typed(schema, word, stem, language), *(_begun(schema, word) if position == last else [])], tie_breaker=0.1
        )
        for position, (word, stem) in enumerate(zip(words, stems, strict=True))
    ]


def fuzzy(schema: Schema, known: Mapping[str, TextAnalyzer], text: str, locale: str) -> list[Query]:
    """Each word as above, or with a slip of the finger in it."""
    words, stems, language = _analyzed(known, text, locale)
    last = len(words) - 1
    return [
        Query.disjunction_max_query(
            [*_as_typed(schema, word, stem, language), *_misspelt(schema, word, unfinished=position == last)], tie_breaker=0.1
        )
        for position, (word, stem) in enumerate(zip(words, stems, strict=True))
    ]


def _analyzed(known: Mapping[str, TextAnalyzer], text: str, locale: str) -> tuple[Sequence[str], Sequence[str], str | None]:
    language = locale.split("-", maxsplit=1)[0]
    words = known[WORDS].analyze(text)[:LONGEST_QUERY]
    if language not in LANGUAGES:
        return words, words, None
    return words, known[language].analyze(text)[:LONGEST_QUERY], language


def _as_typed(schema: Schema, word: str, stem: str, language: str | None) -> list[Query]:
    ways = [
        Query.boost_query(Query.term_query(schema, "title", word), 4.0),
        Query.boost_query(Query.term_query(schema, "text", word), 1.0),
    ]
    if language:
        ways.append(Query.boost_query(Query.term_query(schema, stem_field(language), stem), 2.0))
    return ways


def _begun(schema: Schema, word: str) -> list[Query]:
    return [
        Query.boost_query(Query.fuzzy_term_query(schema, "title", word, distance=0, prefix=True), 1.0),
        Query.boost_query(Query.fuzzy_term_query(schema, "text", word, distance=0, prefix=True), 0.3),
    ]


def _misspelt(schema: Schema, word: str, *, unfinished: bool) -> list[Query]:
    slips = allowed_typos(word)
    if not slips:
        return _begun(schema, word) if unfinished else []
    return [
        Query.boost_query(Query.fuzzy_term_query(schema, "title", word, distance=slips, prefix=unfinished), 0.8),
        Query.boost_query(Query.fuzzy_term_query(schema, "text", word, distance=slips), 0.2),
    ]
