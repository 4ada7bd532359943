"""What every process of ours does: it stops when told, and looks for garbage seldom."""

import asyncio
import gc
import signal
from collections.abc import Generator
from contextlib import contextmanager

from velora.platform.telemetry import tracing


def stop_on_signals(stop: asyncio.Event) -> None:
    """Ctrl-C and SIGTERM set `stop`; a second one ends the process at once."""
    loop = asyncio.get_running_loop()

    def hear(number: signal.Signals) -> None:
        if stop.is_set():
            loop.remove_signal_handler(number)
            signal.raise_signal(number)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, hear, number)


@contextmanager
def traced(service: str) -> Generator[None]:
    """Spans of this process are told meanwhile, where the environment names somebody to tell them to."""
    if tracing.is_wanted():
        from velora.platform.telemetry.otlp import OtlpTeller  # noqa: PLC0415 -- costs a fifth of a second where nobody traces

        tracing.begin(OtlpTeller(service))
    try:
        yield
    finally:
        tracing.end()


def spare_the_collector() -> None:
    """What the process was started with is never garbage, and batches make many rows at once: look for cycles seldom.

    Looking through all of it after every few hundred rows took a third of a long run's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
