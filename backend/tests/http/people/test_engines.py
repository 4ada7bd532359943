"""How engines and queues stand, as the super admin's page reads it: also while engines are away, or say nothing at all."""

import asyncio
import time
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from tests.builders.people import a_tenant
from tests.http.people.conftest import BrowserAt, SignedInAs, browsers_of, serving
from velora.flows.house import TradingHouse
from velora.flows.reactions import INTERESTS
from velora.kernel.clock import ManualClock
from velora.kernel.principal import Role
from velora.modules.identity.service import AccountFacts
from velora.modules.notifications import service as notifications
from velora.modules.notifications.policy.words import Template, needed
from velora.modules.notifications.service import Note
from velora.modules.orders.events import SellerOrderShipped
from velora.modules.tenants.service import TenantFacts
from velora.platform.bus import relay
from velora.platform.bus.kafka import KafkaBus
from velora.platform.cache.redis import RedisCache
from velora.platform.db import Database, jobs
from velora.platform.db.jobs import NewJob
from velora.platform.db.outbox import ParkedEvent
from velora.platform.db.workers import note_worker

PAGE = "/platform/engines"
AGE = timedelta(seconds=90)


def named(page: dict[str, Any]) -> dict[str, Any]:
    return {one["name"]: one for one in page["engines"]}


@pytest.fixture
def db(fresh_db: Database) -> Database:
    """Of this test's own: it looks at all that waits."""
    return fresh_db


async def test_nobody_but_a_super_admin_sees_it(nord: TenantFacts, ada: AccountFacts, signed_in: SignedInAs, browser_at: BrowserAt):
    guest = await browser_at().get(PAGE)
    assert (guest.status_code, guest.json()["code"]) == (401, "identity.not_signed_in")
    for role in (Role.BUYER, Role.SELLER, Role.MARKETPLACE_ADMIN, Role.FINANCE):
        browser, _ = await signed_in(nord, role)
        assert (await browser.get(PAGE)).status_code == 403, role


async def test_every_engine_says_its_version_and_what_waits_its_age(house: TradingHouse, clock: ManualClock, signed_in: SignedInAs):
    await house.bus.prepare(INTERESTS)
    async with house.db.begin(None) as uow:
        uow.tell([SellerOrderShipped(1, 1, 1, 1)])
    await relay(house.db, house.bus)
    async with house.db.begin(None) as uow:
        tenant = await a_tenant(uow)
        uow.tell([SellerOrderShipped(1, 2, 2, 2), SellerOrderShipped(1, 3, 3, 3)])
        words = dict.fromkeys(needed(Template.SELLER_DECLINED), "x")
        await notifications.enqueue(uow, [Note(tenant.id, "ada@example.com", Template.SELLER_DECLINED, words)])
        parked = {"reason": "no", "attempts": 5, "parked_at": uow.now}
        who = ["flows.webhooks.telling.enqueue", "webhooks.telling", "relay", "flows.gone.by.then"]
        await uow.insert(ParkedEvent, [{"consumer": one, "event_id": 1, **parked} for one in who])
        later = uow.now + timedelta(days=30)
        await jobs.enqueue(uow, [NewJob("a", {}), NewJob("b", {}), NewJob("c", {}), NewJob("d", {}, run_at=later)])
    async with house.db.begin(None) as uow:
        taken = await jobs.take(uow, {"a"})
        assert taken is not None
        await jobs.failed(uow, taken, "no")
        lost = await jobs.take(uow, {"b"})
        assert lost is not None
        await jobs.failed(uow, replace(lost, tries=jobs.MOST_TRIES), "never")
    root, _ = await signed_in(None, Role.SUPER_ADMIN)
    clock.advance(timedelta(seconds=3))
    before = (await root.get(PAGE)).json()
    assert before["queues"]["jobs"] == {"waiting": 1, "oldest_seconds": 3, "retried": 1, "given_up": 1}
    clock.advance(AGE - timedelta(seconds=3))
    reply = await root.get(PAGE)
    assert reply.status_code == 200, reply.text
    page = reply.json()
    product = {"sqlite": "SQLite", "mysql": "MySQL"}[house.db.dialect]
    assert {one["name"]: (one["kind"], one["state"], one["why"], one["last_trouble"]) for one in page["engines"]} == {
        "database": (product, "up", "", None),
        "bus": ("outbox", "up", "", None),
        "cache": ("SQLite", "up", "", None),
        "search": ("tantivy", "up", "", None),
    }
    assert named(page)["database"]["version"].startswith(f"{product} ")
    waiting = {"oldest_seconds": 90, "retried": None}
    # with the marketplace that was opened, and the account
    assert page["queues"]["outbox"] == {"waiting": 4, "given_up": 1, **waiting}
    assert page["queues"]["letters"] == {"waiting": 1, "given_up": 0, **waiting}
    assert page["queues"]["webhooks"] == {"waiting": 0, "oldest_seconds": None, "retried": None, "given_up": 0}
    # the one that failed is due again by now
    assert page["queues"]["jobs"] == {"waiting": 2, "oldest_seconds": 90, "retried": 0, "given_up": 1}
    assert page["queues"]["books"] == {"verified_at": None, "wrong": 0, "unsealed_seconds": None}
    assert page["queues"]["workers"] == []
    groups = {one["name"]: one for one in page["groups"]}
    assert set(groups) == {*INTERESTS, "gone.by"}
    assert groups["webhooks.telling"] == {"name": "webhooks.telling", "waiting": 1, "oldest_seconds": 90, "parked": 2}
    assert groups["indexing.keep"]["waiting"] == 0
    assert groups["gone.by"] == {"name": "gone.by", "waiting": None, "oldest_seconds": None, "parked": 1}


