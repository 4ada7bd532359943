"""What the gateway tells us by itself, over a line as bad as any: late, twice, out of order, or never.

`Post` takes every change in the company's book and has it delivered to a process by `deliver`, which is the house's own way of taking a
notice in. A notice that no process could take is brought again a few times, as gateways do.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from tests.simulation.gateway import Notice
from tests.simulation.world import CutOff, Process, World
from velora.flows.house import TradingHouse
from velora.platform.db.errors import Unavailable

Deliver = Callable[[TradingHouse, Notice], Awaitable[None]]
_BROUGHT: Final = 5


class Post:
    """Between the company and our processes. Set `company.tell` to `post.take`."""

    def __init__(self, world: World, processes: list[Process], deliver: Deliver) -> None:
        self._world = world
        self._processes = processes
        self._deliver = deliver

    def take(self, notice: Notice) -> None:
        """On its way, perhaps more than once, perhaps not at all; each copy takes its own time, so a later notice may be the first."""
        world = self._world
        if world.happens(world.temper.notice_lost):
            world.note(f"lost: notice of {notice.key}")
            return
        copies = 2 if world.happens(world.temper.notice_twice) else 1
        for _ in range(copies):
            delay = world.dice.uniform(10, 300) if world.happens(world.temper.notice_late) else world.dice.uniform(0.01, 1.0)
            world.loop.call_later(delay, lambda: world.loop.create_task(self._bring(notice)))

    async def _bring(self, notice: Notice) -> None:
        async def work(house: TradingHouse) -> None:
            await self._deliver(house, notice)

        for attempt in range(_BROUGHT):
            try:
                await self._world.dice.choice(self._processes).ask(f"hear of {notice.kind} {notice.key}", work)
            except (CutOff, Unavailable):
                await self._world.takes(1.0, 10.0 * 2**attempt)
            else:
                return
