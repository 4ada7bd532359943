"""A payment moves forward only, whatever is heard, in whatever order and however often."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from velora.modules.payments.policy import (
    ARROWS,
    FAILED,
    HELD,
    LOOK_AFTER,
    NEXT,
    OPEN,
    PROMISED,
    IntentState,
    diagram,
    how_far,
    may_become,
)

SETTLED = set(IntentState) - OPEN
PAIRS = {(arrow.source, arrow.target) for arrow in ARROWS}


@pytest.mark.parametrize("now", IntentState)
@pytest.mark.parametrize("then", IntentState)
def test_a_payment_goes_exactly_where_an_arrow_leads(now, then):
    assert may_become(now, then) == ((now, then) in PAIRS)
    assert not may_become(now, now)


def test_the_table_says_everything_once_and_why():
    assert len(PAIRS) == len(ARROWS)
    assert all(arrow.by for arrow in ARROWS)
    assert {arrow.target for arrow in ARROWS} == set(IntentState) - {IntentState.AUTHORISING}


def test_what_is_settled_stays_settled():
    assert FAILED | {IntentState.CAPTURED} == SETTLED
    assert not [(now, then) for now in SETTLED for then in IntentState if may_become(now, then)]


def test_no_arrow_leads_back_but_between_the_two_ways_of_waiting():
    waiting = {IntentState.UNKNOWN, IntentState.ACTION_REQUIRED}
    back = {(now, then) for now, then in PAIRS if how_far(then) <= how_far(now)}
    assert back == {(IntentState.ACTION_REQUIRED, IntentState.UNKNOWN)}
    assert {state for pair in back for state in pair} == waiting


def test_a_time_out_settles_nothing():
    assert may_become(IntentState.AUTHORISING, IntentState.UNKNOWN)
    assert set(SETTLED) <= NEXT[IntentState.UNKNOWN]


def test_what_a_bank_holds_is_taken_given_up_or_expires_and_nothing_else_can_be_heard_of_it():
    for state in HELD:
        assert NEXT[state] - {IntentState.CAPTURING} == {IntentState.CAPTURED, IntentState.VOIDED, IntentState.EXPIRED}
    assert HELD < PROMISED


def test_every_open_payment_is_looked_at_some_time_but_what_no_gateway_knows():
    assert set(LOOK_AFTER) == OPEN - {IntentState.AWAITED}


def test_what_is_awaited_is_promised_and_held_by_no_bank():
    assert IntentState.AWAITED in PROMISED & OPEN - HELD
    assert NEXT[IntentState.AWAITED] == {IntentState.CAPTURED, IntentState.VOIDED, IntentState.EXPIRED}
    assert {arrow.source for arrow in ARROWS if arrow.target is IntentState.AWAITED} == {IntentState.AUTHORISING}


@given(st.lists(st.sampled_from(IntentState), max_size=30))
def test_no_sequence_of_what_is_heard_goes_backwards_or_captures_twice(heard):
    now, way = IntentState.AUTHORISING, [IntentState.AUTHORISING]
    for one in heard:
        if may_become(now, one):
            now = one
            way.append(one)
    waiting = {IntentState.UNKNOWN, IntentState.ACTION_REQUIRED}
    steps = [how_far(state) for state in way if state not in waiting]
    assert steps == sorted(set(steps))  # further at each step
    assert way.count(IntentState.CAPTURED) <= 1
    assert way.count(IntentState.CAPTURING) <= 1
    beyond = next((i for i, state in enumerate(way) if state not in waiting | {IntentState.AUTHORISING}), len(way))
    assert not waiting & set(way[beyond:])


def test_the_diagram_shows_every_arrow_and_every_state():
    lines = diagram().splitlines()
    assert lines[0] == "stateDiagram-v2"
    assert [f"    {arrow.source} --> {arrow.target}: {arrow.by}" in lines for arrow in ARROWS] == [True] * len(ARROWS)
    assert all(any(state in line for line in lines) for state in IntentState)
    assert not [line for line in lines if line.count(":") > 1 or set(";<>") & set(line.replace("-->", ""))]  # Mermaid reads these otherwise
