"""How the database fares, for `velora doctor` and the readiness probe."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine


@dataclass(frozen=True)
class DatabaseHealth:
    """The engine's version, and on MySQL the mode that clients other than Velora get."""

    version: str
    sql_mode: str


async def health(engine: AsyncEngine) -> DatabaseHealth:
    """Asks the database. Raises the driver's error when it does not answer."""
    async with engine.connect() as connection:
        reader = await connection.execution_options(read_only=True)
        if engine.dialect.name != "mysql":
            return DatabaseHealth(f"SQLite {(await reader.execute(text('SELECT sqlite_version()'))).scalar_one()}", "")
        version, mode = (await reader.execute(text("SELECT VERSION(), @@GLOBAL.sql_mode"))).one()
        return DatabaseHealth(f"MySQL {version}", str(mode))


async def durability(engine: AsyncEngine) -> dict[str, int]:
    """How safe a commit is: the settings that decide it."""
    async with engine.connect() as connection:
        reader = await connection.execution_options(read_only=True)
        if engine.dialect.name != "mysql":
            return {"synchronous": int((await reader.execute(text("PRAGMA synchronous"))).scalar_one())}
        row = (await reader.execute(text("SELECT @@sync_binlog, @@innodb_flush_log_at_trx_commit, @@log_bin"))).one()
        return {"sync_binlog": int(row[0]), "innodb_flush_log_at_trx_commit": int(row[1]), "log_bin": int(row[2])}


async def counters(engine: AsyncEngine, names: Collection[str]) -> dict[str, float]:
    """What MySQL has counted since it started; nothing on SQLite, which does not count."""
    if engine.dialect.name != "mysql":
        return {}
    async with engine.connect() as connection:
        rows = (await connection.execute(text("SHOW GLOBAL STATUS"))).all()
    return {name: float(value) for name, value in rows if name in names}
