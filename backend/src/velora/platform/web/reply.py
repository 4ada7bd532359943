"""A JSON reply written by orjson, for routes that answer with what they stored."""

from collections.abc import Mapping

import orjson
from fastapi.responses import Response


class JsonReply(Response):
    media_type = "application/json"

    def __init__(self, body: Mapping[str, object], status_code: int = 200, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(orjson.dumps(body), status_code, headers)
