"""How fast is too fast: so many in a while, spread evenly, with as many at once for who has waited (the generic cell rate algorithm).

One number is kept for each caller: when, at the pace that is allowed, it would have been asked for all that it has asked for. Unlike
a count by windows, nobody gets twice as much around the end of one. Redis does the same in one script.
"""

from dataclasses import dataclass
from datetime import timedelta

_US = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Pace:
    """`most` in a `while_`."""

    most: int
    while_: timedelta

    @property
    def window_us(self) -> int:
        return self.while_ // _US

    @property
    def between_us(self) -> int:
        return max(1, self.window_us // self.most)


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether this one may be; how many more may be at once, and after how long, asking nothing, it is all of them again."""

    admitted: bool
    left: int
    full_in: timedelta
    wait: timedelta = timedelta(0)


def admit(pace: Pace, due_us: int, now_us: int) -> tuple[Admission, int]:
    """What is said to whoever asks now, whose number is `due_us` (0: who never asked), and the number from now on."""
    due_us = max(due_us, now_us)
    after = due_us + pace.between_us
    too_early = after - pace.window_us - now_us
    if too_early > 0:
        return Admission(False, 0, timedelta(microseconds=due_us - now_us), timedelta(microseconds=too_early)), due_us
    left = (pace.window_us - (after - now_us)) // pace.between_us
    return Admission(True, left, timedelta(microseconds=after - now_us)), after
