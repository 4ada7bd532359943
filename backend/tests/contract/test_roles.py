"""On real MySQL: who has a role can do what it is for, and is refused the rest by the server itself."""

import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from itertools import count as counting
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.builders.shop import a_shop
from tests.fixtures_db import NOW, an_address
from velora.apps import migrations
from velora.apps.doctor import examine
from velora.apps.findings import Finding, State
from velora.flows.bookkeeping.verify import verify
from velora.flows.reactions import relay_once
from velora.flows.second_person import Hand, ask, take
from velora.kernel.clock import ManualClock
from velora.kernel.ids import id_source
from velora.modules.approvals import service as approvals
from velora.modules.approvals.service import PLATFORM, ApprovalFacts, Matter, Request, Taking, Vote
from velora.modules.ledger import service as ledger
from velora.modules.ledger.policy.months import Month
from velora.modules.ledger.service import AccountRef, Journal, Posted, legs
from velora.platform.db import Database
from velora.platform.db.ddl import append_only_tables, drop_months, ensure_months_ahead, ensure_partitions, partitions_of
from velora.platform.db.engine import make_engine
from velora.platform.db.errors import NotAllowed
from velora.platform.db.grants import ROLES, apply_grants, grants, quoted, role_names
from velora.platform.db.schema import create_all
from velora.platform.settings import Settings

NODES = counting(700)  # each with a clock that stands, so that two of one node would make the same ids
CLEARING, ESCROW = AccountRef("1010"), AccountRef("2010", "sel_0000000000007")

As = Callable[..., Awaitable[Database]]


@asynccontextmanager
async def a_user(admin: AsyncEngine, *roles: str) -> AsyncGenerator[URL]:
    """A user who has these roles and nothing else, gone afterwards."""
    name, password = f"velora_{secrets.token_hex(5)}", secrets.token_hex(8)
    async with admin.connect() as connection:
        await connection.execute(text(f"CREATE USER {name} IDENTIFIED BY '{password}'"))
        for role in roles:
            await connection.execute(text(f"GRANT {quoted(role)} TO {name}"))
        await connection.execute(text(f"SET DEFAULT ROLE ALL TO {name}"))
    try:
        yield admin.url.set(drivername="mysql", username=name, password=password, query={})
    finally:
        async with admin.connect() as connection:
            await connection.execute(text(f"DROP USER {name}"))


