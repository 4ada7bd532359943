"""What Kubernetes is told: a process lives while it answers, has begun once its schema is there, and is ready while orders can be taken."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.builders.house import a_house
from velora.apps import migrations
from velora.apps.health import Health
from velora.platform.cache.redis import RedisCache
from velora.platform.db import Database
from velora.platform.db.engine import make_engine
from velora.platform.house import House

NOBODY = "127.0.0.1:9"


@pytest.fixture
async def house(db: Database, tmp_path: Path) -> AsyncGenerator[House]:
    async with a_house(db, tmp_path) as house:
        yield house


async def mark_schema(db: Database, revision: str) -> None:
    async with db.engine.begin() as connection:
        await connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
        await connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
        await connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": revision})


async def test_a_process_lives_and_is_not_ready_before_its_house_is_open():
    health = Health()
    assert (health.live().code, (await health.startup()).code, (await health.ready()).code) == (200, 503, 503)


async def test_it_has_begun_once_the_schema_is_the_newest_and_then_for_good(fresh_db: Database, tmp_path: Path):
    async with a_house(fresh_db, tmp_path) as house:
        health = Health()
        health.opened(house)
        first, *_, newest = [number for number, _ in migrations.history()]
        told: list[tuple[int, str]] = []
        for revision in (first, "9999", newest, "9999"):
            await mark_schema(fresh_db, revision)
            answer = await health.startup()
            told.append((answer.code, answer.status))
    assert told == [(503, "schema_behind"), (503, "schema_unknown"), (200, "started"), (200, "started")]


async def test_a_cache_that_is_away_is_named_and_changes_nothing(house: House):
    cache = RedisCache(f"redis://{NOBODY}/0")
    health = Health()
    health.opened(replace(house, cache=cache))
    answer = await health.ready()
    assert (answer.code, answer.body()) == (200, {"status": "ready", "degraded": ["cache"]})
    await cache.close()


async def test_without_its_database_a_process_lives_and_is_not_ready(house: House):
    engine = make_engine(f"mysql://velora:velora@{NOBODY}/velora")
    health = Health()
    health.opened(replace(house, db=Database(engine, house.clock, house.db.new_id)))
    answer = await health.ready()
    assert (answer.code, answer.status) == (503, "database_away")
    assert (await health.startup()).status == "database_away"
    assert health.live().well
    await engine.dispose()


async def test_a_database_that_does_not_answer_in_time_is_away(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("velora.apps.health.DATABASE_ANSWERS_WITHIN", 0.05)
    engine = make_engine(f"sqlite:///{tmp_path}/busy.db", connections=1)
    held = [await engine.connect(), await engine.connect()]  # all that the pool gives
    health = Health()
    health.opened(replace(house, db=Database(engine, house.clock, house.db.new_id)))
    began = asyncio.get_running_loop().time()
    assert not (await health.ready()).well
    assert asyncio.get_running_loop().time() - began < 3
    for one in held:
        await one.close()
    await engine.dispose()


async def test_who_is_told_to_stop_is_ready_no_more(house: House):
    health = Health()
    health.opened(house)
    assert (await health.ready()).well
    health.stop()
    assert ((await health.ready()).code, (await health.ready()).status, health.live().code) == (503, "stopping", 200)


async def test_however_often_it_is_asked_the_database_is_asked_once_a_second(house: House):
    asked = 0

    class Counted(Database):
        def read(self, tenant_id: int | None, *, seller_id: int | None = None):
            nonlocal asked
            asked += 1
            return super().read(tenant_id, seller_id=seller_id)

    health = Health()
    health.opened(replace(house, db=Counted(house.db.engine, house.clock, house.db.new_id)))
    answers = [*await asyncio.gather(*(health.ready() for _ in range(50))), *[await health.ready() for _ in range(50)]]
    assert all(one.well for one in answers)
    assert asked == 1
