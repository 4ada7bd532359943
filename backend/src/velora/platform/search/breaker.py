"""Who does not answer is left alone for a while, so that not everybody waits for it."""

import time
from typing import Final

from velora.platform.telemetry import metrics

FIRST_PAUSE_SECONDS: Final = 1.0
LONGEST_PAUSE_SECONDS: Final = 10.0


class Breaker:
    """Closed while answers come. After one that did not, open: nobody asks, until after a pause one may try.

    The pause doubles with each try that fails.
    """

    def __init__(self) -> None:
        self._failures = 0
        self._open_until = 0.0
        self._trying = False

    def lets_through(self) -> bool:
        """Whether to ask. The first to be let through after a pause keeps the others out until it is known, or for as long again."""
        if not self._failures:
            return True
        if time.monotonic() < self._open_until:
            return False
        self._trying = True
        self._wait()
        return True

    def answered(self) -> None:
        if self._failures:
            metrics.breaker_open.dec()
        self._failures, self._trying = 0, False

    def failed(self) -> bool:
        """Whether that opened it anew. It counts once for all that were under way when the first failed."""
        if self._failures and not self._trying:
            return False
        if not self._failures:
            metrics.breaker_open.inc()
        self._failures, self._trying = self._failures + 1, False
        self._wait()
        return True

    def _wait(self) -> None:
        pause = min(FIRST_PAUSE_SECONDS * 2 ** (self._failures - 1), LONGEST_PAUSE_SECONDS)
        self._open_until = time.monotonic() + pause
