"""A small demo world of six weeks on each engine, whose loading was interrupted once on its way."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from tests.builders.checkout import a_trading_house
from tests.fixtures_db import NOW, a_database
from velora.flows.demo_world.load import Summary, load_demo
from velora.flows.demo_world.world import World, read_world
from velora.flows.house import TradingHouse
from velora.kernel.clock import ManualClock
from velora.modules.payments.gateways.sandbox import SandboxGateway

SIX_WEEKS = timedelta(days=42)


class PowerCut(Exception):
    pass


@dataclass(frozen=True)
class Loaded:
    house: TradingHouse
    gateway: SandboxGateway
    world: World
    summary: Summary


@pytest.fixture(scope="module", params=["sqlite", "mysql"])
async def loaded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Loaded]:
    folder = tmp_path_factory.mktemp("demo")
    async with a_database(request.param, folder, ManualClock(NOW)) as db, a_trading_house(db, folder) as (house, gateway):

        def cut(step: str, done: int, total: int) -> None:
            if total and done > total * 6 // 10:
                raise PowerCut(step)

        with pytest.raises(PowerCut):
            await load_demo(house, cut, lasts=SIX_WEEKS)
        summary = await load_demo(house, lasts=SIX_WEEKS)
        async with db.read(None) as uow:
            world = await read_world(uow)
        assert world is not None
        yield Loaded(house, gateway, world, summary)
