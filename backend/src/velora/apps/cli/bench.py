"""`velora bench`: how fast this machine is with this database."""

import os
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

import typer

from velora.apps.bench.books import Amount, bench_ledger
from velora.apps.bench.checkout import BESIDE, BenchFailed, Wanted, bench_checkout
from velora.apps.bench.relaying import Load, bench_relay
from velora.apps.bench.relevance import bench_relevance
from velora.apps.bench.searching import Asked, bench_rebuild, bench_search
from velora.apps.cli.console import AsJson, Complaint, Exit, Tell, facts, give, progress, run, say, table
from velora.apps.cli.home import require_schema
from velora.platform.settings import Settings, read_settings

app = typer.Typer(help="How fast this machine is with this database.", no_args_is_help=True)

_WORKLOADS = ("paid", "journey")


@app.command()
def checkout(
    buyers: Annotated[int, typer.Option(help="How many buy at once.", min=1, max=2000)] = Wanted.buyers,
    seconds: Annotated[float, typer.Option(help="How long each workload is measured.", min=1)] = Wanted.seconds,
    warm_up: Annotated[float, typer.Option(help="How long it runs before.", min=0)] = Wanted.warm_up,
    workers: Annotated[int | None, typer.Option(help="Processes that answer; one a core on MySQL, one on SQLite.", min=1, max=64)] = None,
    workload: Annotated[list[str] | None, typer.Option(help="paid: one request orders and pays; journey: from an empty cart.")] = None,
    beside: Annotated[
        list[str] | None,
        typer.Option(help="Run each workload once more, with this beside. sealing: the ledger's; worker: relay, listeners, indexer, all."),
    ] = None,
    json: AsJson = False,
) -> None:
    """Orders placed and paid a second, over real HTTP by signed-in buyers: two lines of two sellers, tax, delivery, commission, ledger.

    Uses the configured database, makes a marketplace of its own there, and proves the books afterwards: a run whose ledger does not
    verify has no result (exit code 1).

    Examples:

      velora bench checkout

      VELORA_DATABASE_URL=mysql://… velora bench checkout --buyers 256 --seconds 30 --beside worker --json > figures.json
    """
    chosen = tuple(workload or _WORKLOADS)
    if unknown := sorted({*chosen} - {*_WORKLOADS}):
        raise Complaint(f"There is no workload {', '.join(unknown)}. Choose of {', '.join(_WORKLOADS)}.", Exit.USAGE)
    if unknown := sorted({*(beside or ())} - BESIDE.keys()):
        raise Complaint(f"There is no {', '.join(unknown)} to run beside. Choose of {', '.join(BESIDE)}.", Exit.USAGE)
    settings = read_settings()
    run(require_schema(settings))
    processes = workers or (1 if settings.database_address.startswith("sqlite") else os.cpu_count() or 1)
    try:
        figures = run(bench_checkout(settings, Wanted(buyers, seconds, warm_up, processes, chosen, tuple(beside or ()))))
    except BenchFailed as error:
        raise Complaint(f"The run has no result: {error}") from error
    if json:
        give(figures)
        return
    conditions = figures["conditions"]
    facts({name: conditions[name] for name in ("machine", "cores", "python", "database", "buyers", "workers")})
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
    figures = _figures("Posting", lambda settings, tell: bench_ledger(settings, Amount(journals, batch, processes), tell), quiet=json)
    _show_parts(figures, json=json)


@app.command("relay")
def relay_command(
    events: Annotated[int, typer.Option(help="How many events.", min=100)] = Load.events,
    relays: Annotated[int, typer.Option(help="How many relays at once.", min=1, max=16)] = Load.relays,
    json: AsJson = False,
) -> None:
    """Events a second from the outbox onto the bus (Kafka where VELORA_KAFKA_URL is set), and from there to one group of listeners.

    A run in which an event is lost, or has its effect twice, has no result (exit code 1). What is told stays on the bus, and workers
    take it for orders that are not there: use a database and topics that can be thrown away.

    Example:

      VELORA_KAFKA_URL=kafka://localhost:9092/scratch velora bench relay --events 100000 --json > figures.json
    """
    figures = _figures("Telling", lambda settings, tell: bench_relay(settings, Load(events, relays), tell), quiet=json)
    _show_parts(figures, json=json)