async def test_who_works_is_there_for_an_hour_after_it_was_last_heard_of(house: TradingHouse, clock: ManualClock, signed_in: SignedInAs):
    root, _ = await signed_in(None, Role.SUPER_ADMIN)
    async with house.db.begin(None) as uow:
        await note_worker(uow, "here:1")
        await note_worker(uow, "there:1")
    clock.advance(timedelta(seconds=31))
    async with house.db.begin(None) as uow:
        await note_worker(uow, "here:1")
    seen = (await root.get(PAGE)).json()["queues"]["workers"]
    assert [(one["name"], one["runs"]) for one in seen] == [("here:1", True), ("there:1", False)]
    clock.advance(timedelta(hours=1))
    assert [one["name"] for one in (await root.get(PAGE)).json()["queues"]["workers"]] == ["here:1"]


@pytest.fixture
async def silence() -> AsyncGenerator[int]:
    """The port of a server that takes every connection and never says a word."""

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1024):
            continue
        writer.close()

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def test_engines_that_are_away_or_silent_are_said_and_the_page_still_comes(house: TradingHouse, silence: int, signed_in: SignedInAs):
    root, grace = await signed_in(None, Role.SUPER_ADMIN)
    settings = house.settings.model_copy(
        update={"redis_url": SecretStr("redis://127.0.0.1:9/0"), "kafka_url": SecretStr(f"kafka://127.0.0.1:{silence}")}
    )
    cache, bus = RedisCache("redis://127.0.0.1:9/0"), KafkaBus(f"kafka://127.0.0.1:{silence}", "http://localhost")
    opened: list[httpx.AsyncClient] = []
    async with serving(replace(house, settings=settings, cache=cache, bus=bus)) as app:
        browser = browsers_of(app, opened)()
        await browser.sign_in(grace.email)
        began = time.monotonic()
        reply = await browser.get(PAGE)
        took = time.monotonic() - began
        again = (await browser.get(PAGE)).json()
    assert reply.status_code == 200, reply.text
    assert took < 5
    page = reply.json()
    engines = named(page)
    assert (engines["cache"]["kind"], engines["cache"]["state"], engines["cache"]["version"]) == ("Redis", "away", "")
    assert "connecting to 127.0.0.1:9" in engines["cache"]["why"]
    assert (engines["bus"]["kind"], engines["bus"]["state"], engines["bus"]["why"]) == ("Kafka", "away", "no answer within 2 s")
    assert (engines["database"]["state"], engines["search"]["state"]) == ("up", "up")
    assert page["queues"]["outbox"]["waiting"] == 1  # her account
    assert {one["waiting"] for one in page["groups"]} == {None}
    # whoever comes later reads what was the matter, whoever met it; what it said first is not lost while it is left alone
    assert named(again)["cache"]["last_trouble"]["error"] == engines["cache"]["why"]
    healed = named((await root.get(PAGE)).json())
    assert (healed["bus"]["state"], healed["bus"]["last_trouble"]["error"]) == ("up", "no answer within 2 s")
    for client in opened:
        await client.aclose()
    cache._note(is_away=False)  # so that no later test counts it
    await cache.close()
    await bus.close()
