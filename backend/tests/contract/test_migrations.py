"""The history of the schema and the models say the same, on each engine; and an upgrade is safe to repeat and to cut off."""

import re
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.needs import needs_url
from velora.apps import migrations
from velora.apps.migrations import CannotUpgrade
from velora.apps.migrations.upgrading import new_revision, upgrade
from velora.kernel.clock import SystemClock
from velora.kernel.ids import id_source
from velora.modules.ledger import service as ledger
from velora.platform.db import Database
from velora.platform.db.engine import make_engine
from velora.platform.db.schema import create_all

Schema = dict[str, list[str]]


@asynccontextmanager
async def an_empty_database(kind: str, folder: Path) -> AsyncGenerator[AsyncEngine]:
    """A database with nothing in it, gone afterwards."""
    if kind == "sqlite":
        engine = make_engine(f"sqlite:///{folder}/{secrets.token_hex(5)}.db", connections=1)
        yield engine
        await engine.dispose()
        return
    url = make_url(needs_url("VELORA_TEST_MYSQL_URL"))
    name = f"velora_test_{secrets.token_hex(5)}"
    admin = make_engine(url.render_as_string(hide_password=False), connections=1)
    engine = make_engine(url.set(database=name).render_as_string(hide_password=False), connections=2)
    async with admin.begin() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    yield engine
    await engine.dispose()
    async with admin.begin() as connection:
        await connection.execute(text(f"DROP DATABASE {name}"))
    await admin.dispose()


@pytest.fixture(params=["sqlite", "mysql"])
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
async def empty(kind: str, tmp_path: Path) -> AsyncGenerator[AsyncEngine]:
    async with an_empty_database(kind, tmp_path) as engine:
        yield engine


def ours(name: str) -> bool:
    """Not Alembic's own table, and none that a test declared."""
    return name != "alembic_version" and not name.startswith("test_") and "_test_" not in name


def lines(sql: str) -> list[str]:
    """What a statement says, whatever the order and the lines in which it says it: a column that was added later stands last."""
    said, depth = [""], 0
    for letter in sql:
        depth += (letter == "(") - (letter == ")")
        if letter == "\n" or (letter in ",()" and depth <= 1 - (letter == ")")):
            said.append("")
        else:
            said[-1] += letter
    return sorted(" ".join(line.split()) for line in said if line.strip())


def parts(sql: str) -> list[str]:
    """What a CREATE TABLE of SQLite says: a column that was added later stands behind the rest, on their line."""
    head, _, body = sql.partition("(")
    body, _, tail = body.rpartition(")")
    found, depth = [""], 0
    for letter in body:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and not depth:
            found.append("")
        else:
            found[-1] += letter
    return sorted(" ".join(part.split()) for part in (head, *found, tail))


def schema_of(connection: Connection) -> Schema:
    """Every table, key, check, partition, index, trigger and view, as the engine itself spells it."""
    if connection.dialect.name == "sqlite":
        rows = connection.execute(text("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL")).all()
        return {f"{kind} {name}": parts(sql) if kind == "table" else lines(sql) for kind, name, sql in rows if ours(name)}
    found: Schema = {}
    database = connection.execute(text("SELECT DATABASE()")).scalar_one()
    names = connection.execute(text("SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = DATABASE()")).all()
    for name, kind in names:
        if ours(name):
            sql = str(connection.execute(text(f"SHOW CREATE TABLE {name}")).one()[1])
            found[f"{kind} {name}"] = lines(sql.replace(f"`{database}`.", ""))
    triggers = (
        "SELECT trigger_name, action_timing, event_manipulation, event_object_table, action_statement FROM information_schema.triggers"
    )
    for name, *rest in connection.execute(text(f"{triggers} WHERE trigger_schema = DATABASE()")).all():
        found[f"trigger {name}"] = [str(part) for part in rest]
    return found


def pages() -> list[Path]:
    return sorted(Path(migrations.__path__[0]).glob("versions/[0-9]*.py"))


def remove(page: Path) -> str:
    """What stood in it."""
    said = page.read_text()
    page.unlink()
    return said


