"""Posting: once for each key, all or nothing for the batch, and never below a floor."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from tests.fixtures_db import undone
from velora.modules.ledger import service as ledger
from velora.modules.ledger.errors import InsufficientFunds, KeyReused
from velora.modules.ledger.models import LedgerBalance, LedgerJournal, LedgerPosting
from velora.modules.ledger.service import AccountRef, Journal, Posted, Replayed, legs
from velora.platform.db import Database, UnitOfWork

CLEARING, BANK, TAX = AccountRef("1010"), AccountRef("1020"), AccountRef("2030", "DE")
ESCROW = AccountRef("2010", "sel_0000000000007")


def a_capture(uow: UnitOfWork, tenant: int, key: str = "capture:1", amount: int = 10000) -> Journal:
    return Journal(tenant, key, "capture", "EUR", legs((CLEARING, ESCROW, amount), (CLEARING, TAX, 1900)), uow.now)


async def rows_of(uow: UnitOfWork, tenant: int) -> tuple[int | None, int | None]:
    journals = await uow.scalar(select(func.count()).select_from(LedgerJournal).where(LedgerJournal.tenant_id == tenant))
    postings = await uow.scalar(select(func.count()).select_from(LedgerPosting).where(LedgerPosting.tenant_id == tenant))
    return journals, postings


async def balance(uow: UnitOfWork, tenant: int, ref: AccountRef) -> int:
    return (await ledger.balances(uow, {(tenant, str(ref))})).get((tenant, str(ref), "EUR"), 0)


async def test_the_same_journal_again_is_answered_with_the_first_and_writes_nothing(uow):
    tenant = uow.new_id()
    (first,) = await ledger.post(uow, [a_capture(uow, tenant)])
    assert isinstance(first, Posted)
    before = await rows_of(uow, tenant), await balance(uow, tenant, ESCROW)

    again = await ledger.post(uow, [a_capture(uow, tenant), a_capture(uow, tenant)])

    assert again == [Replayed(first.journal_id)] * 2
    assert (await rows_of(uow, tenant), await balance(uow, tenant, ESCROW)) == before == ((1, 2), 10000)


async def test_a_key_that_stands_for_another_amount_is_refused_and_its_neighbours_go_on(uow):
    tenant = uow.new_id()
    await ledger.post(uow, [a_capture(uow, tenant)])

    refused, posted = await ledger.post(uow, [a_capture(uow, tenant, amount=1), a_capture(uow, tenant, "capture:2", 500)])

    assert refused == KeyReused("capture:1")
    assert isinstance(posted, Posted)
    assert await balance(uow, tenant, ESCROW) == 10500


async def test_two_journals_of_one_key_in_one_batch_are_one(uow):
    tenant = uow.new_id()
    first, second, third = await ledger.post(uow, [a_capture(uow, tenant), a_capture(uow, tenant), a_capture(uow, tenant, amount=5)])
    assert isinstance(first, Posted)
    assert second == Replayed(first.journal_id)
    assert third == KeyReused("capture:1")
    assert await rows_of(uow, tenant) == (1, 2)


async def test_the_same_key_in_two_tenants_is_two_journals(uow):
    one, other = uow.new_id(), uow.new_id()
    outcomes = await ledger.post(uow, [a_capture(uow, one), a_capture(uow, other)])
    assert [type(outcome) for outcome in outcomes] == [Posted, Posted]


async def test_escrow_cannot_give_more_than_it_holds(db: Database):
    tenant = db.new_id()
    async with db.begin(None) as uow:
        await ledger.post(uow, [a_capture(uow, tenant, amount=1000)])
    with pytest.raises(InsufficientFunds):
        async with db.begin(None) as uow:
            await ledger.post(uow, [Journal(tenant, "spend", "plain", "EUR", legs((ESCROW, BANK, 1001)), uow.now)])
    async with db.read(None) as uow:
        assert await balance(uow, tenant, ESCROW) == 1000
        assert await rows_of(uow, tenant) == (1, 2)
        assert await ledger.find(uow, {(tenant, "spend")}) == {}


async def test_what_a_rolled_back_batch_opened_is_opened_again_by_the_next(db: Database):
    tenant = db.new_id()
    async with undone(db, None) as uow:
        await ledger.post(uow, [a_capture(uow, tenant)])
    for key in ("capture:2", "capture:3"):
        async with db.begin(None) as uow:
            await ledger.post(uow, [a_capture(uow, tenant, key)])
    async with db.read(None) as uow:
        assert await balance(uow, tenant, ESCROW) == 20000


@pytest.mark.parametrize("bad", [0, -5])
async def test_a_journal_that_moves_nothing_is_a_mistake_of_the_caller(uow, bad):
    tenant = uow.new_id()
    with pytest.raises(ValueError, match="cannot be posted"):
        await ledger.post(uow, [Journal(tenant, "k", "plain", "EUR", (ledger.Leg(BANK, CLEARING, bad),), uow.now)])
    with pytest.raises(ValueError, match="moves nothing"):
        await ledger.post(uow, [Journal(tenant, "k", "plain", "EUR", legs((BANK, CLEARING, 0)), uow.now)])
    assert await rows_of(uow, tenant) == (0, 0)


@pytest.mark.parametrize("table", ["ledger_journal", "ledger_posting", "ledger_key"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET tenant_id = tenant_id WHERE tenant_id = {}", "DELETE FROM {} WHERE tenant_id = {}"])
async def test_the_database_refuses_to_change_what_is_written(uow, table, statement):
    tenant = uow.new_id()
    await ledger.post(uow, [a_capture(uow, tenant)])
    with pytest.raises(Exception, match="append-only"):
        await uow.connection.execute(text(statement.format(table, tenant)))


PLACES = [CLEARING, BANK, TAX, AccountRef("4010"), AccountRef("5010"), AccountRef("2090")]
MOVES = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(PLACES), st.integers(1, 10**9)), min_size=1, max_size=4),
    ),
    max_size=8,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(MOVES, max_size=4))
async def test_any_journals_in_any_batches_leave_debits_equal_credits_and_replay_to_nothing(db, batches):
    tenant = db.new_id()
    journals = [
        [
            Journal(tenant, f"k:{key}", "plain", "EUR", moves, db.clock.now())
            for key, parts in batch
            if (moves := legs(*(part for part in parts if part[0] != part[1])))
        ]
        for batch in batches
    ]
    async with db.begin(None) as uow:
        for batch in journals:
            await ledger.post(uow, batch)
        before = await rows_of(uow, tenant)
    async with db.begin(None) as uow:
        for batch in journals:
            assert not any(isinstance(outcome, Posted) for outcome in await ledger.post(uow, batch))
        assert await rows_of(uow, tenant) == before
        rows = await uow.all(select(LedgerBalance.debit, LedgerBalance.credit).where(LedgerBalance.tenant_id == tenant))
        assert sum(row.debit for row in rows) == sum(row.credit for row in rows)
        assert not [check for check in await ledger.verify(uow, tenant, lambda name, done: None) if check.count]
