"""`velora bench`: how fast this machine is with this database."""

import os
from typing import Annotated

import typer

from velora.apps.bench.books import Amount, bench_ledger
from velora.apps.bench.checkout import BenchFailed, Wanted, bench_checkout
from velora.apps.cli.console import AsJson, Complaint, Exit, facts, give, progress, run, say, table
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
    sealing: Annotated[bool, typer.Option("--sealing", help="Run each workload a second time, with a sealing process beside.")] = False,
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
        figures = run(bench_checkout(settings, Wanted(buyers, seconds, warm_up, processes, chosen, sealing)))
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


@app.command("ledger")
def ledger_command(
    journals: Annotated[int, typer.Option(help="How many journals of four postings.", min=100)] = Amount.journals,
    batch: Annotated[int, typer.Option(help="How many in a transaction.", min=1, max=2000)] = Amount.batch,
    processes: Annotated[int, typer.Option(help="From how many processes.", min=1, max=64)] = Amount.processes,
    json: AsJson = False,
) -> None:
    """Postings a second in bulk, and what it costs to seal, verify and read them.

    Uses the configured database, in books of its own. They stay there: use one that can be thrown away.

    Example:

      VELORA_DATABASE_URL=mysql://…/scratch velora bench ledger --journals 1000000 --json > figures.json
    """
    settings = read_settings()
    run(require_schema(settings))
    with progress("Posting", quiet=json) as tell:
        try:
            figures = run(bench_ledger(settings, Amount(journals, batch, processes), tell))
        except BenchFailed as error:
            raise Complaint(f"The run has no result: {error}") from error
    if json:
        give(figures)
        return
    for part, values in figures["results"].items():
        say(part)
        facts({f"  {name}": value for name, value in values.items()})
