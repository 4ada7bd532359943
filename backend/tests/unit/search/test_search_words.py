"""Spelling help that works over any engine."""

import pytest

from velora.platform.search.words import allowed_typos, completions, did_you_mean, distance, words_of


@pytest.mark.parametrize(
    ("a", "b", "slips"),
    [("lamp", "lamp", 0), ("lmap", "lamp", 1), ("lamp", "lamps", 1), ("lamp", "camp", 1), ("", "ab", 2), ("abcd", "wxyz", 3)],
)
def test_a_swap_counts_as_one_slip_and_counting_stops_early(a, b, slips):
    assert distance(a, b, at_most=2) == slips
    assert distance(b, a, at_most=2) == slips


def test_longer_words_may_have_more_slips():
    assert [allowed_typos(word) for word in ("oak", "lamp", "lantern", "chandelier")] == [0, 1, 1, 2]


def test_the_nearest_and_then_the_most_frequent_word_is_meant():
    assert did_you_mean("brss lmap", ["Brass Lamp", "Brass Lump", "Brass Lamp"]) == "brass lamp"


def test_nothing_is_meant_when_every_word_is_known_or_none_is_near():
    assert did_you_mean("Brass lamp", ["Brass Lamp"]) is None
    assert did_you_mean("xylophone", ["Brass Lamp"]) is None


def test_the_last_word_is_completed_and_those_before_it_stay():
    titles = ["Brass Lantern", "Garden Lantern", "Brass Lamp"]
    assert completions("brass la", titles, 5) == ("brass lantern", "brass lamp")
    assert completions("", titles, 5) == ()
    assert completions("lantern", titles, 5) == ()


def test_words_are_compared_without_case_and_punctuation():
    assert words_of("Crème-Brûlée, 12_cm!") == ["crème", "brûlée", "12", "cm"]
