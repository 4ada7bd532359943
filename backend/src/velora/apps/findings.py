"""What the doctor says of one thing."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from time import perf_counter_ns

from velora.flows.watching.look import since


class State(StrEnum):
    OK = "ok"
    NOTE = "note"  # works; somebody should know
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """What was looked at, how it is, and how to mend it where it is not well."""

    subject: str
    state: State
    says: str
    mend: str = ""
    ms: int | None = None


async def answers(subject: str, says: str, ping: Callable[[], Awaitable[object]], mend: str, away: type[Exception]) -> Finding:
    """Whether it answers: it is said as it names itself with its version, where it does, and else as it is called here."""
    began = perf_counter_ns()
    try:
        named = await ping()
    except (away, OSError) as error:
        return Finding(subject, State.WRONG, f"{says} does not answer: {error}", mend)
    return Finding(subject, State.OK, named if isinstance(named, str) else says, ms=since(began))
