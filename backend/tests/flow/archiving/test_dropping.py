"""Months that leave the tables: by two people, after seven years, and with everything that stays still exact."""

import random
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.builders.house import a_house
from tests.builders.ledger import a_sealed_history, broken, doubted, posted
from tests.chaos.tampering import without_triggers
from velora.flows.archiving import drop
from velora.flows.archiving.check import examine
from velora.flows.archiving.errors import KeptByEngine, NoRoundBehind, NotArchived, NotItsTurn, NotOldEnough, NotTheArchive
from velora.flows.archiving.shelf import Shelf
from velora.flows.archiving.status import standing
from velora.flows.archiving.write import Maker, archive_month, months_to_archive
from velora.flows.bookkeeping.prove import prove
from velora.flows.bookkeeping.seal import seal_once
from velora.flows.second_person import Hand
from velora.kernel.clock import ManualClock
from velora.kernel.errors import Refusal
from velora.kernel.ids import id_source
from velora.modules.approvals import service as approvals
from velora.modules.approvals.errors import NotApproved
from velora.modules.approvals.service import PLATFORM, ApprovalFacts, Vote
from velora.modules.ledger import service as ledger
from velora.modules.ledger.errors import MonthDropped
from velora.modules.ledger.policy.months import Month
from velora.platform.db import Database
from velora.platform.db.ddl import ensure_partitions
from velora.platform.house import House

SEPTEMBER, OCTOBER, NOVEMBER = Month(2026, 9), Month(2026, 10), Month(2026, 11)
ADA, GRACE = Hand("account:1"), Hand("account:2")
MOMENTS = (
    OCTOBER.begins, datetime(2026, 10, 1, 0, 0, 1, tzinfo=UTC), datetime(2026, 10, 20, 9, 0, 0, 500_000, tzinfo=UTC),
    datetime(2026, 10, 20, 12, tzinfo=UTC), datetime(2026, 11, 16, 10, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC),
)  # fmt: skip


def quietly(step: str, done: int) -> None:
    return None


@pytest.fixture
async def house(fresh_db: Database, tmp_path: Path, clock: ManualClock) -> AsyncGenerator[House]:
    """Blocks in September, one that lies in two months, more in October and November; and it is seven years later."""
    async with a_house(fresh_db, tmp_path) as house:
        clock.set(datetime(2026, 9, 12, 9, tzinfo=UTC))
        await a_sealed_history(house, [11, 22], blocks=4, seed=5)
        for tenant, moment in ((22, datetime(2026, 9, 30, 23, 59, 59, 900_000, tzinfo=UTC)), (11, datetime(2026, 10, 1, tzinfo=UTC))):
            clock.set(moment)
            await posted(house.db, tenant, [500, 700])
        await seal_once(house)
        clock.set(datetime(2026, 10, 20, 9, tzinfo=UTC))
        await a_sealed_history(house, [11, 33], blocks=5, seed=6)
        clock.set(datetime(2026, 11, 16, 10, tzinfo=UTC))
        await a_sealed_history(house, [11, 22], blocks=2, seed=7)
        clock.set(datetime(2033, 12, 2, tzinfo=UTC))
        if fresh_db.dialect == "mysql":
            async with fresh_db.engine.connect() as connection:
                await connection.run_sync(ensure_partitions, clock.now(), datetime(2034, 1, 1, tzinfo=UTC))
        yield house


@pytest.fixture
async def shelf(house: House, tmp_path: Path) -> Shelf:
    """With every month on it."""
    shelf = Shelf(tmp_path / "archive")
    async for month, facts in months_to_archive(house, shelf, older_than=0, again=False):
        await archive_month(house, shelf, month, facts, Maker("1.0", "0007"), quietly)
    return shelf


async def agreed(house: House, ready: drop.Ready) -> None:
    """Ada asks and Grace agrees."""
    asked = await drop.ask_to_drop(house, ready, ADA)
    async with house.db.begin(None) as uow:
        [outcome] = await approvals.approve(uow, [Vote(PLATFORM, asked.id, GRACE.actor_ref)])
    assert isinstance(outcome, ApprovalFacts)


