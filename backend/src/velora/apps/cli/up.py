"""`velora up`: all of it in one process."""

import asyncio
import socket
from contextlib import nullcontext
from typing import Annotated

import typer

from velora.apps import logs, migrations, worker
from velora.apps.api import create_app
from velora.apps.cli.console import Tell, progress, run, say
from velora.apps.cli.serving import STANDARD_PORT, Host, Port, bind, public_url
from velora.apps.front_desk import ProcessDesk
from velora.apps.health import Health
from velora.apps.migrations.upgrading import upgrade
from velora.apps.operations import operations
from velora.apps.process import stop_on_signals, traced
from velora.apps.server import serve
from velora.apps.wiring import open_house, others_in_pages, web_application
from velora.flows.demo_world.data import MARKETS
from velora.flows.demo_world.load import load_demo
from velora.flows.house import TradingHouse
from velora.modules.tenants import policy
from velora.modules.tenants import service as tenants
from velora.platform.db.ddl import ensure_months_ahead
from velora.platform.db.engine import make_engine
from velora.platform.db.errors import NotAllowed
from velora.platform.settings import Settings, read_settings


def up(
    demo: Annotated[bool, typer.Option("--demo", help="Fill an empty installation with the demo marketplaces first.")] = False,
    port: Port = STANDARD_PORT,
    host: Host = "127.0.0.1",
) -> None:
    """Run everything in this one process: API, web application and background work.

    The database is made or brought up to date first. Ctrl-C stops it; whatever happens, nothing is half-done.

    Examples:

      velora up --demo          the demo marketplaces on http://localhost:8000

      VELORA_HOME=/srv/velora velora up --port 80 --host 0.0.0.0
    """
    settings = read_settings()
    logs.configure(settings, quiet=settings.log == "short")
    with bind(host, port) as bound:
        settings = settings.model_copy(update={"demo": settings.demo or demo, "public_url": public_url(settings, bound)})
        run(_up(settings, bound, with_demo=demo))


async def _up(settings: Settings, bound: socket.socket, *, with_demo: bool) -> None:
    stop, health = asyncio.Event(), Health()
    stop_on_signals(stop)
    with traced("velora"):
        async with operations(settings.operations_address, health):
            await _prepare(settings)
            await _serve(settings, bound, stop, health, with_demo=with_demo)
    say("Stopped.")


async def _serve(settings: Settings, bound: socket.socket, stop: asyncio.Event, health: Health, *, with_demo: bool) -> None:
    async with open_house(settings, alone=True) as house:
        if with_demo and not await _fill(house, stop):
            say("The next start goes on filling where this one was.")
            return
        application = create_app(
            lambda: nullcontext(house), ProcessDesk, health=health, web=web_application(), others=others_in_pages(settings)
        )
        working = asyncio.create_task(worker.run(house, stop))
        try:
            await serve(application, bound, stop, lambda: _welcome(house), health=health, drains_for=settings.drains_for)
        finally:
            stop.set()
            await working


async def _fill(house: TradingHouse, stop: asyncio.Event) -> bool:
    """Whether the demo marketplaces are there; not when somebody stopped it before."""
    with progress("Filling the demo marketplaces") as tell:
        filling = asyncio.create_task(_load_when_empty(house, tell))
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait((filling, stopped), return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not filling.done():
            filling.cancel()
            await asyncio.wait((filling,))
            return False
    await filling
    return True


async def _load_when_empty(house: TradingHouse, tell: Tell) -> None:
    """An empty installation has the demo marketplaces, and one whose filling was cut off has all of them; others stay as they are."""
    async with house.db.read(None) as uow:
        there = {one.slug for one in await tenants.all_tenants(uow)}
    if not there or there & {*MARKETS}:
        await load_demo(house, tell)
    else:
        say("This installation has marketplaces of its own, so the demo ones are left out.")


async def _prepare(settings: Settings) -> None:
    """The database is there, up to date, and has its partitions."""
    engine = make_engine(settings.database_address, connections=1)
    try:
        await upgrade(engine, lambda revision: say(f"Database brought to revision {revision}."))
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
