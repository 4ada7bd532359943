"""Sealing: what is posted is sealed once, whoever seals and whenever; balances and statements say the same before and after."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.builders.house import a_house
from tests.builders.ledger import a_journal, a_sealed_history, broken, doubted, posted
from tests.chaos.tampering import without_triggers
from velora.apps.wiring import anchors_of
from velora.flows.bookkeeping.seal import anchor, seal_once
from velora.flows.bookkeeping.seals import standing as standing_of_seals
from velora.kernel.clock import ManualClock
from velora.kernel.ids import first_id_at
from velora.modules.ledger import service as ledger
from velora.platform.anchors.port import AnchorConflict
from velora.platform.db import Database
from velora.platform.db.engine import make_engine
from velora.platform.house import House
from velora.platform.settings import Settings
from velora.platform.signing import NoSigningKey, Signer

TENANT, OTHER = 11, 22


@pytest.fixture
async def house(fresh_db: Database, tmp_path: Path) -> AsyncGenerator[House]:
    async with a_house(fresh_db, tmp_path) as house:
        yield house


async def standing(db: Database, tenant: int) -> dict[str, int]:
    async with db.read(None) as uow:
        return {one.code: one.balance_minor for one in await ledger.accounts(uow, tenant_id=tenant)}


async def test_what_was_posted_is_sealed_once_and_verified(house):
    await a_sealed_history(house, [TENANT, OTHER], blocks=12, seed=1)
    assert await seal_once(house) == 0, "nothing was posted since"
    async with house.db.read(None) as uow:
        found = await ledger.seals(uow)
    assert found.newest is not None
    assert (found.newest.block.n, found.open_epoch, found.behind, found.oldest_waiting) == (12, 13, 0, None)
    verdict = await doubted(house)
    assert verdict.clean
    assert {11, 12, 13} <= {check.number for check in verdict.checks}


async def test_a_folded_balance_is_the_same_before_and_after_it_is_sealed(house):
    await posted(house.db, TENANT, [1000, 2500])
    before = await standing(house.db, TENANT)
    assert before["1020"] == 3500
    async with house.db.read(None) as uow:
        rows = (await uow.connection.execute(text("SELECT debit FROM ledger_balance WHERE floor = 'N'"))).all()
    assert [row.debit for row in rows] == [0, 0], "no order moves them"
    await seal_once(house)
    assert await standing(house.db, TENANT) == before
    await posted(house.db, TENANT, [500])
    assert (await standing(house.db, TENANT))["1020"] == 4000


async def test_balances_and_statements_of_any_moment_are_the_sums_of_the_postings_before_it(house, clock: ManualClock):
    """With snapshots, spans that a moment divides, postings that are not sealed, and ids that are older than their epochs."""
    moments = []
    for day in range(6):
        await a_sealed_history(house, [TENANT, OTHER], blocks=4, seed=day, round_journals=7)
        moments.append(clock.now())
        clock.advance(timedelta(hours=9))
        await posted(house.db, TENANT, [10, 20])
    past = Database(house.db.engine, ManualClock(moments[0] - timedelta(days=30)), house.db.new_id)
    async with past.begin(None) as uow:  # a file of the past is posted late, with the ids of its time
        uow.new_id = iter(range(1000, 2000)).__next__
        await ledger.post(uow, [a_journal(uow, TENANT, 777)])
    await seal_once(house, round_journals=1)
    for moment in [*moments, clock.now()]:
        expected = await summed(house.db, moment.isoformat())
        async with house.db.read(None) as uow:
            rows = await ledger.trial_balance(uow, tenant_id=TENANT, at=moment)
            assert {row.account.code: (row.account.debit, row.account.credit) for row in rows} == expected
            for row in rows:
                opened = await ledger.statement(uow, row.account, since=moment + timedelta(milliseconds=1))
                assert opened.opening_minor == row.account.balance_minor
    assert (await doubted(house)).clean


async def summed(db: Database, upto: str) -> dict[str, tuple[int, int]]:
    """The plain sums of all postings whose journals were made until then."""
    last = first_id_at(datetime.fromisoformat(upto) + timedelta(milliseconds=1))
    sums: dict[str, list[int]] = {}
    async with db.read(None) as uow:
        for place, side in enumerate(("debit", "credit")):
            statement = text(
                f"SELECT code, SUM(amount) AS total FROM ledger_posting p JOIN ledger_account a ON a.id = p.{side}_account_id "
                "WHERE p.tenant_id = :tenant AND p.journal_id < :last GROUP BY code"
            )
            for row in (await uow.connection.execute(statement, {"tenant": TENANT, "last": last})).all():
                sums.setdefault(row.code, [0, 0])[place] = int(row.total)
    return {code: (debit, credit) for code, (debit, credit) in sums.items()}


async def test_two_who_seal_at_once_leave_one_chain(house):
    """The first time, each of them finds no key and makes one."""
    for _ in range(5):
        await posted(house.db, TENANT, [100])
        assert sum(await asyncio.gather(*(seal_once(house) for _ in range(3)))) >= 1
    assert (await doubted(house)).clean


async def test_a_key_that_is_replaced_while_it_seals_still_signs_its_block(house, monkeypatch):
    keys = house.keys
    old = keys.make()

    def signer_then_rotation() -> Signer:
        keys.make()
        return old

    await posted(house.db, TENANT, [100])
    monkeypatch.setattr(keys, "signer", signer_then_rotation)
    assert await seal_once(house) == 1
    assert (await doubted(house)).clean


async def test_an_epoch_is_not_closed_before_those_who_post_in_it_have_finished(house):
    """On SQLite there is one writer at a time anyway."""
    if house.db.dialect != "mysql":
        pytest.skip("SQLite has one writer")
    await posted(house.db, TENANT, [100])
    async with house.db.begin(None) as uow:
        await ledger.post(uow, [a_journal(uow, TENANT, 200)])
        sealing = asyncio.create_task(seal_once(house))
        await asyncio.sleep(0.3)
        assert not sealing.done()
        late = asyncio.create_task(posted(house.db, OTHER, [300]))  # whoever comes meanwhile posts in the next epoch
        await late
    assert await sealing == 2
    async with house.db.read(None) as uow:
        first, second = await ledger.blocks_after(uow, 0, limit=5)
    assert (first.block.journals, second.block.journals) == (2, 1)
    assert (await doubted(house)).clean


async def test_a_sealer_that_died_between_its_steps_is_followed_by_the_next(house):
    await posted(house.db, TENANT, [100])
    async with house.db.begin(None) as uow:
        await ledger.open_epoch(uow, 2)
    await posted(house.db, TENANT, [200])  # belongs to epoch 2; 1 is open still
    async with house.db.begin(None) as uow:
        await ledger.close_epoch(uow, 1)
    assert await seal_once(house) == 2
    assert (await doubted(house)).clean


async def test_blocks_that_were_not_anchored_in_time_are_anchored_later(house):
    await posted(house.db, TENANT, [100])
    key = house.keys.make()
    async with house.db.begin(None) as uow:
        await ledger.open_epoch(uow, 2)
    async with house.db.begin(None) as uow:
        await ledger.close_epoch(uow, 1)
    async with house.db.begin(None) as uow:
        await ledger.seal(uow, 1, key_id=key.key_id, sign=key.sign)
    assert await anchor(house) == 1
    assert (await doubted(house)).clean


async def test_a_new_key_signs_from_now_on_and_the_old_blocks_verify_still(house):
    await a_sealed_history(house, [TENANT], blocks=2, seed=3)
    old, new = house.keys.key_id, house.keys.make().key_id
    await a_sealed_history(house, [TENANT], blocks=2, seed=4)
    async with house.db.read(None) as uow:
        assert [one.block.key_id for one in await ledger.blocks_after(uow, 0, limit=9)] == [old, old, new, new]
    assert (await doubted(house)).clean
    (house.keys.folder / f"{old}.pub").unlink()
    assert broken(await doubted(house))[11] == ("block 1", "block 2")


async def test_without_its_key_nothing_is_sealed_and_postings_go_on(house):
    await a_sealed_history(house, [TENANT], blocks=1, seed=5)
    for file in house.keys.folder.iterdir():
        file.unlink()
    await posted(house.db, TENANT, [100])
    with pytest.raises(NoSigningKey, match="velora ledger new-key"):
        await seal_once(house)
    await posted(house.db, TENANT, [100])
    house.keys.make()
    assert await seal_once(house) == 1


async def test_a_chain_that_was_cut_and_grown_anew_is_refused_by_its_anchors(house, clock: ManualClock):
    await a_sealed_history(house, [TENANT], blocks=3, seed=6)
    async with house.db.engine.begin() as connection:
        for table in ("ledger_block", "ledger_snapshot"):
            await connection.execute(text(f"DROP TRIGGER {table}_no_delete"))
        await connection.execute(text("DELETE FROM ledger_block WHERE n = 3"))
        await connection.execute(text("DELETE FROM ledger_snapshot WHERE block_n = 3"))
    assert broken(await doubted(house))[13] == ("block 3",)
    clock.advance(timedelta(seconds=1))
    with pytest.raises(AnchorConflict):
        await a_sealed_history(house, [TENANT], blocks=1, seed=7)  # grows block 3 anew


async def test_in_a_bucket_many_blocks_go_in_one_write_and_none_waits_for_long(house, clock: ManualClock, bucket: str):
    """A write there costs, so blocks wait for it up to a minute; a chain that was cut off behind the anchors is found all the same."""
    house = replace(house, anchors=anchors_of(Settings(home=house.settings.home, anchor_url=bucket)))
    for _ in range(130):
        await posted(house.db, TENANT, [100])
        assert await seal_once(house) == 1
        clock.advance(timedelta(seconds=1))
    newest = await house.anchors.newest(0)
    assert newest is not None
    assert newest.n == 119, "the first at once, then one write a minute"
    shown = await standing_of_seals(house)
    assert (shown.is_anchored, shown.anchored_n, shown.block_n) == (True, 119, 130)
    assert (await doubted(house)).clean
    clock.advance(timedelta(minutes=1))
    assert await seal_once(house) == 0
    assert [one.n async for one in house.anchors.read(0, after=0)] == list(range(1, 131)), "also when nothing more is posted"
    async with house.db.engine.begin() as connection:
        await without_triggers(connection)
        for table, column in (("ledger_block", "n"), ("ledger_epoch", "n"), ("ledger_snapshot", "block_n")):
            await connection.execute(text(f"DELETE FROM {table} WHERE {column} >= 130"))
        await connection.execute(text("INSERT INTO ledger_epoch (shard, n, closed) VALUES (0, 130, 0)"))
    assert "block 130" in broken(await doubted(house))[13]
    with pytest.raises(AnchorConflict):
        await seal_once(house)


async def test_an_old_backup_that_was_restored_is_told_from_the_books_of_today(house, tmp_path: Path):
    """Whoever restores one has lost what came after it: the anchors say so before anything is sealed on top of it."""
    if house.db.dialect != "sqlite":
        pytest.skip("the same tables on either; a file is copied more easily than a server")
    await a_sealed_history(house, [TENANT], blocks=3, seed=8)
    backup = tmp_path / "backup.db"
    with closing(sqlite3.connect(str(house.db.engine.url.database))) as today, closing(sqlite3.connect(backup)) as copy:
        today.backup(copy)
    await a_sealed_history(house, [TENANT], blocks=2, seed=9)
    restored = Database(make_engine(f"sqlite:///{backup}"), house.clock, house.db.new_id)
    yesterday = replace(house, db=restored, sealing=restored)
    assert broken(await doubted(yesterday))[13] == ("block 4", "block 5")
    await posted(restored, TENANT, [100])
    with pytest.raises(AnchorConflict, match="Block 5"):
        await seal_once(yesterday)
    await restored.close()