async def ready(house: House, shelf: Shelf, month: Month) -> drop.Ready:
    return await drop.look_at(house, shelf, month, quietly)


async def gone(house: House, shelf: Shelf, *months: Month) -> None:
    """These months are dropped: from the partitions on MySQL, and on SQLite by a hand with every right."""
    for month in months:
        found = await ready(house, shelf, month)
        await agreed(house, found)
        await drop.say_dropped(house, house.db, shelf, found, ADA)
        if house.db.dialect == "mysql":
            await drop.drop_what_was_said(house, house.db)
        else:
            await remove_rows(house, month.below_id)


async def remove_rows(house: House, below: int) -> None:
    async with house.db.engine.begin() as connection:
        for table, column in (("ledger_posting", "journal_id"), ("ledger_journal", "id")):
            triggers = await connection.execute(text(f"SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{table}'"))
            again = [str(row[0]) for row in triggers]
            for verb in ("update", "delete", "replace"):
                await connection.execute(text(f"DROP TRIGGER {table}_no_{verb}"))
            await connection.execute(text(f"DELETE FROM {table} WHERE {column} < {below}"))
            for trigger in again:
                await connection.exec_driver_sql(trigger)


async def everything_at(house: House, moments: tuple[datetime, ...]) -> list[object]:
    """Balances now, the trial balance at each of these moments, and every statement from there on."""
    told: list[object] = []
    async with house.db.read(None) as uow:
        accounts = await ledger.accounts(uow, tenant_id=None)
        told.append(accounts)
        for moment in moments:
            told += [await ledger.trial_balance(uow, tenant_id=tenant, at=moment) for tenant in (None, 22)]
            told += [await ledger.statement(uow, one, since=moment, limit=500) for one in accounts]
    return told


@pytest.mark.parametrize("months", [(SEPTEMBER,), (SEPTEMBER, OCTOBER)])
async def test_what_stays_is_exact_after_months_are_dropped(house, shelf, months: tuple[Month, ...]):
    moments = tuple(moment for moment in MOMENTS if moment >= months[-1].ends)
    before = await everything_at(house, moments)
    await gone(house, shelf, *months)
    async with house.db.read(None) as uow:
        assert await ledger.rows_below(uow, months[-1].below_id) == (0, 0)
    assert await everything_at(house, moments) == before
    assert broken(await doubted(house)) == {}
    async with house.db.read(None) as uow:
        [bank] = [one for one in await ledger.accounts(uow, tenant_id=11) if one.code == "1020"]
        whole = await ledger.statement(uow, bank, limit=500)
        assert whole.page.data[-1].balance_minor == bank.balance_minor
        assert whole.opening_minor > 0


async def test_business_goes_on_after_a_drop_and_the_books_stay_clean(house, shelf, clock):
    await gone(house, shelf, SEPTEMBER)
    await a_sealed_history(house, [11, 22, 44], blocks=4, seed=9)
    await posted(house.db, 22, [900])
    assert broken(await doubted(house)) == {}
    clock.set(datetime(2034, 1, 5, tzinfo=UTC))
    await a_sealed_history(house, [11, 22, 44], blocks=2, seed=10)
    await gone(house, shelf, OCTOBER, NOVEMBER)
    assert broken(await doubted(house)) == {}
    for tenant in (11, 22, 33, 44):
        verdict = await ledger_of(house, tenant)
        assert verdict == {}


async def ledger_of(house: House, tenant: int) -> dict[int, tuple[str, ...]]:
    from velora.flows.bookkeeping.verify import verify

    return broken(await verify(house.db, tenant))