@pytest.fixture(scope="module")
async def admin(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[AsyncEngine]:
    """A database with schema and roles, and connections that may do everything; all of it gone after these tests."""
    async with an_address("mysql", tmp_path_factory.mktemp("db")) as address:
        engine = make_engine(address, connections=2)
        roles = role_names(str(engine.url.database))
        migrations.import_models()
        async with engine.connect() as connection:
            await connection.run_sync(create_all, NOW)
            await connection.execute(text(f"CREATE TABLE {migrations.VERSION_TABLE} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
            await connection.execute(text(f"INSERT INTO {migrations.VERSION_TABLE} VALUES ('{migrations.history()[-1][0]}')"))
            await connection.commit()
            for _ in range(2):  # again, they change nothing
                await connection.run_sync(apply_grants, statements(engine))
        yield engine
        async with engine.connect() as connection:
            await connection.execute(text(f"DROP ROLE {', '.join(map(quoted, roles.values()))}"))
        await engine.dispose()


@pytest.fixture
async def as_(admin: AsyncEngine) -> AsyncGenerator[As]:
    """`await as_("app")`: the database as a user with this role sees it."""
    names = role_names(str(admin.url.database))
    async with AsyncExitStack() as stack:

        async def open_as(*roles: str) -> Database:
            url = await stack.enter_async_context(a_user(admin, *(names[role] for role in roles)))
            clock = ManualClock(NOW)
            database = Database(make_engine(url.render_as_string(hide_password=False)), clock, id_source(clock, next(NODES)))
            stack.push_async_callback(database.close)
            return database

        yield open_as


def statements(engine: AsyncEngine) -> list[str]:
    return grants(str(engine.url.database), read_by_all=[migrations.VERSION_TABLE])


async def run(database: Database, statement: str) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(text(statement))


async def refused(database: Database, statement: str) -> str:
    """The number and words with which the server refuses it."""
    with pytest.raises(DBAPIError) as told:
        await run(database, statement)
    return str(told.value.orig)


async def count(database: Database | AsyncEngine, rows: str) -> int:
    engine = database.engine if isinstance(database, Database) else database
    async with engine.connect() as connection:
        return int((await connection.execute(text(f"SELECT COUNT(*) FROM {rows}"))).scalar_one())


async def written(admin: AsyncEngine) -> dict[str, object]:
    """How much stands in everything that is append-only, and the amounts."""
    counts: dict[str, object] = {table.name: await count(admin, table.name) for table in append_only_tables()}
    async with admin.connect() as connection:
        return counts | {"sum": (await connection.execute(text("SELECT SUM(amount) FROM ledger_posting"))).scalar_one()}


async def a_journal(database: Database) -> int:
    """The tenant for whom it was posted."""
    tenant = database.new_id()
    async with database.begin(tenant) as uow:
        (outcome,) = await ledger.post(uow, [Journal(tenant, "capture:1", "capture", "EUR", legs((CLEARING, ESCROW, 700)), uow.now)])
    assert isinstance(outcome, Posted)
    return tenant


async def test_with_the_app_role_alone_an_order_is_placed_paid_and_told(as_: As, tmp_path: Path):
    async with a_shop(await as_("app"), tmp_path) as shop:
        assert (await shop.buys(2)).code == 201
        assert await shop.journals() == 2
        assert await relay_once(shop.house) > 0
        assert (await verify(shop.db, shop.market.tenant.id)).clean


TAMPERING = {
    "UPDATE ledger_posting SET amount = amount + 1": "UPDATE",
    "DELETE FROM ledger_posting": "DELETE",
    "REPLACE INTO ledger_key SELECT * FROM ledger_key": "DELETE",
    "INSERT INTO ledger_key SELECT * FROM ledger_key AS old ON DUPLICATE KEY UPDATE journal_id = 9": "UPDATE",
    "TRUNCATE TABLE ledger_posting": "DROP",
    "DROP TABLE ledger_posting": "DROP",
    "ALTER TABLE ledger_journal DROP PARTITION pmax": "DROP",
    "ALTER TABLE ledger_journal TRUNCATE PARTITION pmax": "DROP",
    "ALTER TABLE ledger_journal EXCHANGE PARTITION pmax WITH TABLE outbox_event": "ALTER",
    "ALTER TABLE ledger_posting DROP COLUMN amount": "ALTER",
    "DROP TRIGGER ledger_posting_no_update": "TRIGGER",
    "CREATE TABLE ledger_other (id BIGINT PRIMARY KEY)": "CREATE",
    "INSERT INTO ledger_block SELECT * FROM ledger_block": "INSERT",
    "UPDATE ledger_epoch SET closed = 0": "UPDATE",
}


async def test_with_the_app_role_the_server_refuses_every_change_of_the_ledger_for_want_of_the_right(admin: AsyncEngine, as_: As):
    app = await as_("app")
    await a_journal(app)
    before = await written(admin)
    told = {statement: await refused(app, statement) for statement in TAMPERING}
    assert {statement: words for statement, words in told.items() if "1142" not in words or TAMPERING[statement] not in words} == {}
    assert await written(admin) == before


async def test_all_roles_together_may_not_change_or_remove_a_row_of_what_is_append_only(as_: As):
    """But for retention, which may drop what is archived: MySQL knows no right to drop a partition that does not reach the table."""
    user, all_but = await as_(*ROLES), await as_(*(role for role in ROLES if role != "retention"))
    dropped = {"ledger_journal", "ledger_posting"}
    for table in append_only_tables():
        column = next(iter(table.columns)).name
        for statement in (f"UPDATE {table.name} SET {column} = 1", f"DELETE FROM {table.name}"):
            assert "1142" in await refused(user, statement)
        assert "1142" in await refused(all_but if table.name in dropped else user, f"TRUNCATE TABLE {table.name}")


async def test_a_reader_can_doubt_the_books_and_write_nothing(admin: AsyncEngine, as_: As):
    app, reader = await as_("app"), await as_("reader")
    tenant = await a_journal(app)
    assert await verify(reader, tenant) == await verify(app, tenant)
    assert await count(reader, f"ledger_entry WHERE tenant_id = {tenant}") == 2
    before = await written(admin)
    for statement in (
        "INSERT INTO node_lease (node, leased_at) VALUES (1, NOW(6))",
        "UPDATE tenant SET name = 'x'",
        "DELETE FROM outbox_event",
    ):
        assert "1142" in await refused(reader, statement)
    with pytest.raises(NotAllowed):
        await a_journal(reader)
    assert await written(admin) == before


async def test_retention_makes_months_that_the_app_may_not_make_and_touches_no_row(admin: AsyncEngine, as_: As):
    app, retention = await as_("app"), await as_("retention")
    first = datetime(2033, 5, 1, tzinfo=UTC)
    for user in (app, await as_("reader")):
        async with user.engine.connect() as connection:
            with pytest.raises(NotAllowed, match=r"retention role .* velora partitions ensure"):
                await connection.run_sync(ensure_partitions, first, first)
    async with retention.engine.connect() as connection:
        assert "ledger_journal.p203305" in await connection.run_sync(ensure_partitions, first, first)
        assert "2033-05" in (await connection.run_sync(partitions_of))["ledger_posting"]
    await ensure_months_ahead(retention.engine)
    assert await ensure_months_ahead(app.engine) == []  # nothing is missing, so nothing is asked for
    for statement in ("INSERT INTO ledger_key VALUES (1, x'00', x'00', 1)", "ALTER TABLE audit_record DROP PARTITION p203305"):
        assert "1142" in await refused(retention, statement)


async def test_only_retention_drops_a_month_and_says_so(as_: As):
    """With the rights of its role it takes the agreement of two people, writes what stands for the month, and drops its partitions."""
    app, retention = await as_("app"), await as_("retention")
    first, border = datetime(2025, 12, 1, tzinfo=UTC), Month(2025, 12).below_id
    async with retention.engine.connect() as connection:
        await connection.run_sync(ensure_partitions, first, first)
    said = a_dropped_month(Month(2010, 1))
    for user in (app, await as_("sealer"), await as_("reader")):
        with pytest.raises(NotAllowed):
            async with user.begin(None) as uow:
                await ledger.say_dropped(uow, said, ledger.Remains())
        assert "1142" in await refused(user, "ALTER TABLE ledger_journal DROP PARTITION p202512")
        with pytest.raises(NotAllowed):
            await drop_months(user.engine, border)
    matter = Matter("archive.drop", "2010-01")
    async with app.begin(None) as uow:
        [asked] = await ask(uow, [Request(PLATFORM, matter, "account:1")], Hand("account:1"))
        assert isinstance(asked, ApprovalFacts)
        [agreed] = await approvals.approve(uow, [Vote(PLATFORM, asked.id, "account:2")])
        assert isinstance(agreed, ApprovalFacts)
    async with retention.begin(None) as uow:
        [taken] = await take(uow, [Taking(PLATFORM, matter)], Hand("account:1"))
        assert isinstance(taken, ApprovalFacts)
        remains = ledger.Remains()
        remains.add_moved(1, 2, 0, "top_up", 5, 0)
        await ledger.say_dropped(uow, said, remains)
    assert {name.partition(".")[0] for name in await drop_months(retention.engine, border)} == {
        "ledger_journal", "ledger_posting",
    }  # fmt: skip
    async with app.read(None) as uow:
        assert [one.month for one in await ledger.dropped_months(uow)] == ["2010-01"]


def a_dropped_month(month: Month) -> ledger.DroppedMonth:
    return ledger.DroppedMonth(
        str(month), 0, month.first_id, month.below_id, 0, 0, {}, 0, (), bytes(32), "00", "/archive", 1, "account:1", "account:2", NOW, "key"
    )


async def test_the_sealer_adds_blocks_closes_epochs_and_writes_no_journal(admin: AsyncEngine, as_: As):
    tenant = await a_journal(await as_("app"))
    sealer = await as_("sealer")
    assert await count(sealer, f"ledger_journal WHERE tenant_id = {tenant}") == 1
    await run(sealer, "INSERT INTO ledger_epoch (shard, n, closed) VALUES (7, 1, 0)")
    await run(sealer, "UPDATE ledger_epoch SET closed = 1 WHERE shard = 7")
    await run(sealer, f"UPDATE ledger_balance SET version = version + 1 WHERE tenant_id = {tenant}")
    await run(
        sealer,
        f"INSERT INTO ledger_block VALUES (7, 1, x'{'00' * 32}', x'{'00' * 32}', x'{'00' * 32}', 1, '{{}}', NOW(6), 'key', 'sig', 1, 0)",
    )
    for step in (ledger.open_epoch, ledger.close_epoch):
        async with sealer.begin(None) as uow:
            await step(uow, 2 if step is ledger.open_epoch else 1)
    async with sealer.begin(None) as uow:
        sealed = await ledger.seal(uow, 1, key_id="none", sign=lambda message: b"", round_journals=1)
    assert sealed
    assert await count(sealer, "ledger_snapshot") > 0
    await a_journal(await as_("app"))  # in the new epoch
    before = await written(admin)
    for statement in (
        "INSERT INTO ledger_journal SELECT * FROM ledger_journal",
        "UPDATE ledger_block SET journals = 2",
        "SELECT * FROM account",
    ):
        assert "1142" in await refused(sealer, statement)
    assert await written(admin) == before


async def test_who_may_not_make_roles_is_told_which_right_is_missing(admin: AsyncEngine, as_: As):
    app = await as_("app")
    async with app.engine.connect() as connection:
        with pytest.raises(NotAllowed, match="CREATE ROLE"):
            await connection.run_sync(apply_grants, statements(admin))


async def test_the_doctor_notes_a_user_who_may_do_more_and_is_content_with_the_app_role(admin: AsyncEngine, as_: As, tmp_path: Path):
    async def found(engine: AsyncEngine) -> Finding:
        address = engine.url.set(drivername="mysql", query={}).render_as_string(hide_password=False)
        settings = Settings.model_validate({"home": tmp_path, "database_url": address})
        return next(one for one in await examine(settings) if one.subject == "rights")

    assert (await found((await as_("app")).engine)).state is State.OK
    more = await found(admin)
    assert (more.state, more.says) == (State.NOTE, "this user may UPDATE, DELETE, DROP, ALTER, TRIGGER on the ledger")
    assert "velora db grants" in more.mend
    assert (await found((await as_("app", "retention")).engine)).says == "this user may DROP, ALTER on the ledger"


async def test_two_databases_of_a_server_have_roles_of_their_own(admin: AsyncEngine, tmp_path: Path):
    mine = set(role_names(str(admin.url.database)).values())
    async with an_address("mysql", tmp_path) as other:
        assert mine.isdisjoint(role_names(str(make_url(other).database)).values())
