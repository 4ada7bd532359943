"""How words are parted and asked for."""

import pytest

from velora.platform.search.opensearch_text import LONGEST_QUERY, exact, fuzzy, typed_words


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Brass  lamp", ["Brass", "lamp"]),
        ("SKU-77/b", ["SKU", "77", "b"]),
        ("title:lamp AND (*", ["title", "lamp", "AND"]),
        ("l'été", ["l", "été"]),
        ("مِصْباح نُحاسي", ["مِصْباح", "نُحاسي"]),  # marks over letters stay with them
        ("\x00 - _ €", []),
        ("a" * 61, []),
    ],
)
def test_words_are_parted_at_whitespace_punctuation_and_symbols(typed: str, words: list[str]):
    assert typed_words(typed) == words


def test_a_query_is_never_longer_than_what_the_engine_is_to_bear():
    assert len(exact("lamp " * 500, "en")) == LONGEST_QUERY


def test_only_the_last_word_may_be_unfinished_and_only_long_words_misspelt():
    first, last = exact("brass lan", "en-GB")
    assert "title.begun" not in str(first)
    assert "title.begun" in str(last)
    near = str(fuzzy("a brass chandelier", "en-GB"))
    assert near.count("'fuzziness': 1") == 2
    assert near.count("'fuzziness': 2") == 2
    assert "fuzziness" not in str(fuzzy("tea pot", "en-GB"))


def test_a_language_without_a_stemmer_is_searched_as_it_is_written():
    assert "stem_en" in str(exact("lamp", "en-GB"))
    assert "stem_" not in str(exact("lampa", "pl-PL"))
