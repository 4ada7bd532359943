"""`velora worker`."""

import asyncio
import os
from contextlib import AbstractAsyncContextManager, nullcontext

from velora.apps import logs, worker
from velora.apps.cli.console import run
from velora.apps.cli.home import at_home
from velora.apps.health import Health
from velora.apps.pace import Pace
from velora.apps.process import stop_on_signals, traced
from velora.platform.bus.relaying import told_within
from velora.platform.settings import Settings, read_settings


def worker_command() -> None:
    """Do the background work: seal the ledger, relay events, sweep payments and refunds, release escrow, send mail, make partitions.

    Any number may run at once. Stopping finishes what is being done.

    Examples:

      velora worker

      VELORA_LOG=json VELORA_DATABASE_URL=mysql://… velora worker
    """
    settings = read_settings()
    logs.configure(settings)
    os.nice(10)  # where it shares a machine with those who answer, requests go first
    run(_work(settings))


async def _work(settings: Settings) -> None:
    stop, health = asyncio.Event(), Health()
    stop_on_signals(stop)
    with traced("velora-worker"):
        async with _answering(settings, health), at_home(settings) as house:
            health.opened(house)
            await worker.run(house, stop, pace=Pace(lambda seconds: told_within(house.db, seconds)))


def _answering(settings: Settings, health: Health) -> AbstractAsyncContextManager[None]:
    """Probes and figures, where somebody asks for them."""
    if not settings.operations_address:
        return nullcontext()
    from velora.apps.operations import operations  # noqa: PLC0415 -- loads a web server, which nothing else here needs

    return operations(settings.operations_address, health)
