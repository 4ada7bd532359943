"""When a letter that did not leave is tried again, and when it is given up."""

from datetime import timedelta
from typing import Final

MOST_ATTEMPTS: Final = 8
# A letter that a worker took and never settled (it died) is taken again after this time.
LEASE: Final = timedelta(minutes=5)
# How long a settled letter is kept, for questions about it.
KEPT: Final = timedelta(days=30)
_FIRST_WAIT: Final = timedelta(minutes=1)
_LONGEST_WAIT: Final = timedelta(hours=6)


def wait_after(attempts: int) -> timedelta | None:
    """A minute after the first failure, four times as long after each further one, at most six hours; None gives up."""
    if attempts >= MOST_ATTEMPTS:
        return None
    return min(_FIRST_WAIT * 4 ** (attempts - 1), _LONGEST_WAIT)
