"""Sockets to listen on, and a server that leaves the signals to whoever runs it."""

import asyncio
import contextlib
import socket
from collections.abc import Generator

import uvicorn


class PortTaken(OSError):
    """Another program listens there."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(f"{host}:{port} is taken by another program. Stop that one, or choose another port.")


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


def bound_socket(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """A socket that nobody else has, or only those who share it likewise, not listening yet. Raises PortTaken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise PortTaken(host, port) from error
    bound.set_inheritable(True)
    return bound
