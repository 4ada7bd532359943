"""Reading: statements whose pages meet, and balances of any moment."""

from datetime import timedelta
from itertools import count

import pytest

from velora.kernel.clock import ManualClock
from velora.kernel.ids import id_source
from velora.modules.ledger import service as ledger
from velora.modules.ledger.service import Account, AccountRef, Journal, legs
from velora.platform.db import Database, UnitOfWork

BANK, EQUITY, FEES = AccountRef("1020"), AccountRef("3010"), AccountRef("5010")


_nodes = count(900)


@pytest.fixture
def db(shared_db: Database, clock: ManualClock) -> Database:
    """The run's database, where ids follow this test's clock."""
    return Database(shared_db.engine, clock, id_source(clock, next(_nodes)))


async def moved(db: Database, tenant: int, key: str, debit: AccountRef, credit: AccountRef, amount: int) -> None:
    async with db.begin(tenant) as uow:
        await ledger.post(uow, [Journal(tenant, key, "plain", "EUR", legs((debit, credit, amount)), uow.now)])


async def the_bank(uow: UnitOfWork, tenant: int) -> Account:
    (bank,) = await ledger.accounts(uow, tenant_id=tenant, code_prefix="1020")
    return bank


async def test_the_pages_of_a_statement_meet_and_end_at_the_balance(db, clock):
    tenant = db.new_id()
    for day, (debit, credit, amount) in enumerate(
        [(BANK, EQUITY, 500), (FEES, BANK, 30), (BANK, EQUITY, 70), (FEES, BANK, 40), (FEES, BANK, 1)]
    ):
        clock.advance(timedelta(days=1))
        await moved(db, tenant, f"k{day}", debit, credit, amount)
    async with db.read(tenant) as uow:
        bank = await the_bank(uow, tenant)
        shown, cursor = [], None
        while True:
            part = await ledger.statement(uow, bank, cursor=cursor, limit=2)
            shown += [(line.debit_minor, line.credit_minor, line.balance_minor, line.counter.code) for line in part.page.data]
            cursor = part.page.next_cursor
            if cursor is None:
                break
        assert shown == [(500, 0, 500, "3010"), (0, 30, 470, "5010"), (70, 0, 540, "3010"), (0, 40, 500, "5010"), (0, 1, 499, "5010")]
        assert bank.balance_minor == 499


async def test_a_statement_of_some_days_opens_with_what_stood_before(db, clock):
    tenant = db.new_id()
    start = clock.now()
    await moved(db, tenant, "a", BANK, EQUITY, 500)
    clock.advance(timedelta(days=2))
    await moved(db, tenant, "b", FEES, BANK, 30)
    clock.advance(timedelta(days=2))
    await moved(db, tenant, "c", FEES, BANK, 7)
    async with db.read(tenant) as uow:
        part = await ledger.statement(uow, await the_bank(uow, tenant), since=start + timedelta(days=1), until=start + timedelta(days=3))
    assert part.opening_minor == 500
    assert [line.balance_minor for line in part.page.data] == [470]


async def test_the_trial_balance_of_a_past_moment_is_what_it_was_then(db, clock):
    tenant = db.new_id()
    await moved(db, tenant, "a", BANK, EQUITY, 500)
    then = clock.now()
    clock.advance(timedelta(days=1))
    await moved(db, tenant, "b", FEES, BANK, 30)
    async with db.read(tenant) as uow:
        past = await ledger.trial_balance(uow, tenant_id=tenant, at=then)
        now = await ledger.trial_balance(uow, tenant_id=tenant)
        also_now = await ledger.trial_balance(uow, tenant_id=tenant, at=clock.now())
    assert [(row.account.code, row.debit_minor, row.credit_minor) for row in past] == [("1020", 500, 0), ("3010", 0, 500)]
    assert [(row.account.code, row.debit_minor, row.credit_minor) for row in now] == [("1020", 470, 0), ("3010", 0, 500), ("5010", 30, 0)]
    assert also_now == now


async def test_a_statement_as_csv_has_a_line_for_every_move(db):
    tenant = db.new_id()
    await moved(db, tenant, "a", BANK, EQUITY, 500)
    await moved(db, tenant, "b", FEES, BANK, 30)
    async with db.read(tenant) as uow:
        text = "".join([part async for part in ledger.statement_csv(uow, [await the_bank(uow, tenant)], since=None, until=None)])
    head, first, second = text.splitlines()
    assert head.startswith("account,name,currency,time,journal")
    assert first.startswith("1020,Bank,EUR,2026-11-16T10:00:00+00:00,jrn_")
    assert first.endswith(",plain,3010,500,0,500")
    assert second.endswith(",plain,5010,0,30,470")


async def test_another_tenants_unit_of_work_sees_no_account_of_this_one(db):
    tenant, other = db.new_id(), db.new_id()
    await moved(db, tenant, "a", BANK, EQUITY, 500)
    async with db.read(None) as uow:
        bank = await the_bank(uow, tenant)
    async with db.read(other) as uow:
        assert await ledger.account(uow, bank.id) is None
        assert await ledger.accounts(uow, tenant_id=tenant) == []
