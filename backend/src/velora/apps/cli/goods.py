"""`velora import`: products from a file."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from velora.apps.cli.console import AsJson, Complaint, Exit, Tell, give, progress, run, say, stop_with, table
from velora.apps.cli.home import at_home, tenant_named
from velora.flows.catalog_import.run import Report, import_file
from velora.modules.sellers.service import approved
from velora.modules.sellers.service import by_slug as sellers_by_slug
from velora.platform.settings import Settings, read_settings

imports = typer.Typer(help="Products from a file.", no_args_is_help=True)


@imports.callback()
def from_files() -> None:
    """Products from a file. A name for one command, for there will be others."""


@imports.command()
def products(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A CSV file in UTF-8; an export shows the format.")
    ],
    tenant: Annotated[str, typer.Option("--tenant", help="The marketplace that lists them, by its short name.")],
    seller: Annotated[str, typer.Option("--seller", help="The seller whose they are, by its short name.")],
    json: AsJson = False,
) -> None:
    """Bring products, prices and stock from a CSV file. Good rows go in; the others are told, and the command ends with 1.

    Sending a file again doubles nothing: rows are known by their article number.

    Examples:

      velora import products lamps.csv --tenant nordmarkt --seller lumen-and-oak

      velora import products lamps.csv --tenant nordmarkt --seller lumen-and-oak --json
    """
    with progress("Importing", quiet=json) as tell:
        report = run(_import(read_settings(), file, tenant, seller, tell))
    if json:
        give(asdict(report))
    else:
        say(f"{report.done} of {report.rows} rows are in the catalogue.")
        if report.errors:
            table(("Row", "Column", "What to do"), [(error.row, error.column, error.problem) for error in report.errors], right=("Row",))
    if report.failed:
        stop_with(Exit.WRONG)


async def _import(settings: Settings, file: Path, tenant: str, seller: str, tell: Tell) -> Report:
    async with at_home(settings) as house:
        market = await tenant_named(house, tenant)
        async with house.db.read(None) as uow:
            found = (await sellers_by_slug(uow, [seller])).get(seller)
            if found is None or found.id not in await approved(uow, market.id, [found.id]):
                raise Complaint(
                    f"No seller {seller} may sell at {market.name}. Look at the address of its shop, or approve it first.", Exit.USAGE
                )
        return await import_file(house, market.id, found.id, file, lambda done, of: tell("", done, of))
