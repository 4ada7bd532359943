"""What those who run Velora ask a process: its probes, beside the API or on an address of its own that the balancer does not know, and
there its figures too."""

import asyncio
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from threading import Thread
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from velora.apps.health import Answer, Health
from velora.apps.sockets import Server, bound_socket
from velora.platform.telemetry.exposition import exposed, shared_figures

_NOT_KEPT: Final = {"cache-control": "no-store"}


def probes(health: Health) -> list[Route]:
    """`/health/live`, `/health/ready` and `/health/startup`, as Kubernetes means them."""

    async def live(request: Request) -> Response:
        return _reply(health.live())

    async def ready(request: Request) -> Response:
        return _reply(await health.ready())

    async def startup(request: Request) -> Response:
        return _reply(await health.startup())

    return [Route("/health/live", live), Route("/health/ready", ready), Route("/health/startup", startup)]


def _reply(answer: Answer) -> Response:
    return JSONResponse(answer.body(), answer.code, _NOT_KEPT)


def _figures(folder: Path | None = None) -> Route:
    """`/metrics`: of this process, or of those that keep theirs in this folder."""

    async def figures(request: Request) -> Response:
        body, content_type = await asyncio.to_thread(exposed, request.headers.get("accept", ""), folder)
        return Response(body, headers={"content-type": content_type, **_NOT_KEPT})

    return Route("/metrics", figures)


@asynccontextmanager
async def operations(address: str, health: Health) -> AsyncGenerator[None]:
    """Probes and figures of this process are answered at this address (`host:port`) until the end; nowhere when it is empty.

    Raises PortTaken.
    """
    if not address:
        yield
        return
    server = Server(_config([*probes(health), _figures()]))
    with bound_socket(*_place(address)) as bound:
        serving = asyncio.create_task(server.serve([bound]))
        try:
            yield
        finally:
            server.should_exit = True
            await serving


@contextmanager
def operations_of_many(address: str) -> Generator[None]:
    """The figures of all processes that are begun meanwhile are answered at this address, by a thread of this one; likewise.

    Of probes only that of life: whether requests may come, each process says for itself, on the address that all share.
    """
    if not address:
        yield
        return
    with shared_figures() as folder, bound_socket(*_place(address)) as bound:
        server = Server(_config([probes(Health())[0], _figures(folder)]))
        bound.set_inheritable(False)
        thread = Thread(target=lambda: asyncio.run(server.serve([bound])), daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.should_exit = True
            thread.join()


def _place(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def _config(routes: Sequence[Route]) -> uvicorn.Config:
    return uvicorn.Config(
        Starlette(routes=routes), loop="none", ws="none", lifespan="off", log_config=None, access_log=False, server_header=False,
        timeout_graceful_shutdown=1,
    )  # fmt: skip
