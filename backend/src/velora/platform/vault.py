"""Secrets that must be read again, kept so that the database alone does not give them away.

AES-256-GCM under a key derived from the installation's own. What a secret belongs to is bound in, so a row's secret is no use in another.
"""

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE: Final = 12


class Unreadable(Exception):
    """It was locked under another key, or for something else, or was changed."""


def fresh_secret() -> bytes:
    """256 random bits."""
    return secrets.token_bytes(32)


def lock(secret_key: bytes, purpose: str, about: str, secret: bytes) -> bytes:
    """The secret as it is kept; the same one looks different each time."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(_key(secret_key, purpose)).encrypt(nonce, secret, about.encode())


def unlock(secret_key: bytes, purpose: str, about: str, locked: bytes) -> bytes:
    """The secret that was locked for the same purpose and about the same. Raises Unreadable."""
    try:
        return AESGCM(_key(secret_key, purpose)).decrypt(locked[:_NONCE], locked[_NONCE:], about.encode())
    except (InvalidTag, ValueError) as error:
        raise Unreadable("It was locked under another key: VELORA_SECRET_KEY has changed since.") from error


def _key(secret_key: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=f"velora {purpose}".encode()).derive(secret_key)
