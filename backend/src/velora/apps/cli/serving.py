"""`velora serve`, and what every command needs that listens."""

import asyncio
import os
import socket
from typing import Annotated, Final

import typer

from velora.apps import logs
from velora.apps.cli.console import Complaint, Exit, run, say
from velora.apps.cli.home import require_schema
from velora.apps.health import Health
from velora.apps.operations import operations, operations_of_many
from velora.apps.process import stop_on_signals, traced
from velora.apps.server import application_of, serve, serve_with_workers
from velora.apps.sockets import PortTaken, bound_socket
from velora.platform.settings import Settings, read_settings

STANDARD_PORT: Final = 8000

Port = Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)]
Host = Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for every one.")]


def serve_command(
    port: Port = STANDARD_PORT,
    host: Host = "127.0.0.1",
    workers: Annotated[int, typer.Option(help="Processes that answer, one per core.", min=1, max=64)] = 1,
) -> None:
    """Answer requests: API and web application, without background work (that is `velora worker`).

    Examples:

      velora serve --host 0.0.0.0 --port 8000 --workers 4

      VELORA_LOG=json velora serve      one JSON object a log line, with the request's id
    """
    settings = read_settings()
    logs.configure(settings)
    run(require_schema(settings))
    bound = bind(host, port)
    settings = settings.model_copy(update={"public_url": public_url(settings, bound)})
    if workers > 1:
        say(f"Serving on http://{host}:{bound.getsockname()[1]} with {workers} processes. Stop with Ctrl-C.")
        os.environ["VELORA_PUBLIC_URL"] = settings.public_url  # its processes read the settings themselves
        with operations_of_many(settings.operations_address):
            serve_with_workers(bound, workers)
    else:
        run(_serve(settings, bound, host))


def bind(host: str, port: int) -> socket.socket:
    """A socket of this address that nobody else has. Raises Complaint."""
    try:
        return bound_socket(host, port)
    except PortTaken as error:
        raise Complaint(f"{error} For example: --port {port + 1}", Exit.USAGE) from error


def public_url(settings: Settings, bound: socket.socket) -> str:
    """The address that people use: as set, or the port that is listened on."""
    standard = Settings.model_fields["public_url"].default
    return f"http://localhost:{bound.getsockname()[1]}" if settings.public_url == standard else settings.public_url


async def _serve(settings: Settings, bound: socket.socket, host: str) -> None:
    stop, health = asyncio.Event(), Health()
    stop_on_signals(stop)

    async def ready() -> None:
        say(f"Serving on http://{host}:{bound.getsockname()[1]}. Stop with Ctrl-C.")

    with traced("velora-api"):
        async with operations(settings.operations_address, health):
            await serve(application_of(settings, health), bound, stop, ready, health=health, drains_for=settings.drains_for)
