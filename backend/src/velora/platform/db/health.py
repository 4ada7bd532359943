"""How the database fares, for `velora doctor` and the readiness probe."""

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
