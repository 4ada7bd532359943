"""What runs now, for every log line written meanwhile: which request where, which loop, which listener with which event."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from velora.platform.telemetry import tracing

_facts: Final[ContextVar[Mapping[str, str] | None]] = ContextVar("surroundings", default=None)


def note(**facts: str) -> None:
    """These are so from here on, in this request or loop."""
    _facts.set({**(_facts.get() or {}), **facts})


@contextmanager
def about(**facts: str) -> Generator[None]:
    """These are so in this block."""
    token = _facts.set({**(_facts.get() or {}), **facts})
    try:
        yield
    finally:
        _facts.reset(token)


def fact(name: str) -> str:
    """One of them, or nothing."""
    return (_facts.get() or {}).get(name, "")


def surroundings() -> dict[str, str]:
    """All of them, and the trace and span that run, where somebody traces."""
    found = dict(_facts.get() or {})
    if here := tracing.here():
        _, found["trace_id"], found["span_id"], _ = here.split("-")
    return found
