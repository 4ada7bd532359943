"""Verify names what somebody changed behind the ledger's back."""

from sqlalchemy import text

from velora.modules.ledger import service as ledger
from velora.modules.ledger.service import AccountRef, Journal, Posted, legs
from velora.platform.db import Database

CLEARING, ESCROW = AccountRef("1010"), AccountRef("2010", "sel_0000000000007")


async def broken(db: Database, tenant: int) -> set[int]:
    async with db.read(None) as uow:
        return {check.number for check in await ledger.verify(uow, tenant, lambda name, done: None) if check.count}


async def a_tenant_with_two_journals(db: Database) -> int:
    tenant = db.new_id()
    async with db.begin(None) as uow:
        await ledger.post(uow, [Journal(tenant, f"capture:{n}", "capture", "EUR", legs((CLEARING, ESCROW, 700)), uow.now) for n in (1, 2)])
    return tenant


async def without_triggers(db: Database) -> None:
    """A person with every right on the database takes the triggers away."""
    async with db.engine.begin() as connection:
        for table in ("ledger_journal", "ledger_posting", "ledger_key"):
            for verb in ("update", "delete"):
                await connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{verb}"))


async def test_untouched_books_are_clean(fresh_db):
    tenant = await a_tenant_with_two_journals(fresh_db)
    assert await broken(fresh_db, tenant) == set()
    async with fresh_db.read(None) as uow:
        checks = await ledger.verify(uow, None, lambda name, done: None)
    assert [check.number for check in checks] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 21, 23]


TAMPERING = {
    "UPDATE ledger_posting SET amount = amount + 1 WHERE line > 0": {3, 5, 10, 23},
    "UPDATE ledger_journal SET actor_ref = 'somebody else' WHERE shard = 0": {10},
    "UPDATE ledger_balance SET debit = debit + 5 WHERE floor = 'N'": {3, 6, 23},
    "DELETE FROM ledger_posting WHERE line > 0": {2, 3, 5, 10, 23},
    "DELETE FROM ledger_journal WHERE shard = 0": {2, 3, 6, 8, 23},
    "DELETE FROM ledger_key WHERE journal_id > 0": {8},
    "UPDATE ledger_account SET currency = 'USD' WHERE code = '1010'": {3, 4, 23},
    "UPDATE ledger_balance SET floor = 'N' WHERE floor = 'C'": {7},
}


async def test_every_kind_of_tampering_breaks_the_invariants_that_watch_it(fresh_db):
    await without_triggers(fresh_db)
    found = {}
    for statement in TAMPERING:
        tenant = await a_tenant_with_two_journals(fresh_db)
        async with fresh_db.engine.begin() as connection:
            await connection.execute(text(f"{statement} AND tenant_id = {tenant}"))
        found[statement] = await broken(fresh_db, tenant)
    assert found == TAMPERING


async def test_a_reversal_must_mirror_what_it_reverses_and_only_once(db):
    tenant = db.new_id()
    async with db.begin(None) as uow:
        (first,) = await ledger.post(uow, [Journal(tenant, "a", "plain", "EUR", legs((CLEARING, ESCROW, 700)), uow.now)])
        assert isinstance(first, Posted)
        back = legs((ESCROW, CLEARING, 700))
        await ledger.post(uow, [Journal(tenant, "b", "plain", "EUR", back, uow.now, reverses_id=first.journal_id)])
    assert await broken(db, tenant) == set()
    async with db.begin(None) as uow:
        await ledger.post(uow, [Journal(tenant, "c", "plain", "EUR", legs((CLEARING, ESCROW, 1)), uow.now, reverses_id=first.journal_id)])
    assert await broken(db, tenant) == {21}