@app.command()
def search(
    products: Annotated[int, typer.Option(help="How many products the marketplace has.", min=1_000)] = Asked.products,
    queries: Annotated[float, typer.Option(help="Queries a second.", min=1)] = Asked.queries,
    changes: Annotated[float, typer.Option(help="Products that change, and are indexed, a second.", min=0)] = Asked.changes,
    seconds: Annotated[float, typer.Option(help="How long each workload is measured.", min=1)] = Asked.seconds,
    warm_up: Annotated[float, typer.Option(help="How long it runs before.", min=0)] = Asked.warm_up,
    workers: Annotated[int, typer.Option(help="Processes that answer.", min=1, max=64)] = Asked.workers,
    json: AsJson = False,
) -> None:
    """How fast pages of results come while products change: over HTTP, and from the engine alone.

    Makes a marketplace of its own in the configured database and index. It stays there: use ones that can be thrown away. A run after
    which the index is not what the database says has no result (exit code 1).

    Examples:

      velora bench search

      VELORA_OPENSEARCH_URL=http://… velora bench search --products 100000 --queries 50 --changes 200 --json > figures.json
    """
    figures = _figures(
        "Stocking",
        lambda settings, tell: bench_search(settings, Asked(products, queries, changes, seconds, warm_up, workers), tell),
        quiet=json,
    )
    if json:
        give(figures)
        return
    conditions = figures["conditions"]
    facts({name: conditions[name] for name in ("machine", "cores", "engine", "database", "products", "queries", "changes")})
    say("")
    columns = ("p50_ms", "p95_ms", "p99_ms", "max_ms", "found_mean")
    rows = [[one["workload"], way, *(one[way][name] for name in columns)] for one in figures["results"] for way in ("api", "engine")]
    table(("workload", "by", *columns), rows, right=columns)
    say("")
    facts({f"found after a change, {name}": value for name, value in figures["changes"]["searchable_after"].items()} | figures["rebuild"])


@app.command()
def relevance(
    worst: Annotated[int, typer.Option(help="Show so many of the worst queries, with what came.", min=0)] = 0,
    json: AsJson = False,
) -> None:
    """Whether what is found is what was meant: nDCG@10 over queries that people judged, by kind of query.

    tantivy is always measured, and OpenSearch beside it where VELORA_OPENSEARCH_URL is set: each in an index of its own, which is
    gone afterwards. The database is not touched.

    Examples:

      velora bench relevance --worst 10

      VELORA_OPENSEARCH_URL=http://… velora bench relevance --json > figures.json
    """
    figures = run(bench_relevance(read_settings(), worst=worst))
    if json:
        give(figures)
        return
    results = figures["results"]
    kinds = sorted({kind for one in results.values() for kind in one["kinds"]})
    rows = [["all", *(f"{one['all']:.3f}" for one in results.values())]]
    rows += [[kind, *(f"{one['kinds'][kind]:.3f}" for one in results.values())] for kind in kinds]
    table((f"{figures['queries']} queries", *results), rows, right=tuple(results))
    for name, one in results.items():
        for bad in one["worst"]:
            say(f"{name}, {bad['shop']}: {bad['words']} ({bad['kind']}) {bad['ndcg']:.3f}")
            facts({"  meant": "; ".join(bad["meant"]), "  came": "; ".join(bad["came"]) or "nothing"})


@app.command()
def rebuild(
    products: Annotated[int, typer.Option(help="How many products the marketplace has.", min=1_000)] = Asked.products,
    json: AsJson = False,
) -> None:
    """How long it takes to build the product index anew from the database, with what is there already.

    Example:

      velora bench rebuild --products 100000 --json > figures.json
    """
    figures = _figures("Stocking", lambda settings, tell: bench_rebuild(settings, products, tell), quiet=json)
    if json:
        give(figures)
    else:
        facts(figures["results"])


def _figures(title: str, bench: Callable[[Settings, Tell], Coroutine[Any, Any, dict[str, Any]]], *, quiet: bool) -> dict[str, Any]:
    """What a benchmark over the configured engines found, with a progress bar meanwhile."""
    settings = read_settings()
    run(require_schema(settings))
    with progress(title, quiet=quiet) as tell:
        try:
            return run(bench(settings, tell))
        except BenchFailed as error:
            raise Complaint(f"The run has no result: {error}") from error


def _show_parts(figures: dict[str, Any], *, json: bool) -> None:
    if json:
        give(figures)
        return
    for part, values in figures["results"].items():
        say(part)
        facts({f"  {name}": value for name, value in values.items()})
