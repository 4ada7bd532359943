"""Where the state machines play: one database for all examples of a run, each with a tenant of its own."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests.fixtures_db import NOW, a_database
from velora.kernel.clock import ManualClock
from velora.platform.db import Database, UnitOfWork

T = TypeVar("T")


class World:
    """One database for all examples of a run; each example has a tenant of its own."""

    def __init__(self, engine: str, folder: Path) -> None:
        self._runner = asyncio.Runner()
        self.clock = ManualClock(NOW)
        self._opening = a_database(engine, folder, self.clock)
        self.db: Database = self._runner.run(self._opening.__aenter__())

    def write(self, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        async def call() -> T:
            async with self.db.begin(None) as uow:
                return await work(uow)

        return self._runner.run(call())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """What begins transactions of its own."""
        return self._runner.run(work)

    def close(self) -> None:
        self._runner.run(self._opening.__aexit__(None, None, None))
        self._runner.close()


def play(machine: type[RuleBasedStateMachine], world: World, *, sqlite: int, mysql: int, steps: int = 30) -> None:
    """So many examples on the database at hand, each of so many steps; what broke is told with the fewest steps that break it."""
    run_state_machine_as_test(
        type(machine.__name__ + "In" + world.db.dialect.title(), (machine,), {"world": world}),
        settings=settings(
            max_examples=sqlite if world.db.dialect == "sqlite" else mysql,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
