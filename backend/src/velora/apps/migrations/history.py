"""Apply the history to a database, read how far one is, and write the next page."""

import importlib
import io
import pkgutil
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

import velora.modules
import velora.platform.db

_HERE: Final = Path(__file__).parent
VERSION_TABLE: Final = "alembic_version"
_WAIT_SECONDS: Final = 120

Told = Callable[[str], None]


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


@dataclass(frozen=True)
class Upgraded:
    """What an upgrade did: the revisions that it applied, oldest first."""

    before: str | None
    after: str
    applied: tuple[str, ...]


def import_models() -> None:
    """Every table is known to the metadata."""
    for part in pkgutil.iter_modules(velora.platform.db.__path__, "velora.platform.db."):
        importlib.import_module(part.name)
    for folder in velora.modules.__path__:
        for models in sorted([*Path(folder).glob("*/models.py"), *Path(folder).glob("*/models/__init__.py")]):
            importlib.import_module(f"velora.modules.{models.relative_to(folder).parts[0]}.models")


def history() -> list[tuple[str, str]]:
    """Every revision with what it is for, oldest first."""
    return [(page.revision, str(page.doc)) for page in _pages()]


async def status(engine: AsyncEngine) -> SchemaStatus:
    """How far this database is, without changing it."""
    async with engine.connect() as connection:
        reader = await connection.execution_options(read_only=True)
        return await reader.run_sync(_status)


async def upgrade(engine: AsyncEngine, told: Told = lambda _: None) -> Upgraded:
    """The database is at the newest revision; `told` hears of each one applied. Nothing is done when it already was.

    On SQLite all of it is one transaction. Two processes that upgrade at once take turns. Raises CannotUpgrade.
    """
    async with engine.connect() as connection:
        done = await connection.run_sync(_upgrade, told)
        await connection.commit()
    return done


async def new_revision(engine: AsyncEngine, name: str) -> Path | None:
    """The file of a new revision that leads from this up-to-date database to the models; None when it is there already."""
    import_models()
    async with engine.connect() as connection:
        file = await connection.run_sync(_new_revision, name)
        await connection.rollback()
    return file


def _pages() -> list[Script]:
    return [*reversed([*ScriptDirectory.from_config(_config()).walk_revisions()])]


def _config(**attributes: object) -> Config:
    config = Config(stdout=io.StringIO(), cmd_opts=Namespace(quiet=True))
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes.update(attributes)
    return config


def _status(connection: Connection) -> SchemaStatus:
    current = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()
    line = [page.revision for page in _pages()]
    known = current is None or current in line
    waiting = line[line.index(current) + 1 :] if current in line else line if known else []
    return SchemaStatus(current, line[-1] if line else "", tuple(waiting), not known)


def _upgrade(connection: Connection, told: Told) -> Upgraded:
    with_lock = connection.dialect.name == "mysql"
    if with_lock and not connection.execute(text("SELECT GET_LOCK('velora.upgrade', :wait)"), {"wait": _WAIT_SECONDS}).scalar():
        raise CannotUpgrade("Another process has been upgrading this database for two minutes. Wait for it, then do the same again.")
    try:
        before = _status(connection)
        _refuse(connection, before)
        if before.waiting:
            command.upgrade(_config(connection=connection, told=told), "head")
        return Upgraded(before.current, before.newest, before.waiting)
    finally:
        if with_lock:
            connection.execute(text("SELECT RELEASE_LOCK('velora.upgrade')"))


def _refuse(connection: Connection, found: SchemaStatus) -> None:
    if found.unknown:
        raise CannotUpgrade(
            f"This database is at revision {found.current}, which this Velora does not know: a newer one made it. Use that."
        )
    if found.current is None and (tables := sorted({*inspect(connection).get_table_names()} - {VERSION_TABLE})):
        raise CannotUpgrade(
            f"This database has tables ({', '.join(tables[:3])}, …) but no revision: they are not Velora's, or the first upgrade "
            "was cut off. Name an empty database in VELORA_DATABASE_URL, or empty this one, and do the same again."
        )


def _new_revision(connection: Connection, name: str) -> Path | None:
    found = _status(connection)
    if not found.is_current and found.newest:
        raise CannotUpgrade(f"This database is at {found.current or 'nothing'} and the history at {found.newest}. First: velora db upgrade")
    written = command.revision(
        _config(connection=connection), message=name, autogenerate=True, rev_id=f"{len(_pages()) + 1:04d}",
        process_revision_directives=_nothing_when_equal,
    )  # fmt: skip
    if not isinstance(written, Script):
        return None
    page = Path(written.path)
    page.write_text("".join(line for line in page.read_text().splitlines(keepends=True) if not line.strip().startswith("# ###")))
    return page


def _nothing_when_equal(context: MigrationContext, revision: Any, directives: list[Any]) -> None:
    if directives and directives[0].upgrade_ops.is_empty():
        directives.clear()