async def test_a_moment_before_the_border_is_refused_with_the_place_of_the_archive(house, shelf):
    async with house.db.read(None) as uow:
        [bank] = [one for one in await ledger.accounts(uow, tenant_id=11) if one.code == "1020"]
    await gone(house, shelf, SEPTEMBER)
    moment = datetime(2026, 9, 15, tzinfo=UTC)
    async with house.db.read(None) as uow:
        with pytest.raises(MonthDropped) as refused:
            await ledger.trial_balance(uow, tenant_id=11, at=moment)
        assert (refused.value.month, refused.value.place) == ("2026-09", str(shelf.folder))
        with pytest.raises(MonthDropped):
            await ledger.statement(uow, bank, since=moment)


async def test_a_dropped_journal_is_proved_by_its_archive_and_a_neighbour_in_its_block_still_here(house, shelf):
    async with house.db.read(None) as uow:
        rows = (await uow.connection.execute(text("SELECT id FROM ledger_journal WHERE epoch = 5 ORDER BY id"))).scalars().all()
    before = [await prove_path(house, id_) for id_ in rows]
    await gone(house, shelf, SEPTEMBER)
    assert [id_ < SEPTEMBER.below_id for id_ in rows] == [True, True, False, False]
    for id_, proof in zip(rows, before, strict=True):
        if id_ < SEPTEMBER.below_id:
            with pytest.raises(MonthDropped):
                await ledger_proof(house, id_)
        else:
            assert await prove_path(house, id_) == proof


async def ledger_proof(house: House, id_: int) -> object:
    async with house.db.read(None) as uow:
        return await ledger.prove(uow, [11, 22, 33], id_)


async def prove_path(house: House, id_: int) -> object:
    found = await ledger_proof(house, id_)
    assert isinstance(found, ledger.Proof)
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_past_that_was_posted_in_any_order_can_be_dropped_month_by_month(house, shelf, clock, seed: int):
    """Months of which each block has journals, and blocks of which each month has some."""
    chance = random.Random(seed)
    months = [Month(2026, number) for number in range(3, 9)]
    now = clock.now()
    for node in range(40):
        month = chance.choice(months)
        moment = month.begins + timedelta(seconds=chance.randrange(28 * 86_400))
        late = Database(house.db.engine, ManualClock(moment), id_source(ManualClock(moment), 700 + node))
        await posted(late, chance.choice((11, 22, 33)), [chance.randint(10, 9_999) for _ in range(chance.randint(1, 4))])
        if chance.random() < 0.4:
            await seal_once(house, round_journals=chance.choice((3, 10, 40)))
    clock.set(now + timedelta(days=1))
    await posted(house.db, 11, [100])
    await seal_once(house)
    async for month, facts in months_to_archive(house, shelf, older_than=0, again=False):
        await archive_month(house, shelf, month, facts, Maker("1.0", "0007"), quietly)
    moments = (datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 15, tzinfo=UTC), *MOMENTS)
    before = await everything_at(house, moments)
    there = [month for month in shelf.months() if month < Month(2026, 6)]
    assert there
    await gone(house, shelf, *there)
    assert await everything_at(house, moments) == before
    assert broken(await doubted(house)) == {}
    for month in shelf.months():
        assert (await examine(house, shelf, month, quietly)).problems == ()


async def test_nothing_is_dropped_that_two_people_did_not_agree_to(house, shelf):
    found = await ready(house, shelf, SEPTEMBER)
    for _ in range(2):
        with pytest.raises(NotApproved):
            await drop.say_dropped(house, house.db, shelf, found, ADA)
        if _ == 0:
            await drop.ask_to_drop(house, found, ADA)
    async with house.db.begin(None) as uow:
        listed = await approvals.listed(uow, PLATFORM)
        [own] = await approvals.approve(uow, [Vote(PLATFORM, listed.data[0].id, ADA.actor_ref)])
    assert isinstance(own, Refusal)
    async with house.db.read(None) as uow:
        assert await ledger.dropped_months(uow) == []


