"""Serving HTTP: a socket with a deep queue, uvicorn on uvloop and httptools, and a stop that ends with exit code 0."""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Generator
from typing import Final

import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from velora.apps import logs
from velora.apps.api import create_app
from velora.apps.front_desk import ProcessDesk
from velora.apps.wiring import open_house, web_application
from velora.platform.settings import Settings, read_settings
from velora.platform.web.middleware import current_request_id

BACKLOG: Final = 4096
_TIME_FOR_REQUESTS: Final = 15
_TIME_TO_BEGIN: Final = 120  # a busy machine may need long to load a process; one that is given up too early never begins


class PortTaken(Exception):
    """Another program listens there."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(f"{host}:{port} is taken by another program. Stop that one, or choose another port: --port {port + 1}")


class Server(uvicorn.Server):
    """Says when it has begun, stops when told, and leaves the signals to whoever runs it."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.began = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.began.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


def bound_socket(host: str, port: int) -> socket.socket:
    """A socket that nobody else has, not listening yet. Raises PortTaken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise PortTaken(host, port) from error
    bound.set_inheritable(True)
    return bound


async def serve(app: FastAPI, bound: socket.socket, stop: asyncio.Event, ready: Callable[[], Awaitable[None]]) -> None:
    """Requests are answered until `stop` is set; `ready` runs when the first can come. Running requests are finished."""
    server = Server(_config(app))
    serving = asyncio.create_task(server.serve([bound]))
    began = asyncio.create_task(server.began.wait())
    await asyncio.wait((serving, began), return_when=asyncio.FIRST_COMPLETED)
    if server.began.is_set():
        await ready()
        told = asyncio.create_task(stop.wait())
        await asyncio.wait((serving, told), return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    stop.set()
    began.cancel()
    await serving


def serve_with_workers(bound: socket.socket, workers: int) -> None:
    """Several processes answer on the one socket; one that dies is replaced. Ends with SIGINT or SIGTERM."""
    config = _config("velora.apps.server:application")
    config.workers = workers
    config.factory = True
    Multiprocess(config, sockets=[bound]).run()


def application() -> FastAPI:
    """The application of one serving process, from its settings."""
    settings = read_settings()
    logs.configure(settings.log, current_request_id)
    return application_of(settings)


def application_of(settings: Settings) -> FastAPI:
    """The application with a house of its own, opened when serving begins."""
    return create_app(lambda: open_house(settings), ProcessDesk, web=web_application())


def _config(app: FastAPI | str) -> uvicorn.Config:
    return uvicorn.Config(
        app, loop="uvloop", http="httptools", ws="none", lifespan="on", log_config=None, access_log=False, backlog=BACKLOG,
        server_header=False, timeout_worker_healthcheck=_TIME_TO_BEGIN, timeout_graceful_shutdown=_TIME_FOR_REQUESTS, timeout_keep_alive=30,
    )  # fmt: skip
