"""The history as it lies in the folder `versions`, and how far a database is. What changes one is in `upgrading`."""

import ast
import importlib
import pkgutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

import velora.modules
import velora.platform.db

VERSION_TABLE: Final = "alembic_version"
_PAGES: Final = Path(__file__).parent / "versions"


class CannotUpgrade(Exception):
    """The database is in no state that a revision starts from; the message says what to do."""


@dataclass(frozen=True)
class SchemaStatus:
    """Where a database stands. `current` is None for one without a schema; `unknown` when a newer Velora has been here."""

    current: str | None
    newest: str
    waiting: tuple[str, ...]
    unknown: bool

    @property
    def is_current(self) -> bool:
        return self.current == self.newest


def import_models() -> None:
    """Every table is known to the metadata."""
    for part in pkgutil.iter_modules(velora.platform.db.__path__, "velora.platform.db."):
        importlib.import_module(part.name)
    for folder in velora.modules.__path__:
        for models in sorted([*Path(folder).glob("*/models.py"), *Path(folder).glob("*/models/__init__.py")]):
            importlib.import_module(f"velora.modules.{models.relative_to(folder).parts[0]}.models")


def history() -> list[tuple[str, str]]:
    """Every revision with what it is for, oldest first."""
    docs = {page: ast.get_docstring(ast.parse(page.read_text())) or "" for page in _pages()}
    return [(_number(page), doc.partition("\n")[0]) for page, doc in docs.items()]


async def status(engine: AsyncEngine) -> SchemaStatus:
    """How far this database is, without changing it."""
    async with engine.connect() as connection:
        reader = await connection.execution_options(read_only=True)
        return await reader.run_sync(status_of)


def status_of(connection: Connection) -> SchemaStatus:
    """How far the database of this connection is."""
    current = None
    if inspect(connection).has_table(VERSION_TABLE):
        current = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()
    line = [_number(page) for page in _pages()]
    known = current is None or current in line
    waiting = line[line.index(current) + 1 :] if current in line else line if known else []
    return SchemaStatus(current, line[-1] if line else "", tuple(waiting), not known)


def _pages() -> list[Path]:
    return sorted(_PAGES.glob("[0-9]*.py"))


def _number(page: Path) -> str:
    return page.name.partition("_")[0]
