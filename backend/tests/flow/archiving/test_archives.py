"""Months of the ledger as files: verified before they count, written once, and found out when they or the tables change."""

import random
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from sqlalchemy import text

from tests.builders.house import a_house
from tests.builders.ledger import a_sealed_history, posted
from tests.chaos.tampering import without_triggers
from velora.flows.archiving import files
from velora.flows.archiving.check import examine, examine_alone
from velora.flows.archiving.errors import ArchivedOtherwise, DoesNotHold, NotOver, NotSealed
from velora.flows.archiving.manifest import manifest_of
from velora.flows.archiving.shelf import Shelf
from velora.flows.archiving.status import standing
from velora.flows.archiving.write import Archived, Maker, archive_month, months_to_archive
from velora.flows.bookkeeping.seal import seal_once
from velora.kernel.clock import ManualClock
from velora.kernel.ids import id_source
from velora.modules.ledger import service as ledger
from velora.modules.ledger.policy.months import Month
from velora.platform.db import Database
from velora.platform.house import House
from velora.platform.signing import SigningKeys

MAKER = Maker("1.0", "0001")
SEPTEMBER, OCTOBER, NOVEMBER = Month(2026, 9), Month(2026, 10), Month(2026, 11)


def quietly(step: str, done: int) -> None:
    return None


@pytest.fixture
async def house(fresh_db: Database, tmp_path: Path, clock: ManualClock) -> AsyncGenerator[House]:
    """Blocks in September and October, one that lies in both, and a few of November, which is not over."""
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
        yield house


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "archive")


async def archived(house: House, shelf: Shelf, *, again: bool = False) -> list[Archived]:
    found = [one async for one in months_to_archive(house, shelf, older_than=0, again=again)]
    return [await archive_month(house, shelf, month, facts, MAKER, quietly) for month, facts in found]


async def ids_in(house: House, month: Month) -> list[int]:
    async with house.db.read(None) as uow:
        rows = await uow.connection.execute(
            text("SELECT id FROM ledger_journal WHERE id >= :first AND id < :below ORDER BY epoch, tenant_id, id"),
            {"first": month.first_id, "below": month.below_id},
        )
        return [row.id for row in rows]


async def test_months_that_are_over_are_archived_and_hold(house, shelf):
    done = await archived(house, shelf)
    assert [(one.month, one.is_new) for one in done] == [(SEPTEMBER, True), (OCTOBER, True)]
    for one in done:
        folder = shelf.folder_of(one.month)
        assert [journal.id for journal, _ in files.read_journals(folder)] == await ids_in(house, one.month)
        assert (await examine(house, shelf, one.month, quietly)).problems == ()
        assert examine_alone(shelf, one.month, house.keys, quietly).problems == ()
        moved = sum(amount for journal, _ in files.read_journals(folder) for _, _, _, amount, _ in journal.postings)
        assert one.manifest.sums == {"EUR": moved}
        assert sum(debit for _, debit, _ in files.read_accounts(folder)) == moved
        assert one.manifest.postings == sum(len(journal.postings) for journal, _ in files.read_journals(folder))
    assert await archived(house, shelf) == []


