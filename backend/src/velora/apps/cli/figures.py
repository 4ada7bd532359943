"""`velora figures`: what pages say of whole histories is counted again, and doubted."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any

import typer

from velora.apps.cli.console import AsJson, Exit, Tell, give, progress, run, say, stop_with, table
from velora.apps.cli.home import at_home, tenant_id_of
from velora.flows.reporting import Figures, rebuild_figures, verify_figures
from velora.kernel.ids import encode
from velora.modules.reporting.service import Name, date_of
from velora.platform.settings import Settings, read_settings

figures = typer.Typer(help="What pages say of whole histories: count it again, compare it with the tables.", no_args_is_help=True)

Tenant = Annotated[str, typer.Option("--tenant", help="One marketplace, by its short name; all of them if not given.")]


@figures.command()
def rebuild(tenant: Tenant = "", json: AsJson = False) -> None:
    """Count every day again from the orders, payments, payouts and the ledger. Pages answer meanwhile, and what changes is followed.

    Each day is replaced as a whole, the newest first. When this command is stopped, nothing is half-done.

    Examples:

      velora figures rebuild

      velora figures rebuild --tenant nordmarkt --json
    """
    with progress("Counting", quiet=json) as tell:
        found = run(_rebuild(read_settings(), tenant, tell))
    if json:
        give(_as_json(found))
        return
    say(f"{found.days:,} days counted; {len(found.wrong):,} of them, and {len(found.months):,} months, had said something else.")


@figures.command()
def verify(tenant: Tenant = "", json: AsJson = False) -> None:
    """Compare every figure of every day with the tables, and every month with its days. Ends with 1 if they differ.

    What changes at the moment is looked at again for some seconds before it is called wrong.

    Examples:

      velora figures verify

      velora figures verify --json
    """
    with progress("Comparing", quiet=json) as tell:
        found = run(_verify(read_settings(), tenant, tell))
    if json:
        give(_as_json(found))
    else:
        rows = [
            (encode("ten", tenant_id), date_of(day).isoformat(), ", ".join(sorted({name.name for name in names})))
            for (tenant_id, day), names in [*found.wrong.items(), *found.months.items()]
        ]
        if rows:
            table(("Marketplace", "From", "Wrong"), rows)
        say(f"{found.days:,} days compared, {len(found.wrong):,} of them and {len(found.months):,} months wrong.")
        if not found.well:
            say("Put them right: velora figures rebuild")
    if not found.well:
        stop_with(Exit.WRONG)


async def _rebuild(settings: Settings, slug: str, tell: Tell) -> Figures:
    async with at_home(settings) as house:
        return await rebuild_figures(house.db, await tenant_id_of(house, slug), lambda done, of: tell("", done, of))


async def _verify(settings: Settings, slug: str, tell: Tell) -> Figures:
    async with at_home(settings) as house:
        return await verify_figures(house.db, await tenant_id_of(house, slug), lambda done, of: tell("", done, of))


def _as_json(found: Figures) -> dict[str, Any]:
    return {
        "well": found.well,
        "days": found.days,
        "wrong": _places(found.wrong),
        "months": _places(found.months),
    }


def _places(wrong: Mapping[tuple[int, int], Collection[Name]]) -> list[dict[str, Any]]:
    return [
        {"tenant_id": tenant_id, "from": date_of(day).isoformat(), "figures": sorted([*name] for name in names)}
        for (tenant_id, day), names in sorted(wrong.items())
    ]
