"""When a letter that did not leave is tried again, and when it is given up."""

from datetime import datetime, timedelta
from typing import Final

MOST_ATTEMPTS: Final = 8
# A letter that a worker took and never settled (it died) is taken again after this time.
LEASE: Final = timedelta(minutes=5)
# How long a settled letter is kept, for questions about it.
KEPT: Final = timedelta(days=30)
# News older than this is none: a year of orders that is loaded, or a queue that stood still, writes nobody.
NEWS_FOR: Final = timedelta(days=7)
_FIRST_WAIT: Final = timedelta(minutes=1)
_LONGEST_WAIT: Final = timedelta(hours=6)


def is_news(now: datetime, happened_at: datetime) -> bool:
    """Whether somebody still wants a letter about it."""
    return now - happened_at < NEWS_FOR


def wait_after(attempts: int) -> timedelta | None:
    """A minute after the first failure, four times as long after each further one, at most six hours; None gives up."""
    if attempts >= MOST_ATTEMPTS:
        return None
    return min(_FIRST_WAIT * 4 ** (attempts - 1), _LONGEST_WAIT)
