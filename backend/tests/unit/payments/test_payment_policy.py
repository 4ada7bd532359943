"""A payment moves forward only."""

from velora.modules.payments.policy import LOOK_AFTER, NEXT, OPEN, IntentState, may_become

SETTLED = set(IntentState) - OPEN


def test_what_is_settled_stays_settled():
    assert not [(now, then) for now in SETTLED for then in IntentState if may_become(now, then)]


def test_a_time_out_settles_nothing():
    assert may_become(IntentState.AUTHORISING, IntentState.UNKNOWN)
    assert set(SETTLED) <= NEXT[IntentState.UNKNOWN]


def test_every_open_payment_is_looked_at_some_time():
    assert set(LOOK_AFTER) == OPEN
