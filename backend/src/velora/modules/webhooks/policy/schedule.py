"""When a delivery is tried again, when an endpoint has a rest, and when it is given up."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Final
from zlib import crc32

# What the Standard Webhooks specification recommends after the first attempt: ten in all, over a little more than three days.
WAITS: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
MOST_ATTEMPTS: Final = len(WAITS) + 1
# Each wait is up to a tenth longer, so that what failed together does not come back together.
_JITTER_PER_MILLE: Final = 100
# An endpoint of which nothing was heard but failures for so long is disabled.
DEAD_AFTER: Final = timedelta(days=3)
# However long a receiver asks us to wait, we ask again within a day.
LONGEST_ASKED: Final = timedelta(days=1)
# An endpoint that a worker took and never gave back (it died) is taken by another after this time.
LEASE: Final = timedelta(minutes=1)
# How long what was sent, and what was answered, can be looked up and sent again.
KEPT: Final = timedelta(days=30)
# So long after a rotation the old secret signs as well, for receivers that do not know the new one yet.
OLD_SECRET_SIGNS: Final = timedelta(hours=24)
# An endpoint that failed this often in a row has a rest before the next request, ever longer.
_FAILURES_BEFORE_A_REST: Final = 2
_FIRST_REST: Final = timedelta(seconds=5)
_LONGEST_REST: Final = timedelta(minutes=5)
_SLOW_FROM_MS: Final = 1000


class Lane(StrEnum):
    """Those who answer at once have workers of their own, so that however many dawdle, they wait for nobody."""

    QUICK = "quick"
    SLOW = "slow"


def wait_after(tries: int, event_id: int) -> timedelta | None:
    """How long after this many failed tries the next one is due; None gives up. The jitter is the event's own, so it can be replayed."""
    if tries >= MOST_ATTEMPTS:
        return None
    wait = WAITS[tries - 1]
    return wait + wait * (crc32(b"%d:%d" % (event_id, tries)) % (_JITTER_PER_MILLE + 1)) / 1000


def rest_after(failures: int) -> timedelta:
    """None after the first failures in a row, then five seconds, twice as long after each further one, at most five minutes."""
    if failures <= _FAILURES_BEFORE_A_REST:
        return timedelta(0)
    return min(_FIRST_REST * 2 ** min(failures - _FAILURES_BEFORE_A_REST - 1, 10), _LONGEST_REST)


def lane_for(*, failed: bool, duration_ms: int) -> Lane:
    """Where an endpoint waits next, by what it did last."""
    return Lane.SLOW if failed or duration_ms >= _SLOW_FROM_MS else Lane.QUICK


def is_dead(now: datetime, failing_since: datetime) -> bool:
    return now - failing_since >= DEAD_AFTER


def asked_to_wait(retry_after: str, now: datetime) -> timedelta:
    """What the header Retry-After asks for, in seconds or as a date; nothing where it says neither, and never more than a day."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), LONGEST_ASKED)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return timedelta(0)
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(until - now, timedelta(0)), LONGEST_ASKED)
