"""Which purchases a cancellation gives back."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from velora.flows.replay.matching import Bought, Cancelled, Piece, match

LAMP, DEARER_LAMP = (17850, 1, 255), (17850, 1, 295)


def test_the_newest_purchase_goes_back_first():
    events = [Bought(LAMP, 0, 10), Bought(LAMP, 1, 4), Cancelled(LAMP, 2, 6)]
    assert match(events) == {2: [Piece(1, 4), Piece(0, 2)]}


def test_a_second_cancellation_takes_what_the_first_left():
    events = [Bought(LAMP, 0, 10), Cancelled(LAMP, 1, 7), Cancelled(LAMP, 2, 7)]
    assert match(events) == {1: [Piece(0, 7)], 2: [Piece(0, 3)]}


def test_another_price_or_a_later_purchase_is_not_given_back():
    events = [Bought(DEARER_LAMP, 0, 1), Cancelled(LAMP, 1, 1), Bought(LAMP, 2, 1)]
    assert match(events) == {1: []}


@st.composite
def histories(draw) -> list[Bought | Cancelled]:
    keys = st.sampled_from([LAMP, DEARER_LAMP, (17850, 2, 255), (13047, 1, 255)])
    kinds = draw(st.lists(st.tuples(st.booleans(), keys, st.integers(1, 20)), max_size=40))
    return [(Bought if bought else Cancelled)(key, row, quantity) for row, (bought, key, quantity) in enumerate(kinds)]


@given(histories())
def test_no_piece_goes_back_twice_and_none_that_could_is_kept(history):
    found = match(history)
    by_row = {event.row: event for event in history}
    assert found.keys() == {event.row for event in history if isinstance(event, Cancelled)}
    given_back: Counter[int] = Counter()
    for row, pieces in sorted(found.items()):
        assert [piece.sale_row for piece in pieces] == sorted({piece.sale_row for piece in pieces}, reverse=True)
        for piece in pieces:
            assert piece.sale_row < row
            assert by_row[piece.sale_row].key == by_row[row].key
            given_back[piece.sale_row] += piece.quantity
        earlier = sum(e.quantity for e in history[:row] if isinstance(e, Bought) and e.key == by_row[row].key)
        before = sum(given_back[e.row] for e in history[:row] if e.key == by_row[row].key) - sum(piece.quantity for piece in pieces)
        assert sum(piece.quantity for piece in pieces) == min(by_row[row].quantity, earlier - before)
    assert all(quantity <= by_row[row].quantity for row, quantity in given_back.items())
