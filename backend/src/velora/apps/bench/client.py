"""A small HTTP/1.1 client for load: one connection a buyer, no more work a request than the figures can bear."""

import asyncio
from collections.abc import Mapping

import orjson


class Connection:
    """One kept-alive connection to the server under load."""

    def __init__(self, port: int, headers: Mapping[str, str]) -> None:
        self._port = port
        self._headers = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, method: str, path: str, body: object | None = None, *, key: str = "") -> tuple[int, bytes]:
        """Status and body of the reply. Raises ConnectionError or IncompleteReadError when the server goes away."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        content = orjson.dumps(body) if body is not None else b""
        head = f"{method} {path} HTTP/1.1\r\n{self._headers}content-type: application/json\r\ncontent-length: {len(content)}\r\n"
        writer.write(f"{head}{f'idempotency-key: {key}' + chr(13) + chr(10) if key else ''}\r\n".encode() + content)
        reply = await reader.readuntil(b"\r\n\r\n")
        at = reply.lower().find(b"content-length:")
        length = int(reply[at + 15 : reply.index(b"\r\n", at)]) if at >= 0 else 0
        return int(reply[9:12]), await reader.readexactly(length) if length else b""

    def close(self) -> None:
        """The connection is gone; the next request opens another."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None
