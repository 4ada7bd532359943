"""What returned pieces are worth: never more than was paid, and all of it in the end."""

from hypothesis import given
from hypothesis import strategies as st

from velora.modules.returns.errors import NothingToGiveBack, NotReturnable
from velora.modules.returns.policy import SoldLine, Worth, appraise, worth_of


def a_line(quantity: int = 3, net: int = 2521, tax: int = 479, commission: int = 252) -> SoldLine:
    return SoldLine(1, Worth(quantity, net, tax, commission), shipped=quantity)


def test_the_first_of_two_pieces_at_nine_ninety_nine_is_worth_nine_ninety_nine():
    whole = Worth(2, 1679, 319, 168)
    first = worth_of(whole, Worth(), 1)
    assert first.net_minor + first.tax_minor == 999
    second = worth_of(whole, first, 1)
    assert second.net_minor + second.tax_minor == 999
    assert first + second == whole


def test_more_pieces_than_reached_the_buyer_cannot_come_back():
    assert appraise({1: a_line()}, {}, [(1, 4)]) == NotReturnable(1, 4, 3)
    assert appraise({1: a_line()}, {1: Worth(2, 0, 0, 0)}, [(1, 2)]) == NotReturnable(1, 2, 1)
    assert appraise({1: a_line()}, {}, [(9, 1)]) == NotReturnable(9, 1, 0)


def test_a_line_named_twice_is_refused():
    assert appraise({1: a_line()}, {}, [(1, 1), (1, 1)]) == NotReturnable(1, 1, 3)


def test_pieces_that_cost_nothing_give_nothing_back():
    assert appraise({1: a_line(net=0, tax=0, commission=0)}, {}, [(1, 1)]) == NothingToGiveBack()


LINES = st.builds(
    Worth,
    quantity=st.integers(1, 40),
    net_minor=st.integers(0, 10**6),
    tax_minor=st.integers(0, 10**5),
    commission_minor=st.integers(0, 10**5),
)


@given(whole=LINES, order=st.lists(st.integers(1, 7), max_size=60))
def test_any_sequence_of_partial_returns_gives_back_at_most_what_was_paid_and_the_full_set_exactly_that(whole: Worth, order: list[int]):
    back = Worth()
    for wish in [*order, whole.quantity]:
        pieces = min(wish, whole.quantity - back.quantity)
        if not pieces:
            continue
        part = worth_of(whole, back, pieces)
        assert min(part.net_minor, part.tax_minor, part.commission_minor) >= 0
        back += part
        assert back.net_minor <= whole.net_minor
        assert back.tax_minor <= whole.tax_minor
        assert back.commission_minor <= whole.commission_minor
    assert back == whole


@given(whole=LINES, parts=st.lists(st.tuples(st.integers(1, 7), st.booleans()), max_size=60))
def test_returns_that_are_declined_in_between_never_let_a_line_give_back_more(whole: Worth, parts: list[tuple[int, bool]]):
    standing: list[Worth] = []
    for wish, declined in parts:
        back = sum(standing, Worth())
        pieces = min(wish, whole.quantity - back.quantity)
        if pieces:
            standing.append(worth_of(whole, back, pieces))
        if declined and standing:
            standing.pop(0)
    back = sum(standing, Worth())
    if pieces := whole.quantity - back.quantity:
        standing.append(worth_of(whole, back, pieces))
    assert sum(standing, Worth()) == whole
