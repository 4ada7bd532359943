"""`velora archive`: months of the ledger as files that prove themselves."""

from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Final

import typer

from velora.apps import wiring
from velora.apps.cli import dropping
from velora.apps.cli.archiving import OutOption, counting, month_named, shelf_of
from velora.apps.cli.console import AsJson, Complaint, Exit, Tell, give, progress, run, say, stop_with, table
from velora.apps.cli.home import at_home, schema_of
from velora.flows.archiving.check import Examined, examine, examine_alone
from velora.flows.archiving.status import Standing, standing
from velora.flows.archiving.write import Archived, Maker, archive_month, months_to_archive
from velora.modules.ledger.policy.months import Month
from velora.platform.settings import Settings, read_settings

app = typer.Typer(help="Months of the ledger as verified files: write, list, check and, when old, drop them.", no_args_is_help=True)
app.add_typer(dropping.app)

_FIGURES: Final = ("journals", "postings", "size")


@app.command("run")
def run_command(
    until: Annotated[str, typer.Option(help="The last month, as 2026-10; the last one that is over if not given.")] = "",
    older_than: Annotated[int, typer.Option(min=0, help="Leave out the newest so many months that are over.")] = 0,
    again: Annotated[bool, typer.Option("--again", help="Write archived months anew too, and compare: nothing is overwritten.")] = False,
    out: OutOption = None,
    json: AsJson = False,
) -> None:
    """Write every month of the ledger that is over and not archived yet as Parquet, read it back, and lead it to its blocks.

    For each month a folder: journals, postings, keys, the blocks that seal them, accounts, and a signed manifest, which is only written
    when all of it holds. An archive is written once: another content for the same month is refused. Beside running business, in
    bounded memory.

    Examples:

      velora archive run

      velora archive run --until 2026-10 --out /mnt/archive
    """
    with progress("Archiving", quiet=json) as tell:
        done = run(_archive(read_settings(), out, _month(until), older_than, tell, again=again))
    if json:
        give({"archived": [_as_json(one) for one in done]})
    elif not done:
        say("Nothing to do: every month that is over is archived.")
    else:
        table(("month", "journals", "postings", "size", ""), [_row(one) for one in done], right=_FIGURES)


@app.command("status")
def status_command(out: OutOption = None, json: AsJson = False) -> None:
    """Show which months the database has, which are archived, and which may go from the database, or why not.

    Example:

      velora archive status
    """
    found = run(_standing(read_settings(), out))
    if json:
        give(
            {
                "months": [
                    {
                        "month": str(one.month), "journals": one.journals, "archived": one.is_archived, "dropped": one.is_dropped,
                        "kept_because": one.kept_because,
                    }
                    for one in found
                ]
            }
        )  # fmt: skip
    elif not found:
        say("Nothing has been posted yet.")
    else:
        rows = [(one.month, f"{one.journals:,}", "yes" if one.is_archived else "no", _where(one)) for one in found]
        table(("month", "journals", "archived", "in the database"), rows, right=("journals",))


@app.command("verify")
def verify_command(
    month: Annotated[str, typer.Argument(help="A month, as 2026-10; every archived one if not given.")] = "",
    files_only: Annotated[bool, typer.Option("--files-only", help="Ask the files and the public keys alone, not the database.")] = False,
    out: OutOption = None,
    json: AsJson = False,
) -> None:
    """Check archives: signature, checksums, and every leaf, sum and root computed anew; against the database while it has the month.

    Exit code 1 when one does not hold.

    Examples:

      velora archive verify

      velora archive verify 2026-10 --files-only --out /mnt/archive
    """
    with progress("Verifying", quiet=json) as tell:
        found = run(_verify(read_settings(), out, _month(month), tell, files_only=files_only))
    if json:
        give({"clean": not any(one.problems for one in found), "months": [_examined(one) for one in found]})
    elif not found:
        say("There is no archive yet: velora archive run")
    else:
        table(("month", "journals", "in the database", ""), [_examined_row(one) for one in found], right=("journals", "in the database"))
        for one in found:
            for problem in one.problems:
                say(f"{one.month}: {problem}")
    if any(one.problems for one in found):
        stop_with(Exit.WRONG)


def _where(one: Standing) -> str:
    return "dropped" if one.is_dropped else one.kept_because or "old enough to go"


async def _archive(
    settings: Settings, out: Path | None, until: Month | None, older_than: int, tell: Tell, *, again: bool
) -> list[Archived]:  # fmt: skip
    shelf, count = shelf_of(settings, out), counting(tell)
    maker = Maker(version("velora"), (await schema_of(settings)).current or "")
    done: list[Archived] = []
    async with at_home(settings) as house:
        if until and not until.is_over(house.clock.now()):
            raise Complaint(f"{until} is not over. Name an earlier month, or none.", Exit.USAGE)
        async for month, facts in months_to_archive(house, shelf, older_than=older_than, again=again):
            if until is None or month <= until:
                done.append(await archive_month(house, shelf, month, facts, maker, count))
    return done


async def _standing(settings: Settings, out: Path | None) -> list[Standing]:
    async with at_home(settings) as house:
        return await standing(house, shelf_of(settings, out))


async def _verify(settings: Settings, out: Path | None, month: Month | None, tell: Tell, *, files_only: bool) -> list[Examined]:
    shelf, count = shelf_of(settings, out), counting(tell)
    months = [month] if month else shelf.months()
    if files_only:
        keys = wiring.keys_of(settings)
        return [examine_alone(shelf, one, keys, count) for one in months]
    async with at_home(settings) as house:
        return [await examine(house, shelf, one, count) for one in months]


def _month(text: str) -> Month | None:
    return month_named(text) if text else None


def _row(one: Archived) -> tuple[object, ...]:
    size = sum(file.size for file in one.manifest.files)
    return one.month, f"{one.manifest.journals:,}", f"{one.manifest.postings:,}", f"{size:,}", "written" if one.is_new else "the same"


def _as_json(one: Archived) -> dict[str, object]:
    return {
        "month": str(one.month), "new": one.is_new, "journals": one.manifest.journals, "postings": one.manifest.postings,
        "sums": dict(one.manifest.sums), "bytes": sum(file.size for file in one.manifest.files), "manifest_sha256": one.manifest.sha256,
    }  # fmt: skip


def _examined(one: Examined) -> dict[str, object]:
    return {
        "month": str(one.month), "clean": not one.problems, "problems": list(one.problems), "in_database": one.in_database,
        "journals": one.manifest.journals if one.manifest else None, "manifest_sha256": one.manifest.sha256 if one.manifest else None,
    }  # fmt: skip


def _examined_row(one: Examined) -> tuple[object, ...]:
    there = "not asked" if one.in_database is None else f"{one.in_database:,}" if one.in_database else "gone"
    return one.month, f"{one.manifest.journals:,}" if one.manifest else "–", there, "does NOT hold" if one.problems else "holds"
