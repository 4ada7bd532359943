"""The Idempotency-Key header: the same request, sent any number of times, is done once."""

import hashlib
from dataclasses import dataclass
from typing import Annotated

import orjson
from fastapi import Depends, Request

from velora.kernel.errors import Refusal
from velora.platform.db.idempotency import Asked


@dataclass(unsafe_hash=True)
class KeyMissing(Refusal):
    code = "idempotency.key_missing"
    status = 400
    title = "Idempotency-Key is missing"

    def detail(self) -> str:
        return "Send an Idempotency-Key header with a fresh random value (a UUID will do), and the same value again whenever you retry."


@dataclass(unsafe_hash=True)
class KeyMalformed(Refusal):
    code = "idempotency.key_malformed"
    status = 400
    title = "Idempotency-Key is malformed"

    def detail(self) -> str:
        return "An Idempotency-Key has 1 to 255 characters. A UUID will do."


async def _asked(request: Request) -> Asked:
    key = request.headers.get("idempotency-key", "")
    if not key:
        raise KeyMissing
    if len(key) > 255:
        raise KeyMalformed
    body = await request.body()
    fingerprint = hashlib.sha256(b"\0".join((request.method.encode(), request.url.path.encode(), _canonical(body)))).digest()
    return Asked(hashlib.sha256(key.encode()).digest(), fingerprint)


def _canonical(body: bytes) -> bytes:
    """The body whatever its spacing and the order of its fields."""
    try:
        return orjson.dumps(orjson.loads(body), option=orjson.OPT_SORT_KEYS)
    except orjson.JSONDecodeError:
        return body


IdempotencyKey = Annotated[Asked, Depends(_asked)]
