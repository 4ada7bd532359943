"""`velora search`: the product index."""

from typing import Annotated

import typer

from velora.apps.cli.console import AsJson, Tell, give, progress, run, say
from velora.apps.cli.home import at_home, tenant_named
from velora.flows.indexing import rebuild_index
from velora.platform.settings import Settings, read_settings

search = typer.Typer(help="The product index.", no_args_is_help=True)


@search.command()
def reindex(
    tenant: Annotated[str, typer.Option("--tenant", help="One marketplace, by its short name; all of them if not given.")] = "",
    json: AsJson = False,
) -> None:
    """Build the product index anew from the database. Searching goes on meanwhile.

    Examples:

      velora search reindex

      velora search reindex --tenant nordmarkt
    """
    with progress("Indexing", quiet=json) as tell:
        written = run(_reindex(read_settings(), tenant, tell))
    if json:
        give({"documents": written})
    else:
        say(f"{written} products can be found.")


async def _reindex(settings: Settings, slug: str, tell: Tell) -> int:
    async with at_home(settings) as house:
        tenant_id = (await tenant_named(house, slug)).id if slug else None
        return await rebuild_index(house, tenant_id, lambda done, of: tell("", done, of))
