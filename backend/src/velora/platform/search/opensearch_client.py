"""Asking OpenSearch: bounded in time, and in one voice when there is no answer."""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

import orjson
from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import ConnectionError as NoConnection
from opensearchpy.exceptions import OpenSearchException, TransportError
from opensearchpy.serializer import JSONSerializer

from velora.platform.search.address import OpenSearchAddress
from velora.platform.search.breaker import Breaker
from velora.platform.search.port import SearchUnavailable
from velora.platform.telemetry import metrics, tracing

log: Final = logging.getLogger("velora.search")
logging.getLogger("opensearch").setLevel(logging.CRITICAL)  # it tells every failure with its traceback; we tell it once

READ_SECONDS: Final = 2.0  # a page waits no longer
WRITE_SECONDS: Final = 30.0
CONNECTIONS: Final = 32
LARGEST_REQUEST: Final = 900_000  # bytes: what is larger keeps the event loop busy for long
NOT_THERE: Final = 404
CONFLICT: Final = 409

Json = Mapping[str, Any]


class OpenSearchAway(SearchUnavailable):
    """`why` is for the log and for `velora doctor`; it never holds what was asked."""

    def __init__(self, why: str, status: int = 0) -> None:
        super().__init__()
        self.why = why
        self.http_status = status

    def __str__(self) -> str:
        return f"OpenSearch: {self.why}"


class _Quick(JSONSerializer):
    def loads(self, s: str) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride] -- untyped there
        return orjson.loads(s)

    def dumps(self, data: Any) -> Any:
        return data if isinstance(data, str | bytes) else orjson.dumps(data)


class OpenSearchClient:
    """One server, or cluster. What is asked for a page goes through a breaker; what is written is waited for longer, and is not."""

    def __init__(self, address: OpenSearchAddress) -> None:
        self._client = AsyncOpenSearch(
            hosts=[{"host": address.host, "port": address.port}],
            http_auth=(address.user, address.password or "") if address.user else None,
            use_ssl=address.secure,
            serializer=_Quick(),
            maxsize=CONNECTIONS,
            max_retries=0,
            retry_on_timeout=False,
            timeout=WRITE_SECONDS,
        )
        self._breaker = Breaker()
        self.last_error = ""

    async def page(self, method: str, path: str, body: object = None, params: Json | None = None) -> Any:
        """The answer for somebody who waits at a page: all of it. Raises SearchUnavailable, at once while nobody is to ask."""
        if not self._breaker.lets_through():
            raise OpenSearchAway(f"left alone for a moment, after: {self.last_error}")
        try:
            with metrics.searches.time():
                answer = await self._ask(method, path, body, params, READ_SECONDS)
            for one in answer.get("responses", ()):
                if "error" in one:
                    raise self._away(f"{one.get('status')} {one['error'].get('type')}", int(one.get("status", 0)))
        except OpenSearchAway as away:
            if away.http_status not in (NOT_THERE, 400) and self._breaker.failed():
                log.warning("Searches are refused for a moment: %s", away)
            raise
        self._breaker.answered()
        return answer

    async def desk(self, method: str, path: str, body: object = None, params: Json | None = None, *, seconds: float = WRITE_SECONDS) -> Any:
        """The answer for somebody who has time. Raises SearchUnavailable."""
        return await self._ask(method, path, body, params, seconds)

    async def bulk(self, actions: Sequence[bytes]) -> list[Json]:
        """What became of each action, in their order. Raises SearchUnavailable when one of the requests was not taken."""
        items: list[Json] = []
        for some in _requests(actions):
            answer = await self.desk("POST", "/_bulk", b"\n".join(some) + b"\n")
            items += [next(iter(item.values())) for item in answer["items"]]
        return items

    async def close(self) -> None:
        await self._client.close()

    async def _ask(self, method: str, path: str, body: object, params: Json | None, seconds: float) -> Any:
        headers = {"content-type": "application/x-ndjson" if isinstance(body, bytes) else "application/json"}
        asked = {**(params or {}), "request_timeout": seconds}
        try:
            with tracing.span(f"opensearch {method} {_operation(path)}", "client"):
                return await self._client.transport.perform_request(  # pyright: ignore[reportUnknownMemberType] -- untyped there
                    method, path, params=asked, body=body, headers=headers if body is not None else None
                )
        except NoConnection as error:
            raise self._away(f"no answer within {seconds:.0f} s" if error.status_code == "TIMEOUT" else "no connection", 0) from error
        except TransportError as error:
            raise self._away(_reason(error), int(error.status_code or 0)) from error
        except OpenSearchException as error:
            raise self._away(type(error).__name__, 0) from error

    def _away(self, why: str, status: int) -> OpenSearchAway:
        if status not in (NOT_THERE, CONFLICT):
            metrics.search_failures.inc()
        self.last_error = f"{why} ({time.strftime('%H:%M:%S', time.gmtime())} UTC)"
        if status in (400, 401, 403):
            log.error("OpenSearch refuses: %s", why)
        return OpenSearchAway(why, status)


def _operation(path: str) -> str:
    """What of an address is the same for every index and document: `_bulk`, `_search`."""
    return next((part for part in reversed(path.split("/")) if part.startswith("_")), "index")


def _requests(actions: Sequence[bytes]) -> Iterator[list[bytes]]:
    """The actions in requests that a server takes."""
    some: list[bytes] = []
    size = 0
    for action in actions:
        if some and size + len(action) > LARGEST_REQUEST:
            yield some
            some, size = [], 0
        some.append(action)
        size += len(action)
    if some:
        yield some


def _reason(error: TransportError) -> str:
    """What OpenSearch says of its own refusal, without the question."""
    info: Any = error.info
    said: Any = cast("Json", info).get("error", {}) if isinstance(info, dict) else ""
    reason = "{type}: {reason}".format_map(cast("Json", said)) if isinstance(said, dict) else str(said)
    return f"{error.status_code} {reason[:300]}"
