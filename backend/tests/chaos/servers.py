"""Real servers that a test may kill, stop for a while or slow down: a set of its own, beside those that all tests share."""

import asyncio
import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.needs import MARK

ENGINES = ("redis", "opensearch", "kafka")
_PORTS = ("MYSQL_PORT", "REDIS_PORT", "KAFKA_PORT", "KAFKA_CONTROLLER_PORT", "OPENSEARCH_PORT")
_EXPORTED = re.compile(r"^export VELORA_TEST_(\w+)_URL='(.+)'$", re.MULTILINE)


class Servers:
    """`VELORA_TEST_SERVERS` names a folder with two commands: `up NAME…` starts and prints addresses, `down [--kill] NAME…` ends.

    They keep data, a file NAME.pid under `run` and the programs themselves under `cache` in SERVICES_HOME, and take ports from
    variables. Here each set has a home of its own, with the programs of the SERVICES_HOME that was given.
    """

    def __init__(self) -> None:
        folder = os.environ.get("VELORA_TEST_SERVERS", "")
        if not folder:
            pytest.skip(f"{MARK} set VELORA_TEST_SERVERS to the folder of commands that start and kill servers")
        self._commands = Path(folder)
        self._home = Path(mkdtemp(prefix="servers-"))
        if given := os.environ.get("SERVICES_HOME"):
            (self._home / "cache").symlink_to(Path(given) / "cache")
        self._environment = os.environ | {"SERVICES_HOME": str(self._home)} | {name: str(_free_port()) for name in _PORTS}
        self.urls: dict[str, str] = {}

    def start(self, *names: str) -> None:
        """They run and answer."""
        self.urls |= {name.lower(): url for name, url in _EXPORTED.findall(self._run("up", *names))}

    def kill(self, *names: str) -> None:
        """kill -9; they are gone on return."""
        self._run("down", "--kill", *names)

    def forget(self) -> None:
        """What they kept is gone."""
        shutil.rmtree(self._home, ignore_errors=True)

    @asynccontextmanager
    async def slowed(self, name: str, seconds: float) -> AsyncGenerator[None]:
        """The server answers only once in so many seconds: it is stopped between."""
        pid = int((self._home / "run" / f"{name}.pid").read_text())

        async def crawl() -> None:
            while True:
                os.kill(pid, signal.SIGSTOP)
                await asyncio.sleep(seconds)
                os.kill(pid, signal.SIGCONT)
                await asyncio.sleep(0.02)

        crawling = asyncio.create_task(crawl())
        try:
            yield
        finally:
            crawling.cancel()
            await asyncio.wait([crawling])
            os.kill(pid, signal.SIGCONT)

    def _run(self, command: str, *words: str) -> str:
        done = subprocess.run([self._commands / command, *words], env=self._environment, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.fail(f"{command} {' '.join(words)} ended with {done.returncode}: {done.stderr[-2000:]}")
        return done.stdout


@contextmanager
def own_servers(*names: str) -> Generator[Servers]:
    """They run until the block ends."""
    servers = Servers()
    try:
        servers.start(*names)
        yield servers
    finally:
        servers.kill(*names)
        servers.forget()


def _free_port() -> int:
    """Below those that the system hands out, where nobody may sit when a server comes back; of OpenSearch also the one a hundred above."""
    for port in range(21_000 + os.getpid() % 5_000, 32_000):
        with contextlib.suppress(OSError), socket.socket() as one, socket.socket() as other:
            if port in _given:
                continue
            one.bind(("127.0.0.1", port))
            other.bind(("127.0.0.1", port + 100))
            _given.add(port)
            return port
    raise AssertionError("no port is free")


_given: set[int] = set()
