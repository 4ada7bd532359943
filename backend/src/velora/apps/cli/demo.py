"""`velora demo`: the demo marketplaces, and the replay of a real shop's year."""

from pathlib import Path
from typing import Annotated

import typer

from velora.apps.cli.console import AsJson, Exit, Tell, facts, give, progress, run, say, stop_with
from velora.apps.cli.home import at_home
from velora.flows.demo_world.load import Summary, load_demo
from velora.flows.replay.report import Report
from velora.flows.replay.run import replay as replay_file
from velora.kernel.clock import ManualClock, SystemClock
from velora.platform.settings import Settings, read_settings

app = typer.Typer(help="The demo marketplaces, and the replay of a real shop's year.", no_args_is_help=True)


@app.command()
def load(json: AsJson = False) -> None:
    """Fill this installation with three marketplaces and four months of their business, made by the product's own flows.

    A second time changes nothing; an interrupted one goes on where it was. Nothing else may write meanwhile.

    Examples:

      velora demo load

      VELORA_DATABASE_URL=mysql://… velora demo load --json
    """
    with progress("Filling the demo marketplaces", quiet=json) as tell:
        made = run(_load(read_settings(), tell))
    counted = {
        "marketplaces": made.marketplaces, "sellers": made.sellers, "products": made.products, "listings": made.listings,
        "accounts": made.accounts,
    }  # fmt: skip
    if json:
        give({**counted, "orders": dict(made.orders), "fresh": made.fresh})
        return
    facts({name.capitalize(): count for name, count in counted.items()} | {"Orders": _orders(made)})
    say("Look at it: velora up" if made.fresh else "All of it was there already; nothing was changed.")


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(help="Parquet file of invoices, as in the Online Retail data set.", exists=True, dir_okay=False)],
    json: AsJson = False,
) -> None:
    """Live a real shop's year again: every invoice an order at its own date, every cancellation a refund. Ends with every line's fate.

    A second time changes nothing; killed in the middle, it goes on where it was. Exit code 1 when the sums do not agree.

    Examples:

      VELORA_HOME=retail velora db upgrade && VELORA_HOME=retail velora demo replay online_retail.parquet

      velora demo replay online_retail.parquet --json > fates.json
    """
    with progress("Reading the file", quiet=json) as tell:
        report = run(_replay(read_settings(), file, tell))
    if json:
        give(report.as_json())
    else:
        say(report.as_text())
    if report.problems:
        stop_with(Exit.WRONG)


async def _load(settings: Settings, tell: Tell) -> Summary:
    async with at_home(settings) as house:
        return await load_demo(house, tell)


async def _replay(settings: Settings, file: Path, tell: Tell) -> Report:
    async with at_home(settings, ManualClock(SystemClock().now())) as house:
        return await replay_file(house, file, lambda step: tell(f"{step.day}", step.sold, step.to_sell))


def _orders(made: Summary) -> str:
    return ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in made.orders.items()) or "none"