async def test_a_block_over_midnight_is_proved_from_either_month(house, shelf):
    await archived(house, shelf)
    september, october = (shelf.folder_of(month) for month in (SEPTEMBER, OCTOBER))
    assert [one.block.n for one in files.read_blocks(september)] == [1, 2, 3, 4, 5]
    assert [one.block.n for one in files.read_blocks(october)] == [5, 6, 7, 8, 9, 10]
    here, there = ([one.journal_id for one in files.read_neighbours(folder)] for folder in (september, october))
    assert (len(here), len(there)) == (2, 2)
    assert set(here) < set(await ids_in(house, OCTOBER))
    assert set(there) < set(await ids_in(house, SEPTEMBER))


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_past_that_was_posted_in_any_order_is_archived_month_by_month(house, shelf, clock, seed: int):
    """As a replay does it: ids of many months in each block, and blocks of many months in each archive."""
    chance = random.Random(seed)
    months = [Month(2026, number) for number in range(3, 9)]
    now = clock.now()
    for node in range(40):
        month = chance.choice(months)
        moment = month.begins + timedelta(seconds=chance.randrange(28 * 86_400))
        late = Database(house.db.engine, ManualClock(moment), id_source(ManualClock(moment), 700 + node))
        await posted(late, chance.choice((11, 22, 33)), [chance.randint(10, 9_999) for _ in range(chance.randint(1, 4))])
        if chance.random() < 0.3:
            await seal_once(house)
    clock.set(now + timedelta(seconds=1))
    await seal_once(house)
    done = await archived(house, shelf)
    assert [(await examine(house, shelf, one.month, quietly)).problems for one in done] == [()] * len(done)
    archived_ids = [journal.id for one in done for journal, _ in files.read_journals(shelf.folder_of(one.month))]
    everything = {id_ for month in [*months, SEPTEMBER, OCTOBER] for id_ in await ids_in(house, month)}
    assert (len(archived_ids), set(archived_ids)) == (len(everything), everything), "each journal in just one archive"
    async with house.db.read(None) as uow:
        sealed = await ledger.blocks_after(uow, 0, limit=1000)
    of_november = sum(one.block.sums["EUR"] for one in sealed if one.block.n in (11, 12))
    assert sum(one.manifest.sums["EUR"] for one in done) + of_november == sum(one.block.sums["EUR"] for one in sealed)


async def test_an_archive_is_written_once(house, shelf):
    await archived(house, shelf)
    before = {path: path.read_bytes() for path in shelf.folder.rglob("*") if path.is_file()}
    assert [one.is_new for one in await archived(house, shelf, again=True)] == [False, False]
    async with house.db.begin(None) as uow:  # an id of September, committed now
        september = uow.new_id() - (NOVEMBER.first_id - SEPTEMBER.first_id)
        assert SEPTEMBER.first_id < september < SEPTEMBER.below_id
        late = Database(house.db.engine, house.clock, iter(range(september, september + 99)).__next__)
    await posted(late, 11, [900])
    await seal_once(house)
    with pytest.raises(ArchivedOtherwise):
        await archived(house, shelf, again=True)
    assert {path: path.read_bytes() for path in shelf.folder.rglob("*") if path.is_file()} == before
    assert "the database has other journals" in (await examine(house, shelf, SEPTEMBER, quietly)).problems[0]


async def test_what_is_not_over_or_not_sealed_is_not_archived(house, shelf, clock):
    async with house.db.read(None) as uow:
        facts = await ledger.month_facts(uow, NOVEMBER)
    with pytest.raises(NotOver):
        await archive_month(house, shelf, NOVEMBER, facts, MAKER, quietly)
    await posted(house.db, 11, [100])
    clock.set(NOVEMBER.ends + timedelta(hours=1))
    async with house.db.read(None) as uow:
        facts = await ledger.month_facts(uow, NOVEMBER)
    with pytest.raises(NotSealed):
        await archive_month(house, shelf, NOVEMBER, facts, MAKER, quietly)
    assert shelf.months() == []
    assert not shelf.folder.exists()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_posting SET amount = amount + 1 WHERE journal_id = {id}",
        "UPDATE ledger_journal SET actor_ref = 'somebody else' WHERE id = {id}",
        "UPDATE ledger_block SET merkle_root = prev_hash WHERE n = 7",
        "DELETE FROM ledger_key WHERE journal_id = {id}",
        "DELETE FROM ledger_block WHERE n = 7",
    ],
)
async def test_tables_that_were_changed_are_not_archived(house, shelf, change: str):
    async with house.db.engine.begin() as connection:
        await without_triggers(connection)
        await connection.execute(text(change.format(id=(await ids_in(house, OCTOBER))[3])))
    with pytest.raises(DoesNotHold) as refused:
        await archived(house, shelf)
    assert refused.value.month == "2026-10"
    assert shelf.months() == [SEPTEMBER]
    assert [path.name for path in shelf.folder.iterdir()] == ["2026-09"]


