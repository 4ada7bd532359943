"""How words become tantivy queries: every word must match, in whichever of several ways scores best."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from tantivy import Filter, Occur, Query, Schema, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from velora.platform.search.port import Synonyms
from velora.platform.search.synonyms import SYNONYM, stretches
from velora.platform.search.words import allowed_typos, folded

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


def exact(schema: Schema, known: Mapping[str, TextAnalyzer], text: str, locale: str, synonyms: Sequence[Synonyms] = ()) -> list[Query]:
    """Each word as typed or in another form of it; the last one may be unfinished."""

    def begun(word: str, unfinished: bool) -> list[Query]:
        return _begun(schema, word) if unfinished else []

    return _each(schema, known, (text, locale), synonyms, begun)


def fuzzy(schema: Schema, known: Mapping[str, TextAnalyzer], text: str, locale: str, synonyms: Sequence[Synonyms] = ()) -> list[Query]:
    """Each word as above, or with a slip of the finger in it."""
    return _each(schema, known, (text, locale), synonyms, lambda word, unfinished: _misspelt(schema, word, unfinished=unfinished))


def _each(
    schema: Schema,
    known: Mapping[str, TextAnalyzer],
    typed: tuple[str, str],
    synonyms: Sequence[Synonyms],
    more: Callable[[str, bool], list[Query]],
) -> list[Query]:
    words, stems, language = _analyzed(known, *typed)
    forms = list(zip(words, stems, strict=True))
    last = len(forms) - 1
    each = [_best_of([*_as_typed(schema, *form, language), *more(form[0], at == last)]) for at, form in enumerate(forms)]
    parts: list[Query] = []
    for stretch in stretches(tuple(words), synonyms, lambda entry: tuple(known[WORDS].analyze(entry)), folded):
        as_typed = each[stretch.start : stretch.end]
        others = [_meant(schema, known, other, typed[1]) for other in stretch.others]
        parts += [_best_of([_all_of(as_typed), *others])] if others else as_typed
    return parts


def _meant(schema: Schema, known: Mapping[str, TextAnalyzer], words: Sequence[str], locale: str) -> Query:
    words, stems, language = _analyzed(known, " ".join(words), locale)
    return Query.boost_query(
        _all_of([_best_of(_as_typed(schema, word, stem, language)) for word, stem in zip(words, stems, strict=True)]), SYNONYM
    )


def _best_of(ways: Sequence[Query]) -> Query:
    return Query.disjunction_max_query(ways, tie_breaker=0.1)


def _all_of(parts: Sequence[Query]) -> Query:
    return Query.boolean_query([(Occur.Must, part) for part in parts])


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
