"""Receivers of webhooks on the loopback: plain sockets, each with manners of its own, that remember what they were sent."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ssl import SSLContext

Writer = asyncio.StreamWriter
Manners = Callable[[Writer, int], Awaitable[None]]


@dataclass(frozen=True)
class Request:
    """One request as it came."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Who listens at `url`; `heard` is every whole request, in order."""

    url: str
    port: int
    heard: list[Request] = field(default_factory=list)

    @property
    def bodies(self) -> list[bytes]:
        return [one.body for one in self.heard]


def answers(*statuses: int, headers: Sequence[str] = (), body: bytes = b"ok") -> Manners:
    """Each request has the next of these statuses, and the last one ever after."""

    async def answer(writer: Writer, number: int) -> None:
        status = statuses[min(number, len(statuses)) - 1]
        lines = [f"HTTP/1.1 {status} Said", *headers, f"content-length: {len(body)}", "connection: close", "", ""]
        writer.write("\r\n".join(lines).encode() + body)
        await writer.drain()

    return answer


def dawdles(seconds: float) -> Manners:
    """A 200, but only after so long."""

    async def answer(writer: Writer, number: int) -> None:
        await asyncio.sleep(seconds)
        await answers(200)(writer, number)

    return answer


async def closes(writer: Writer, number: int) -> None:
    """The connection is closed without a word."""
    writer.close()


async def never_ends(writer: Writer, number: int) -> None:
    """A 200 whose body goes on for ever."""
    writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"400\r\n" + b"x" * 0x400 + b"\r\n")
        await writer.drain()
        await asyncio.sleep(0)


async def hangs(writer: Writer, number: int) -> None:
    """A 200 whose body stops half way."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf of")
    await writer.drain()
    await asyncio.sleep(60)


async def breaks_off(writer: Writer, number: int) -> None:
    """A 200 whose connection is closed half way through the body."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf of")
    await writer.drain()
    writer.close()


async def drips(writer: Writer, number: int) -> None:
    """A header each second, for ever: never quiet for long, and never done."""
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"x-more: yes\r\n")
        await writer.drain()
        await asyncio.sleep(0.2)


@asynccontextmanager
async def a_receiver(manners: Manners, *, trusted: SSLContext | None = None) -> AsyncGenerator[Receiver]:
    """Somebody listens on a free port of the loopback while the block runs."""
    found: list[Receiver] = []
    running: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: Writer) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        try:
            found[0].heard.append(await _request(reader))
            await manners(writer, len(found[0].heard))
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            running.discard(task)
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=trusted)
    port = server.sockets[0].getsockname()[1]
    found.append(Receiver(f"{'https' if trusted else 'http'}://127.0.0.1:{port}/hook", port))
    try:
        yield found[0]
    finally:
        server.close()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _request(reader: asyncio.StreamReader) -> Request:
    line, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (one.partition(":") for one in lines)}
    return Request(line, headers, await reader.readexactly(int(headers.get("content-length", "0"))))
