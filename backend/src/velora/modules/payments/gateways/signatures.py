"""Signed notices of the sandbox: `t=<seconds>,v1=<HMAC-SHA256 over "<seconds>.<body>">`, as payment gateways commonly sign."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from velora.modules.payments.gateways.port import TOLERANCE, Forged
from velora.platform.tokens import fresh_token

HEADER: Final = "velora-signature"


def secret_in(file: Path) -> bytes:
    """The secret that is kept in this file; made at first use."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(fresh_token())
    return file.read_text().strip().encode()


def sign(secret: bytes, body: bytes, at: datetime) -> dict[str, str]:
    """The header that makes this body a notice."""
    seconds = int(at.timestamp())
    return {HEADER: f"t={seconds},v1={_digest(secret, body, seconds)}"}


def forged(secret: bytes, body: bytes, headers: Mapping[str, str], now: datetime) -> Forged | None:
    """Why this is not to be believed, or None. Too old and too far in the future are the same: played again, or a wrong clock."""
    parts = {name: value for name, _, value in (part.partition("=") for part in headers.get(HEADER, "").split(","))}
    signed_at, signature = parts.get("t", ""), parts.get("v1", "")
    if not (signed_at.isascii() and signed_at.isdigit() and len(signed_at) < 12 and signature.isascii()):
        return Forged("It is not signed.")
    if not hmac.compare_digest(_digest(secret, body, int(signed_at)), signature):
        return Forged("The signature is not the gateway's.")
    if abs(now.timestamp() - int(signed_at)) > TOLERANCE.total_seconds():
        return Forged("It was signed too long ago, or one of the clocks is wrong.")
    return None


def _digest(secret: bytes, body: bytes, seconds: int) -> str:
    return hmac.new(secret, b"%d.%s" % (seconds, body), hashlib.sha256).hexdigest()
