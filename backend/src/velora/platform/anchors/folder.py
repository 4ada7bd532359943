"""Anchors as lines of files in a folder, for the embedded installation: appended and synced, never rewritten.

One file for every hundred thousand blocks. The folder is a second trust domain only as far as those who can write the database
cannot write it: give it another owner, another disk, or `chattr +a`.
"""

import asyncio
import fcntl
import os
from collections.abc import AsyncGenerator, Iterator, Sequence
from datetime import timedelta
from itertools import groupby, islice
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from velora.platform.anchors.port import Anchor, AnchorConflict, AnchorsAway

_A_FILE: Final = 100_000
_PAGE: Final = 1_000
_TAIL: Final = 4_096
_LINE: Final = TypeAdapter(Anchor)


class FolderAnchors:
    """A folder with a file of lines for each stretch of a shard's chain."""

    every = timedelta(0)

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def place(self) -> str:
        return str(self.folder)

    async def write(self, anchors: Sequence[Anchor]) -> None:
        if anchors:
            await asyncio.to_thread(self._append, sorted(anchors, key=lambda one: one.n))

    async def newest(self, shard: int) -> Anchor | None:
        return await asyncio.to_thread(self._newest, shard)

    async def read(self, shard: int, *, after: int) -> AsyncGenerator[Anchor]:
        lines = self._lines(shard, after)
        while page := await asyncio.to_thread(lambda: list(islice(lines, _PAGE))):
            for anchor in page:
                yield anchor

    def _append(self, anchors: Sequence[Anchor]) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with (self.folder / ".lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)  # of two who seal, one appends after the other
                for stretch, some in groupby(self._new_ones(anchors), key=lambda one: one.n // _A_FILE):
                    self._append_to(self._file(anchors[0].shard, stretch), b"".join(_LINE.dump_json(one) + b"\n" for one in some))
        except OSError as error:
            raise AnchorsAway(f"{self.folder} cannot be written: {error.strerror}") from error

    def _new_ones(self, anchors: Sequence[Anchor]) -> list[Anchor]:
        newest = self._newest(anchors[0].shard)
        before = newest.n if newest else 0
        there = {one.n: one for one in self._lines(anchors[0].shard, anchors[0].n - 1)} if anchors[0].n <= before else {}
        for one in anchors:
            if one.n <= before and there.get(one.n) != one:
                raise AnchorConflict(f"Block {one.n} was anchored in {self.folder} with another hash, or was passed over there.")
        return [one for one in anchors if one.n > before]

    def _append_to(self, file: Path, lines: bytes) -> None:
        is_new = not file.exists()
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("ab") as out:
            # What was cut off while it was written is ended, so that it does not spoil the next line.
            out.write(lines if is_new or _tail(file)[-1:] in (b"", b"\n") else b"\n" + lines)
            out.flush()
            os.fsync(out.fileno())
        if is_new:
            folder = os.open(file.parent, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)

    def _newest(self, shard: int) -> Anchor | None:
        for file in reversed(self._files(shard)):
            for line in reversed(_tail(file).splitlines(keepends=True)):
                if found := _parsed(line):
                    return found
        return None

    def _lines(self, shard: int, after: int) -> Iterator[Anchor]:
        try:
            for file in self._files(shard):
                if int(file.stem) >= after // _A_FILE:
                    with file.open("rb") as lines:
                        yield from (one for line in lines if (one := _parsed(line)) and one.n > after)
        except OSError as error:
            raise AnchorsAway(f"{self.folder} cannot be read: {error.strerror}") from error

    def _files(self, shard: int) -> list[Path]:
        return sorted((self.folder / str(shard)).glob("*.jsonl"))

    def _file(self, shard: int, stretch: int) -> Path:
        return self.folder / str(shard) / f"{stretch:08d}.jsonl"


def _parsed(line: bytes) -> Anchor | None:
    """The anchor of a line. What is none is passed over: a block without its anchor is found by whoever compares the two."""
    try:
        return _LINE.validate_json(line) if line.endswith(b"\n") else None
    except ValidationError:
        return None


def _tail(file: Path) -> bytes:
    """The end of the file, with some lines in it."""
    with file.open("rb") as read:
        read.seek(max(file.stat().st_size - _TAIL, 0))
        return read.read()