async def test_months_go_oldest_first_and_only_with_an_archive_that_holds(house, shelf, clock, tmp_path):
    with pytest.raises(NotItsTurn) as refused:
        await ready(house, shelf, OCTOBER)
    assert refused.value.oldest == "2026-09"
    with pytest.raises(NotArchived):
        await ready(house, Shelf(tmp_path / "elsewhere"), SEPTEMBER)
    clock.set(SEPTEMBER.may_go_from - timedelta(seconds=1))
    with pytest.raises(NotOldEnough):
        await ready(house, shelf, SEPTEMBER)
    clock.set(SEPTEMBER.may_go_from)
    assert (await ready(house, shelf, SEPTEMBER)).facts.journals > 0
    file = shelf.folder_of(SEPTEMBER) / "postings.parquet"
    content = file.read_bytes()
    file.chmod(0o644)
    file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(NotTheArchive):
        await ready(house, shelf, SEPTEMBER)
    file.write_bytes(content)
    late = Database(house.db.engine, house.clock, iter(range(SEPTEMBER.below_id - 99, SEPTEMBER.below_id)).__next__)
    await posted(late, 11, [900])
    await seal_once(house)
    with pytest.raises(NotTheArchive) as differs:
        await ready(house, shelf, SEPTEMBER)
    assert "the database has other journals" in differs.value.problems[0]


async def test_the_last_round_of_snapshots_must_lie_behind_the_month(house, tmp_path, clock):
    late = Database(house.db.engine, house.clock, iter(range(SEPTEMBER.below_id - 99, SEPTEMBER.below_id)).__next__)
    await posted(house.db, 11, [100])
    await seal_once(house)  # of a new day, so a round
    await posted(late, 11, [900])
    await seal_once(house)  # and this is none
    shelf = Shelf(tmp_path / "archive")
    async for month, facts in months_to_archive(house, shelf, older_than=0, again=False):
        await archive_month(house, shelf, month, facts, Maker("1.0", "0007"), quietly)
    with pytest.raises(NoRoundBehind):
        await ready(house, shelf, SEPTEMBER)


async def test_sqlite_keeps_everything_and_says_so(house, shelf):
    if house.db.dialect == "mysql":
        assert (await drop.ready_to_drop(house, shelf, SEPTEMBER, quietly)).month == SEPTEMBER
        return
    with pytest.raises(KeptByEngine, match="SQLite"):
        await drop.ready_to_drop(house, shelf, SEPTEMBER, quietly)


async def test_a_drop_that_died_before_the_partitions_went_is_finished_by_the_next(house, shelf):
    if house.db.dialect != "mysql":
        pytest.skip("SQLite has no partitions")
    before = await everything_at(house, MOMENTS)
    found = await ready(house, shelf, SEPTEMBER)
    await agreed(house, found)
    await drop.say_dropped(house, house.db, shelf, found, ADA)
    assert await everything_at(house, MOMENTS) == before, "nobody looks at what still lies there"
    assert set(broken(await doubted(house))) == {27}
    names = await drop.drop_what_was_said(house, house.db)
    assert {name.partition(".")[0] for name in names} == {"ledger_journal", "ledger_posting"}
    assert broken(await doubted(house)) == {}
    assert await drop.drop_what_was_said(house, house.db) == []
    assert await everything_at(house, MOMENTS) == before


async def test_the_status_says_which_months_were_dropped(house, shelf):
    await gone(house, shelf, SEPTEMBER)
    september, october, *_ = await standing(house, shelf)
    assert (september.is_dropped, september.is_archived, september.kept_because) == (True, True, "")
    manifest = shelf.manifest(SEPTEMBER)
    assert manifest
    assert september.journals == manifest.journals
    assert not october.is_dropped


FORGED = "INSERT INTO ledger_archive SELECT '2026-10', shard, {first}, {below}, journals, postings, sums, last_n, runs, content, manifest_sha256, place, approval_id, asked_by, agreed_by, dropped_at, key_id, signature FROM ledger_archive"  # noqa: E501


