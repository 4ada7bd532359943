"""Log lines: short ones for a person, or JSON with the request's id for machines."""

import logging
import sys
import time
from collections.abc import Callable
from typing import Final, Literal

import orjson

Style = Literal["short", "json"]

_LEVELS: Final = {logging.DEBUG: "·", logging.INFO: " ", logging.WARNING: "!", logging.ERROR: "✗", logging.CRITICAL: "✗"}


class ShortLines(logging.Formatter):
    """`12:04:31 ! velora.worker  sweep payments: …`"""

    def format(self, record: logging.LogRecord) -> str:
        record.mark = _LEVELS.get(record.levelno, " ")
        record.at = self.formatTime(record, "%H:%M:%S")
        return super().format(record)


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, request_id, and the error with its traceback where there is one."""

    converter = time.gmtime
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self, request_id: Callable[[], str]) -> None:
        super().__init__()
        self._request_id = request_id

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": self.formatTime(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id := self._request_id():
            line["request_id"] = request_id
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return orjson.dumps(line).decode()


def of_no_request() -> str:
    """The request's id where there are no requests."""
    return ""


def configure(style: Style, request_id: Callable[[], str] = of_no_request, level: int = logging.INFO) -> None:
    """Everything that Velora and uvicorn log goes to standard error in this style, from this level on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(request_id) if style == "json" else ShortLines("%(at)s %(mark)s %(name)-18s %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("velora").setLevel(level)
