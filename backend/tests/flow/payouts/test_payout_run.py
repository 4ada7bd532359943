"""A payout run pays everyone who is due, once, whatever the bank says."""

from dataclasses import replace

import pytest

from tests.builders.orders import a_line, a_paid_order, a_part, delivered
from tests.builders.people import a_new_tenant, a_tenant
from velora.flows.payout_run.run import PayoutRun, reserve, settle, submit
from velora.flows.postings import BANK, PAYOUT_CLEARING, payable
from velora.flows.release.release import Confirmation, confirm, release
from velora.kernel.errors import NotFound
from velora.modules.payouts import service as payouts
from velora.modules.payouts.gateways.port import BankAnswer, Transfer, TransferOutcome
from velora.modules.payouts.gateways.sandbox import SandboxBank
from velora.modules.payouts.policy import Standing, due
from velora.modules.payouts.service import PayoutFacts, Settled
from velora.modules.tenants import service as tenants
from velora.platform.db import UnitOfWork


async def a_seller_with(uow: UnitOfWork, tenant_id: int, amount: int) -> int:
    """A seller who may be paid this much in this tenant."""
    part = a_part(uow, a_line(uow, net=amount, tax=0, bps=0), shipping=0, shipping_tax=0)
    paid = await a_paid_order(uow, tenant_id, [part])
    await delivered(uow, paid)
    await confirm(uow, [Confirmation(*paid.part)])
    await release(uow, 1000)
    return part.seller_id


async def a_tenant_with_a_threshold(uow: UnitOfWork) -> tenants.TenantFacts:
    new = replace(a_new_tenant(f"t-{uow.new_id() % 10**12}"), payout_threshold_minor=2500)
    (tenant,) = await tenants.create(uow, [new])
    assert isinstance(tenant, tenants.TenantFacts), tenant
    return tenant


async def reserved(uow: UnitOfWork, tenant_id: int) -> list[PayoutFacts]:
    (outcome,) = await reserve(uow, [PayoutRun(tenant_id)])
    assert isinstance(outcome, list), outcome
    return outcome


async def test_whoever_reached_the_threshold_is_reserved_submitted_and_paid(uow, holds):
    tenant = await a_tenant_with_a_threshold(uow)
    rich = await a_seller_with(uow, tenant.id, tenant.payout_threshold_minor)
    poor = await a_seller_with(uow, tenant.id, tenant.payout_threshold_minor - 1)
    (payout,) = await reserved(uow, tenant.id)
    assert (payout.seller_id, payout.amount_minor) == (rich, tenant.payout_threshold_minor)
    await holds(uow, tenant.id, {payable(rich): 0, payable(poor): tenant.payout_threshold_minor - 1, PAYOUT_CLEARING: payout.amount_minor})

    assert [[one.id for one in answer] for answer in await submit(uow, [payout])] == [[payout.id]]
    assert await settle(uow, [Settled(tenant.id, payout.id, "paid", "SBX-1")]) == [True]
    await holds(uow, tenant.id, {PAYOUT_CLEARING: 0, BANK: -payout.amount_minor})
    (now,) = await payouts.listed(uow, tenant_id=tenant.id)
    assert (now.state, now.bank_ref) == ("paid", "SBX-1")


async def test_a_second_run_finds_nobody_to_pay(uow, holds):
    tenant = await a_tenant(uow)
    await a_seller_with(uow, tenant.id, 50000)
    assert len(await reserved(uow, tenant.id)) == 1
    assert await reserved(uow, tenant.id) == []


async def test_a_payout_that_fails_can_be_paid_by_the_next_run(uow, holds):
    tenant = await a_tenant(uow)
    seller = await a_seller_with(uow, tenant.id, 50000)
    (first,) = await reserved(uow, tenant.id)
    await settle(uow, [Settled(tenant.id, first.id, "failed", "", "The account is closed.")])
    await holds(uow, tenant.id, {payable(seller): 50000, PAYOUT_CLEARING: 0})
    (second,) = await reserved(uow, tenant.id)
    assert second.id != first.id
    assert {one.state for one in await payouts.listed(uow, tenant_id=tenant.id)} == {"failed", "reserved"}


async def test_the_banks_word_counts_once_and_unknown_is_not_failed(uow, holds):
    tenant = await a_tenant(uow)
    await a_seller_with(uow, tenant.id, 50000)
    (payout,) = await reserved(uow, tenant.id)
    assert await settle(uow, [Settled(tenant.id, payout.id, "unknown")]) == [False]
    await holds(uow, tenant.id, {PAYOUT_CLEARING: 50000})
    assert (await payouts.listed(uow, tenant_id=tenant.id))[0].state == "unknown"
    await settle(uow, [Settled(tenant.id, payout.id, "paid", "SBX-1")])
    await settle(uow, [Settled(tenant.id, payout.id, "failed", "", "too late")])
    await holds(uow, tenant.id, {PAYOUT_CLEARING: 0, BANK: -50000})


async def test_a_run_for_an_unknown_marketplace_is_not_found(uow):
    (outcome,) = await reserve(uow, [PayoutRun(5)])
    assert isinstance(outcome, NotFound)


def test_who_owes_is_not_paid_and_nothing_is_never_paid():
    standings = [Standing(1, 1, "EUR", 100, 0), Standing(1, 2, "EUR", 100, 1), Standing(1, 3, "EUR", 0, 0), Standing(1, 4, "EUR", 99, 0)]
    assert [one.seller_id for one in due(standings, thresholds={"EUR": 100})] == [1]
    assert [one.seller_id for one in due(standings, thresholds={"EUR": 0})] == [1, 4]


@pytest.fixture
async def bank(tmp_path):
    bank = SandboxBank(tmp_path / "bank.db")
    yield bank
    await bank.close()


async def test_the_bank_sends_once_for_each_key_and_remembers_it_after_a_restart(bank, tmp_path):
    order = Transfer("pay_1", "sel_1", 4500, "EUR")
    first = await bank.transfer(order)
    assert first == TransferOutcome(BankAnswer.PAID, "SBX-00000001")
    assert await bank.transfer(order) == first
    other = SandboxBank(tmp_path / "bank.db")
    assert await other.transfer(order) == first
    assert await other.sent() == {"EUR": 4500}
    await other.close()


async def test_a_closed_account_refuses_and_a_lost_answer_is_unknown_until_asked_again(bank):
    await bank.close_account("sel_1")
    assert (await bank.transfer(Transfer("a", "sel_1", 5, "EUR"))).kind is BankAnswer.FAILED
    await bank.open_account("sel_1")
    await bank.lose_next_answer("sel_1")
    order = Transfer("b", "sel_1", 7, "EUR")
    assert (await bank.transfer(order)).kind is BankAnswer.UNKNOWN
    assert (await bank.transfer(order)).kind is BankAnswer.PAID
    assert await bank.sent() == {"EUR": 7}
