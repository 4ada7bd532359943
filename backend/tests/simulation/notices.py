"""What the gateway tells us by itself, over a line as bad as any: late, twice, out of order, or never.

`Post` takes every change in the company's book and brings it to a process, as the route for notices would. One that no process could
take is brought again a few times, as gateways do.
"""

from typing import Final

from sqlalchemy.exc import DBAPIError

from tests.simulation.gateway import Told
from tests.simulation.world import CutOff, Injected, Process, World
from velora.flows.gateway_notices.take import GatewayAway, hear
from velora.flows.house import TradingHouse
from velora.platform.db.errors import Deadlock, Unavailable

_BROUGHT: Final = 5


class Post:
    """Between the company and our processes. Set `company.tell` to `post.take`."""

    def __init__(self, world: World, processes: list[Process]) -> None:
        self._world = world
        self._processes = processes

    def take(self, notice: Told) -> None:
        """On its way, perhaps more than once, perhaps not at all; each copy takes its own time, so a later notice may be the first."""
        world = self._world
        if world.happens(world.temper.notice_lost):
            world.note(f"lost: notice of {notice.key}")
            return
        copies = 2 if world.happens(world.temper.notice_twice) else 1
        for _ in range(copies):
            delay = world.dice.uniform(10, 300) if world.happens(world.temper.notice_late) else world.dice.uniform(0.01, 1.0)
            world.loop.call_later(delay, lambda: world.loop.create_task(self._bring(notice)))

    async def _bring(self, notice: Told) -> None:
        async def work(house: TradingHouse) -> None:
            await hear(house, house.gateway.name, f"{notice.number} {notice.kind} {notice.key}".encode(), {})

        for attempt in range(_BROUGHT):
            try:
                await self._world.dice.choice(self._processes).ask(f"hear of {notice.kind} {notice.key}", work)
            except (CutOff, Unavailable, Deadlock, GatewayAway):
                await self._world.takes(1.0, 10.0 * 2**attempt)
            except DBAPIError as error:
                if not isinstance(error.orig, Injected):
                    self._world.surprises.append(f"a notice blew up: {error!r}")
                    return
            except Exception as error:
                self._world.surprises.append(f"a notice blew up: {error!r}")
                return
            else:
                return
