"""The unit of work keeps tenants apart, writes sets, and says what it refuses."""

import asyncio
from datetime import datetime

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, String, bindparam, func, literal_column, select, text, tuple_, update
from sqlalchemy.orm import Mapped, mapped_column

from velora.platform.db import (
    ACROSS_TENANTS,
    Base,
    CheckFailed,
    Database,
    Duplicate,
    LateRefusal,
    TenantOwned,
    UnitOfWork,
    UnscopedStatement,
    WrongTenant,
)
from velora.platform.db.errors import Unavailable
from velora.platform.db.group_commit import GroupCommit
from velora.platform.db.types import BigId, Digest, Flag, JsonDoc, Minor, UtcTime


class Jar(TenantOwned, Base):
    """A table for these tests only."""

    __tablename__ = "test_jar"
    __table_args__ = (CheckConstraint("coins >= 0", name="coins"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    label: Mapped[str] = mapped_column(String(40))
    coins: Mapped[int] = mapped_column(Minor)


class Lid(TenantOwned, Base):
    __tablename__ = "test_lid"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "jar_id"], ["test_jar.tenant_id", "test_jar.id"]),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    jar_id: Mapped[int] = mapped_column(BigId)


class Shelf(TenantOwned, Base):
    """A column of every type that the engines keep in their own ways."""

    __tablename__ = "test_shelf"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(40))
    made_at: Mapped[datetime | None] = mapped_column(UtcTime)
    holds: Mapped[dict[str, object]] = mapped_column(JsonDoc)
    is_full: Mapped[bool] = mapped_column(Flag)
    mark: Mapped[bytes] = mapped_column(Digest)


SHELVES = select(Shelf.id, Shelf.name, Shelf.made_at, Shelf.holds, Shelf.is_full, Shelf.mark, (Shelf.id % 100).label("rest"))
BY_KEY = SHELVES.where(tuple_(Shelf.tenant_id, Shelf.id).in_(bindparam("keys", expanding=True))).order_by(Shelf.id)
BY_NAME = SHELVES.where(Shelf.tenant_id > 0, Shelf.name.in_(bindparam("names", expanding=True))).order_by(Shelf.id)


def a_jar(uow: UnitOfWork, tenant_id: int, coins: int = 10) -> dict[str, object]:
    return {"tenant_id": tenant_id, "id": uow.new_id(), "label": "jam", "coins": coins}


async def test_a_tenant_sees_and_changes_only_its_own_rows(db: Database):
    one, two = db.new_id(), db.new_id()
    async with db.begin(None) as uow:
        await uow.insert(Jar, [a_jar(uow, one), a_jar(uow, two)])
    async with db.begin(one) as uow:
        assert [jar.tenant_id for jar in await uow.entities(select(Jar))] == [one]
        assert len(await uow.all(select(Jar.id, Lid.id).outerjoin(Lid, Lid.jar_id == Jar.id))) == 1
        assert await uow.change(update(Jar).values(coins=0)) == 1
    async with db.read(two) as uow:
        assert [jar.coins for jar in await uow.entities(select(Jar))] == [10]


async def test_a_new_row_is_stamped_and_one_of_another_tenant_is_refused(db: Database):
    one, two = db.new_id(), db.new_id()
    async with db.begin(one) as uow:
        await uow.insert(Jar, [{"id": uow.new_id(), "label": "tea", "coins": 1}])
        with pytest.raises(WrongTenant, match="tenant_id"):
            await uow.insert(Jar, [a_jar(uow, two)])
        with pytest.raises(WrongTenant, match="test_jar"):
            await uow.add_to(Jar, {(two, 1): {"coins": 1}})
        assert [jar.tenant_id for jar in await uow.entities(select(Jar))] == [one]


async def test_platform_scope_refuses_a_statement_that_names_no_tenant(uow: UnitOfWork):
    with pytest.raises(UnscopedStatement, match="test_jar"):
        await uow.all(select(Jar.id))
    with pytest.raises(UnscopedStatement, match="test_jar"):
        await uow.change(update(Jar).values(coins=0))
    assert await uow.all(select(Jar.id).where(Jar.tenant_id == 7)) == []
    await uow.all(select(Jar.id).execution_options(**ACROSS_TENANTS))


async def test_many_rows_change_in_one_statement_each_by_its_own_amount(uow: UnitOfWork):
    jars = [a_jar(uow, tenant_id=9) for _ in range(3)]
    await uow.insert(Jar, jars)
    keys = [(9, int(str(jar["id"]))) for jar in jars]
    assert await uow.add_to(Jar, {keys[2]: {"coins": 5}, keys[0]: {"coins": -10}, (9, 1): {"coins": 1}}) == 2
    await uow.set_on(Jar, {keys[1]: {"label": "honey", "coins": 3}})
    rows = await uow.all(select(Jar.coins, Jar.label).where(Jar.tenant_id == 9).order_by(Jar.id))
    assert [tuple(row) for row in rows] == [(0, "jam"), (3, "honey"), (15, "jam")]


