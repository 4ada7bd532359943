"""`velora db`: the schema, and how far it is."""

from typing import Annotated

import typer

from velora.apps import migrations
from velora.apps.cli.console import AsJson, Exit, facts, give, run, say, stop_with
from velora.apps.cli.home import schema_of
from velora.apps.migrations import upgrading
from velora.platform.db.engine import make_engine
from velora.platform.settings import Settings, read_settings

db = typer.Typer(help="The schema: bring it up to date, see how far it is.", no_args_is_help=True)


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
