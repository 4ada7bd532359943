"""What every request gets: an id for the log, and headers that keep browsers careful."""

import secrets
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from itertools import count
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_CAREFUL: Final = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"x-frame-options", b"DENY"),
]
_PAGE: Final = "default-src 'self'; img-src 'self' data: https:; style-src 'self' 'unsafe-inline'; font-src 'self' data:"

_PROCESS: Final = secrets.token_hex(5).encode()
_count: Final = count(1)
_running: Final[ContextVar[str]] = ContextVar("request_id", default="")


def _fresh_id() -> bytes:
    """Unique among processes by what this one drew at its start, and in it by counting: drawing for each request is slow."""
    return b"%s%06x" % (_PROCESS, next(_count))


def current_request_id() -> str:
    """The id of the request that this code runs for, or nothing outside of one."""
    return _running.get()


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
        _running.set(request_id.decode())

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                headers += [(b"x-request-id", request_id), *_CAREFUL]
                if any(name == b"content-type" and value.startswith(b"text/html") for name, value in headers):
                    headers.append(self._policy)
            await send(message)

        await self.app(scope, receive, send_with_id)
