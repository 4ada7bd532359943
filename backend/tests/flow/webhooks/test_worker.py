"""The worker's own loops, with a clock that goes: who dawdles, fails or says nothing at all keeps nobody else waiting."""

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from tests.builders.checkout import a_trading_house
from tests.builders.receivers import Manners, a_receiver, answers, closes, dawdles, drips, never_ends
from tests.builders.webhooks import Listener, an_empty_post_room, beside_us, listens
from tests.flow.webhooks.conftest import World
from velora.apps.worker import WEBHOOKS, run
from velora.flows.webhooks import telling
from velora.kernel.clock import SystemClock
from velora.kernel.events import numbered
from velora.modules.catalog.events import ListingChanged
from velora.modules.webhooks.policy.endpoints import DeliveryState
from velora.modules.webhooks.service import Owner
from velora.platform.db import Database

EVENTS = 30
OTHERS: dict[str, Manners] = {
    "dawdles": dawdles(4),
    "answers 500": answers(500),
    "closes": closes,
    "drips": drips,
    "never ends": never_ends,
    "redirects": answers(302, headers=["location: http://169.254.169.254/latest/meta-data"]),
}


@pytest.fixture
def db(db: Database) -> Database:
    return Database(db.engine, SystemClock(), db.new_id)


async def test_one_that_answers_at_once_has_all_while_the_others_still_struggle(db: Database, world: World, tmp_path):
    await an_empty_post_room(db)
    owner, stop = Owner.tenant(world.nord.id), asyncio.Event()
    async with AsyncExitStack() as closing:
        trading, _ = await closing.enter_async_context(a_trading_house(db, tmp_path))
        house = replace(beside_us(trading), clock=SystemClock(), db=db)
        receivers = {name: await closing.enter_async_context(a_receiver(manners)) for name, manners in OTHERS.items()}
        good = await closing.enter_async_context(a_receiver(answers(200)))
        others = {name: await listens(house, owner, receiver.url) for name, receiver in receivers.items()}
        listener = await listens(house, owner, good.url)
        async with db.begin(None) as uow:
            numbers = [uow.new_id() for _ in range(EVENTS)]
            await telling.enqueue(uow, [numbered(ListingChanged(world.nord.id, number), number) for number in numbers])
        working = asyncio.create_task(run(house, stop, WEBHOOKS))
        begun = time.monotonic()
        while not await has_all(listener):
            assert time.monotonic() - begun < 20, "the one that answers at once waits for others"
            await asyncio.sleep(0.1)
        left = {name: [one.state for one in await other.log()] for name, other in others.items()}
        stop.set()
        await working
    assert len(good.heard) == EVENTS
    assert all(DeliveryState.DELIVERED not in left[name] for name in ("answers 500", "closes", "drips", "redirects"))
    assert DeliveryState.PENDING in left["dawdles"]
    assert len(receivers["answers 500"].heard) < EVENTS


async def has_all(listener: Listener) -> bool:
    return {one.state for one in await listener.log()} == {DeliveryState.DELIVERED}
