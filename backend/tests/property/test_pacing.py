"""At whatever moments somebody asks: never more than the pace allows in any stretch of time, and whoever keeps to it is never refused."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from velora.platform.cache.pacing import Pace, admit

paces = st.builds(Pace, st.integers(1, 50), st.integers(1, 3_600).map(lambda seconds: timedelta(seconds=seconds)))
waits = st.lists(st.integers(0, 20_000_000), min_size=1, max_size=150)


@given(paces, waits)
def test_in_no_stretch_of_time_is_more_admitted_than_the_pace_and_what_was_saved(pace: Pace, waits: list[int]):
    now, due, admitted = 1_700_000_000_000_000, 0, []
    for wait in waits:
        now += wait
        said, due = admit(pace, due, now)
        if said.admitted:
            admitted.append(now)
            assert 0 <= said.left < pace.most
        else:
            assert said.wait > timedelta(0)
            assert admit(pace, due, now + said.wait // timedelta(microseconds=1))[0].admitted
    for first in range(len(admitted)):
        for last in range(first, len(admitted)):
            stretch = admitted[last] - admitted[first]
            assert last - first + 1 <= pace.most + stretch // pace.between_us + 1


@given(paces, st.integers(1, 200))
def test_whoever_keeps_to_the_pace_is_never_refused(pace: Pace, times: int):
    now, due = 1_700_000_000_000_000, 0
    for _ in range(times):
        said, due = admit(pace, due, now)
        assert said.admitted
        now += pace.between_us


@given(paces)
def test_who_never_asked_has_all_of_it_at_once_and_not_one_more(pace: Pace):
    now, due = 1_700_000_000_000_000, 0
    for left in reversed(range(pace.most)):
        said, due = admit(pace, due, now)
        assert (said.admitted, said.left) == (True, left)
    assert not admit(pace, due, now)[0].admitted
