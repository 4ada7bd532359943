"""What a payment gateway promises, held for every adapter behind the port."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from velora.kernel.clock import ManualClock
from velora.modules.payments.gateways.port import (
    ActionRequired,
    Authorised,
    Captured,
    CaptureFailed,
    CaptureOrder,
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
CAPTURE_REPLY_LOST: Final = "4000000000004210"


@dataclass
class Counter:
    """An adapter with what a test needs around the port: cards, a bank that answers challenges, its own books and its clock."""

    gateway: Gateway
    sandbox: SandboxGateway
    clock: ManualClock

    async def token(self, number: str) -> str:
        card = await self.sandbox.tokenize(number, 12, 2030)
        assert card is not None
        return card.token

    async def order(self, key: str = "pi_1", number: str = OK, amount: int = 5390) -> ChargeOrder:
        return ChargeOrder(key, "ord_1", amount, "EUR", await self.token(number))

    async def charged(self) -> dict[str, int]:
        return (await self.sandbox.totals()).charged_minor

    async def held(self) -> dict[str, int]:
        return (await self.sandbox.totals()).held_minor

    async def authorised(self, key: str = "pi_1", number: str = OK) -> Authorised:
        outcome = await self.gateway.charge(replace(await self.order(key, number), capture="later"))
        assert isinstance(outcome, Authorised), outcome
        return outcome


@pytest.fixture(params=["sandbox"])
async def counter(request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock) -> AsyncGenerator[Counter]:
    sandbox = SandboxGateway(tmp_path / "gateway.db", challenge_base="/challenge", fee_bps=290, fee_fixed_minor=30, clock=clock)
    yield Counter(sandbox, sandbox, clock)
    await sandbox.close()


async def test_a_charge_is_taken_with_its_fee(counter):
    outcome = await counter.gateway.charge(await counter.order())
    assert isinstance(outcome, Captured)
    assert (outcome.brand, outcome.last4, outcome.fee_minor, outcome.amount_minor) == ("Visa", "4242", 186, 5390)
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


async def test_what_is_to_be_captured_later_is_held_for_seven_days_and_not_taken(counter):
    held = await counter.authorised()
    assert (held.brand, held.last4, held.expires_at) == ("Visa", "4242", counter.clock.now() + timedelta(days=7))
    assert (await counter.charged(), await counter.held()) == ({}, {"EUR": 5390})
    assert await counter.gateway.find("pi_1") == held
    assert await counter.authorised() == held
    assert await counter.held() == {"EUR": 5390}


async def test_what_is_held_is_captured_once_under_its_key(counter):
    held = await counter.authorised()
    order = CaptureOrder("cap_1", held.ref, 5390, "EUR")
    outcomes = set(await asyncio.gather(*(counter.gateway.capture(order) for _ in range(20))))
    assert outcomes == {Captured(held.ref, "Visa", "4242", 186, 5390)} == {await counter.gateway.find("pi_1")}
    assert (await counter.charged(), await counter.held()) == ({"EUR": 5390}, {})
    assert await counter.gateway.charge(await counter.order()) in outcomes


async def test_a_part_is_captured_with_the_fee_of_that_part_and_the_rest_is_released(counter):
    held = await counter.authorised()
    taken = await counter.gateway.capture(CaptureOrder("cap_1", held.ref, 2000, "EUR"))
    assert taken == Captured(held.ref, "Visa", "4242", 88, 2000)
    assert (await counter.charged(), await counter.held()) == ({"EUR": 2000}, {})
    assert isinstance(await counter.gateway.capture(CaptureOrder("cap_2", held.ref, 3390, "EUR")), CaptureFailed)
    assert isinstance(await counter.gateway.refund(RefundOrder("rfd_1", held.ref, 2001, "EUR")), RefundFailed)
    assert isinstance(await counter.gateway.refund(RefundOrder("rfd_2", held.ref, 2000, "EUR")), Refunded)
    assert (await counter.charged(), await counter.gateway.find("pi_1")) == ({"EUR": 2000}, taken)


@pytest.mark.parametrize(("amount", "currency"), [(5391, "EUR"), (0, "EUR"), (-1, "EUR"), (5390, "USD")])
async def test_never_more_is_captured_than_is_held_nor_in_another_currency(counter, amount, currency):
    held = await counter.authorised()
    assert isinstance(await counter.gateway.capture(CaptureOrder("cap_1", held.ref, amount, currency)), CaptureFailed)
    assert (await counter.charged(), await counter.held()) == ({}, {"EUR": 5390})
    assert isinstance(await counter.gateway.capture(CaptureOrder("cap_2", held.ref, 5390, "EUR")), Captured)


async def test_what_was_charged_at_once_or_by_nobody_is_not_captured(counter):
    taken = await counter.gateway.charge(await counter.order())
    assert isinstance(await counter.gateway.capture(CaptureOrder("cap_1", taken.ref, 5390, "EUR")), CaptureFailed)
    assert isinstance(await counter.gateway.capture(CaptureOrder("cap_2", "ch_made_up", 5390, "EUR")), CaptureFailed)
    assert await counter.charged() == {"EUR": 5390}


async def test_a_lost_reply_to_a_capture_was_taken_all_the_same(counter):
    held = await counter.authorised(number=CAPTURE_REPLY_LOST)
    order = CaptureOrder("cap_1", held.ref, 5000, "EUR")
    assert isinstance(await counter.gateway.capture(order), Unheard)
    assert await counter.gateway.capture(order) == await counter.gateway.find("pi_1") == Captured(held.ref, "Visa", "4210", 175, 5000)
    assert await counter.charged() == {"EUR": 5000}


async def test_a_void_releases_what_is_held_for_good(counter):
    held = await counter.authorised()
    assert await counter.gateway.void("pi_1") == await counter.gateway.void("pi_1") == DeclinedCharge("voided", "Visa", "4242")
    assert isinstance(await counter.gateway.capture(CaptureOrder("cap_1", held.ref, 5390, "EUR")), CaptureFailed)
    assert (await counter.charged(), await counter.held()) == ({}, {})


async def test_of_a_capture_and_a_void_at_once_one_has_its_way(counter):
    held = await counter.authorised()
    taken, voided = await asyncio.gather(
        counter.gateway.capture(CaptureOrder("cap_1", held.ref, 5390, "EUR")), counter.gateway.void("pi_1")
    )
    if isinstance(taken, Captured):
        assert voided == taken
        assert await counter.charged() == {"EUR": 5390}
    else:
        assert (taken, voided) == (CaptureFailed("voided"), DeclinedCharge("voided", "Visa", "4242"))
        assert await counter.charged() == {}
    assert await counter.held() == {}


async def test_an_authorisation_ends_when_it_said_and_then_nothing_is_taken(counter):
    held = await counter.authorised()
    counter.clock.advance(timedelta(days=7))
    over = DeclinedCharge("expired", "Visa", "4242")
    assert await counter.gateway.capture(CaptureOrder("cap_1", held.ref, 5390, "EUR")) == CaptureFailed("expired")
    assert await counter.gateway.find("pi_1") == await counter.gateway.void("pi_1") == over
    assert await counter.gateway.charge(await counter.order()) == over
    assert (await counter.charged(), await counter.held()) == ({}, {})


async def test_what_was_captured_in_time_does_not_expire(counter):
    held = await counter.authorised()
    counter.clock.advance(timedelta(days=6, hours=23))
    taken = await counter.gateway.capture(CaptureOrder("cap_1", held.ref, 5390, "EUR"))
    counter.clock.advance(timedelta(days=30))
    assert await counter.gateway.find("pi_1") == taken
    assert isinstance(await counter.gateway.refund(RefundOrder("rfd_1", held.ref, 5390, "EUR")), Refunded)


async def test_a_buyer_who_confirms_what_is_to_be_captured_later_has_it_held_from_then_on(counter):
    asked = await counter.gateway.charge(replace(await counter.order(number=CHALLENGE), capture="later"))
    assert isinstance(asked, ActionRequired)
    assert await counter.held() == {}
    assert isinstance(await counter.gateway.capture(CaptureOrder("cap_1", asked.ref, 5390, "EUR")), CaptureFailed)
    counter.clock.advance(timedelta(minutes=5))
    confirmed = await counter.sandbox.answer_challenge(asked.ref, approved=True)
    assert confirmed == Authorised(asked.ref, "Visa", "3220", counter.clock.now() + timedelta(days=7))
    assert (await counter.charged(), await counter.held()) == ({}, {"EUR": 5390})


async def test_a_lost_reply_to_an_authorisation_was_held_all_the_same(counter):
    order = replace(await counter.order(number=REPLY_LOST), capture="later")
    assert isinstance(await counter.gateway.charge(order), Unheard)
    assert isinstance(await counter.gateway.find("pi_1"), Authorised)
    assert isinstance(await counter.gateway.charge(order), Authorised)
    assert (await counter.charged(), await counter.held()) == ({}, {"EUR": 5390})


async def test_a_card_without_money_is_declined_now_also_when_it_would_be_captured_later(counter):
    order = replace(await counter.order(number=NO_FUNDS), capture="later")
    assert await counter.gateway.charge(order) == DeclinedCharge("insufficient_funds", "Visa", "9995")
    assert await counter.held() == {}


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
