"""Many at once: a key is one journal, and an account is never overdrawn, whoever comes first."""

import asyncio

from velora.modules.ledger import service as ledger
from velora.modules.ledger.errors import InsufficientFunds
from velora.modules.ledger.service import AccountRef, Journal, Outcome, Posted, Replayed, legs
from velora.platform.db import Database, Deadlock

BANK, ESCROW = AccountRef("1020"), AccountRef("2010", "sel_0000000000007")
TRIES = 20


async def posted(db: Database, journal: Journal) -> Outcome | InsufficientFunds:
    """In a transaction of its own, again while the engine gives it up for another."""
    for attempt in range(TRIES):
        try:
            async with db.begin(None) as uow:
                return (await ledger.post(uow, [journal]))[0]
        except Deadlock:
            await asyncio.sleep(0.002 * 2 ** min(attempt, 5))
        except InsufficientFunds as refusal:
            return refusal
    raise AssertionError("Given up for another too often.")


def a_journal(db: Database, tenant: int, key: str, debit: AccountRef, credit: AccountRef, amount: int) -> Journal:
    return Journal(tenant, key, "plain", "EUR", legs((debit, credit, amount)), db.clock.now())


async def held(db: Database, tenant: int) -> int:
    async with db.read(None) as uow:
        return (await ledger.balances(uow, {(tenant, str(ESCROW))}))[tenant, str(ESCROW), "EUR"]


async def test_the_same_movement_asked_ten_times_at_once_is_one_journal(db):
    tenant = db.new_id()
    outcomes = await asyncio.gather(*(posted(db, a_journal(db, tenant, "capture:1", BANK, ESCROW, 500)) for _ in range(10)))
    (first,) = [one for one in outcomes if isinstance(one, Posted)]
    assert [one for one in outcomes if one != first] == [Replayed(first.journal_id)] * 9
    assert await held(db, tenant) == 500


async def test_of_sixty_withdrawals_of_seven_from_a_hundred_fourteen_are_paid(db):
    tenant = db.new_id()
    await posted(db, a_journal(db, tenant, "in", BANK, ESCROW, 100))
    outcomes = await asyncio.gather(*(posted(db, a_journal(db, tenant, f"out:{n}", ESCROW, BANK, 7)) for n in range(60)))
    assert sum(isinstance(one, Posted) for one in outcomes) == 14
    assert sum(isinstance(one, InsufficientFunds) for one in outcomes) == 46
    assert await held(db, tenant) == 2
    async with db.read(None) as uow:
        assert [check for check in await ledger.verify(uow, tenant, lambda name, done: None) if check.count] == []


async def test_accounts_opened_by_two_at_once_are_opened_once(db):
    tenant = db.new_id()
    await asyncio.gather(*(posted(db, a_journal(db, tenant, f"k{n}", BANK, ESCROW, 1)) for n in range(8)))
    async with db.read(None) as uow:
        assert sorted(account.code for account in await ledger.accounts(uow, tenant_id=tenant)) == ["1020", str(ESCROW)]
    assert await held(db, tenant) == 8
