"""Errors on the wire: RFC 9457 problem documents with a stable code and what to do."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from velora.kernel.errors import Refusal
from velora.platform.anchors.port import AnchorsAway
from velora.platform.db.errors import Deadlock, Unavailable
from velora.platform.files.port import FilesAway

log: Final = logging.getLogger("velora.web")

MEDIA_TYPE: Final = "application/problem+json"
PROBLEM_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {"type": "object", "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}}},
        },
    },
}


@dataclass(unsafe_hash=True)
class FilesUnavailable(Refusal):
    code = "platform.files_unavailable"
    status = 503
    title = "Try again in a moment"
    retry_after: int = 5

    def detail(self) -> str:
        return "The store of files does not answer just now. Nothing is lost; send the same request again in a moment."


def problems(*refusals: type[Refusal]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that can refuse in these ways."""
    by_status: dict[int | str, dict[str, Any]] = {}
    for refusal in refusals:
        entry = by_status.setdefault(
            refusal.status,
            {"description": "", "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}}},
        )
        entry["description"] = " · ".join(filter(None, (entry["description"], f"{refusal.title} (`{refusal.code}`)")))
        entry["content"][MEDIA_TYPE]["examples"][refusal.code] = {
            "value": {
                "type": f"/problems/{refusal.code}",
                "title": refusal.title,
                "status": refusal.status,
                "code": refusal.code,
                "detail": refusal.title,
            }
        }
    return by_status


def render(request: Request, status: int, code: str, title: str, detail: str, facts: dict[str, Any] | None = None) -> JSONResponse:
    """The problem as a reply."""
    body = {"type": f"/problems/{code}", "title": title, "status": status, "code": code, "detail": detail}
    body["request_id"] = request.scope.get("request_id", "")
    headers = {"Retry-After": str((facts or {}).get("retry_after", 2))} if status in (429, 503) else None
    return JSONResponse({**(facts or {}), **body}, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def install(app: FastAPI) -> None:
    """Every error of the application leaves as a problem document."""
    handlers: dict[type[Exception], Callable[[Request, Any], JSONResponse]] = {
        Refusal: _refusal,
        RequestValidationError: _invalid,
        HTTPException: _http,
        UnicodeEncodeError: _no_text,
        Unavailable: _database_away,
        Deadlock: _database_away,
        AnchorsAway: _anchors_away,
        FilesAway: _files_away,
        Exception: _unexpected,
    }
    for kind, handler in handlers.items():

        async def handle(request: Request, error: Any, handler: Callable[[Request, Any], JSONResponse] = handler) -> JSONResponse:
            return handler(request, error)

        app.add_exception_handler(kind, handle)


def _refusal(request: Request, error: Refusal) -> JSONResponse:
    return render(request, error.status, error.code, error.title, error.detail(), error.facts())


def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    errors = [
        {
            "pointer": "/" + "/".join(str(part) for part in problem["loc"][1:])
            if problem["loc"][0] == "body"
            else f"/{problem['loc'][-1]}",
            "detail": str(problem["msg"]).removeprefix("Value error, "),
        }
        for problem in error.errors()
    ]
    detail = " ".join(f"{one['pointer']}: {one['detail']}." for one in errors[:3])
    return render(request, 422, "request.invalid", "Check the form", detail, {"errors": errors})


def _http(request: Request, error: HTTPException) -> JSONResponse:
    if error.status_code == 404:
        return render(
            request, 404, "request.no_such_route", "Not found", f"There is no {request.url.path} here. /api/docs lists what there is."
        )
    if error.status_code == 400:  # only ever said of a body that cannot be read
        form = request.headers.get("content-type", "").startswith("multipart/")
        detail = (
            "The form's parts cannot be told apart. Send multipart/form-data."
            if form
            else "The body is not JSON in UTF-8. Send a JSON document."
        )
        return render(request, 422, "request.invalid", "Check the form", detail, {"errors": []})
    reply = render(request, error.status_code, "request.refused", "Not possible", str(error.detail))
    reply.headers.update(error.headers or {})
    return reply


def _no_text(request: Request, error: UnicodeEncodeError) -> JSONResponse:
    r"""JSON can spell halves of characters (\ud800) that no database takes."""
    detail = "The text holds half of a character (a lone surrogate such as \\ud800). Send whole characters."
    return render(request, 422, "request.invalid", "Check the form", detail)


def _database_away(request: Request, error: Exception) -> JSONResponse:
    log.warning("The database did not take a write: %s", error)
    detail = "The database does not answer just now. Nothing is half-done; send the same request again in a moment."
    return render(request, 503, "platform.database_unavailable", "Try again in a moment", detail, {"retry_after": 2})


def _anchors_away(request: Request, error: Exception) -> JSONResponse:
    log.warning("The anchors are away: %s", error)
    detail = "What the ledger's blocks are held against lies outside the database, and cannot be read just now. Nothing is lost; try again."
    return render(request, 503, "platform.anchors_unavailable", "Try again in a moment", detail, {"retry_after": 5})


def _files_away(request: Request, error: Exception) -> JSONResponse:
    log.warning("The store of files is away: %s", error)
    return _refusal(request, FilesUnavailable())


def _unexpected(request: Request, error: Exception) -> JSONResponse:
    log.exception("Unexpected error on %s %s", request.method, request.url.path, exc_info=error)
    detail = "This is our fault. It is in our log under the request id below; trying again may help, and nothing was done twice."
    return render(request, 500, "platform.unexpected", "Something went wrong", detail)
