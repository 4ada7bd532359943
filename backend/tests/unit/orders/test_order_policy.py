"""How orders move: forward only, and an order stands where its slowest part stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from velora.modules.orders.policy import CANCELLABLE, LEFT, NEXT, REFUSABLE, Quantities, State, after_shipping, may_become, summed, whole

ENDS = {State.CANCELLED, State.REFUNDED, State.PAYMENT_FAILED, State.UNPAID}


def test_every_state_can_be_reached_and_none_leads_back():
    reached, todo = {State.PLACED}, [State.PLACED]
    while todo:
        for state in NEXT[todo.pop()] - reached:
            reached.add(state)
            todo.append(state)
    assert reached == set(State)
    order = [
        State.PLACED, State.AUTHORISED, State.AWAITED, State.PAID, State.PARTLY_SHIPPED, State.SHIPPED, State.DELIVERED, State.COMPLETED,
    ]  # fmt: skip
    assert not [(now, then) for i, now in enumerate(order) for then in order[:i] if may_become(now, then)]


def test_what_has_left_is_not_cancelled_but_may_be_refused_at_the_door_until_it_is_accepted():
    assert not CANCELLABLE & LEFT
    assert REFUSABLE < LEFT
    assert {state for state in State if may_become(state, State.CANCELLED)} == CANCELLABLE | REFUSABLE


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([State.PAID, State.PAID], State.PAID),
        ([State.AUTHORISED, State.CANCELLED], State.AUTHORISED),
        ([State.PAID, State.SHIPPED], State.PARTLY_SHIPPED),
        ([State.AWAITED, State.CANCELLED], State.AWAITED),
        ([State.AWAITED, State.SHIPPED], State.PARTLY_SHIPPED),
        ([State.UNPAID, State.PAYMENT_FAILED], State.UNPAID),
        ([State.UNPAID, State.CANCELLED], State.UNPAID),
        ([State.PAID, State.PARTLY_SHIPPED], State.PARTLY_SHIPPED),
        ([State.SHIPPED, State.DELIVERED], State.SHIPPED),
        ([State.CANCELLED, State.DELIVERED], State.DELIVERED),
        ([State.REFUNDED, State.PAID], State.PAID),
        ([State.CANCELLED, State.CANCELLED], State.CANCELLED),
        ([State.CANCELLED, State.REFUNDED], State.REFUNDED),
        ([State.PAYMENT_FAILED], State.PAYMENT_FAILED),
        ([State.COMPLETED, State.COMPLETED], State.COMPLETED),
    ],
)
def test_an_order_stands_where_its_slowest_part_stands(parts, expected):
    assert whole(parts) == expected


@given(st.lists(st.sampled_from(State), min_size=1, max_size=5))
def test_an_order_has_ended_exactly_when_all_of_its_parts_have(parts):
    assert (whole(parts) in ENDS) == all(part in ENDS for part in parts)


@given(st.integers(1, 9), st.integers(0, 9), st.integers(0, 9))
def test_pieces_are_never_counted_twice(quantity, shipped, cancelled):
    line = Quantities(quantity, min(shipped, quantity), min(cancelled, quantity - min(shipped, quantity)))
    assert line.to_ship + line.shipped + line.cancelled == quantity
    if line.to_ship:
        assert line.after_sending(1).to_ship == line.to_ship - 1


def test_a_seller_order_is_shipped_when_nothing_is_left_to_ship():
    assert after_shipping([Quantities(2, 2), Quantities(1, 0, 1)]) == State.SHIPPED
    assert after_shipping([Quantities(2, 1)]) == State.PARTLY_SHIPPED
    assert after_shipping([Quantities(2)]) == State.PAID


def test_a_line_that_is_named_twice_is_one_line():
    assert summed([(1, 2), (2, 1), (1, 3)]) == {1: 5, 2: 1}
