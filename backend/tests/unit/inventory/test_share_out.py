"""Who gets what is left, for any stock and any claims."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from velora.modules.inventory.policy import Claim, Held, Short, Wish, share_out

SELLER, LAMP, VASE, KIEL, ULM = 1, 10, 20, 100, 200


def a_claim(id_: int, *wishes: tuple[int, int]) -> Claim:
    return Claim(id_, tuple(Wish(SELLER, variant, quantity, 1000 * id_ + i) for i, (variant, quantity) in enumerate(wishes)))


def parts_of(outcome: Held | Short) -> list[tuple[int, int]]:
    assert isinstance(outcome, Held)
    return [(part.location_id, part.quantity) for part in outcome.parts]


def left_of(outcome: Held | Short) -> list[int]:
    assert isinstance(outcome, Short)
    return [missing.left for _, missing in outcome.missing]


def test_the_first_that_fits_has_it_and_one_that_does_not_takes_nothing_from_the_next():
    first, greedy, last = share_out({(SELLER, LAMP): {KIEL: 3}}, [a_claim(1, (LAMP, 2)), a_claim(2, (LAMP, 2)), a_claim(3, (LAMP, 1))])
    assert isinstance(first, Held)
    assert left_of(greedy) == [1]
    assert isinstance(last, Held)


def test_a_claim_is_met_whole_or_not_at_all():
    shelves = {(SELLER, LAMP): {KIEL: 5}, (SELLER, VASE): {KIEL: 0}}
    short, next_one = share_out(shelves, [a_claim(1, (LAMP, 5), (VASE, 1)), a_claim(2, (LAMP, 5))])
    assert isinstance(short, Short)
    assert [wish.variant_id for wish, _ in short.missing] == [VASE]
    assert isinstance(next_one, Held)


def test_one_location_serves_where_one_can_and_otherwise_several_do():
    alone, split = share_out({(SELLER, LAMP): {KIEL: 2, ULM: 3}}, [a_claim(1, (LAMP, 3)), a_claim(2, (LAMP, 2))])
    assert parts_of(alone) == [(ULM, 3)]
    assert parts_of(split) == [(KIEL, 2)]
    [both] = share_out({(SELLER, LAMP): {KIEL: 2, ULM: 3}}, [a_claim(1, (LAMP, 4))])
    assert parts_of(both) == [(KIEL, 2), (ULM, 2)]


def test_two_lines_of_one_claim_for_the_same_thing_share_what_there_is():
    [short] = share_out({(SELLER, LAMP): {KIEL: 3}}, [a_claim(1, (LAMP, 2), (LAMP, 2))])
    assert left_of(short) == [1]


def test_what_lies_nowhere_is_out_of_stock():
    [short] = share_out({}, [a_claim(1, (LAMP, 1))])
    assert left_of(short) == [0]


SHELVES = st.dictionaries(
    st.tuples(st.just(SELLER), st.sampled_from([LAMP, VASE])), st.dictionaries(st.sampled_from([KIEL, ULM]), st.integers(0, 9))
)
WISHES = st.lists(st.tuples(st.sampled_from([LAMP, VASE]), st.integers(1, 6)), min_size=1, max_size=4)
CLAIMS = st.lists(WISHES, max_size=8).map(lambda lists: [a_claim(i, *wishes) for i, wishes in enumerate(lists)])


@given(SHELVES, CLAIMS)
def test_never_more_is_promised_than_lies_there_and_every_claim_gets_all_or_nothing(shelves, claims):
    outcomes = share_out(shelves, claims)
    promised: Counter[tuple[int, int]] = Counter()
    for claim, outcome in zip(claims, outcomes, strict=True):
        assert outcome.claim is claim
        if isinstance(outcome, Held):
            got: Counter[int] = Counter()
            for part in outcome.parts:
                assert part.quantity > 0
                got[part.wish.line_id] += part.quantity
                promised[part.wish.variant_id, part.location_id] += part.quantity
            assert got == {wish.line_id: wish.quantity for wish in claim.wishes}
        else:
            assert outcome.missing
            assert all(missing.left < wish.quantity for wish, missing in outcome.missing)
    assert all(quantity <= shelves[SELLER, variant][place] for (variant, place), quantity in promised.items())


@given(SHELVES, CLAIMS)
def test_what_could_be_met_alone_after_the_others_was_not_refused(shelves, claims):
    left = {key: dict(shelf) for key, shelf in shelves.items()}
    for outcome in share_out(shelves, claims):
        [alone] = share_out(left, [outcome.claim])
        assert isinstance(alone, Held) == isinstance(outcome, Held)
        if isinstance(outcome, Held):
            for part in outcome.parts:
                left[SELLER, part.wish.variant_id][part.location_id] -= part.quantity
