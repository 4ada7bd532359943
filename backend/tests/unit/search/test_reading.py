"""How what was typed is read."""

from itertools import pairwise

import pytest

from velora.platform.search.port import Relaxed, Synonyms
from velora.platform.search.reading import CLOSE, FRESH, LONGEST_QUERY, RARE, SOLD_STEPS, AnyOf, Near, Zone, exact, fuzzy, sold_step


def test_small_words_need_not_be_found_unless_there_is_nothing_else():
    assert [meaning.typed for meaning in exact("umbrella for the city", "en-GB").meanings] == ["umbrella", "city"]
    assert [meaning.typed for meaning in exact("for the", "en-GB").meanings] == ["for", "the"]


def test_a_long_query_is_cut():
    assert len(exact("lamp " * 500, "en").meanings) == LONGEST_QUERY


def test_slips_are_allowed_by_length_and_never_in_numbers():
    def slips(word: str) -> list[int]:
        return [way.slips for meaning in fuzzy(word, "en").meanings for way in meaning.ways if isinstance(way, Near)]

    assert slips("cup") == []
    assert set(slips("lamp")) == {1}
    assert set(slips("headphone")) == {2}
    assert slips("1000xm5") == []
    assert not any(isinstance(way, Near) for meaning in exact("lamp", "en").meanings for way in meaning.ways)


def test_a_synonym_is_known_in_any_form_of_the_word():
    [meaning] = exact("Sofas", "en", (Synonyms(("sofa", "couch")),)).meanings
    assert any("couch" in way.terms for way in meaning.ways if isinstance(way, AnyOf))


def test_what_was_left_out_is_said_as_it_was_typed():
    assert fuzzy("Velvet Armchair", "en").relaxed([1]) == Relaxed(("Armchair",), ("Velvet",))


@pytest.mark.parametrize(("sold", "step"), [(0, []), (1, ["s1"]), (24, ["s5"]), (10_000, ["s100"])])
def test_how_often_something_was_sold_has_steps(sold: int, step: list[str]):
    assert sold_step(sold) == step


def test_sales_freshness_and_closeness_together_are_less_than_the_smallest_step_between_zones():
    [meaning] = exact("lamp", "").meanings
    steps = sorted({way.weight for way in meaning.ways if isinstance(way, AnyOf)})
    assert [way.zone for way in meaning.ways if isinstance(way, AnyOf)] == [Zone.TITLE, Zone.NAMED, Zone.ALL]
    smallest = min(higher - lower for lower, higher in pairwise(steps))
    assert max(SOLD_STEPS.values()) + FRESH + CLOSE + RARE < smallest
