"""Versions in headers: the `ETag` that says which one was read, and the `If-Match` that says which one is to be changed."""

from typing import Annotated, Protocol, TypeVar

from fastapi import Header, Response

from velora.kernel.errors import Refusal

IfMatch = Annotated[str | None, Header(examples=['"v3"'])]
_NO_VERSION = -1
_MOST_DIGITS = 9


class Versioned(Protocol):
    @property
    def version(self) -> int: ...


V = TypeVar("V", bound=Versioned)


def tagged(reply: Response, one: V) -> V:
    """The same; the reply's `ETag` names its version."""
    reply.headers["etag"] = f'"v{one.version}"'
    return one


def version_of(tag: str | None, missing: type[Refusal]) -> int:
    """The version that an If-Match names; one that nothing has, so a conflict, for what is no tag of ours. Raises `missing` for none."""
    if tag is None:
        raise missing
    digits = tag.strip().removeprefix("W/").strip('"').removeprefix("v")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS else _NO_VERSION
