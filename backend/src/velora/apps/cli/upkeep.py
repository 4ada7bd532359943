"""`velora partitions` and `outbox`: whether months are there to write into, and what waits."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from velora.apps.cli.console import AsJson, Complaint, Exit, facts, give, run, say, stop_with, table
from velora.apps.cli.home import at_home, tables_of
from velora.kernel.clock import SystemClock
from velora.kernel.ids import time_of
from velora.platform.bus.relaying import lag, parked
from velora.platform.db.ddl import ensure_months_ahead, partitions_of, stray_rows
from velora.platform.settings import Settings, read_settings

partitions = typer.Typer(help="Monthly partitions of the large tables (MySQL).", no_args_is_help=True)
outbox = typer.Typer(help="Events on their way to the bus.", no_args_is_help=True)


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
    """Say how many events wait for the bus and how long, and how many nobody could take. Exit code 1 when some were parked.

    Example:

      velora outbox status
    """
    waiting, seconds, parked = run(_outbox(read_settings()))
    if json:
        give({"waiting": waiting, "oldest_seconds": seconds, "parked": parked})
    else:
        facts({"Waiting": waiting, "Oldest": f"{seconds} s" if waiting else "none", "Parked": parked})
        if parked:
            say("Parked events could not be taken. Which, and why: velora events parked")
    if parked:
        stop_with(Exit.WRONG)


async def _ensure(settings: Settings, first: datetime | None) -> list[str]:
    async with tables_of(settings) as engine:
        return await ensure_months_ahead(engine, since=first)


async def _partitions(settings: Settings) -> dict[str, dict[str, object]]:
    async with tables_of(settings) as engine:
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
        waiting, oldest = await lag(house.db)
        age = int((SystemClock().now() - time_of(oldest)).total_seconds()) if oldest else 0
        return waiting, max(age, 0), sum((await parked(house.db)).values())


def _month(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC)
    except ValueError as error:
        raise Complaint(f"{text} is no month. Write it as 2010-12.", Exit.USAGE) from error
