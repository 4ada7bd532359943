"""The product as a stranger starts it, `velora up --demo` on a home of its own, and a real browser before it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.needs import MARK, needs_browser
from velora.apps.wiring import web_application

VELORA = Path(sys.executable).parent / "velora"
PATIENCE = 300  # filling the demo world on a busy machine
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class World:
    """The demo marketplaces, served by one process."""

    home: Path
    port: int
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def at(self, slug: str = "") -> str:
        """The address of a marketplace, or the installation's own."""
        return f"http://{f'{slug}.' if slug else ''}localhost:{self.port}"

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """What an operator's command on this home says."""
        return subprocess.run([VELORA, *words], env=self._environment(), capture_output=True, text=True, timeout=PATIENCE, check=False)

    def start(self) -> None:
        self.process = subprocess.Popen(
            [VELORA, "up", "--demo", "--port", str(self.port)],
            env=self._environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if httpx.get(f"http://127.0.0.1:{self.port}/health/ready").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.2)
        self.stop()
        pytest.fail("velora up --demo did not become ready")

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(PATIENCE)
            self.process = None

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("VELORA_")}
        return {**inherited, "VELORA_HOME": str(self.home), **self.settings}


def a_world(home: Path, settings: Mapping[str, str]) -> World:
    """A home with settings of its own, not served yet."""
    if not (web_application() / "index.html").exists():
        pytest.skip(f"{MARK} build the web application: make frontend/dist/index.html")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return World(home, int(free.getsockname()[1]), settings)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Generator[World]:
    """The demo world, filled once for the whole run."""
    world = a_world(tmp_path_factory.mktemp("world"), {})
    world.start()
    yield world
    world.stop()


@pytest.fixture(scope="session")
async def chromium() -> AsyncGenerator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=needs_browser(), args=QUIET)
        yield browser
        await browser.close()


_REFUSED_IS_AN_ERROR = """
addEventListener("securitypolicyviolation", (refused) => {
  if (refused.sourceFile)  // one of the page's own scripts wanted it, not a test
    reportError(new Error(`${refused.violatedDirective} refuses ${refused.blockedURI} in ${refused.sourceFile}`))
})
"""
OpenPage = Callable[..., Awaitable[Page]]


@pytest.fixture
async def open_page(chromium: Browser) -> AsyncGenerator[OpenPage]:
    """`await open_page()`: a fresh browser with one page, as of somebody who was never here.

    The test fails when a page throws, or wants what its policy refuses.
    """
    contexts: list[BrowserContext] = []
    errors: list[str] = []
    expect.set_options(timeout=30_000)

    async def opened(*, width: int = 1280, height: int = 900, dark: bool = False) -> Page:
        context = await chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            locale="en-GB",
            reduced_motion="reduce",
        )
        context.set_default_timeout(30_000)
        await context.add_init_script(_REFUSED_IS_AN_ERROR)
        contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield opened
    for context in contexts:
        await context.close()
    assert errors == [], "a page threw, or wanted what it may not"
