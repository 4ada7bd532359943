"""Verify over the whole house: clean after everything that can happen, and broken where somebody meddled."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.builders.orders import GUEST, a_line, a_paid_order, a_part, delivered
from tests.builders.people import a_tenant
from tests.fixtures_db import undone
from velora.flows import postings
from velora.flows.bookkeeping.verify import examine, verify
from velora.flows.payment_outcome.settle import News, heard_of
from velora.flows.payment_outcome.settle import settle as settle_payment
from velora.flows.payout_run.run import PayoutRun, posted, reserve
from velora.flows.payout_run.run import settle as settle_payouts
from velora.flows.postings import BANK
from velora.flows.refund.ask import ReturnAsk, ask
from velora.flows.refund.cancel import Cancellation, cancel
from velora.flows.refund.decide import Decision, approve
from velora.flows.refund.settle import RefundNews, settle
from velora.flows.refund.start import Started
from velora.flows.release.release import Confirmation, confirm, release
from velora.flows.second_person import Hand
from velora.flows.suspense.open import open_case
from velora.flows.suspense.send import BackNews, settle_back
from velora.flows.suspense.settle import Wish
from velora.flows.suspense.settle import settle as settle_suspense
from velora.kernel.clock import ManualClock
from velora.kernel.ids import encode, id_source
from velora.kernel.principal import Principal
from velora.modules.commission import service as commission
from velora.modules.inventory import service as inventory
from velora.modules.ledger import service as ledger
from velora.modules.ledger.service import AccountRef, Check, Journal, legs
from velora.modules.payments import service as payments
from velora.modules.payments.gateways.port import Authorised, Refunded, RefundFailed
from velora.modules.payouts import service as payouts
from velora.modules.payouts.service import Settled
from velora.modules.returns import service as returns
from velora.modules.suspense.service import Limits, NewCase, Settlement
from velora.platform.bus.forgetting import forget_relayed
from velora.platform.bus.outbox import OutboxBus
from velora.platform.bus.relaying import relay
from velora.platform.db import Database, UnitOfWork
from velora.platform.db.outbox import RELAYED_KEPT

ALL = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27]
OF_ALL = {11, 12, 24, 27}  # blocks, partitions and dropped months hold the journals of all tenants


async def broken(uow: UnitOfWork, tenant: int) -> set[int]:
    return {check.number for check in (await examine(uow, tenant)).checks if check.count}


async def a_refund(uow: UnitOfWork, tenant: int, outcome: Refunded | RefundFailed | None) -> None:
    paid = await a_paid_order(uow, tenant, [a_part(uow, a_line(uow, quantity=3, bps=0))])
    await delivered(uow, paid)
    part = paid.parts[0]
    wish = ReturnAsk(tenant, part.id, ((part.lines[0].id, 1),), returns.Reason.DAMAGED, "", Principal(guest_key=GUEST))
    (facts,) = await ask(uow, [wish])
    assert isinstance(facts, returns.ReturnFacts)
    (started,) = await approve(uow, [Decision(tenant, paid.order_id, facts.id, "", "test")])
    assert isinstance(started, Started)
    if outcome:
        await settle(uow, [RefundNews(tenant, started.refund_id, outcome)])


async def a_busy_tenant(uow: UnitOfWork) -> int:
    """Orders paid, refunded, failing to be refunded, being refunded, cancelled, released, paid out, failing to be paid out."""
    tenant = (await a_tenant(uow)).id
    for outcome in (Refunded("re"), RefundFailed("no"), None):
        await a_refund(uow, tenant, outcome)
    cancelled = await a_paid_order(uow, tenant, [a_part(uow, a_line(uow, bps=0))], fee_minor=365)
    await cancel(uow, [Cancellation(tenant, cancelled.order_id, "test")])
    for _ in range(3):
        paid = await a_paid_order(uow, tenant, [a_part(uow, a_line(uow, bps=0))])
        await delivered(uow, paid)
        await confirm(uow, [Confirmation(*paid.part)])
    await release(uow, 1000)
    (reserved,) = await reserve(uow, [PayoutRun(tenant)])
    assert isinstance(reserved, list)
    await settle_payouts(uow, [Settled(tenant, reserved[0].id, "paid", "SBX"), Settled(tenant, reserved[1].id, "failed", "", "closed")])
    await some_suspense(uow, tenant)
    return tenant


async def some_suspense(uow: UnitOfWork, tenant: int) -> None:
    """Money that matches nothing: one is open, one on its way back, one given back, one written off, and one that would not go back."""
    new = [NewCase(tenant, "sandbox", f"ch_{number}", 250, "EUR") for number in range(5)]
    _, waits, back, off, refused = await open_case(uow, new)
    finance, limits = Hand("account:1"), Limits(1000, 300)
    hows = [(waits, Settlement.GIVE_BACK), (back, Settlement.GIVE_BACK), (off, Settlement.WRITE_OFF), (refused, Settlement.GIVE_BACK)]
    await settle_suspense(uow, [Wish(tenant, case.id, how, "because", finance, limits, "sandbox") for case, how in hows])
    await settle_back(uow, [BackNews(tenant, back.id, 1, Refunded("re")), BackNews(tenant, refused.id, 1, RefundFailed("no"))])


async def test_after_everything_that_can_happen_every_count_is_nought(fresh_db):
    async with fresh_db.begin(None) as uow:
        tenant = await a_busy_tenant(uow)
    for whom in (tenant, None):
        verdict = await verify(fresh_db, whom)
        none_there = OF_ALL if whom else {24} if fresh_db.dialect == "sqlite" else set()
        assert [check.number for check in verdict.checks] == [n for n in ALL if n not in none_there]
        assert [check for check in verdict.checks if check.count] == []
        assert verdict.clean


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE payment_intent SET refunded_minor = refunded_minor + 1 WHERE refunded_minor > 0 AND refunded_minor < captured_minor", 14),
        ("UPDATE payment_intent SET captured_minor = 0, state = 'declined' WHERE refunded_minor = 0", 15),
        ("UPDATE escrow_hold SET refunded = refunded + 1 WHERE state = 'held'", 16),
        ("UPDATE escrow_hold SET state = 'held' WHERE state = 'released'", 16),
        ("UPDATE payout SET state = 'failed' WHERE state = 'paid'", 17),
        ("DELETE FROM payout WHERE state = 'paid'", 17),
        ("UPDATE payment_refund SET amount_minor = amount_minor + 1 WHERE state = 'requested'", 18),
        ("UPDATE payout SET amount_minor = amount_minor + 1 WHERE state = 'reserved'", 18),
        ("UPDATE suspense_case SET amount_minor = amount_minor + 1 WHERE state = 'open'", 18),
        ("UPDATE suspense_case SET amount_minor = amount_minor + 1 WHERE state = 'giving_back'", 18),
        ("UPDATE suspense_case SET amount_minor = amount_minor + 1 WHERE settlement = 'write_off'", 19),
        ("DELETE FROM suspense_case WHERE state = 'open'", 18),
        ("UPDATE payment_intent SET fee_minor = fee_minor - 1 WHERE fee_minor > 0", 19),
        ("UPDATE payment_refund SET amount_minor = amount_minor - 1 WHERE state = 'succeeded'", 19),
        ("DELETE FROM outbox_event WHERE type = 'ledger.journals_posted.v1'", 22),
        ("UPDATE order_line SET commission_minor = commission_minor + 1 WHERE quantity > 0", 25),
        ("UPDATE order_line SET commission_rule_id = 5 WHERE quantity > 0", 25),
    ],
)
async def test_what_disagrees_with_the_ledger_is_found(db, statement, found):
    async with db.begin(None) as uow:
        tenant, other = await a_busy_tenant(uow), await a_busy_tenant(uow)
    async with undone(db, None) as uow:
        assert found not in await broken(uow, tenant)
        await uow.connection.execute(text(f"{statement} AND tenant_id = {tenant}"))
        assert found in await broken(uow, tenant)
        assert await broken(uow, other) == set()


@pytest.mark.parametrize("meddled", ["amount_minor = amount_minor + 1", "state = 'voided'", "state = 'captured'"])
async def test_a_memo_that_is_not_what_banks_hold_is_found(db, meddled):
    async with db.begin(None) as uow:
        tenant = (await a_tenant(uow)).id
        order_id, intent_id = uow.new_id(), uow.new_id()
        payments.intend(uow, [payments.NewIntent(tenant, intent_id, order_id, 5390, "EUR", "tok_visa", "later")])
        held = Authorised("ch", "Visa", "4242", uow.now + timedelta(days=7))
        await settle_payment(uow, [News(heard_of(tenant, intent_id, held))])
    async with undone(db, None) as uow:
        assert await broken(uow, tenant) == set()
        await uow.connection.execute(text(f"UPDATE payment_intent SET {meddled} WHERE tenant_id = {tenant}"))
        assert await broken(uow, tenant) == {18}


async def a_payout_of(uow: UnitOfWork, tenant: int, seller: int) -> None:
    """Reserved and posted, whatever the seller owes."""
    (payout,) = await payouts.reserve(uow, [payouts.Standing(tenant, seller, "EUR", 1000, 0)])
    await ledger.post(uow, [postings.payout_reserved(posted(payout), at=uow.now, actor_ref="test")])


async def moved(uow: UnitOfWork, tenant: int, debit: AccountRef, credit: AccountRef, amount: int = 500) -> None:
    await ledger.post(uow, [Journal(tenant, f"moved:{uow.new_id()}", "plain", "EUR", legs((debit, credit, amount)), uow.now)])


async def check(number: int, uow: UnitOfWork, tenant: int | None) -> Check:
    return next(one for one in (await examine(uow, tenant)).checks if one.number == number)


async def test_money_at_the_gateway_that_the_gateway_never_spoke_of_is_found(db):
    async with undone(db, None) as uow:
        tenant = await a_busy_tenant(uow)
        assert (await check(19, uow, tenant)).count == 0
        await moved(uow, tenant, postings.CLEARING, BANK, 1)
        found = await check(19, uow, tenant)
        assert (found.count, found.examples) == (1, (encode("ten", tenant),))


async def test_each_payout_to_a_seller_who_owed_at_that_moment_is_counted(db):
    async with undone(db, None) as uow:
        tenant, one, other = (await a_tenant(uow)).id, uow.new_id(), uow.new_id()
        income, debt = AccountRef("4010"), postings.receivable(one)
        for seller in (one, other):
            await moved(uow, tenant, BANK, postings.payable(seller), 5000)
        await a_payout_of(uow, tenant, one)
        await moved(uow, tenant, debt, income)
        await a_payout_of(uow, tenant, other)
        assert (await check(20, uow, tenant)).count == 0
        await a_payout_of(uow, tenant, one)
        await a_payout_of(uow, tenant, one)
        await moved(uow, tenant, income, debt)
        await a_payout_of(uow, tenant, one)
        for whom in (tenant, None):
            found = await check(20, uow, whom)
            assert (found.count, len(found.examples)) == (2, 2)
        assert (await check(20, uow, (await a_tenant(uow)).id)).count == 0


async def test_processes_whose_clocks_disagree_accuse_nobody_of_a_payout(fresh_db, clock):
    behind = ManualClock(clock.now() - timedelta(minutes=2))
    other = Database(fresh_db.engine, behind, id_source(behind, 7))
    async with fresh_db.begin(None) as uow:
        tenant, seller = (await a_tenant(uow)).id, uow.new_id()
        await moved(uow, tenant, BANK, postings.payable(seller), 5000)
        await a_payout_of(uow, tenant, seller)
    async with other.begin(None) as uow:  # later, by an earlier clock
        await moved(uow, tenant, postings.receivable(seller), AccountRef("4010"))
    async with fresh_db.begin(None) as uow:
        assert (await check(20, uow, tenant)).count == 0
        await ledger.open_epoch(uow, (await ledger.seals(uow)).open_epoch + 1)
        await a_payout_of(uow, tenant, seller)
        assert (await check(20, uow, tenant)).count == 1


async def test_events_that_have_served_their_time_are_not_missed(fresh_db, clock):
    async with fresh_db.begin(None) as uow:
        tenant = (await a_tenant(uow)).id
        await a_paid_order(uow, tenant)
    while await relay(fresh_db, OutboxBus(fresh_db)):
        pass
    clock.advance(RELAYED_KEPT + timedelta(minutes=1))
    async with fresh_db.begin(None) as uow:
        assert await forget_relayed(uow, needed_from=None)
    assert [check.count for check in (await verify(fresh_db)).checks if check.number == 22] == [0]


async def test_promised_stock_that_nobody_was_promised_is_found(db):
    async with undone(db, None) as uow:
        seller, variant = uow.new_id(), uow.new_id()
        (place,) = await inventory.open_locations(uow, [inventory.NewLocation(seller, "Here")])
        await inventory.receive(uow, [inventory.Receipt(seller, variant, place, 5)])
        assert await broken(uow, 5) == set()
        await uow.connection.execute(text(f"UPDATE stock_level SET reserved = 1 WHERE seller_id = {seller}"))
        assert await broken(uow, 5) == {26}


async def test_commission_by_a_rule_is_held_against_the_version_it_names(db):
    async with db.begin(None) as uow:
        tenant = (await a_tenant(uow)).id
        rule = await commission.create(uow, tenant, commission.NewRule(percent_bps=1000), created_by="test")
        assert isinstance(rule, commission.Rule)
        line = replace(a_line(uow, net=12345, bps=1000), commission_rule_id=rule.rule_id, commission_rule_version=1)
        await a_paid_order(uow, tenant, [a_part(uow, line)])
        await commission.change(
            uow, tenant, rule.rule_id, percent_bps=500, fixed_minor=0, further_fixed={}, valid_from=None, created_by="test"
        )
    async with db.read(None) as uow:
        assert await broken(uow, tenant) == set()


async def test_the_snapshot_leaves_the_connections_as_they_were(db):
    async with db.snapshot(None) as uow:
        await examine(uow, 5)
    if db.dialect == "mysql":
        for _ in range(3):
            async with db.begin(None) as uow:
                (level,) = (await uow.connection.exec_driver_sql("SELECT @@transaction_isolation")).one()
                assert level == "READ-COMMITTED"
