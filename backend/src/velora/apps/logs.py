"""Log lines: short ones for a person, or JSON with the request's id for machines."""

import logging
import sys
import time
from typing import Final, Literal

import orjson

from velora.platform.web.middleware import current_request_id

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

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": self.formatTime(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id := current_request_id():
            line["request_id"] = request_id
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return orjson.dumps(line).decode()


def configure(style: Style, level: int = logging.INFO) -> None:
    """Everything that Velora and uvicorn log goes to standard error in this style, from this level on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if style == "json" else ShortLines("%(at)s %(mark)s %(name)-18s %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("velora").setLevel(level)