BOOKS_OF_0001 = (
    "INSERT INTO ledger_account (tenant_id, id, code, class, normal, currency, floor_rule, heat) VALUES "
    "(5, 1, '1020', 'asset', 'D', 'EUR', 'N', 0), (5, 2, '2060:acc_1', 'liability', 'C', 'EUR', 'C', 0)",
    "INSERT INTO ledger_balance (tenant_id, account_id, debit, credit, pending_debit, pending_credit, version, floor) VALUES "
    "(5, 1, 700, 0, 0, 0, 1, 'N'), (5, 2, 0, 700, 0, 0, 1, 'C')",
    "INSERT INTO ledger_journal (tenant_id, id, shard, epoch, kind, effective_at, recorded_at, actor_ref, payload, leaf) VALUES "
    f"(5, 9, 0, 1, 'top_up', '2026-11-01 00:00:00', '2026-11-01 00:00:00', 'test', '{{}}', x'{'11' * 32}')",
    "INSERT INTO ledger_posting (tenant_id, journal_id, line, debit_account_id, credit_account_id, amount, currency) VALUES "
    "(5, 9, 1, 1, 2, 700, 'EUR')",
)


async def read_schema(engine: AsyncEngine) -> Schema:
    async with engine.connect() as connection:
        return await connection.run_sync(schema_of)


async def test_the_history_leads_to_what_the_models_say(empty: AsyncEngine, kind: str, tmp_path: Path):
    migrations.import_models()
    await upgrade(empty)
    migrated = await read_schema(empty)
    async with an_empty_database(kind, tmp_path) as other:
        async with other.begin() as connection:
            await connection.run_sync(create_all, SystemClock().now())
        declared = await read_schema(other)
    assert sorted(migrated) == sorted(declared), "Write the difference: velora db revision -m …, or make 0001 anew before the first release"
    assert {name: migrated[name] for name in migrated if migrated[name] != declared[name]} == {}
    assert len([name for name in migrated if name.startswith("trigger")]) >= 16
    assert any("ledger_entry" in name for name in migrated)


async def test_an_upgrade_says_what_it_did_and_does_nothing_twice(empty: AsyncEngine):
    revisions = [revision for revision, _ in migrations.history()]
    before = await migrations.status(empty)
    assert (before.current, before.is_current, list(before.waiting)) == (None, False, revisions)
    told: list[str] = []
    first = await upgrade(empty, told.append)
    assert told == [*first.applied] == revisions
    again = await upgrade(empty, told.append)
    assert (again.applied, again.before, told) == ((), revisions[-1], revisions)
    after = await migrations.status(empty)
    assert after.is_current
    assert after.waiting == ()


async def test_books_that_were_kept_before_sealing_stand_as_they_did_and_are_sealed(empty: AsyncEngine):
    await upgrade(empty, to="0001")
    async with empty.begin() as connection:
        for statement in BOOKS_OF_0001:
            await connection.execute(text(statement))
    await upgrade(empty)
    db = Database(empty, SystemClock(), id_source(SystemClock(), 1))
    for _ in range(2):
        async with db.read(None) as uow:
            found = {one.code: one.balance_minor for one in await ledger.accounts(uow, tenant_id=5)}
        assert found == {"1020": 700, "2060:acc_1": 700}
        async with db.begin(None) as uow:
            await ledger.open_epoch(uow, 2)
        async with db.begin(None) as uow:
            await ledger.close_epoch(uow, 1)
        async with db.begin(None) as uow:
            await ledger.seal(uow, 1, key_id="none", sign=lambda message: b"")


