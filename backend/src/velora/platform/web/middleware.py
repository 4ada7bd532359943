"""What every request gets: an id for the log, headers that keep browsers careful, and a place in the figures."""

import logging
import secrets
import time
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any, Final

from prometheus_client import Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from velora.platform.telemetry import metrics, tracing
from velora.platform.telemetry.surroundings import fact, note

access: Final = logging.getLogger("velora.access")

_CAREFUL: Final = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"x-frame-options", b"DENY"),
]
_PAGE: Final = "default-src 'self'; img-src 'self' data: https:; style-src 'self' 'unsafe-inline'; font-src 'self' data:"

_PROCESS: Final = secrets.token_hex(5).encode()
_count: Final = count(1)

Templates = Mapping[Any, str]
"""The address of each route, as in /api/v1/orders/{order_id}, by the function that answers."""

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_NO_ROUTE: Final = "other"


def _fresh_id() -> bytes:
    """Unique among processes by what this one drew at its start, and in it by counting: drawing for each request is slow."""
    return b"%s%06x" % (_PROCESS, next(_count))


def current_request_id() -> str:
    """The id of the request that this code runs for, or nothing outside of one."""
    return fact("request_id")


def page_policy(others: Mapping[str, Sequence[str]] | None = None) -> str:
    """The Content-Security-Policy of a page: everything from here, and by directive from the addresses of these others."""
    allowed = [f"{directive} 'self' {' '.join(origins)}" for directive, origins in (others or {}).items()]
    return "; ".join([_PAGE, *allowed, "frame-ancestors 'none'"])


class RequestId:
    """Every request has an id: the caller's own, or a fresh one. It is in the reply's X-Request-Id. Pages get the policy."""

    def __init__(self, app: ASGIApp, policy: str) -> None:
        self.app = app
        self._policy = (b"content-security-policy", policy.encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        request_id = given if 0 < len(given) <= 64 and given.isascii() and given.decode().isprintable() else _fresh_id()
        scope["request_id"] = request_id.decode()
        note(request_id=request_id.decode())

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                headers += [(b"x-request-id", request_id), *_CAREFUL]
                if any(name == b"content-type" and value.startswith(b"text/html") for name, value in headers):
                    headers.append(self._policy)
            await send(message)

        await self.app(scope, receive, send_with_id)


class Watched:
    """Every request is counted with its time, and a span where somebody traces: by its route's template, as addresses may name people."""

    def __init__(self, app: ASGIApp, templates: Templates) -> None:
        self.app = app
        self._templates = templates
        self._kinds: dict[tuple[str, str, int], Histogram] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if not tracing.is_on():
            await self._watched(scope, receive, send)
            return
        given = next((value.decode(errors="replace") for name, value in scope["headers"] if name == b"traceparent"), "")
        with tracing.span("request", "server", parent=tracing.well_formed(given)) as span:
            method, template, status = await self._watched(scope, receive, send)
            span.named(f"{method} {template}")
            span.says(**{"http.request.method": method, "http.route": template, "http.response.status_code": status})
            if status >= 500:
                span.failed(str(status))

    async def _watched(self, scope: Scope, receive: Receive, send: Send) -> tuple[str, str, int]:
        """What was asked, by its template, and how it ended."""
        began, status = time.perf_counter(), 500

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        method = scope["method"] if scope["method"] in _METHODS else "other"
        template = _NO_ROUTE
        try:
            await self.app(scope, receive, note_status)
        finally:
            template = self._templates.get(scope.get("endpoint"), _NO_ROUTE)
            took = time.perf_counter() - began
            self._kind(method, template, status // 100).observe(took)
            if access.isEnabledFor(level := logging.INFO if status < 500 else logging.WARNING):
                facts = {"method": method, "route": template, "status": status, "ms": round(took * 1000, 1)}
                access.log(level, "%s %s %d in %.1f ms", *facts.values(), extra={"facts": facts})
        return method, template, status

    def _kind(self, method: str, template: str, hundreds: int) -> Histogram:
        key = method, template, hundreds
        if key not in self._kinds:
            self._kinds[key] = metrics.requests.labels(method, template, f"{hundreds}xx")
        return self._kinds[key]
