"""What a gateway promises of disputes. The sandbox can have one; no double of Stripe can, so its adapter is only held to what it says
when it hears nothing; requests are held against Stripe's description in test_stripe.py, answers in unit/payments/test_stripe_answers.py.
"""

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders.stripe_double import a_stripe_double, a_stripe_gateway
from velora.kernel.clock import ManualClock, SystemClock
from velora.modules.payments.gateways.port import (
    Captured,
    ChargeOrder,
    NotKnown,
    RefundFailed,
    RefundOrder,
    SeenCharge,
    SeenDispute,
    Unheard,
)
from velora.modules.payments.gateways.sandbox import SandboxGateway

DISPUTED = "4000000000002685"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(SystemClock().now())


@pytest.fixture
async def sandbox(tmp_path: Path, clock: ManualClock) -> AsyncGenerator[SandboxGateway]:
    gateway = SandboxGateway(tmp_path / "gateway.db", challenge_base="/challenge", clock=clock)
    yield gateway
    await gateway.close()


async def charged(gateway: SandboxGateway, token: str = "tok_visa") -> str:
    outcome = await gateway.charge(ChargeOrder("pi_1", "ord_1", 5390, "EUR", token))
    assert isinstance(outcome, Captured)
    return outcome.ref


async def seen(gateway: SandboxGateway, ref: str) -> SeenDispute:
    found = await gateway.find_dispute(ref)
    assert isinstance(found, SeenDispute)
    return found


def moved(one: SeenDispute) -> tuple[str, int, int, int, int]:
    return one.standing, one.taken_minor, one.returned_minor, one.fee_minor, one.fee_back_minor


async def test_a_dispute_tells_of_its_charge_what_was_taken_and_until_when_to_answer(sandbox, clock):
    ref = await sandbox.open_dispute(await charged(sandbox), 1000)
    one = await seen(sandbox, ref)
    assert isinstance(one.charge, SeenCharge)
    assert (one.charge.key, one.amount_minor, one.currency) == ("pi_1", 1000, "EUR")
    assert moved(one) == ("open", 1000, 0, 1500, 0)
    assert one.answer_by == one.opened_at + timedelta(days=7)
    body, headers = sandbox.notice("dispute.opened", ref, clock.now())
    assert await sandbox.look_up(sandbox.read_notice(body, headers, clock.now())) == one


async def test_it_is_decided_once(sandbox):
    ref = await sandbox.open_dispute(await charged(sandbox))
    await sandbox.end_dispute(ref, won=True, fee_back=True)
    await sandbox.end_dispute(ref, won=False)
    assert moved(await seen(sandbox, ref)) == ("won", 5390, 5390, 1500, 1500)
    assert (await sandbox.totals()).disputed_minor == {"EUR": 0}


async def test_what_the_bank_has_is_not_given_back_as_well(sandbox):
    charge = await charged(sandbox)
    ref = await sandbox.open_dispute(charge)
    assert await sandbox.refund(RefundOrder("rfd_1", charge, 100, "EUR")) == RefundFailed("charge_disputed")
    await sandbox.end_dispute(ref, won=True)
    assert not isinstance(await sandbox.refund(RefundOrder("rfd_2", charge, 100, "EUR")), RefundFailed)


async def test_a_card_that_disputes_does_so_at_once_and_the_list_names_it(sandbox, clock):
    card = await sandbox.tokenize(DISPUTED, 12, 2030)
    assert card is not None
    await charged(sandbox, card.token)
    [one] = await sandbox.disputes_since(clock.now() - timedelta(seconds=1))
    assert moved(one) == ("open", 5390, 0, 1500, 0)
    assert await sandbox.disputes_since(clock.now() + timedelta(minutes=1)) == []


async def test_a_dispute_that_is_not_there_is_not_known(sandbox):
    assert await sandbox.find_dispute("dp_none") == NotKnown()


async def test_stripes_adapter_never_takes_silence_for_an_answer(tmp_path, clock):
    async with a_stripe_double(tmp_path) as double:
        gateway = a_stripe_gateway(double, clock)
        double.lose_requests = 2
        assert isinstance(await gateway.find_dispute("dp_none"), Unheard)
        assert isinstance(await gateway.disputes_since(clock.now()), Unheard)
        await gateway.close()