async def test_a_broken_check_and_a_taken_key_have_names(db: Database):
    tenant = db.new_id()
    async with db.begin(tenant) as uow:
        jar = a_jar(uow, tenant)
        await uow.insert(Jar, [jar])
    with pytest.raises(CheckFailed):
        async with db.begin(tenant) as uow:
            await uow.add_to(Jar, {(tenant, int(str(jar["id"]))): {"coins": -11}})
    with pytest.raises(Duplicate):
        async with db.begin(tenant) as uow:
            await uow.insert(Jar, [jar])
    async with db.read(tenant) as uow:
        assert [row.coins for row in await uow.entities(select(Jar))] == [10]


async def test_what_arrives_during_a_batch_goes_into_the_next_and_poison_fails_alone():
    batches: list[list[int]] = []

    async def run(items):
        batches.append(list(items))
        await asyncio.sleep(0)
        if 3 in items:
            raise ValueError("poison")
        return [item * 10 for item in items]

    group = GroupCommit[int, int](run)
    outcomes = await asyncio.gather(*(group.submit(item) for item in (1, 2, 3, 4)), return_exceptions=True)
    assert [outcome if isinstance(outcome, int) else str(outcome) for outcome in outcomes] == [10, 20, "poison", 40]
    assert batches == [[1, 2, 3, 4], [1], [2], [3], [4]]


async def test_of_rows_of_which_one_is_there_already_none_is_written(db: Database):
    tenant = db.new_id()
    async with db.begin(None) as uow:
        there, new = a_jar(uow, tenant), a_jar(uow, tenant)
        await uow.insert(Jar, [there])
        with pytest.raises(Duplicate):
            await uow.insert(Jar, [new, there])
        assert [jar.id for jar in await uow.entities(select(Jar).where(Jar.tenant_id == tenant))] == [there["id"]]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(labels=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), min_size=2, max_size=8))
@example(labels=["'; DROP TABLE test_jar; --", "\\'; SELECT 1; --"])
@example(labels=["\\", "'", '"', "\0\x1a\r\n\t", "%s ? :x {0}", "ü€😀"])
async def test_text_is_stored_as_it_is_whatever_it_says(db: Database, labels: list[str]):
    tenant = db.new_id()
    async with db.begin(tenant) as uow:
        jars = [a_jar(uow, tenant) | {"label": label} for label in labels]
        await uow.insert(Jar, jars)
        keys = [(tenant, int(str(jar["id"]))) for jar in jars]
        await uow.set_on(Jar, {key: {"label": label} for key, label in zip(keys, reversed(labels), strict=True)})
    async with db.read(tenant) as uow:
        assert [jar.label for jar in await uow.entities(select(Jar).order_by(Jar.id))] == labels[::-1]


async def test_what_is_put_off_is_there_for_the_next_statement_and_for_the_commit(db: Database):
    tenant = db.new_id()
    async with db.begin(tenant) as uow:
        jar = a_jar(uow, tenant)
        key = (tenant, int(str(jar["id"])))
        uow.insert_soon(Jar, [jar])
        uow.add_soon(Jar, {key: {"coins": 5}})
        uow.insert_soon(Lid, [{"id": uow.new_id(), "jar_id": jar["id"]}])
        assert [one.coins for one in await uow.entities(select(Jar))] == [15]
        uow.set_soon(Jar, {key: {"label": "honey"}})
    async with db.read(tenant) as uow:
        assert [tuple(row) for row in await uow.all(select(Jar.coins, Jar.label).join(Lid, Lid.jar_id == Jar.id))] == [(15, "honey")]


async def test_a_refusal_of_what_was_put_off_is_not_taken_for_one_of_the_next_write(db: Database):
    tenant = db.new_id()
    async with db.begin(tenant) as uow:
        there = a_jar(uow, tenant)
        await uow.insert(Jar, [there])
    async with db.begin(tenant) as uow:
        uow.insert_soon(Jar, [there])
        with pytest.raises(LateRefusal):
            await uow.insert(Jar, [a_jar(uow, tenant)])
        await uow.abandon()
    async with db.begin(tenant) as uow:
        uow.add_soon(Jar, {(tenant, int(str(there["id"]))): {"coins": -1}})
        with pytest.raises(Duplicate):
            await uow.insert(Jar, [there])
        await uow.abandon()
    async with db.read(tenant) as uow:
        assert [one.coins for one in await uow.entities(select(Jar))] == [10]


