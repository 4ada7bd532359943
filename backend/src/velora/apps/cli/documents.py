"""`velora documents`: invoices, credit notes and return labels."""

import typer

from velora.apps.cli.console import run, say
from velora.apps.cli.home import at_home
from velora.flows.documents.issue import issue_all
from velora.platform.settings import Settings, read_settings

app = typer.Typer(no_args_is_help=True)


@app.callback()
def documents() -> None:
    """Invoices, credit notes and return labels: issue those of orders from before."""


@app.command("issue")
def issue() -> None:
    """Issue what is due of orders that left before this version. What was issued stays as it is: it can be asked as often as one likes.

    Example:

      velora documents issue
    """
    new = run(_issue(read_settings()))
    say(f"{new} documents are issued." if new else "Everything that is due was issued before.")


async def _issue(settings: Settings) -> int:
    async with at_home(settings) as house:
        return await issue_all(house.db, lambda parts: say(f"{parts} parts of orders looked at …"))
