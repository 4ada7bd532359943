"""Signed, expiring leave to put or get one file through us: what a presigned address is where the store itself has none."""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final, Literal

import orjson

_MARK: Final = b"files:"


@dataclass(frozen=True, slots=True)
class Ticket:
    """What its holder may do, until a moment in seconds since 1970. `size` is how many bytes may be put; `name` what is saved."""

    does: Literal["put", "get"]
    key: str
    media_type: str
    until: int
    size: int = 0
    name: str = ""


class BadTicket(Exception):
    """The ticket was not written by us, was changed, or its time is over; the message says which."""


class Tickets:
    """Who has the key writes tickets and knows them again; they are kept nowhere."""

    def __init__(self, secret_key: bytes) -> None:
        self._key = secret_key

    def write(self, ticket: Ticket) -> str:
        said = orjson.dumps(asdict(ticket))
        return f"{_text(said)}.{_text(self._signature(said))}"

    def read(self, text: str, does: Literal["put", "get"], now: datetime) -> Ticket:
        """What the ticket says. Raises BadTicket."""
        said, _, signature = text.partition(".")
        try:
            content = _bytes(said)
            is_ours = hmac.compare_digest(_bytes(signature), self._signature(content))
        except ValueError:
            is_ours, content = False, b""
        if not is_ours:
            raise BadTicket("This address was not given out here, or was cut off.")
        ticket = Ticket(**orjson.loads(content))
        if ticket.does != does:
            raise BadTicket("This address is for something else.")
        if ticket.until <= now.timestamp():
            raise BadTicket("The time of this address is over.")
        return ticket

    def _signature(self, said: bytes) -> bytes:
        return hmac.new(self._key, _MARK + said, hashlib.sha256).digest()


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
