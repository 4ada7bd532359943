"""Apply the history to a database, and write its next page."""

import io
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import Script
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

from velora.apps.migrations.history import VERSION_TABLE, CannotUpgrade, SchemaStatus, history, import_models, status_of

_HERE: Final = Path(__file__).parent
_WAIT_SECONDS: Final = 120

Told = Callable[[str], None]


@dataclass(frozen=True)
class Upgraded:
    """What an upgrade did: the revisions that it applied, oldest first."""

    before: str | None
    after: str
    applied: tuple[str, ...]


async def upgrade(engine: AsyncEngine, told: Told = lambda _: None, *, to: str = "head") -> Upgraded:
    """The database is at the newest revision, or at the one named; `told` hears of each one applied. Nothing is done when it already was.

    On SQLite all of it is one transaction. Two processes that upgrade at once take turns. Raises CannotUpgrade.
    """
    async with engine.connect() as connection:
        done = await connection.run_sync(_upgrade, told, to)
        await connection.commit()
    return done


async def new_revision(engine: AsyncEngine, name: str) -> Path | None:
    """The file of a new revision that leads from this up-to-date database to the models; None when it is there already."""
    import_models()
    async with engine.connect() as connection:
        file = await connection.run_sync(_new_revision, name)
        await connection.rollback()
    return file


def _config(**attributes: object) -> Config:
    config = Config(stdout=io.StringIO(), cmd_opts=Namespace(quiet=True))
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes.update(attributes)
    return config


def _upgrade(connection: Connection, told: Told, to: str) -> Upgraded:
    with_lock = connection.dialect.name == "mysql"
    if with_lock and not connection.execute(text("SELECT GET_LOCK('velora.upgrade', :wait)"), {"wait": _WAIT_SECONDS}).scalar():
        raise CannotUpgrade("Another process has been upgrading this database for two minutes. Wait for it, then do the same again.")
    try:
        before = status_of(connection)
        _refuse(connection, before)
        if before.waiting:
            command.upgrade(_config(connection=connection, told=told), to)
        after = status_of(connection)
        return Upgraded(before.current, after.current or "", before.waiting[: len(before.waiting) - len(after.waiting)])
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
    found = status_of(connection)
    if not found.is_current and found.newest:
        raise CannotUpgrade(f"This database is at {found.current or 'nothing'} and the history at {found.newest}. First: velora db upgrade")
    written = command.revision(
        _config(connection=connection), message=name, autogenerate=True, rev_id=f"{len(history()) + 1:04d}",
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
