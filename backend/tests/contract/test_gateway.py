"""What a payment gateway promises, held for every adapter behind the port."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from velora.modules.payments.gateways.port import (
    ActionRequired,
    Captured,
    ChargeOrder,
    DeclinedCharge,
    Gateway,
    NotKnown,
    Refunded,
    RefundFailed,
    RefundOrder,
    Unheard,
)
from velora.modules.payments.gateways.sandbox import SandboxGateway

OK: Final = "4242 4242 4242 4242"
NO_FUNDS: Final = "4000000000009995"
CHALLENGE: Final = "4000000000003220"
REPLY_LOST: Final = "4000000000000341"
REQUEST_LOST: Final = "4000000000000259"


@dataclass
class Counter:
    """An adapter with what a test needs around the port: cards, a bank that answers challenges, and its own books."""

    gateway: Gateway
    sandbox: SandboxGateway

    async def token(self, number: str) -> str:
        card = await self.sandbox.tokenize(number, 12, 2030)
        assert card is not None
        return card.token

    async def order(self, key: str = "pi_1", number: str = OK, amount: int = 5390) -> ChargeOrder:
        return ChargeOrder(key, "ord_1", amount, "EUR", await self.token(number))

    async def charged(self) -> dict[str, int]:
        return (await self.sandbox.totals()).charged_minor


@pytest.fixture(params=["sandbox"])
async def counter(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Counter]:
    sandbox = SandboxGateway(tmp_path / "gateway.db", challenge_base="/challenge", fee_bps=290, fee_fixed_minor=30)
    yield Counter(sandbox, sandbox)
    await sandbox.close()


async def test_a_charge_is_taken_with_its_fee(counter):
    outcome = await counter.gateway.charge(await counter.order())
    assert isinstance(outcome, Captured)
    assert (outcome.brand, outcome.last4, outcome.fee_minor) == ("Visa", "4242", 186)
    assert await counter.charged() == {"EUR": 5390}


async def test_the_same_key_is_charged_once_and_answered_the_same(counter):
    order = await counter.order()
    outcomes = await asyncio.gather(*(counter.gateway.charge(order) for _ in range(20)))
    assert len(set(outcomes)) == 1
    assert (await counter.charged(), await counter.gateway.find("pi_1")) == ({"EUR": 5390}, outcomes[0])


async def test_a_decline_is_for_good(counter):
    order = await counter.order(number=NO_FUNDS)
    assert await counter.gateway.charge(order) == DeclinedCharge("insufficient_funds", "Visa", "9995")
    assert isinstance(await counter.gateway.charge(order), DeclinedCharge)
    assert await counter.charged() == {}


async def test_an_unknown_token_is_declined(counter):
    outcome = await counter.gateway.charge(ChargeOrder("pi_1", "ord_1", 100, "EUR", "tok_made_up"))
    assert isinstance(outcome, DeclinedCharge)
    assert outcome.reason == "unknown_token"


async def test_a_lost_reply_was_charged_all_the_same(counter):
    order = await counter.order(number=REPLY_LOST)
    assert isinstance(await counter.gateway.charge(order), Unheard)
    assert isinstance(await counter.gateway.find("pi_1"), Captured)
    assert isinstance(await counter.gateway.charge(order), Captured)
    assert await counter.charged() == {"EUR": 5390}


async def test_a_lost_request_is_not_known(counter):
    assert isinstance(await counter.gateway.charge(await counter.order(number=REQUEST_LOST)), Unheard)
    assert await counter.gateway.find("pi_1") == NotKnown()
    assert await counter.charged() == {}


async def test_nothing_is_taken_until_the_buyer_has_confirmed(counter):
    asked = await counter.gateway.charge(await counter.order(number=CHALLENGE))
    assert isinstance(asked, ActionRequired)
    assert await counter.charged() == {}
    await counter.sandbox.answer_challenge(asked.ref, approved=True)
    assert isinstance(await counter.gateway.find("pi_1"), Captured)
    assert await counter.charged() == {"EUR": 5390}


async def test_a_challenge_is_answered_once(counter):
    asked = await counter.gateway.charge(await counter.order(number=CHALLENGE))
    await counter.sandbox.answer_challenge(asked.ref, approved=False)
    assert isinstance(await counter.sandbox.answer_challenge(asked.ref, approved=True), DeclinedCharge)
    assert await counter.sandbox.answer_challenge("ch_made_up", approved=True) == NotKnown()


async def test_after_a_void_nothing_is_ever_taken_under_the_key(counter):
    late = await counter.order()
    assert isinstance(await counter.gateway.void("pi_1"), DeclinedCharge)
    assert isinstance(await counter.gateway.charge(late), DeclinedCharge)
    assert await counter.charged() == {}


async def test_a_void_stops_an_open_challenge(counter):
    asked = await counter.gateway.charge(await counter.order(number=CHALLENGE))
    assert isinstance(await counter.gateway.void("pi_1"), DeclinedCharge)
    await counter.sandbox.answer_challenge(asked.ref, approved=True)
    assert await counter.charged() == {}


async def test_a_void_comes_too_late_for_what_was_taken_and_says_so(counter):
    taken = await counter.gateway.charge(await counter.order())
    assert await counter.gateway.void("pi_1") == taken
    assert await counter.charged() == {"EUR": 5390}


async def test_a_refund_goes_back_once_under_its_key(counter):
    taken = await counter.gateway.charge(await counter.order())
    order = RefundOrder("rfd_1", taken.ref, 2000, "EUR")
    outcomes = {await counter.gateway.refund(order) for _ in range(3)}
    assert len(outcomes) == 1
    assert outcomes == {await counter.gateway.find_refund("rfd_1")}
    assert (await counter.sandbox.totals()).refunded_minor == {"EUR": 2000}


async def test_never_more_goes_back_than_was_taken(counter):
    taken = await counter.gateway.charge(await counter.order())
    assert isinstance(await counter.gateway.refund(RefundOrder("rfd_1", taken.ref, 5000, "EUR")), Refunded)
    assert isinstance(await counter.gateway.refund(RefundOrder("rfd_2", taken.ref, 391, "EUR")), RefundFailed)
    assert isinstance(await counter.gateway.refund(RefundOrder("rfd_3", taken.ref, 390, "USD")), RefundFailed)
    assert await counter.gateway.find_refund("rfd_2") == NotKnown()
    assert (await counter.sandbox.totals()).refunded_minor == {"EUR": 5000}


async def test_its_books_outlive_the_process(counter, tmp_path):
    taken = await counter.gateway.charge(await counter.order())
    reopened = SandboxGateway(tmp_path / "gateway.db", challenge_base="/challenge")
    assert await reopened.find("pi_1") == taken
    await reopened.close()


@pytest.mark.parametrize("number", ["4242424242424241", "42", "4242x424242424242", ""])
async def test_what_is_no_card_number_gets_no_token(counter, number):
    assert await counter.sandbox.tokenize(number, 12, 2030) is None
