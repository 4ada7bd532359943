"""`velora demo`: the demo marketplaces, and the replay of a real shop's year."""

import typer

from velora.apps.cli.console import Tell
from velora.flows.house import TradingHouse

app = typer.Typer(help="The demo marketplaces, and the replay of a real shop's year.", no_args_is_help=True)


async def load_when_empty(house: TradingHouse, tell: Tell) -> None:
    """An installation without a marketplace has the demo ones."""
