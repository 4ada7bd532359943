"""How words are compared, what rules do together, how synonyms are written, and which queries are remembered."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from velora.kernel.errors import Invalid
from velora.modules.merchandising.policy import queries, rules, synonyms
from velora.modules.merchandising.policy.rules import Book, Effect, Matching, Standing, Wish, effect
from velora.modules.merchandising.policy.synonyms import MOST_WORDS, SynonymSet, Thesaurus, line_of, parse, text_of, tidied
from velora.modules.merchandising.policy.words import as_shown, compared, compared_words, contains

NOW = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
EXACT, CONTAINS = Matching.EXACT, Matching.CONTAINS


def on(text: str, *wishes: Wish, at: datetime = NOW) -> Effect:
    return effect(Book(wishes).meant_by(compared_words(text), at))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Brass  LAMP", "brass lamp"),
        ("Crème brûlée", "creme brulee"),
        ("Straße", "STRASSE"),
        ("smørrebrød", "Smorrebrod"),
        ("t-shirt", "T Shirt"),
        ("Cœur", "coeur"),
        ("İstanbul", "istanbul"),
        ("أحمر", "احمر"),
        ("مصبـاح", "مصباح"),
        ("café", "cafe\u0301"),
    ],
)
def test_words_are_compared_without_case_marks_and_what_stands_between_them(one: str, other: str):
    assert compared(one) == compared(other) != ""


@given(st.text(max_size=60))
def test_what_was_compared_compares_as_itself(text: str):
    assert compared(compared(text)) == compared(text)
    assert compared_words(text) == tuple(compared(text).split())
    assert compared(as_shown(text)) == compared(text)


@given(st.lists(st.sampled_from("abc"), max_size=6), st.lists(st.sampled_from("abc"), min_size=1, max_size=3))
def test_a_part_is_contained_where_its_words_follow_each_other(words: list[str], part: list[str]):
    assert contains(words, part) == (f" {' '.join(part)} " in f" {' '.join(words)} ")


def test_an_exact_rule_is_for_its_words_alone_and_another_for_all_that_have_them():
    exact, within = Wish("Brass Lamp", EXACT, (1,), ()), Wish("lamp", CONTAINS, (2,), ())
    assert on("brass lamp", exact, within).pins == (1, 2)
    assert on("BRASS-LAMP", exact).pins == (1,)
    assert on("old brass lamp", exact, within).pins == (2,)
    assert on("lampshade", exact, within) == on("", exact, within) == Effect()


def test_of_two_rules_the_one_that_is_closer_to_the_query_has_its_say_first():
    older, longer = Wish("lamp", CONTAINS, (1, 2), (3,)), Wish("brass lamp", CONTAINS, (3,), (1,))
    exactly = Wish("brass lamp", EXACT, (4,), (2,))
    assert on("brass lamp", older, longer, exactly) == Effect((4, 3), frozenset({1, 2}))
    younger = Wish("table", CONTAINS, (2,), (1,))
    assert on("table lamp", older, younger) == Effect((1, 2), frozenset({3}))
    assert on("table lamp", younger, older) == Effect((2,), frozenset({1, 3}))


LISTINGS = st.lists(st.integers(1, 30), unique=True).map(tuple)
WISHES = st.builds(Wish, st.sampled_from(["lamp", "brass lamp", "lamp brass"]), st.sampled_from(Matching), LISTINGS, LISTINGS)


@given(st.lists(WISHES, max_size=5))
def test_nothing_is_pinned_twice_or_both_pinned_and_hidden(wishes: list[Wish]):
    done = on("brass lamp brass", *wishes)
    assert len(set(done.pins)) == len(done.pins) <= rules.MOST_PINS
    assert not done.hides & set(done.pins)


def test_a_rule_holds_from_its_beginning_up_to_its_end_and_while_it_is_on():
    hour = timedelta(hours=1)
    wish = Wish("lamp", EXACT, (1,), (), NOW, NOW + hour)
    assert [wish.standing(NOW + moment) for moment in (-hour / 3600, 0 * hour, hour / 2, hour)] == [
        Standing.TO_COME, Standing.ACTIVE, Standing.ACTIVE, Standing.OVER,
    ]  # fmt: skip
    assert Wish("lamp", EXACT, (1,), (), active=False).standing(NOW) is Standing.OFF
    assert on("lamp", wish, at=NOW - hour).pins == on("lamp", wish, at=NOW + hour).pins == ()


@pytest.mark.parametrize(
    ("wish", "pointer"),
    [
        (Wish(" - ", EXACT, (1,), ()), "/query"),
        (Wish("a" * 101, EXACT, (1,), ()), "/query"),
        (Wish("lamp", EXACT, (), ()), "/pins"),
        (Wish("lamp", EXACT, tuple(range(21)), ()), "/pins"),
        (Wish("lamp", EXACT, (1, 1), ()), "/pins"),
        (Wish("lamp", EXACT, (), tuple(range(101))), "/hides"),
        (Wish("lamp", EXACT, (1,), (2, 1)), "/hides/1"),
        (Wish("lamp", EXACT, (1,), (), NOW, NOW), "/ends_at"),
    ],
)
def test_a_rule_that_makes_no_sense_is_told_where(wish: Wish, pointer: str):
    refusal = rules.check(wish)
    assert isinstance(refusal, Invalid)
    assert refusal.pointer == pointer


def test_a_rule_may_name_as_many_as_the_limits_say():
    assert rules.check(Wish("lamp", EXACT, tuple(range(20)), tuple(range(20, 120)))) is None


WORD = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12).filter(compared)
SETS = st.builds(tidied, st.lists(WORD, min_size=1, max_size=6), st.lists(WORD, max_size=6)).filter(lambda one: synonyms.check(one) is None)


@given(st.lists(SETS, max_size=8))
def test_what_is_written_is_read_again_and_nothing_is_lost(sets: list[SynonymSet]):
    read, wrong = parse(text_of(sets))
    assert ([one for _, one in read], wrong) == (sets, [])


def test_lines_are_read_one_by_one_and_the_wrong_ones_say_why():
    text = "\ufeff# furniture\nsofa, couch ,  settee\n\ntv => television, telly\nlamp\nlamp, LAMP\n=> lamp\ntv =>\n" + ", ".join(
        f"w{number}" for number in range(21)
    )
    read, wrong = parse(text)
    assert read == [(2, SynonymSet(("sofa", "couch", "settee"))), (4, SynonymSet(("tv",), ("television", "telly")))]
    assert [(one.line, one.text) for one in wrong][:4] == [(5, "lamp"), (6, "lamp, LAMP"), (7, "=> lamp"), (8, "tv =>")]
    assert wrong[4].line == 9
    assert all(one.problem for one in wrong)


@given(st.text(max_size=200))
def test_every_line_of_any_text_is_a_set_or_wrong_or_says_nothing(text: str):
    read, wrong = parse(text)
    said = [number for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1) if line.strip() and line.strip()[0] != "#"]
    assert sorted([*(number for number, _ in read), *(one.line for one in wrong)]) == said
    assert all(synonyms.check(one) is None for _, one in read)


@pytest.mark.parametrize(
    ("one", "pointer"),
    [
        (SynonymSet(("sofa",)), "/words"),
        (SynonymSet((), ("sofa",)), "/words"),
        (SynonymSet(tuple(f"w{number}" for number in range(MOST_WORDS + 1))), "/words"),
        (SynonymSet(("sofa", "!")), "/words/1"),
        (SynonymSet(("sofa", "a" * 61)), "/words/1"),
        (SynonymSet(("sofa, bed", "couch")), "/words/0"),
        (SynonymSet(("tv",), ("#telly",)), "/to/0"),
        (SynonymSet(("Sofa", "sofá")), "/words"),
        (SynonymSet(("tv",), ("TV",)), "/words"),
    ],
)
def test_a_set_that_makes_no_sense_is_told_where(one: SynonymSet, pointer: str):
    refusal = synonyms.check(one)
    assert isinstance(refusal, Invalid)
    assert refusal.pointer == pointer


def test_two_sets_say_the_same_whatever_their_order_and_capitals():
    assert SynonymSet(("Sofa", "couch")).sense == SynonymSet(("COUCH", "sofa")).sense
    assert SynonymSet(("tv",), ("television",)).sense != SynonymSet(("tv", "television")).sense
    assert line_of(SynonymSet(("tv",), ("television",))) == "tv => television"


def test_a_search_takes_along_only_the_sets_that_its_words_are_in():
    sofa, tv, arm = SynonymSet(("sofa", "couch")), SynonymSet(("tv",), ("television",)), SynonymSet(("arm chair", "fauteuil"))
    thesaurus = Thesaurus([sofa, tv, arm])
    assert thesaurus.meant_by(compared_words("red COUCH and tv")) == (sofa, tv)
    assert thesaurus.meant_by(compared_words("television")) == ()
    assert thesaurus.meant_by(compared_words("arm chair")) == (arm,)
    assert thesaurus.meant_by(compared_words("arm")) == thesaurus.meant_by(()) == ()


@pytest.mark.parametrize("text", ["lamp", "Brass Lamp 40 W", "ab", "نور", "sku-77", "1984", "iphone 15 pro"])
def test_what_people_search_is_remembered(text: str):
    assert queries.may_be_kept(text)


@pytest.mark.parametrize(
    "text",
    ["", "a", "  -  ", "me@example.com", "https://example.com", "+44 20 7946 0958", "4242 4242 4242 4242", "1234567", "x" * 81, "w " * 11],
)
def test_what_may_be_somebodys_number_or_address_is_not(text: str):
    assert not queries.may_be_kept(text)


def test_what_is_begun_goes_on_as_others_searched_but_never_with_a_denied_word():
    popular = [(compared(shown), shown) for shown in ("lamp", "lampe für küche", "lamp fake brand", "brass lamp", "lamp shade")]
    denied = [compared_words("FAKE")]
    assert queries.begun_by("Lámp", popular, denied, 6) == ("lampe für küche", "lamp shade")
    assert queries.begun_by("lamp s", popular, denied, 6) == ("lamp shade",)
    assert queries.begun_by("lamp", popular, [], 1) == ("lampe für küche",)
    assert queries.begun_by(" ", popular, [], 6) == ()


def test_denied_words_are_words_and_not_too_many():
    assert queries.check_denied(["knock-off"]) is None
    assert queries.check_denied(["-"]) == Invalid("/words/0", "Give a word of letters or digits, at most 60 of them.")
    assert isinstance(queries.check_denied(["w"] * 501), Invalid)
