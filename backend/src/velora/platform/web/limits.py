"""How much one caller may ask for: counted at the network address, before anything is done for it. Who asks for more is told when.

An order's own way is free: what it costs is counted in microseconds, and a round trip is not. So are pictures and pages, which a cache
before us answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from velora.kernel.errors import Refusal
from velora.platform.cache import Admission, Pace, keys
from velora.platform.house import House
from velora.platform.web.callers import address_of
from velora.platform.web.problems import render

_API: Final = "/api/v1/"
_PICTURES: Final = "/api/v1/photos/"
_SEARCH: Final = "/api/v1/search"
_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)


@dataclass(unsafe_hash=True)
class TooMuch(Refusal):
    code = "request.too_much"
    status = 429
    title = "Too much at once"
    most: int
    seconds: int
    retry_after: int

    def detail(self) -> str:
        return f"At most {self.most} of these go in {self.seconds} seconds. Wait {self.retry_after} s, then go on more slowly."


async def admit_upload(house: House, seller_id: int) -> None:
    """The seller may send one more picture. Raises TooMuch."""
    most = house.settings.uploads_per_hour
    if most:
        pace = Pace(most, _HOUR)
        said = await house.cache.admit(keys.uploads_of(seller_id), pace)
        if not said.admitted:
            raise _refusal(pace, said)


class Limits:
    """Middleware: every reply of the API says how much is left, but for the `free` paths; beyond that it is a 429."""

    def __init__(self, app: ASGIApp, free: frozenset[str]) -> None:
        self._app = app
        self._free = free

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or not path.startswith(_API) or path.startswith(_PICTURES) or path in self._free:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        house: House = request.app.state.house
        what, most = "requests", house.settings.requests_per_minute
        if path.startswith(_SEARCH):
            what, most = "searches", house.settings.searches_per_minute
        if not most:
            await self._app(scope, receive, send)
            return
        pace = Pace(most, _MINUTE)
        said = await house.cache.admit(keys.asked_from(what, address_of(request)), pace)
        if not said.admitted:
            refusal = _refusal(pace, said)
            reply = render(request, refusal.status, refusal.code, refusal.title, refusal.detail(), refusal.facts())
            reply.headers.update(_headers(what, pace, said))
            await reply(scope, receive, send)
            return
        told = [(name.encode(), value.encode()) for name, value in _headers(what, pace, said).items()]

        async def send_with_limits(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] += told
            await send(message)

        await self._app(scope, receive, send_with_limits)


def _headers(what: str, pace: Pace, said: Admission) -> Mapping[str, str]:
    """As the IETF's draft of RateLimit header fields has it: the policy, and what is left of it."""
    window = pace.while_ // timedelta(seconds=1)
    full_in = ceil(said.full_in / timedelta(seconds=1))
    return {"ratelimit-policy": f'"{what}";q={pace.most};w={window}', "ratelimit": f'"{what}";r={said.left};t={full_in}'}


def _refusal(pace: Pace, said: Admission) -> TooMuch:
    return TooMuch(pace.most, pace.while_ // timedelta(seconds=1), ceil(said.wait / timedelta(seconds=1)))