async def test_a_write_that_is_given_up_while_it_waits_leaves_nothing_for_the_next_to_trip_over(db: Database):
    tenant = db.new_id()
    async with db.begin(tenant) as uow:
        jar = a_jar(uow, tenant)
        await uow.insert(Jar, [jar])
    key = (tenant, int(str(jar["id"])))

    async def take_one() -> None:
        async with db.begin(tenant) as uow:
            await uow.add_to(Jar, {key: {"coins": -1}})

    async with db.begin(tenant) as uow:
        await uow.add_to(Jar, {key: {"coins": 5}})
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(take_one(), 0.2)
    await asyncio.gather(*(take_one() for _ in range(12)))
    async with db.read(tenant) as uow:
        assert [one.coins for one in await uow.entities(select(Jar))] == [3]


async def test_a_connection_that_the_server_ended_is_said_and_replaced(db: Database):
    if db.dialect != "mysql":
        pytest.skip("SQLite has no server")
    tenant = db.new_id()

    async def write_over_an_ended_connection() -> None:
        async with db.begin(tenant) as uow:
            await uow.insert(Jar, [a_jar(uow, tenant)])
            mine = await uow.scalar(select(func.connection_id()))
            async with db.engine.connect() as other:
                await other.exec_driver_sql(f"KILL {mine}")
            await uow.insert(Jar, [a_jar(uow, tenant)])

    with pytest.raises(Unavailable):
        await write_over_an_ended_connection()
    async with db.begin(tenant) as uow:
        assert await uow.entities(select(Jar)) == []


async def test_who_stands_still_in_a_transaction_keeps_what_it_locked_for_half_a_minute(db: Database):
    if db.dialect != "mysql":
        pytest.skip("SQLite has no server")
    tenant = db.new_id()
    async with db.begin(tenant) as uow:
        assert await uow.scalar(select(literal_column("@@SESSION.wait_timeout"))) == 30
        await uow.insert(Jar, [a_jar(uow, tenant, coins=1)])

    async def stand_still() -> None:
        async with db.begin(tenant) as uow:
            await uow.change(update(Jar).values(coins=2))
            await uow.connection.execute(text("SET SESSION wait_timeout = 1"))
            await asyncio.sleep(2)
            async with db.begin(tenant) as another:
                await another.change(update(Jar).values(coins=3))
            await uow.change(update(Jar).values(coins=4))

    with pytest.raises(Unavailable):
        await stand_still()
    async with db.read(tenant) as uow:
        assert [one.coins for one in await uow.entities(select(Jar))] == [3]


async def test_what_was_read_is_not_lost_with_its_connection(db: Database):
    if db.dialect != "mysql":
        pytest.skip("SQLite has no server")
    async with db.read(None) as uow:
        mine = await uow.scalar(select(func.connection_id()))
        async with db.engine.connect() as other:
            await other.exec_driver_sql(f"KILL {mine}")
    async with db.read(None) as uow:
        assert await uow.scalar(select(func.connection_id())) != mine


async def test_rows_are_the_same_however_they_are_looked_up(db: Database):
    tenant = db.new_id()
    name = f"100 % oak's {tenant}"
    rows = [
        {"id": db.new_id(), "name": name, "made_at": at, "holds": holds, "is_full": full, "mark": bytes(range(place, place + 32))}
        for place, (at, holds, full) in enumerate([(db.clock.now(), {"jam": [1, None, "ü"]}, True), (None, {}, False)])
    ]
    async with db.begin(tenant) as uow:
        await uow.insert(Shelf, rows)
        narrowed = await uow.all(BY_KEY, {"keys": [(tenant, row["id"]) for row in rows]})
    async with db.read(None) as uow:
        by_key = await uow.all(BY_KEY, {"keys": [(tenant, row["id"]) for row in rows]})
        by_name = await uow.all(BY_NAME, {"names": [name, "nobody's"]})
        assert await uow.all(BY_KEY, {"keys": []}) == []
    assert list(by_key) == list(by_name) == list(narrowed)
    assert [row._asdict() for row in by_key] == [row | {"rest": int(str(row["id"])) % 100} for row in rows]
    assert (by_key[0].made_at, by_key[0].holds, by_key[0].is_full) == (rows[0]["made_at"], rows[0]["holds"], True)


async def test_a_kept_select_that_names_no_tenant_is_refused_as_any_other(uow: UnitOfWork):
    unscoped = select(Shelf.id).where(Shelf.name.in_(bindparam("names", expanding=True)))
    with pytest.raises(UnscopedStatement, match="test_shelf"):
        await uow.all(unscoped, {"names": ["oak"]})
