"""`velora bench`: how fast this machine is with this database."""

import os
from typing import Annotated

import typer

from velora.apps.bench.checkout import BenchFailed, Wanted, bench_checkout
from velora.apps.cli.console import AsJson, Complaint, Exit, facts, give, run, say, table
from velora.apps.cli.home import require_schema
from velora.platform.settings import read_settings

app = typer.Typer(help="How fast this machine is with this database.", no_args_is_help=True)

_WORKLOADS = ("paid", "journey")


@app.command()
def checkout(
    buyers: Annotated[int, typer.Option(help="How many buy at once.", min=1, max=2000)] = Wanted.buyers,
    seconds: Annotated[float, typer.Option(help="How long each workload is measured.", min=1)] = Wanted.seconds,
    warm_up: Annotated[float, typer.Option(help="How long it runs before.", min=0)] = Wanted.warm_up,
    workers: Annotated[int | None, typer.Option(help="Processes that answer; one a core on MySQL, one on SQLite.", min=1, max=64)] = None,
    workload: Annotated[list[str] | None, typer.Option(help="paid: one request orders and pays; journey: from an empty cart.")] = None,
    json: AsJson = False,
) -> None:
    """Orders placed and paid a second, over real HTTP by signed-in buyers: two lines of two sellers, tax, delivery, commission, ledger.

    Uses the configured database, makes a marketplace of its own there, and proves the books afterwards: a run whose ledger does not
    verify has no result (exit code 1).

    Examples:

      velora bench checkout

      VELORA_DATABASE_URL=mysql://… velora bench checkout --buyers 256 --seconds 30 --json > figures.json
    """
    chosen = tuple(workload or _WORKLOADS)
    if unknown := sorted({*chosen} - {*_WORKLOADS}):
        raise Complaint(f"There is no workload {', '.join(unknown)}. Choose of {', '.join(_WORKLOADS)}.", Exit.USAGE)
    settings = read_settings()
    run(require_schema(settings))
    processes = workers or (1 if settings.database_address.startswith("sqlite") else os.cpu_count() or 1)
    try:
        figures = run(bench_checkout(settings, Wanted(buyers, seconds, warm_up, processes, chosen)))
    except BenchFailed as error:
        raise Complaint(f"The run has no result: {error}") from error
    if json:
        give(figures)
        return
    conditions = figures["conditions"]
    facts({name: conditions[name] for name in ("machine", "cores", "python", "database", "database_version", "buyers", "workers")})
    say("")
    columns = ("workload", "orders", "orders_per_second", "p50_ms", "p99_ms")
    table(columns, [[one[column] for column in columns] for one in figures["results"]], right=columns[1:])
    say("")
    facts(figures["proof"])
