"""Who does not answer is left alone for a while."""

import pytest

from velora.platform.search import breaker as page
from velora.platform.search.breaker import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, Breaker


class Time:
    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    made = Time()
    monkeypatch.setattr(page, "time", made)
    return made


def test_while_answers_come_everybody_asks(time: Time):
    breaker = Breaker()
    for _ in range(3):
        assert breaker.lets_through()
        breaker.answered()


def test_after_a_failure_nobody_asks_until_one_may_try_for_all(time: Time):
    breaker = Breaker()
    assert breaker.failed()
    assert not breaker.lets_through()
    time.now += FIRST_PAUSE_SECONDS
    assert [breaker.lets_through() for _ in range(3)] == [True, False, False]
    breaker.answered()
    assert [breaker.lets_through() for _ in range(3)] == [True, True, True]


def test_each_try_that_fails_doubles_the_pause_up_to_the_longest(time: Time):
    breaker = Breaker()
    breaker.failed()
    pauses: list[float] = []
    for _ in range(6):
        began = time.now
        while not breaker.lets_through():
            time.now += 0.5
        pauses.append(time.now - began)
        assert breaker.failed()
    assert pauses == [1.0, 2.0, 4.0, 8.0, LONGEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS]


def test_many_that_were_under_way_when_the_first_failed_count_once(time: Time):
    breaker = Breaker()
    assert [breaker.failed() for _ in range(50)] == [True] + [False] * 49
    time.now += FIRST_PAUSE_SECONDS
    assert breaker.lets_through()


def test_a_try_that_is_never_answered_keeps_the_others_out_for_one_pause_only(time: Time):
    breaker = Breaker()
    breaker.failed()
    time.now += FIRST_PAUSE_SECONDS
    assert breaker.lets_through()
    time.now += FIRST_PAUSE_SECONDS
    assert breaker.lets_through()
