"""What an answer means."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    HEARD = "heard"
    GONE = "gone"
    FAILED = "failed"


@dataclass(frozen=True)
class Heard:
    """What came of one request: a status with the beginning of the reply, or why there was none."""

    status: int | None
    reply: str
    duration_ms: int
    why: str = ""
    retry_after: str = ""
    location: str = ""


def verdict(status: int | None) -> Verdict:
    """Any 2xx was heard; 410 says that nobody will ever listen there again; all else failed."""
    if status is not None and 200 <= status < 300:
        return Verdict.HEARD
    return Verdict.GONE if status == 410 else Verdict.FAILED


def reason(heard: Heard) -> str:
    """Why it failed, for the log; empty where it did not."""
    if heard.status is None:
        return heard.why
    match verdict(heard.status):
        case Verdict.HEARD:
            return ""
        case Verdict.GONE:
            return "it answered 410 Gone: the endpoint is disabled"
        case Verdict.FAILED if 300 <= heard.status < 400:
            to = f" to {heard.location}" if heard.location else ""
            return f"it answered {heard.status}: redirects{to} are not followed. Give the final address as the URL."
        case _:
            return f"it answered {heard.status}"


def may_ask_to_wait(status: int | None) -> bool:
    """Whose Retry-After counts: too many requests, or away for now."""
    return status in (429, 503)
