"""Signatures as the Standard Webhooks specification has them: HMAC-SHA256 over id, time and body, one for each secret that is valid."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

_PREFIX: Final = "whsec_"


def shown(secret: bytes) -> str:
    """The secret as its owner is given it, and as libraries of the specification take it."""
    return _PREFIX + base64.b64encode(secret).decode()


def signature(secrets: Sequence[bytes], message_id: str, timestamp: int, body: bytes) -> str:
    """The value of the header webhook-signature: a receiver is satisfied with any one of them."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return " ".join("v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode() for secret in secrets)


def headers(secrets: Sequence[bytes], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Everything that goes with the body. The id is the same at every try, the time is that of the try."""
    return {
        "content-type": "application/json",
        "user-agent": "Velora-Webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(secrets, message_id, timestamp, body),
    }
