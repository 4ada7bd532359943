"""Ed25519 keys as files in a folder outside the database: one that signs, and every one that ever did for verification.

`{key_id}.key` is the private key that signs; `{key_id}.pub` the public half, which stays when another key takes over. Whoever only
verifies needs the `.pub` files. Which public keys lie in the folder is what is trusted: keep it from those who can write the database.
"""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

_ID_LENGTH: Final = 16


class NoSigningKey(Exception):
    """There is no key to sign with; the message says what to do."""


@dataclass(frozen=True)
class Signer:
    """A key that signs, held in memory."""

    key_id: str
    sign: Callable[[bytes], bytes]


class SigningKeys:
    """The keys of a folder. Reads it anew each time, so that a rotation is seen by running processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def key_id(self) -> str:
        """Which key signs now. Raises NoSigningKey."""
        return self.signer().key_id

    def signer(self) -> Signer:
        """The key that signs now; it goes on signing where another takes over meanwhile. Raises NoSigningKey."""
        while found := list(self.folder.glob("*.key")):
            try:
                newest = max(found, key=lambda file: (file.stat().st_mtime_ns, file.name))
                key = load_pem_private_key(newest.read_bytes(), password=None)
            except FileNotFoundError:
                continue  # another key has taken over since the folder was read
            if not isinstance(key, Ed25519PrivateKey):
                raise NoSigningKey(f"{newest} is no Ed25519 key.")
            return Signer(newest.stem, key.sign)
        raise NoSigningKey(
            f"There is no key to seal the ledger with in {self.folder}. Make the first one, or the next if it was lost: "
            "velora ledger new-key"
        )

    def verifies(self, key_id: str, message: bytes, signature: bytes) -> bool:
        """Whether the message was signed with this key; False too for a key that the folder does not have."""
        key = self.public(key_id)
        if key is None:
            return False
        try:
            key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    def public(self, key_id: str) -> Ed25519PublicKey | None:
        """The public key, when the file is there and is the one of this id."""
        pem = self.public_pem(key_id)
        key = load_pem_public_key(pem) if pem else None
        return key if isinstance(key, Ed25519PublicKey) and _id_of(key) == key_id else None

    def public_pem(self, key_id: str) -> bytes | None:
        file = self.folder / f"{key_id}.pub"
        return file.read_bytes() if key_id.isalnum() and file.exists() else None

    def known(self) -> list[str]:
        """The ids of all keys that signatures can be verified with."""
        return sorted(file.stem for file in self.folder.glob("*.pub"))

    def make(self) -> Signer:
        """A new key signs from now on, and the private ones before it are gone; their public halves stay."""
        key = Ed25519PrivateKey.generate()
        key_id = _id_of(key.public_key())
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        before = list(self.folder.glob("*.key"))
        self._write(f"{key_id}.pub", key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), 0o644)
        self._write(f"{key_id}.key", key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), 0o600)
        for old in before:
            old.unlink(missing_ok=True)
        return Signer(key_id, key.sign)

    def _write(self, name: str, content: bytes, mode: int) -> None:
        """The file is there in whole, or not at all."""
        part = self.folder / f".{name}.part"
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            os.fsync(file.fileno())
        part.rename(self.folder / name)


def _id_of(key: Ed25519PublicKey) -> str:
    return hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:_ID_LENGTH]
