"""What those who run Velora ask a process: its probes, beside the API or on an address of its own that the balancer does not know."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from velora.apps.health import Answer, Health
from velora.apps.sockets import Server, bound_socket

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


@asynccontextmanager
async def operations(address: str, health: Health) -> AsyncGenerator[None]:
    """They are answered at this address (`host:port`) until the end; nowhere when it is empty. Raises PortTaken."""
    if not address:
        yield
        return
    host, _, port = address.rpartition(":")
    config = uvicorn.Config(
        Starlette(routes=probes(health)), loop="none", ws="none", lifespan="off", log_config=None, access_log=False, server_header=False,
        timeout_graceful_shutdown=1,
    )  # fmt: skip
    with bound_socket(host.strip("[]"), int(port)) as bound:
        server = Server(config)
        serving = asyncio.create_task(server.serve([bound]))
        try:
            yield
        finally:
            server.should_exit = True
            await serving
