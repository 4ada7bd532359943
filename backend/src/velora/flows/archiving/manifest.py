"""What is said of an archived month, signed: which files, how many rows, what moved, between which blocks."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Final

import orjson
from pydantic import TypeAdapter, ValidationError

from velora.platform.signing import SigningKeys

VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file by its content."""

    name: str
    rows: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class BlockName:
    """A block by its number and hash."""

    n: int
    hash: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """An archived month. `content` is a digest of its rows, the same however the files were written; `sums` is in minor units.

    `schema` is the revision of the tables that the rows are from, `velora` what wrote them.
    """

    velora_archive: int
    month: str
    velora: str
    schema: str
    shard: int
    first_id: int
    below_id: int
    journals: int
    postings: int
    sums: Mapping[str, int]
    first_block: BlockName
    last_block: BlockName
    content: str
    files: tuple[FileFacts, ...]
    written_at: datetime
    key_id: str
    signature: str = ""

    @property
    def form(self) -> bytes:
        """What is signed: this as JSON without spaces and without the signature, object keys sorted, times in UTC."""
        return orjson.dumps(asdict(replace(self, signature="")), option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)

    def signed_by(self, keys: SigningKeys) -> "Manifest":
        """The same with the signature of the key that signs now. Raises NoSigningKey."""
        signer = keys.signer()
        mine = replace(self, key_id=signer.key_id)
        return replace(mine, signature=signer.sign(mine.form).hex())

    def is_signed(self, keys: SigningKeys) -> bool:
        """Whether one of the known keys has signed just this."""
        try:
            return keys.verifies(self.key_id, self.form, bytes.fromhex(self.signature))
        except ValueError:
            return False

    @property
    def text(self) -> bytes:
        """The file as it is written."""
        return orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z) + b"\n"

    @property
    def sha256(self) -> str:
        """By which two people mean the same archive."""
        return hashlib.sha256(self.text).hexdigest()


_READ: Final = TypeAdapter(Manifest)


def manifest_of(text: bytes) -> Manifest | None:
    """The manifest that is written there; None when it is none."""
    try:
        found = _READ.validate_json(text)
    except ValidationError:
        return None
    return found if found.velora_archive == VERSION else None
