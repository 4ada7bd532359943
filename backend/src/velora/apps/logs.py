"""Log lines: short ones for a person, or JSON with what ran when they were written, for machines. Neither holds a secret or an address."""

import logging
import re
import sys
import time
from collections.abc import Mapping
from typing import Final, Literal, cast

import orjson

from velora.platform.settings import Settings
from velora.platform.telemetry.surroundings import surroundings

Style = Literal["short", "json"]

_LEVELS: Final = {logging.DEBUG: "·", logging.INFO: " ", logging.WARNING: "!", logging.ERROR: "✗", logging.CRITICAL: "✗"}
_ACCESS: Final = {"off": logging.CRITICAL + 1, "failures": logging.WARNING, "all": logging.INFO}

# What an engine or a library may quote in its errors, though nobody of ours writes it: each with what stands in its place.
_NEVER_TOLD: Final = (
    (re.compile(r"://[^/\s@'\"]+@"), "://…@"),
    (re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"), "…@…"),
    (re.compile(r"\b(sk_live|sk_test|rk_live|rk_test|whsec|tok)_\w{4,}"), r"\1_…"),
    (re.compile(r"(Duplicate entry ')[^']*(')"), r"\1…\2"),
    (re.compile(r"(?i)\b(password|secret|token|authorization|cookie)(['\"]?\s*[=:]\s*)(?:bearer\s+)?['\"]?[^\s'\",}]+"), r"\1\2…"),
    (re.compile(r"\b\d{4}([ -]?)\d{4}\1\d{4}\1\d{4}\b"), "…"),  # a card's number; our own numbers are longer
)


def told(text: str) -> str:
    """The text without what may be told to nobody."""
    for pattern, instead in _NEVER_TOLD:
        text = pattern.sub(instead, text)
    return text


class ShortLines(logging.Formatter):
    """`12:04:31 ! velora.worker  sweep payments: …`"""

    def format(self, record: logging.LogRecord) -> str:
        record.mark = _LEVELS.get(record.levelno, " ")
        record.at = self.formatTime(record, "%H:%M:%S")
        return told(super().format(record))


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, what ran (request_id, loop, trace_id …), an error with its traceback."""

    converter = time.gmtime
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": self.formatTime(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": told(record.getMessage()),
            **surroundings(),
            **cast("Mapping[str, object]", getattr(record, "facts", {})),
        }
        if record.exc_info:
            line["error"] = told(self.formatException(record.exc_info))
        return orjson.dumps(line).decode()


def configure(settings: Settings, *, quiet: bool = False) -> None:
    """Everything that Velora and uvicorn log goes to standard error, as the settings say; `quiet` leaves out what is no trouble."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if settings.log == "json" else ShortLines("%(at)s %(mark)s %(name)-18s %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    logging.getLogger("velora").setLevel(max(level, logging.WARNING) if quiet else level)
    logging.getLogger("velora.access").setLevel(_ACCESS[settings.access_log])
