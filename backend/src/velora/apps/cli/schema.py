"""`velora db`: the schema, how far it is, and who may do what in it."""

from typing import Annotated

import typer
from sqlalchemy.engine import make_url

from velora.apps import migrations
from velora.apps.cli.console import AsJson, Complaint, Exit, facts, give, run, say, stop_with
from velora.apps.cli.home import schema_of, tables_of
from velora.apps.migrations import upgrading
from velora.platform.db.engine import make_engine
from velora.platform.db.errors import NotAllowed
from velora.platform.db.grants import apply_grants, grants, quoted, role_names
from velora.platform.settings import Settings, read_settings

db = typer.Typer(help="The schema: bring it up to date, see how far it is, say who may do what.", no_args_is_help=True)


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


async def _upgrade(settings: Settings, *, quiet: bool) -> upgrading.Upgraded:
    engine = make_engine(settings.database_address, connections=1)
    try:
        return await upgrading.upgrade(engine, (lambda _: None) if quiet else (lambda revision: say(f"Applied {revision}.")))
    finally:
        await engine.dispose()


async def _revision(settings: Settings, message: str) -> str | None:
    engine = make_engine(settings.database_address, connections=1)
    try:
        file = await upgrading.new_revision(engine, message)
    finally:
        await engine.dispose()
    return file.name if file else None


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
        async with tables_of(settings) as engine, engine.connect() as connection:
            await connection.run_sync(apply_grants, statements)
    except NotAllowed as error:
        raise Complaint(
            f"This user may not make roles or give these rights: {error}\n"
            "Have an administrator run the same statements: velora db grants | mysql -h … -u root -p"
        ) from error
