"""An event loop whose time is a number: nothing is waited for, and who comes next is decided by the seed alone."""

import asyncio
from typing import Any


class NothingMoves(Exception):
    """Somebody waits for something that will never come: for a thread, a socket, or an answer that nobody owes."""


class _Skip:
    """Where a real loop sleeps in its selector, this one turns its clock on."""

    def __init__(self, loop: "SimulatedLoop") -> None:
        self._loop = loop

    def select(self, timeout: float | None) -> list[Any]:
        if timeout is None:
            raise NothingMoves
        self._loop.passed += max(timeout, 0.0)
        return []

    def close(self) -> None:
        return


class SimulatedLoop(asyncio.BaseEventLoop):
    """Runs what is ready in the order in which it became ready; when nothing is, it is the hour of the next timer at once."""

    def __init__(self) -> None:
        self.passed = 0.0
        super().__init__()
        self._selector = _Skip(self)

    def time(self) -> float:
        return self.passed

    def _process_events(self, event_list: list[Any]) -> None:
        """There are none: nothing here comes from outside."""

    def _write_to_self(self) -> None:
        """No other thread may wake this loop."""
