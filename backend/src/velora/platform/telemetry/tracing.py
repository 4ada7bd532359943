"""The way of one request through processes and engines, told as OpenTelemetry spans where somebody wants to hear it.

Off unless OTEL_EXPORTER_OTLP_ENDPOINT (or its like for traces alone) is set: then nothing of OpenTelemetry is loaded, and a span costs one
look at a name. What is set otherwise is in OpenTelemetry's own variables. A span has names of routes, listeners and engines, and
numbers; never what somebody wrote, nor a statement's values.
"""

import os
import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from contextvars import ContextVar
from types import TracebackType
from typing import Any, Final, Literal, Protocol

Kind = Literal["internal", "server", "client", "producer", "consumer"]
Value = str | int | bool

# Of W3C Trace Context, as far as version 00 writes it. All zeros is nobody's trace.
_WRITTEN: Final = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")

# Who asked for what the running batch does: the trace of each request, by the id that its events name.
_origins: Final[ContextVar[Mapping[int, str] | None]] = ContextVar("origins", default=None)


class Span(Protocol):
    """What can be said of a span while it runs."""

    def named(self, name: str) -> None: ...
    def says(self, **attributes: Value) -> None: ...
    def failed(self, why: str) -> None: ...


Spanning = AbstractContextManager[Span]
"""A block that is a span."""


class _Nothing(AbstractContextManager[Span]):
    """The span of a process that tells none."""

    def __enter__(self) -> Span:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None) -> None:
        return

    def named(self, name: str) -> None:
        return

    def says(self, **attributes: Value) -> None:
        return

    def failed(self, why: str) -> None:
        return


class Teller(Protocol):
    """Tells spans; there is one in a process that traces (otlp.py)."""

    def span(self, name: str, kind: Kind, parent: str, links: Sequence[str], attributes: Mapping[str, Value]) -> Spanning: ...
    def here(self) -> str: ...
    def end(self) -> None: ...


_NOTHING: Final = _Nothing()
_teller: Teller | None = None


def is_wanted() -> bool:
    """Whether the environment names somebody who wants to hear spans."""
    collector = os.environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") or os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT")
    refused = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true" or os.environ.get("OTEL_TRACES_EXPORTER") == "none"
    return bool(collector) and not refused


def begin(teller: Teller) -> None:
    """From now on spans are told by this one."""
    global _teller  # noqa: PLW0603 -- a process traces or does not
    _teller = teller


def end() -> None:
    """What was told has been sent, or given up after a moment; nothing more is told."""
    global _teller  # noqa: PLW0603
    if _teller is not None:
        _teller.end()
        _teller = None


def is_on() -> bool:
    """Whether spans are told at all."""
    return _teller is not None


def span(name: str, kind: Kind = "internal", *, parent: str = "", links: Sequence[str] = (), **attributes: Value) -> Spanning:
    """The block is a span: of the trace `parent` where one is given, else of the one that runs. Errors that leave it are its failure."""
    return _teller.span(name, kind, parent, links, attributes) if _teller is not None else _NOTHING


def here() -> str:
    """The running span as a traceparent; empty where there is none."""
    return _teller.here() if _teller is not None else ""


def following(name: str, traceparents: Sequence[str], **attributes: Value) -> Spanning:
    """A span that does something about what happened in these traces: of the first of them, and linked to the others. Of none, no span."""
    distinct = list(dict.fromkeys(one for one in traceparents if one))
    if _teller is None or not distinct:
        return _NOTHING
    return _teller.span(name, "consumer", distinct[0], distinct[1:], attributes)


def well_formed(traceparent: Any) -> str:
    """As it was written, or empty where it is no traceparent."""
    return traceparent if isinstance(traceparent, str) and _WRITTEN.fullmatch(traceparent) else ""


def asked_by(origins: Mapping[int, str]) -> None:
    """What runs from here on, in this task, does what these requests asked for."""
    _origins.set(origins)


def origins() -> Mapping[int, str]:
    """The traces of the requests that the running batch serves, by the id that each is about."""
    return (_origins.get() or {}) if _teller is not None else {}
