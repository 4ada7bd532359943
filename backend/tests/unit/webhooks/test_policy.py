"""When a delivery is tried again, what an answer means, and how a body is signed."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from velora.modules.webhooks.policy import schedule, signing
from velora.modules.webhooks.policy.endpoints import check
from velora.modules.webhooks.policy.schedule import DEAD_AFTER, MOST_ATTEMPTS, WAITS, Lane
from velora.modules.webhooks.policy.verdict import Heard, Verdict, may_ask_to_wait, reason, verdict

NOW = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)


def test_ten_tries_spread_over_a_little_more_than_three_days():
    assert MOST_ATTEMPTS == 10
    for event_id in range(1000):
        waits = [schedule.wait_after(tries, event_id) for tries in range(1, MOST_ATTEMPTS)]
        assert all(wait is not None and plain <= wait <= plain * 1.1 for wait, plain in zip(waits, WAITS, strict=True))
        whole = sum((wait for wait in waits if wait), timedelta())
        assert DEAD_AFTER < whole < DEAD_AFTER * 1.2
        assert schedule.wait_after(MOST_ATTEMPTS, event_id) is None


def test_what_failed_together_does_not_come_back_together_and_the_same_comes_back_at_the_same_time():
    waits = {schedule.wait_after(3, event_id) for event_id in range(500)}
    assert len(waits) > 80
    assert schedule.wait_after(3, 42) == schedule.wait_after(3, 42)


def test_an_endpoint_rests_ever_longer_and_at_most_five_minutes():
    rests = [schedule.rest_after(failures) for failures in range(12)]
    assert rests[:5] == [timedelta(0)] * 3 + [timedelta(seconds=5), timedelta(seconds=10)]
    assert rests == sorted(rests)
    assert schedule.rest_after(10_000) == timedelta(minutes=5)


def test_three_days_of_nothing_but_failures_are_enough():
    assert not schedule.is_dead(NOW, NOW - DEAD_AFTER + timedelta(seconds=1))
    assert schedule.is_dead(NOW, NOW - DEAD_AFTER)


def test_who_dawdles_or_fails_waits_in_another_lane():
    assert schedule.lane_for(failed=False, duration_ms=999) is Lane.QUICK
    assert schedule.lane_for(failed=False, duration_ms=1000) is Lane.SLOW
    assert schedule.lane_for(failed=True, duration_ms=5) is Lane.SLOW


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("Mon, 16 Nov 2026 10:05:00 GMT", 300),
        ("Mon, 16 Nov 2026 09:00:00 GMT", 0),
        ("99999999999999999999", 86400),
        ("Mon, 16 Nov 2099 09:00:00 GMT", 86400),
        ("soon", 0),
        ("-5", 0),
        ("", 0),
    ],
)
def test_how_long_a_receiver_asks_us_to_wait(said: str, seconds: int):
    assert schedule.asked_to_wait(said, NOW) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("status", "meant", "why"),
    [
        (200, Verdict.HEARD, ""),
        (204, Verdict.HEARD, ""),
        (301, Verdict.FAILED, "redirects to https://other.example are not followed"),
        (410, Verdict.GONE, "410 Gone"),
        (500, Verdict.FAILED, "it answered 500"),
        (None, Verdict.FAILED, "no connection"),
    ],
)
def test_what_an_answer_means(status: int | None, meant: Verdict, why: str):
    assert verdict(status) is meant
    assert why in reason(Heard(status, "", 5, "no connection", "", "https://other.example"))
    assert bool(reason(Heard(status, "", 5, "no connection"))) is (meant is not Verdict.HEARD)


def test_only_who_is_overrun_or_away_may_ask_us_to_wait():
    assert [status for status in (200, 301, 429, 500, 503, None) if may_ask_to_wait(status)] == [429, 503]


def test_a_receiver_that_knows_either_secret_is_satisfied_and_one_that_knows_neither_is_not():
    old, new, other = (bytes([number]) * 32 for number in (1, 2, 3))
    body = json.dumps({"type": "orders.order_paid.v1", "timestamp": "2026-11-16T10:00:00Z", "data": {"note": "größer"}}).encode()
    sent = signing.headers([new, old], "evt_01", int(datetime.now(UTC).timestamp()), body)
    for secret in (old, new):
        assert Webhook(signing.shown(secret)).verify(body, sent)["type"] == "orders.order_paid.v1"
    with pytest.raises(WebhookVerificationError):
        Webhook(signing.shown(other)).verify(body, sent)
    with pytest.raises(WebhookVerificationError):
        Webhook(signing.shown(new)).verify(body + b" ", sent)


def test_a_secret_is_shown_as_the_specification_has_it():
    assert signing.shown(b"\xff" * 32) == "whsec_" + base64.b64encode(b"\xff" * 32).decode()


@pytest.mark.parametrize(
    ("description", "types", "pointer"),
    [
        ("x" * 201, ["a.v1"], "/description"),
        ("two\nlines", ["a.v1"], "/description"),
        ("", [], "/event_types"),
        ("", ["a.v1", "c.v1"], "/event_types"),
    ],
)
def test_an_endpoint_that_cannot_be_is_refused_at_its_field(description: str, types: list[str], pointer: str):
    refusal = check(description, types, ["a.v1", "b.v1"])
    assert refusal is not None
    assert refusal.pointer == pointer


def test_an_endpoint_that_can_be_is_not_refused():
    assert check("Our ERP", ["a.v1"], ["a.v1", "b.v1"]) is None
