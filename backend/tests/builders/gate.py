"""A door before a real server, which can be shut, or be slow to let answers out."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress


class Gate:
    """Passes bytes both ways. `shut` breaks every connection; `delay` holds every answer back, in seconds."""

    def __init__(self, host: str, port: int) -> None:
        self._to = host, port
        self._open: set[asyncio.StreamWriter] = set()
        self.delay = 0.0
        self.is_shut = False
        self.port = 0

    def shut(self) -> None:
        self.is_shut = True
        for writer in self._open:
            writer.close()

    async def pass_through(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_shut:
            writer.close()
            return
        there_reads, there_writes = await asyncio.open_connection(*self._to)
        self._open |= {writer, there_writes}
        await asyncio.gather(self._pump(reader, there_writes, slow=False), self._pump(there_reads, writer, slow=True))
        self._open -= {writer, there_writes}

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, slow: bool) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                if slow:
                    await asyncio.sleep(self.delay)
                writer.write(data)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def a_gate(host: str, port: int) -> AsyncGenerator[Gate]:
    gate = Gate(host, port)
    server = await asyncio.start_server(gate.pass_through, "127.0.0.1", 0)
    gate.port = server.sockets[0].getsockname()[1]
    try:
        yield gate
    finally:
        gate.shut()
        server.close()
