"""`velora db`, `partitions` and `outbox`: the state of the database and of what waits in it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from velora.apps import migrations
from velora.apps.cli.console import AsJson, Complaint, Exit, facts, give, run, say, stop_with, table
from velora.apps.cli.home import at_home, require_schema, schema_of
from velora.kernel.clock import SystemClock
from velora.kernel.ids import time_of
from velora.platform.db import relay
from velora.platform.db.ddl import ensure_months_ahead, partitions_of, stray_rows
from velora.platform.db.engine import make_engine
from velora.platform.db.errors import NotAllowed
from velora.platform.db.grants import apply_grants, grants, quoted, role_names
from velora.platform.settings import Settings, read_settings

db = typer.Typer(help="The schema: bring it up to date, see how far it is, say who may do what.", no_args_is_help=True)
partitions = typer.Typer(help="Monthly partitions of the large tables (MySQL).", no_args_is_help=True)
outbox = typer.Typer(help="Events on their way to those who react to them.", no_args_is_help=True)


@db.command()
def upgrade(json: AsJson = False) -> None:
    """Bring the database to the newest revision. Does nothing when it is there already.

    Example:

      VELORA_DATABASE_URL=mysql://velora:secret@db:3306/velora velora db upgrade
    """
    done = run(_upgrade(read_settings(), quiet=json))
    if json:
        give({"before": done.before, "after": done.after, "applied": list(done.applied)})
    elif done.applied:
        say(f"The database is up to date: {done.after}.")
    else:
        say(f"Nothing to do: the database is at {done.after}, the newest revision.")


@db.command()
def status(json: AsJson = False) -> None:
    """Say which revision the database is at. Exit code 1 when it is not the newest.

    Example:

      velora db status || velora db upgrade
    """
    found = run(schema_of(read_settings()))
    if json:
        give({"current": found.current, "newest": found.newest, "waiting": list(found.waiting), "up_to_date": found.is_current})
    else:
        facts({"Database": found.current or "no schema yet", "Newest": found.newest})
        for revision, about in migrations.history():
            if revision in found.waiting:
                say(f"  waits: {revision}  {about}")
        say("Up to date." if found.is_current else "Bring it up to date: velora db upgrade")
    if not found.is_current:
        stop_with(Exit.WRONG)


@db.command()
def revision(message: Annotated[str, typer.Option("-m", "--message", help="What it changes, in a few words.")]) -> None:
    """Write the next revision from what the models say and the history does not. For developers.

    Compare on MySQL, which also sees lengths. Read what was written: expand first, contract in a later release.

    Examples:

      VELORA_DATABASE_URL=mysql://…/scratch velora db upgrade

      VELORA_DATABASE_URL=mysql://…/scratch velora db revision -m "gift cards" && make fmt
    """
    file = run(_revision(read_settings(), message))
    say(f"Written: {file}. Read it, then: make fmt" if file else "The models and the history say the same; nothing was written.")


@db.command("grants")
def grants_command(
    apply: Annotated[bool, typer.Option("--apply", help="Make the roles on the configured connection.")] = False, json: AsJson = False
) -> None:
    """Print the statements that make four roles (app, sealer, retention, reader) with just the rights each needs (MySQL).

    Again, they change nothing. Do it after each upgrade, which may bring tables that no role has a right on yet.

    Examples:

      velora db grants | mysql -h db -u root -p velora

      VELORA_DATABASE_URL=mysql://root:secret@db:3306/velora velora db grants --apply
    """
    settings = read_settings()
    database = _mysql_database(settings)
    statements = _grants_of(database) if database else []
    if apply and database:
        run(_apply(settings, statements))
    roles = role_names(database) if database else {}
    if json:
        give({"roles": roles, "statements": statements, "applied": bool(apply and database)})
    elif not database:
        say("SQLite has no roles. There the ledger is protected by triggers that refuse UPDATE, DELETE and REPLACE, by the rights on the")
        say("file itself, and by velora ledger verify, which finds what was changed around them.")
    elif apply:
        say(f"The roles stand with their rights: {', '.join(roles.values())}.")
        say(_how_to_give(roles["app"]))
    else:
        for statement in statements:
            say(f"{statement};")
        say(_how_to_give(roles["app"]))


@partitions.command("ensure")
def ensure(
    since: Annotated[str, typer.Option(help="First month, as 2010-12; this month if not given.")] = "",
    json: AsJson = False,
) -> None:
    """Make the partitions of this month and the next three, or from an earlier month on.

    The worker does it by itself where its user may. Otherwise a user with the retention role does it, monthly (velora db grants).

    Examples:

      velora partitions ensure

      velora partitions ensure --since 2010-12      before replaying a past year
    """
    made = run(_ensure(read_settings(), _month(since) if since else None))
    if json:
        give({"made": made})
    else:
        few = ", ".join(made[:8]) + (", …" if len(made) > 8 else "")
        say(f"Made {len(made)}: {few}" if made else "Nothing to do: every month has its partition (SQLite needs none).")


@partitions.command("status")
def partitions_status(json: AsJson = False) -> None:
    """Show each table's months and whether rows lie outside of them. Exit code 1 when some do.

    Example:

      velora partitions status --json
    """
    found = run(_partitions(read_settings()))
    if json:
        give(found)
    elif not found:
        say("This database has no partitions: SQLite needs none.")
    else:
        rows = [(name, one["first"], one["last"], one["months"], one["stray"]) for name, one in found.items()]
        table(("table", "first", "last", "months", "outside"), rows, right=("months", "outside"))
    if any(one["stray"] for one in found.values()):
        if not json:
            say("Rows lie outside of every month (pmax). Make the months: velora partitions ensure")
        stop_with(Exit.WRONG)


@outbox.command("status")
def outbox_status(json: AsJson = False) -> None:
    """Say how many events wait and how long, and how many nobody could take. Exit code 1 when some were parked.

    Example:

      velora outbox status
    """
    waiting, seconds, parked = run(_outbox(read_settings()))
    if json:
        give({"waiting": waiting, "oldest_seconds": seconds, "parked": parked})
    else:
        facts({"Waiting": waiting, "Oldest": f"{seconds} s" if waiting else "none", "Parked": parked})
        if parked:
            say("Parked events could not be taken after five tries. Their reasons are in the table parked_event.")
    if parked:
        stop_with(Exit.WRONG)


async def _upgrade(settings: Settings, *, quiet: bool) -> migrations.Upgraded:
    engine = make_engine(settings.database_address, connections=1)
    try:
        return await migrations.upgrade(engine, (lambda _: None) if quiet else (lambda revision: say(f"Applied {revision}.")))
    finally:
        await engine.dispose()


async def _revision(settings: Settings, message: str) -> str | None:
    engine = make_engine(settings.database_address, connections=1)
    try:
        file = await migrations.new_revision(engine, message)
    finally:
        await engine.dispose()
    return file.name if file else None


@asynccontextmanager
async def _tables(settings: Settings) -> AsyncGenerator[AsyncEngine]:
    """The database without a house in it: a role that has no right on anything else can still do its work."""
    await require_schema(settings)
    migrations.import_models()
    engine = make_engine(settings.database_address, connections=1)
    try:
        yield engine
    finally:
        await engine.dispose()


def _mysql_database(settings: Settings) -> str:
    """The name of the configured database, or nothing on SQLite."""
    url = make_url(settings.database_address)
    return url.database or "" if url.get_backend_name() == "mysql" else ""


def _grants_of(database: str) -> list[str]:
    migrations.import_models()
    return grants(database, read_by_all=[migrations.VERSION_TABLE])


def _how_to_give(role: str) -> str:
    return (
        f"-- A user has a role by:  CREATE USER market IDENTIFIED BY '…';  GRANT {quoted(role)} TO market;\n"
        f"--                        SET DEFAULT ROLE {quoted(role)} TO market;"
    )


async def _apply(settings: Settings, statements: list[str]) -> None:
    try:
        async with _tables(settings) as engine, engine.connect() as connection:
            await connection.run_sync(apply_grants, statements)
    except NotAllowed as error:
        raise Complaint(
            f"This user may not make roles or give these rights: {error}\n"
            "Have an administrator run the same statements: velora db grants | mysql -h … -u root -p"
        ) from error


async def _ensure(settings: Settings, first: datetime | None) -> list[str]:
    async with _tables(settings) as engine:
        return await ensure_months_ahead(engine, since=first)


async def _partitions(settings: Settings) -> dict[str, dict[str, object]]:
    async with _tables(settings) as engine:
        if engine.dialect.name != "mysql":
            return {}
        async with engine.connect() as connection:
            months = await connection.run_sync(partitions_of)
            stray = await connection.run_sync(stray_rows)
    return {
        name: {"first": min(there, default=""), "last": max(there, default=""), "months": len(there), "stray": stray[name]}
        for name, there in months.items()
    }


async def _outbox(settings: Settings) -> tuple[int, int, int]:
    async with at_home(settings) as house:
        waiting, oldest = await relay.lag(house.db)
        age = int((SystemClock().now() - time_of(oldest)).total_seconds()) if oldest else 0
        return waiting, max(age, 0), await relay.parked(house.db)


def _month(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC)
    except ValueError as error:
        raise Complaint(f"{text} is no month. Write it as 2010-12.", Exit.USAGE) from error
