"""Where the embedded engine's generations lie: a folder for each, and two files that name the live one and the one being built.

Each of these files is replaced at once, so that every process sees one name or the other. A generation's notes lie in its folder.
"""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import uuid4

import orjson

from velora.platform.search.port import Notes, Stage

NOTES: Final = "notes.json"
META: Final = "meta.json"  # tantivy's own: a folder without it holds no index


class Generations:
    """Those of one shape are used; all that lie in the folder are seen."""

    def __init__(self, folder: Path, shape: str) -> None:
        self._folder = folder
        self._shape = shape
        self._live = folder / f"{shape}.live"
        self._building = folder / f"{shape}.building"
        self._said: tuple[object, str | None] = (None, None)

    def path(self, name: str) -> Path:
        return self._folder / name

    def live(self) -> str | None:
        """None also where its folder was deleted by hand: nothing is written to it then."""
        name = self._named(self._live)
        return None if name is None or not (self.path(name) / META).exists() else name

    def _named(self, file: Path) -> str | None:
        """What the file says: read anew only once it was replaced, as every search asks."""
        try:
            stamp = stamp_of(file)
        except FileNotFoundError:
            return None
        if self._said[0] != stamp:
            self._said = stamp, _read(file)
        return self._said[1]

    def building(self) -> str | None:
        """The one under way. One that has just been published is none, even if its builder died before saying so."""
        name = _read(self._building)
        return None if name is None or name == self.live() or not (self.path(name) / META).exists() else name

    def names(self) -> list[str]:
        """Every generation's, of any shape, the newest first."""
        if not self._folder.exists():
            return []
        return sorted((one.name for one in self._folder.iterdir() if one.is_dir() and one.name.startswith("v")), key=_age, reverse=True)

    def shape(self, name: str) -> str:
        return name.partition("-")[0]

    def notes(self, name: str) -> Notes:
        try:
            return Notes.from_json(orjson.loads((self.path(name) / NOTES).read_bytes()))
        except (OSError, orjson.JSONDecodeError):
            return Notes(began=0)

    def note(self, name: str, notes: Notes) -> None:
        _replace(self.path(name) / NOTES, orjson.dumps(notes.to_json()))

    def stage(self, name: str) -> Stage:
        if name == self.live():
            return Stage.LIVE
        if name == self.building():
            return Stage.BUILDING
        return Stage.KEPT if self.notes(name).published and (self.path(name) / META).exists() else Stage.ABANDONED

    def begin(self, notes: Notes, created: Callable[[Path], object]) -> str:
        """The generation under way; where there is none, one that `created` fills with an empty index."""
        if (under_way := self.building()) is not None:
            return under_way
        name = f"{self._shape}-{notes.began:016d}-{uuid4().hex[:4]}"
        self.path(name).mkdir(parents=True)
        self.note(name, notes)
        created(self.path(name))
        if _read(self._building) is not None and self.building() is None:
            self._building.unlink(missing_ok=True)
        prepared = self.path(name) / "pointer"
        _replace(prepared, name.encode())
        try:
            os.link(prepared, self._building)
        except FileExistsError:  # another process was quicker
            shutil.rmtree(self.path(name), ignore_errors=True)
            return _read(self._building) or self.begin(notes, created)
        return name

    def publish(self, name: str, notes: Notes) -> bool:
        """Whether it was under way and is live now."""
        if self.building() != name:
            return False
        self.restore(name, notes)
        self._building.unlink(missing_ok=True)
        return True

    def restore(self, name: str, notes: Notes) -> None:
        self.note(name, notes)
        _replace(self._live, name.encode())

    def discard(self, name: str) -> None:
        if _read(self._building) == name:
            self._building.unlink(missing_ok=True)
        shutil.rmtree(self.path(name), ignore_errors=True)

    def size(self, name: str) -> int:
        """In bytes. Files come and go while it is written to."""
        total = 0
        for file in self.path(name).glob("*"):
            with suppress(FileNotFoundError):
                total += file.stat().st_size
        return total


def _age(name: str) -> tuple[str, str]:
    shape, _, began = name.partition("-")
    return began, shape


def stamp_of(file: Path) -> object:
    """Another one once the file was replaced. Raises OSError when it is gone."""
    state = file.stat()
    return state.st_ino, state.st_mtime_ns, state.st_size


def _read(file: Path) -> str | None:
    try:
        return file.read_text()
    except FileNotFoundError:
        return None


def _replace(file: Path, content: bytes) -> None:
    """The file has this content, all of it or what it had before, whatever happens meanwhile."""
    fresh = file.with_name(f"{file.name}.{uuid4().hex[:8]}")
    with fresh.open("wb") as written:
        written.write(content)
        written.flush()
        os.fsync(written.fileno())
    fresh.replace(file)
