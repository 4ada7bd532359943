"""Random words: tokens that browsers carry, of which only a digest is kept, and references that need not be secret."""

import hashlib
import hmac
import secrets


def fresh_token() -> str:
    """256 random bits that nobody can guess, as 43 letters fit for a cookie."""
    return secrets.token_urlsafe(32)


def guest_key_for(secret_key: bytes, key_hash: bytes) -> str:
    """The key of a guest who brings none, made of its request: when the reply with it is lost, the same request makes the same guest."""
    return hmac.new(secret_key, b"guest:" + key_hash, hashlib.sha256).hexdigest()


def fresh_ref(prefix: str) -> str:
    """`ch_` and 24 hexadecimal letters that no other reference has."""
    return f"{prefix}_{secrets.token_hex(12)}"


def digest_of(token: str) -> bytes:
    """What is kept of a token: enough to know it again, not enough to use it."""
    return hashlib.sha256(token.encode()).digest()


def csrf_token(secret_key: bytes, token: str) -> str:
    """What a page of this session must say: bound to the session, so that another site can neither read nor make it."""
    return hmac.new(secret_key, b"csrf:" + token.encode(), hashlib.sha256).hexdigest()
