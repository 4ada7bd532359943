"""`velora jobs`: what workers have still to do, and what they had to give up."""

from collections.abc import Sequence
from typing import Annotated, Final

import typer

from velora.apps.cli.console import AsJson, Complaint, Exit, give, run, say, stop_with, table
from velora.apps.cli.home import at_home
from velora.kernel.errors import MalformedId
from velora.kernel.ids import decode, encode, time_of
from velora.platform.db import jobs
from velora.platform.db.jobs import Shown
from velora.platform.settings import Settings, read_settings

app = typer.Typer(help="What workers have still to do, and what they had to give up; have it done again.", no_args_is_help=True)
_SHOWN: Final = 200


@app.command("list")
def list_(
    parked: Annotated[bool, typer.Option("--parked", help="Only what was given up. Exit code 1 when there is some.")] = False,
    json: AsJson = False,
) -> None:
    """Show what waits for a worker, the next first; or what was given up, with the reason.

    Examples:

      velora jobs list

      velora jobs list --parked
    """
    found = run(_shown(read_settings(), parked=parked))
    if json:
        give([_as_json(one) for one in found])
    elif not found:
        say("Nothing was given up." if parked else "There is nothing to do.")
    else:
        rows = [
            (encode("job", one.id), one.kind, f"{time_of(one.id):%Y-%m-%d %H:%M}", f"{one.next_at:%Y-%m-%d %H:%M:%S}", one.tries,
             one.reason[:_SHOWN])
            for one in found
        ]  # fmt: skip
        table(("job", "does", "since", "given up" if parked else "next", "tries", "last reason"), rows, right=("tries",))
        if parked:
            say("When the cause is mended: velora jobs again")
    if found and parked:
        stop_with(Exit.WRONG)


@app.command("again")
def again(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[JOB]...", help="job_…; everything that was given up if none is given.")
    ] = None,
) -> None:
    """Have done again what was given up. It is tried as often as something new.

    Examples:

      velora jobs again

      velora jobs again job_1XZS7H6281G02
    """
    due = run(_again(read_settings(), [_job_id(one) for one in ids or ()]))
    say(f"{due} jobs are due again." if due else "There is nothing to do again: none of these was given up.")


async def _shown(settings: Settings, *, parked: bool) -> list[Shown]:
    async with at_home(settings) as house, house.db.read(None) as uow:
        return await jobs.shown(uow, parked=parked, limit=_SHOWN)


async def _again(settings: Settings, ids: Sequence[int]) -> int:
    async with at_home(settings) as house, house.db.begin(None) as uow:
        return await jobs.again(uow, ids)


def _job_id(text: str) -> int:
    try:
        return decode("job", text)
    except MalformedId as error:
        raise Complaint(f"{text} is no job. Write it as velora jobs list shows it: job_…", Exit.USAGE) from error


def _as_json(one: Shown) -> dict[str, object]:
    return {
        "id": encode("job", one.id), "does": one.kind, "tenant_id": encode("ten", one.tenant_id) if one.tenant_id else None,
        "args": dict(one.args), "priority": one.priority.name.lower(), "parked": one.is_parked, "next_at": one.next_at.isoformat(),
        "tries": one.tries, "reason": one.reason,
    }  # fmt: skip
