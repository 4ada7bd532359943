"""A straight way for the busiest routes: the same function, callers and errors, without the framework's generic way to them.

Whatever is not plainly right (a body that does not fit, a parameter that is wrong) takes the generic way after all, which says what
is wrong. So this way never answers differently; it only answers sooner.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from inspect import iscoroutinefunction
from typing import Any, Final

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import request_params_to_args
from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from velora.kernel.errors import Refusal

Handlers = Mapping[Any, Callable[[Request, Any], Awaitable[Response]]]

_NOT_PLAIN: Final = object()


@dataclass(frozen=True)
class _Step:
    """A function to call with the request or with what earlier steps gave."""

    call: Callable[..., Any]
    request_as: str | None
    given: tuple[tuple[str, int], ...]  # parameter, place of the step
    query: Dependant | None  # whose parameters it takes from the address


@dataclass(frozen=True)
class Plan:
    """How one route is answered: its dependencies in the order in which they are needed, the route itself last."""

    steps: tuple[_Step, ...]
    body: tuple[str, TypeAdapter[Any]] | None

    @classmethod
    def of(cls, route: APIRoute) -> "Plan":
        """Raises ValueError for a route that needs more than this way knows."""
        top = route.dependant
        if top.path_params or len(top.body_params) > 1 or route.param_convertors:
            raise ValueError(f"{route.path} cannot go straight: only a body, a query and dependencies are understood here.")
        steps: list[_Step] = []
        _lay(top, steps, {})
        body = ((field := top.body_params[0]).name, TypeAdapter[Any](field.field_info.annotation)) if top.body_params else None  # pyright: ignore[reportArgumentType] -- it has one
        return cls(tuple(steps), body)

    async def answer(self, request: Request) -> Response | object:
        """The route's answer; `_NOT_PLAIN` before anything was called when something does not fit. Raises what the route raises."""
        asked: dict[int, dict[str, Any]] = {}
        for place, step in enumerate(self.steps):
            if step.query:
                asked[place], wrong = request_params_to_args(step.query.query_params, request.query_params)
                if wrong:
                    return _NOT_PLAIN
        values: dict[str, Any] = {}
        if self.body:
            name, kind = self.body
            if not request.headers.get("content-type", "").startswith("application/json"):
                return _NOT_PLAIN
            try:
                values[name] = kind.validate_json(await request.body())
            except (ValidationError, Refusal):
                return _NOT_PLAIN
        results: list[Any] = []
        last = len(self.steps) - 1
        for place, step in enumerate(self.steps):
            arguments = {name: results[of] for name, of in step.given} | asked.get(place, {})
            if step.request_as:
                arguments[step.request_as] = request
            if place == last:
                arguments |= values
            results.append(await step.call(**arguments))
        return results[-1]


def _lay(dependant: Dependant, steps: list[_Step], places: dict[Any, int]) -> int:
    """Add what this needs and then itself, each function once; its place."""
    call = dependant.call
    assert call is not None
    if call in places:
        return places[call]
    nested = dependant.dependencies
    asks_more = dependant.header_params or dependant.cookie_params or dependant.response_param_name or dependant.background_tasks_param_name
    if not iscoroutinefunction(call) or asks_more or any(one.body_params or one.path_params for one in nested):
        raise ValueError(f"{call} cannot be called on the straight way: it is no coroutine function of the request and of such functions.")
    given = tuple((one.name, _lay(one, steps, places)) for one in nested if one.name)
    steps.append(_Step(call, dependant.request_param_name, given, dependant if dependant.query_params else None))
    places[call] = len(steps) - 1
    return places[call]


class StraightWay:
    """Middleware: requests to these (method, path) pairs are answered by their plans."""

    def __init__(self, app: ASGIApp, routes: Iterable[tuple[str, APIRoute]]) -> None:
        self._app = app
        self._plans = {(method, path): (Plan.of(route), route.endpoint) for path, route in routes for method in route.methods or ()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._plans.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if found is None:
            await self._app(scope, receive, send)
            return
        plan, scope["endpoint"] = found
        request = Request(scope, receive)
        try:
            reply = await plan.answer(request)
        except Exception as error:  # whoever handles it on the generic way handles it here
            handler = _handler(scope["app"].exception_handlers, error)
            if handler is None:
                raise
            reply = await handler(request, error)
        if isinstance(reply, Response):
            await reply(scope, receive, send)
        else:
            await self._app(scope, _again(request, receive), send)


def _handler(handlers: Handlers, error: Exception) -> Callable[[Request, Any], Awaitable[Response]] | None:
    return next((handlers[kind] for kind in type(error).__mro__ if kind in handlers and kind is not Exception), None)


def _again(request: Request, receive: Receive) -> Receive:
    """The request's body, which has been read, once more."""
    read = [{"type": "http.request", "body": request._body, "more_body": False}] if hasattr(request, "_body") else []  # pyright: ignore[reportPrivateUsage]

    async def receive_again() -> Message:
        return read.pop() if read else await receive()

    return receive_again
