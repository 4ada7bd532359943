"""Serving HTTP: a socket with a deep queue, uvicorn on uvloop and httptools, and a stop that ends with exit code 0."""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import cycle
from threading import Thread
from typing import Final

import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from velora.apps import logs
from velora.apps.api import create_app
from velora.apps.front_desk import ProcessDesk
from velora.apps.health import Health
from velora.apps.process import traced
from velora.apps.sockets import Server, bound_socket
from velora.apps.wiring import open_house, others_in_pages, web_application
from velora.flows.house import TradingHouse
from velora.platform.settings import Settings, read_settings

BACKLOG: Final = 4096
_TIME_FOR_REQUESTS: Final = 15
_TIME_TO_BEGIN: Final = 120  # a busy machine may need long to load a process; one that is given up too early never begins


async def serve(
    app: FastAPI,
    bound: socket.socket,
    stop: asyncio.Event,
    ready: Callable[[], Awaitable[None]],
    *,
    health: Health,
    drains_for: float = 0.0,
) -> None:
    """Requests are answered until `stop` is set, and `drains_for` seconds longer; `ready` runs when the first can come.

    In these seconds the readiness probe says 503, so that whoever shares out requests sends them elsewhere before the socket is closed.
    Running requests are finished.
    """
    server = Server(_config(app))
    serving = asyncio.create_task(server.serve([bound]))
    began = asyncio.create_task(server.began.wait())
    await asyncio.wait((serving, began), return_when=asyncio.FIRST_COMPLETED)
    if server.began.is_set():
        await ready()
        told = asyncio.create_task(stop.wait())
        await asyncio.wait((serving, told), return_when=asyncio.FIRST_COMPLETED)
        health.stop()
        await asyncio.wait((serving,), timeout=drains_for)
    server.should_exit = True
    stop.set()
    began.cancel()
    await serving


def serve_with_workers(bound: socket.socket, workers: int) -> None:
    """Several processes answer on the address of this socket; one that dies is replaced. Ends with SIGINT or SIGTERM."""
    config = _config("velora.apps.server:application")
    config.workers = workers
    config.factory = True
    Workers(config, _one_for_each(bound, workers)).run()


def _one_for_each(bound: socket.socket, workers: int) -> list[socket.socket]:
    """A socket a process on one address: with one for all, the kernel hands most connections to the process that woke last.

    Only Linux spreads connections over such sockets; elsewhere they share the one.
    """
    if sys.platform != "linux":
        return [bound] * workers
    host, port = bound.getsockname()[:2]
    bound.close()
    return [bound_socket(host, port, shared=True) for _ in range(workers)]


class Workers(Multiprocess):
    """Gives each process its own socket, and the successor of one that died the socket which that one had.

    This process holds all of them, so connections that arrive meanwhile wait for the successor.
    """

    def __init__(self, config: uvicorn.Config, own: Sequence[socket.socket]) -> None:
        self._own = own
        self._turn = cycle(range(len(own)))
        super().__init__(config, [])

    @property
    def sockets(self) -> list[socket.socket]:  # pyright: ignore[reportIncompatibleVariableOverride] -- read once for each process begun
        ended = (place for place, process in enumerate(self.processes) if process.exitcode is not None)
        place = next(ended, None)
        return [self._own[next(self._turn) if place is None else place]]

    @sockets.setter
    def sockets(self, sockets: list[socket.socket]) -> None:
        """The base class sets what it was given; ours are `own`."""


def application() -> FastAPI:
    """The application of one of several serving processes, from its settings."""
    Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    settings = read_settings()
    logs.configure(settings)
    health = Health()

    @asynccontextmanager
    async def opening() -> AsyncGenerator[TradingHouse]:
        with traced("velora-api"):
            async with open_house(settings) as house:
                _drain_first(health, settings.drains_for)
                yield house

    return create_app(opening, ProcessDesk, health=health, web=web_application(), others=others_in_pages(settings))


def _drain_first(health: Health, seconds: float) -> None:
    """SIGTERM first says so to whoever asks whether this process is ready, and only then ends it, as it would have."""
    ends = signal.getsignal(signal.SIGTERM)
    assert callable(ends)
    loop = asyncio.get_running_loop()

    def hear() -> None:
        health.stop()
        loop.call_later(seconds, ends, signal.SIGTERM, None)

    loop.add_signal_handler(signal.SIGTERM, hear)


def _end_with(parent: int) -> None:
    """When the process that began this one is gone, killed perhaps, this one ends too: else it would keep the port from the next."""
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


def application_of(settings: Settings, health: Health) -> FastAPI:
    """The application with a house of its own, opened when serving begins."""
    return create_app(lambda: open_house(settings), ProcessDesk, health=health, web=web_application(), others=others_in_pages(settings))


def _config(app: FastAPI | str) -> uvicorn.Config:
    return uvicorn.Config(
        app, loop="uvloop", http="httptools", ws="none", lifespan="on", log_config=None, access_log=False, backlog=BACKLOG,
        server_header=False, timeout_worker_healthcheck=_TIME_TO_BEGIN, timeout_graceful_shutdown=_TIME_FOR_REQUESTS, timeout_keep_alive=30,
    )  # fmt: skip
