"""`velora up`, `serve` and `worker`: the ways to run."""

import asyncio
import logging
import os
import socket
from contextlib import nullcontext
from typing import Annotated, Final

import typer

from velora.apps import logs, migrations, worker
from velora.apps.api import create_app
from velora.apps.cli.console import Complaint, Exit, progress, run, say
from velora.apps.cli.demo import load_when_empty
from velora.apps.cli.home import at_home, require_schema
from velora.apps.front_desk import ProcessDesk
from velora.apps.server import PortTaken, application_of, bound_socket, serve, serve_with_workers, stop_on_signals
from velora.apps.wiring import open_house, web_application
from velora.flows.house import TradingHouse
from velora.modules.tenants import policy
from velora.modules.tenants import service as tenants
from velora.platform.db.ddl import ensure_months_ahead
from velora.platform.db.engine import make_engine
from velora.platform.db.errors import NotAllowed
from velora.platform.settings import Settings, read_settings

_STANDARD_PORT: Final = 8000

app = typer.Typer()

Port = Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)]
Host = Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for every one.")]


@app.command(rich_help_panel="Run")
def up(
    demo: Annotated[bool, typer.Option("--demo", help="Fill an empty installation with the demo marketplaces first.")] = False,
    port: Port = _STANDARD_PORT,
    host: Host = "127.0.0.1",
) -> None:
    """Run everything in this one process: API, web application and background work.

    The database is made or brought up to date first. Ctrl-C stops it; whatever happens, nothing is half-done.

    Examples:

      velora up --demo          the demo marketplaces on http://localhost:8000

      VELORA_HOME=/srv/velora velora up --port 80 --host 0.0.0.0
    """
    settings = read_settings()
    logs.configure(settings.log, logging.WARNING if settings.log == "short" else logging.INFO)
    bound = _bind(host, port)
    settings = settings.model_copy(update={"demo": settings.demo or demo, "public_url": _public_url(settings, bound)})
    run(_up(settings, bound, with_demo=demo))


@app.command("serve", rich_help_panel="Run")
def serve_command(
    port: Port = _STANDARD_PORT,
    host: Host = "127.0.0.1",
    workers: Annotated[int, typer.Option(help="Processes that answer, one per core.", min=1, max=64)] = 1,
) -> None:
    """Answer requests: API and web application, without background work (that is `velora worker`).

    Examples:

      velora serve --host 0.0.0.0 --port 8000 --workers 4

      VELORA_LOG=json velora serve      one JSON object a log line, with the request's id
    """
    settings = read_settings()
    logs.configure(settings.log)
    run(require_schema(settings))
    bound = _bind(host, port)
    settings = settings.model_copy(update={"public_url": _public_url(settings, bound)})
    if workers > 1:
        say(f"Serving on http://{host}:{bound.getsockname()[1]} with {workers} processes. Stop with Ctrl-C.")
        os.environ["VELORA_PUBLIC_URL"] = settings.public_url  # its processes read the settings themselves
        serve_with_workers(bound, workers)
    else:
        run(_serve(settings, bound, host))


@app.command("worker", rich_help_panel="Run")
def worker_command() -> None:
    """Do the background work: relay events, sweep payments and refunds, release escrow, send mail, make partitions.

    Any number may run at once. Stopping finishes what is being done.

    Examples:

      velora worker

      VELORA_LOG=json VELORA_DATABASE_URL=mysql://… velora worker
    """
    settings = read_settings()
    logs.configure(settings.log)
    run(_work(settings))


def _bind(host: str, port: int) -> socket.socket:
    try:
        return bound_socket(host, port)
    except PortTaken as error:
        raise Complaint(str(error), Exit.USAGE) from error


def _public_url(settings: Settings, bound: socket.socket) -> str:
    """The address that people use: as set, or the port that is listened on."""
    standard = Settings.model_fields["public_url"].default
    return f"http://localhost:{bound.getsockname()[1]}" if settings.public_url == standard else settings.public_url


async def _up(settings: Settings, bound: socket.socket, *, with_demo: bool) -> None:
    await _prepare(settings)
    stop = asyncio.Event()
    stop_on_signals(stop)
    async with open_house(settings) as house:
        if with_demo and not await _fill(house, stop):
            say("Stopped. The next start goes on filling where this one was.")
            return
        application = create_app(lambda: nullcontext(house), ProcessDesk, web=web_application())
        working = asyncio.create_task(worker.run(house, stop))
        try:
            await serve(application, bound, stop, lambda: _welcome(house))
        finally:
            stop.set()
            await working
    say("Stopped.")


async def _fill(house: TradingHouse, stop: asyncio.Event) -> bool:
    """Whether the demo marketplaces are there; not when somebody stopped it before."""
    with progress("Filling the demo marketplaces") as tell:
        filling = asyncio.create_task(load_when_empty(house, tell))
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait((filling, stopped), return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not filling.done():
            filling.cancel()
            await asyncio.wait((filling,))
            return False
    await filling
    return True


async def _prepare(settings: Settings) -> None:
    """The database is there, up to date, and has its partitions."""
    engine = make_engine(settings.database_address, connections=1)
    try:
        await migrations.upgrade(engine, lambda revision: say(f"Database brought to revision {revision}."))
        migrations.import_models()
        try:
            await ensure_months_ahead(engine)
        except NotAllowed as refused:
            say(str(refused))  # there are months ahead, and a net behind them
    finally:
        await engine.dispose()


async def _welcome(house: TradingHouse) -> None:
    """The addresses, one a line."""
    async with house.db.read(None) as uow:
        there = [one for one in await tenants.all_tenants(uow) if one.is_open]
    public = house.settings.public_url
    width = max([len(one.name) for one in there] + [len("Everything")])
    say("")
    say("Velora is ready.")
    say("")
    for one in there:
        say(f"  {one.name:<{width}}  {policy.address(public, one.slug, one.domains)}")
    say(f"  {'Everything':<{width}}  {public}")
    say(f"  {'API':<{width}}  {public}/api/docs")
    say("")
    if not there:
        say("There is no marketplace yet. velora tenant create makes one; velora up --demo fills an empty installation with three.")
    if not (web_application() / "index.html").exists():
        say("The web application is not built, so only the API answers. Build it: make setup")
    say("Stop with Ctrl-C.")


async def _serve(settings: Settings, bound: socket.socket, host: str) -> None:
    stop = asyncio.Event()
    stop_on_signals(stop)

    async def ready() -> None:
        say(f"Serving on http://{host}:{bound.getsockname()[1]}. Stop with Ctrl-C.")

    await serve(application_of(settings), bound, stop, ready)


async def _work(settings: Settings) -> None:
    stop = asyncio.Event()
    stop_on_signals(stop)
    async with at_home(settings) as house:
        await worker.run(house, stop)