async def test_a_byte_that_changed_in_any_file_is_found(house, shelf):
    await archived(house, shelf)
    chance = random.Random(8)
    for file in sorted(shelf.folder_of(OCTOBER).iterdir()):
        content = file.read_bytes()
        file.chmod(0o644)
        for _ in range(10):
            place = chance.randrange(len(content))
            file.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
            if file.name != "manifest.json" or manifest_of(file.read_bytes()) != manifest_of(content):  # it may be one of its spaces
                assert examine_alone(shelf, OCTOBER, house.keys, quietly).problems, (file, place)
        if file.name != "manifest.json":
            file.unlink()
            assert examine_alone(shelf, OCTOBER, house.keys, quietly).problems
        file.write_bytes(content)
    assert examine_alone(shelf, OCTOBER, house.keys, quietly).problems == ()


async def test_a_manifest_that_fits_changed_files_needs_the_key(house, shelf, tmp_path):
    """Who can write the archive leaves a journal out, and makes all figures fit: the blocks do not, and the signature is not ours."""
    [_, done] = await archived(house, shelf)
    folder = shelf.folder_of(OCTOBER)
    file = folder / "journals.parquet"
    table = files.pq.read_table(file)
    file.chmod(0o644)
    files.pq.write_table(table.slice(0, table.num_rows - 1), file, compression="zstd")
    facts = tuple(files.facts_of(folder / one.name, one.rows - (one.name == file.name)) for one in done.manifest.files)
    forged = replace(done.manifest, files=facts, journals=done.manifest.journals - 1)
    (folder / "manifest.json").chmod(0o644)
    (folder / "manifest.json").write_bytes(forged.text)
    assert "not signed" in examine_alone(shelf, OCTOBER, house.keys, quietly).problems[0]
    (folder / "manifest.json").write_bytes(forged.signed_by(house.keys).text)  # even with the key
    problems = examine_alone(shelf, OCTOBER, house.keys, quietly).problems
    assert any("postings of journals that are not" in one for one in problems)
    other = SigningKeys(tmp_path / "other-keys")
    other.make()
    assert any("not signed" in one for one in examine_alone(shelf, OCTOBER, other, quietly).problems)


async def test_the_database_is_found_out_by_the_archive(house, shelf):
    await archived(house, shelf)
    async with house.db.engine.begin() as connection:
        await without_triggers(connection)
        await connection.execute(text(f"DELETE FROM ledger_posting WHERE journal_id = {(await ids_in(house, OCTOBER))[0]}"))
    assert examine_alone(shelf, OCTOBER, house.keys, quietly).problems == ()
    assert "the database has other journals" in (await examine(house, shelf, OCTOBER, quietly)).problems[0]


async def test_the_status_says_why_a_month_stays(house, shelf, clock):
    await archived(house, shelf)
    on_age = "younger than seven years until 2033-"
    assert [(str(one.month), one.is_archived, one.kept_because) for one in await standing(house, shelf)] == [
        ("2026-09", True, f"{on_age}10-01"), ("2026-10", True, f"{on_age}11-01"), ("2026-11", False, "not over"),
    ]  # fmt: skip
    clock.set(datetime(2033, 10, 1, tzinfo=UTC))
    september, october, november = await standing(house, shelf)
    assert september.kept_because == ("" if house.db.dialect == "mysql" else "SQLite has no partitions: nothing is dropped there")
    assert (october.kept_because, november.kept_because) == (f"{on_age}11-01", "not archived")


async def test_an_archive_opens_in_any_reader_of_parquet(house, shelf):
    """Beside Velora: plain columns, JSON for what has no fixed shape."""
    await archived(house, shelf)
    table = files.pq.read_table(shelf.folder_of(OCTOBER) / "journals.parquet")
    assert {row["kind"] for row in table.to_pylist()} == {"top_up"}
    assert all(orjson.loads(row["payload"])["amount"] for row in table.to_pylist())
    manifest = orjson.loads((shelf.folder_of(OCTOBER) / "manifest.json").read_bytes())
    assert manifest["files"][0] == {
        "name": "journals.parquet",
        "rows": table.num_rows,
        "size": (shelf.folder_of(OCTOBER) / "journals.parquet").stat().st_size,
        "sha256": manifest["files"][0]["sha256"],
    }