async def test_a_drop_that_is_only_said_in_the_database_is_found(house, shelf):
    """By somebody with every right on the database: the row of another month is copied, its rows are removed, nobody agreed."""
    await gone(house, shelf, SEPTEMBER)
    async with house.db.engine.begin() as connection:
        await without_triggers(connection)
        await connection.execute(text(FORGED.format(first=OCTOBER.first_id, below=OCTOBER.below_id)))
        await connection.execute(text(f"DELETE FROM ledger_posting WHERE journal_id < {OCTOBER.below_id}"))
        await connection.execute(text(f"DELETE FROM ledger_journal WHERE id < {OCTOBER.below_id}"))
    found = broken(await doubted(house))
    assert {"2026-10: nobody agreed to it", "2026-10: not what was signed"} <= set(found[27])
    assert 12 in found


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_archive_account SET debit = debit + 1 WHERE debit > 0",
        "DELETE FROM ledger_archive_leaf",
        "UPDATE ledger_archive_kind SET journals = journals + 1",
        "UPDATE ledger_archive SET journals = journals + 1",
        "UPDATE ledger_archive SET agreed_by = 'account:9'",
        "UPDATE approval SET state = 'approved', done_at = NULL, open_subject = 'x'",
        "DELETE FROM approval",
        "UPDATE ledger_archive SET manifest_sha256 = 'ab'",
    ],
)
async def test_what_stands_for_a_dropped_month_cannot_be_changed_unseen(house, shelf, change: str):
    await gone(house, shelf, SEPTEMBER)
    async with house.db.engine.begin() as connection:
        for table in ("", "_account", "_kind", "_leaf"):
            for verb in ("update", "delete", "replace"):
                await connection.execute(text(f"DROP TRIGGER IF EXISTS ledger_archive{table}_no_{verb}"))
        await connection.execute(text(change))
    assert any(one.startswith("2026-09: ") for one in broken(await doubted(house))[27])


async def test_an_archive_that_is_gone_or_forged_is_found(house, shelf):
    await gone(house, shelf, SEPTEMBER)
    file = shelf.folder_of(SEPTEMBER) / "manifest.json"
    manifest = shelf.manifest(SEPTEMBER)
    assert manifest
    file.chmod(0o644)
    file.write_bytes(replace(manifest, journals=manifest.journals - 1).text)
    assert broken(await doubted(house)) == {27: (f"2026-09: {shelf.folder} has another archive",)}
    file.unlink()
    assert broken(await doubted(house)) == {27: (f"2026-09: no archive in {shelf.folder}",)}


async def test_what_is_removed_beside_a_dropped_month_is_still_found(house, shelf):
    """A month that was not said to be dropped, and a block in the middle of what is left."""
    await gone(house, shelf, SEPTEMBER)
    async with house.db.engine.begin() as connection:
        await without_triggers(connection)
        await connection.execute(
            text("DELETE FROM ledger_posting WHERE journal_id IN (SELECT id FROM ledger_journal WHERE epoch IN (5, 7))")
        )
        await connection.execute(text("DELETE FROM ledger_journal WHERE epoch IN (5, 7)"))
    assert {"block 5", "block 7"} <= set(broken(await doubted(house))[12])


async def test_snapshots_behind_a_dropped_month_are_still_computed_anew(house, shelf):
    await gone(house, shelf, SEPTEMBER)
    async with house.db.engine.begin() as connection:
        await without_triggers(connection)
        await connection.execute(text("UPDATE ledger_snapshot SET debit = debit + 7 WHERE block_n = 6"))
    assert 6 in broken(await doubted(house))


async def test_proving_by_the_command_says_where_it_lies(house, shelf):
    async with house.db.read(None) as uow:
        id_ = (await uow.connection.execute(text("SELECT MIN(id) FROM ledger_journal"))).scalar_one()
    await gone(house, shelf, SEPTEMBER)
    with pytest.raises(MonthDropped):
        await prove(house, id_)
