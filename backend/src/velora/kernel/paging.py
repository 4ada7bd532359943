"""Pages of a list, joined by opaque cursors."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from velora.kernel.errors import Invalid

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    data: Sequence[T]
    next_cursor: str | None = None

    @property
    def has_more(self) -> bool:
        return self.next_cursor is not None


def encode_cursor(*position: int | str) -> str:
    """An opaque word for the place after the row with these sort keys."""
    return base64.urlsafe_b64encode(json.dumps(position, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, *kinds: type[int] | type[str]) -> list[int | str]:
    """The sort keys behind the word, of these kinds. Raises Invalid when it was not made by `encode_cursor` for this list."""
    try:
        position = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error) as error:
        raise Invalid("/cursor", "This cursor is not one of ours. Start again without it.") from error
    if not isinstance(position, list) or [type(part) for part in position] != list(kinds) or not all(_fits(part) for part in position):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        raise Invalid("/cursor", "This cursor belongs to another list. Start again without it.")
    return position  # pyright: ignore[reportUnknownVariableType]


def _fits(part: object) -> bool:
    return not isinstance(part, int) or -(1 << 63) <= part < 1 << 63