async def test_processes_of_each_release_can_go_on_writing_while_the_next_one_starts(empty: AsyncEngine):
    """What they name is still there, and what they do not know has a value without them. Sealing began with 0002, which was a stop."""
    named: dict[tuple[str, str], set[str]] = {}
    missing: dict[str, list[str]] = {}
    for revision, _ in migrations.history():
        await upgrade(empty, to=revision)
        async with empty.connect() as connection:
            columns = await connection.run_sync(columns_of)
        gone = {f"{table}.{column}" for (_, table), known in named.items() for column in known - columns.get(table, {}).keys()}
        needed = {
            f"{table}.{column}"
            for (_, table), known in named.items()
            for column, is_needed in columns.get(table, {}).items()
            if is_needed and column not in known
        }
        missing[revision] = sorted(gone | needed)
        named = {(revision, table): set(found) for table, found in columns.items()}
    assert [revision for revision, found in missing.items() if found] == ["0002"], missing


def columns_of(connection: Connection) -> dict[str, dict[str, bool]]:
    """The columns of each table, and whether a new row must name them."""
    look = inspect(connection)
    return {
        table: {one["name"]: not one["nullable"] and one["default"] is None and not one.get("computed") for one in look.get_columns(table)}
        for table in look.get_table_names()
        if ours(table)
    }


async def test_a_case_that_stood_before_store_credit_stands_after_it_and_may_be_credited(empty: AsyncEngine):
    await upgrade(empty, to="0008")
    row = (
        "INSERT INTO suspense_case (tenant_id, id, source, gateway, gateway_ref, amount_minor, currency, seen_at, facts, state, "
        "settlement, "
        "reason, tries, refund_ref, refusal, settled_by) VALUES (5, {id}, 'unmatched_charge', 'sandbox', 'ch_{id}', 700, 'EUR', "
        "'2026-11-01 00:00:00', '{{}}', '{state}', '{how}', '', 0, '', '', '')"
    )
    async with empty.begin() as connection:
        await connection.execute(text(row.format(id=1, state="open", how="")))
    await upgrade(empty)
    async with empty.begin() as connection:
        await connection.execute(text(row.format(id=2, state="giving_back", how="credit")))
        rows = (await connection.execute(text("SELECT id, amount_minor, settlement FROM suspense_case ORDER BY id"))).all()
    assert [tuple(one) for one in rows] == [(1, 700, ""), (2, 700, "credit")]
    with pytest.raises(DBAPIError):
        async with empty.begin() as connection:
            await connection.execute(text(row.format(id=3, state="giving_back", how="cake")))


async def test_models_and_history_that_agree_need_no_new_revision(empty: AsyncEngine):
    await upgrade(empty)
    before = pages()
    written = await new_revision(empty, "difference")
    if written is not None:
        difference = remove(written)
        pytest.fail(f"The models say what the history does not:\n{difference}")
    assert pages() == before


async def test_a_database_of_others_or_of_a_newer_velora_is_left_alone(empty: AsyncEngine):
    async with empty.begin() as connection:
        await connection.execute(text("CREATE TABLE cake (id INTEGER PRIMARY KEY)"))
    with pytest.raises(CannotUpgrade, match=r"cake.*Name an empty database"):
        await upgrade(empty)
    async with empty.begin() as connection:
        await connection.execute(text("DROP TABLE cake"))
        await connection.execute(text("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
        await connection.execute(text("INSERT INTO alembic_version VALUES ('9999')"))
    assert (await migrations.status(empty)).unknown
    with pytest.raises(CannotUpgrade, match="newer"):
        await upgrade(empty)
    assert [name for name in await read_schema(empty) if "cake" not in name] == []


async def test_an_upgrade_that_is_cut_off_on_sqlite_leaves_nothing(tmp_path: Path):
    class CutOff(Exception):
        pass

    def cut(revision: str) -> None:
        raise CutOff(revision)

    async with an_empty_database("sqlite", tmp_path) as engine:
        with pytest.raises(CutOff):
            await upgrade(engine, cut)
        assert await read_schema(engine) == {}
        assert (await upgrade(engine)).applied


def test_the_history_is_one_line_numbered_from_the_first():
    revisions = [revision for revision, _ in migrations.history()]
    assert revisions == [f"{number:04d}" for number in range(1, len(pages()) + 1)]
    assert [re.match(r"\d+", page.name)[0] for page in pages()] == revisions  # pyright: ignore[reportOptionalSubscript] -- the glob saw to it
