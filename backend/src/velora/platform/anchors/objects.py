"""Anchors as objects of S3, Google Cloud Storage or Azure: each is created, never overwritten, and has the lines of some blocks.

`{prefix}/{shard}/{stretch}/{first block}.jsonl`. An object begins where the one before ends, so of two that would say something of the
same block one is refused by the store itself. What makes it a second trust domain lies there: a bucket of another account with a lock
on its objects (S3 Object Lock, a retention policy), and a user who may create and read, and nothing else. How the store is reached and
by whom is read from the variables that its own tools use: AWS_…, GOOGLE_…, AZURE_….
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any, Final

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from pydantic import TypeAdapter, ValidationError

from velora.platform.anchors.port import Anchor, AnchorConflict, AnchorsAway
from velora.platform.buckets import bucket_at, first_line

_A_FOLDER: Final = 100_000
_AT_ONCE: Final = 16
_TRIES: Final = 5
_BELIEVED_SECONDS: Final = 30.0
_LINE: Final = TypeAdapter(Anchor)

# A list can also be asked for as a table of another package, which is not here to say its types.
_lists: Final[Any] = obstore


class ObjectAnchors:
    """A place in a bucket. The newest anchor is believed for half a minute, so that a sealer does not ask every second."""

    every = timedelta(minutes=1)

    def __init__(self, url: str) -> None:
        """Raises ValueError for an address that is none."""
        self.place = url.rstrip("/")
        self._store = bucket_at(self.place)
        self._known: dict[int, tuple[Anchor, str, float]] = {}  # by shard, with its object and when it was seen

    async def write(self, anchors: Sequence[Anchor]) -> None:
        waiting = sorted(anchors, key=lambda one: one.n)
        for _ in range(_TRIES):
            if not (waiting := await self._new_ones(waiting)):
                return
            try:
                for stretch, some in groupby(waiting, key=lambda one: one.n // _A_FOLDER):
                    await self._create(stretch, list(some))
                return
            except AlreadyExistsError:
                continue  # another sealer was first: what it wrote is compared with ours
            except BaseError as error:
                raise AnchorsAway(f"{self.place} cannot be written: {first_line(error)}") from error
        raise AnchorsAway(f"In {self.place} an object without anchors lies where block {anchors[0].n} belongs, or others write there.")

    async def newest(self, shard: int) -> Anchor | None:
        known = self._known.get(shard)
        if known and time.monotonic() - known[2] < _BELIEVED_SECONDS:
            return known[0]
        return await self._newest(shard)

    async def read(self, shard: int, *, after: int) -> AsyncGenerator[Anchor]:
        for stretch in await self._stretches(shard):
            if stretch < after // _A_FOLDER:
                continue
            paths = await self._paths(shard, stretch)
            begin = max((place for place, path in enumerate(paths) if _first_of(path) <= after + 1), default=0)
            for start in range(begin, len(paths), _AT_ONCE):
                for lines in await asyncio.gather(*map(self._lines, paths[start : start + _AT_ONCE])):
                    for one in lines:
                        if one.n > after:
                            yield one

    async def _new_ones(self, anchors: Sequence[Anchor]) -> list[Anchor]:
        """Those that come after the newest one there. Raises AnchorConflict when the others are not there as they are here."""
        if not anchors:
            return []
        newest = await self._newest(anchors[0].shard)
        before = newest.n if newest else 0
        if anchors[0].n <= before:
            there = {one.n: one async for one in self.read(anchors[0].shard, after=anchors[0].n - 1)}
            for one in anchors:
                if one.n <= before and there.get(one.n) != one:
                    raise AnchorConflict(f"Block {one.n} was anchored in {self.place} with another hash, or was passed over there.")
        return [one for one in anchors if one.n > before]

    async def _create(self, stretch: int, anchors: Sequence[Anchor]) -> None:
        path = f"{anchors[0].shard}/{stretch:08d}/{anchors[0].n:020d}.jsonl"
        lines = b"".join(_LINE.dump_json(one) + b"\n" for one in anchors)
        await obstore.put_async(self._store, path, lines, mode="create")
        self._known[anchors[0].shard] = (anchors[-1], path, time.monotonic())

    async def _newest(self, shard: int) -> Anchor | None:
        """As the store has it now; what is known already shortens the search."""
        known = self._known.get(shard)
        if known:
            paths = await self._paths(shard, int(known[1].split("/")[1]), beyond=known[1])
            if not paths and await self._stretches(shard, beyond=known[1]) == []:
                self._known[shard] = (known[0], known[1], time.monotonic())
                return known[0]
        for stretch in reversed(await self._stretches(shard)):
            for path in reversed(await self._paths(shard, stretch)):
                if lines := await self._lines(path):
                    self._known[shard] = (lines[-1], path, time.monotonic())
                    return lines[-1]
        return None

    async def _stretches(self, shard: int, *, beyond: str = "") -> list[int]:
        """The numbers of the folders of a shard; with `beyond`, of those after the folder that this object lies in."""
        try:
            found = await _lists.list_with_delimiter_async(self._store, str(shard))
        except BaseError as error:
            raise AnchorsAway(f"{self.place} cannot be read: {first_line(error)}") from error
        numbers = sorted(int(name) for path in found["common_prefixes"] if (name := path.rstrip("/").split("/")[-1]).isdigit())
        return [one for one in numbers if one > int(beyond.split("/")[1])] if beyond else numbers

    async def _paths(self, shard: int, stretch: int, *, beyond: str | None = None) -> list[str]:
        """The objects of a folder in the order of their blocks."""
        paths: list[str] = []
        try:
            async for page in _lists.list(self._store, f"{shard}/{stretch:08d}", offset=beyond, chunk_size=1000):
                paths += [one["path"] for one in page]
        except BaseError as error:
            raise AnchorsAway(f"{self.place} cannot be read: {first_line(error)}") from error
        return sorted(path for path in paths if path.endswith(".jsonl") and _stem(path).isdigit())

    async def _lines(self, path: str) -> list[Anchor]:
        """The anchors of an object. What is none is passed over: a block without its anchor is found by whoever compares the two."""
        try:
            found = await obstore.get_async(self._store, path)
            lines = bytes(await found.bytes_async()).splitlines()
        except BaseError as error:
            raise AnchorsAway(f"{path} in {self.place} cannot be read: {first_line(error)}") from error
        return sorted((one for line in lines if (one := _parsed(line))), key=lambda one: one.n)


def _parsed(line: bytes) -> Anchor | None:
    try:
        return _LINE.validate_json(line)
    except ValidationError:
        return None


def _stem(path: str) -> str:
    return path.rsplit("/", 1)[-1].removesuffix(".jsonl")


def _first_of(path: str) -> int:
    return int(_stem(path))
