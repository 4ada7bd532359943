"""Thumbnails of a stranger's picture, made where it can do no harm."""

import asyncio
import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from velora.platform.pictures.recipe import RECIPE

_PATIENCE_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Made:
    """The size of the largest, and the files by name, as `640.avif`."""

    width: int
    height: int
    files: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Unfit:
    """The picture is refused; `why` is for whoever sent it."""

    why: str


class MakerFailed(Exception):
    """The process that makes thumbnails does not even start, or was ended from outside: nothing is known of the picture."""


def digest_of(content: bytes) -> str:
    """The same for the same picture made in the same way, and for no other: for a name that may be kept for ever."""
    return hashlib.sha256(b"%d:" % RECIPE + content).hexdigest()[:16]


async def make_thumbs(content: bytes) -> Made | Unfit:
    """The picture as pages show it, or why it cannot be shown. Raises MakerFailed."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "velora.platform.pictures.child",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            told, complaint = await child.communicate(content)
    except TimeoutError:
        return Unfit("The picture takes longer to read than a picture may. Save it anew, as JPEG or PNG.")
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if not told:
        return _ended(child.returncode or 0, complaint.decode(errors="replace"))
    head, _, rest = told.partition(b"\n")
    said = json.loads(head)
    if "unfit" in said:
        return Unfit(said["unfit"])
    files: dict[str, bytes] = {}
    for name, size in said["files"].items():
        files[name], rest = rest[:size], rest[size:]
    return Made(said["width"], said["height"], files)


def _ended(code: int, complaint: str) -> Unfit:
    """What a process that said nothing tells by its end. One that its own limits, or a fault in a decoder, ended has met a bad picture."""
    if code in _FAULTS:
        return Unfit("The picture cannot be read. Save it anew, as JPEG or PNG, and send that.")
    raise MakerFailed(f"The process that makes thumbnails ended with {code}: {complaint.strip()[-500:]}")


# Of a signal: arithmetic, memory, the bus, an instruction, an abort, and the time it was given.
_FAULTS: Final = frozenset({-4, -6, -7, -8, -11, -24})
