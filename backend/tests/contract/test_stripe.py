"""What only Stripe's adapter does: over HTTP, against localstripe, and against the description that Stripe publishes of its API."""

import asyncio
import shutil
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.builders.stripe_double import SECRET_KEY, StripeDouble, a_free_port, a_stripe_double, a_stripe_gateway, until_it_answers
from velora.kernel.clock import ManualClock, SystemClock
from velora.kernel.ids import encode, id_source
from velora.modules.payments.gateways.port import (
    ActionRequired,
    Authorised,
    Captured,
    CaptureFailed,
    CaptureOrder,
    ChargeOrder,
    DeclinedCharge,
    KeptCard,
    Notice,
    NotKnown,
    Refunded,
    RefundOrder,
    SeenDispute,
    Unheard,
)
from velora.modules.payments.gateways.stripe.gateway import StripeGateway

OK: Final = "4242424242424242"
CHALLENGE: Final = "4000000000003220"


@pytest.fixture(scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[StripeDouble]:
    async with a_stripe_double(tmp_path_factory.mktemp("stripe")) as double:
        yield double


@pytest.fixture
async def double(running: StripeDouble) -> StripeDouble:
    await running.start_again()
    return running


@pytest.fixture
def clock() -> ManualClock:
    """It goes as the machine's, on which localstripe dates what it makes."""
    return ManualClock(SystemClock().now())


@pytest.fixture
async def gateway(double: StripeDouble, clock: ManualClock) -> AsyncGenerator[StripeGateway]:
    made = a_stripe_gateway(double, clock)
    yield made
    await made.close()


@pytest.fixture
def key(clock: ManualClock) -> str:
    return encode("pi", id_source(clock, 1)())


@pytest.fixture
async def stripe_mock(tmp_path: Path) -> AsyncGenerator[str]:
    """Stripe's own stateless double: it refuses what the description that Stripe publishes of its API does not know."""
    program = shutil.which("stripe-mock")
    if program is None:
        pytest.skip("stripe-mock is not on the path: go install github.com/stripe/stripe-mock@latest")
    port, log = a_free_port(), (tmp_path / "log").open("wb")
    process = await asyncio.create_subprocess_exec(program, "-http-port", str(port), stdout=log, stderr=log)
    base = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient(base_url=base) as probe:
        await until_it_answers(probe, process)
    yield base
    process.terminate()
    await process.wait()
    log.close()


async def order(double: StripeDouble, key: str, number: str = OK, **wanted: str) -> ChargeOrder:
    return ChargeOrder(key, "ord_1", 5390, "EUR", await double.card(number), **wanted)  # pyright: ignore[reportArgumentType]


async def test_what_is_asked_for(gateway, double, key):
    await gateway.charge(await order(double, key))
    [asked] = double.asked
    assert (asked.method, asked.path, asked.key) == ("POST", "/v1/payment_intents", key)
    assert {name: asked.params[name] for name in ("amount", "currency", "confirm", "capture_method", "return_url")} == {
        "amount": "5390", "currency": "eur", "confirm": "true", "capture_method": "automatic",
        "return_url": f"https://shop.example/back/{key}",
    }  # fmt: skip
    assert (asked.params["metadata[velora_key]"], asked.params["metadata[velora_order]"]) == (key, "ord_1")


async def test_a_promise_is_no_charge_until_it_is_captured_once(gateway, double, key):
    promised = await gateway.charge(await order(double, key, capture="later"))
    assert isinstance(promised, Authorised)
    assert (promised.brand, promised.last4, await double.charged()) == ("Visa", "4242", {})
    assert await gateway.find(key) == promised
    take = CaptureOrder("cap_1", promised.ref, 5390, "EUR")
    taken = await gateway.capture(take)
    assert taken == Captured(promised.ref, "Visa", "4242", 0, amount_minor=5390)
    assert await gateway.capture(take) == taken
    double.forget_keys()
    assert await gateway.capture(take) == taken
    assert await double.charged() == {"EUR": 5390}


async def test_a_lost_reply_to_a_capture_is_asked_for_again(gateway, double, key):
    promised = await gateway.charge(await order(double, key, capture="later"))
    double.lose_replies = 1
    take = CaptureOrder("cap_1", promised.ref, 5390, "EUR")
    assert isinstance(await gateway.capture(take), Unheard)
    assert isinstance(await gateway.capture(take), Captured)
    assert await double.charged() == {"EUR": 5390}


async def test_what_was_given_up_cannot_be_captured(gateway, double, key):
    promised = await gateway.charge(await order(double, key, capture="later"))
    assert await gateway.void(key) == DeclinedCharge("voided", "Visa", "4242")
    assert await gateway.capture(CaptureOrder("cap_1", promised.ref, 5390, "EUR")) == CaptureFailed("voided")


async def test_a_day_later_when_stripe_has_forgotten_the_key_nothing_is_charged_again(gateway, double, clock, key):
    asked = await order(double, key)
    taken = await gateway.charge(asked)
    back = await gateway.refund(RefundOrder("rfd_1", taken.ref, 2000, "EUR"))
    double.forget_keys()
    clock.advance(timedelta(days=1))
    another_process = a_stripe_gateway(double, clock)
    assert await another_process.charge(asked) == taken
    assert await another_process.refund(RefundOrder("rfd_1", taken.ref, 2000, "EUR")) == back
    await another_process.close()
    assert (await double.charged(), await double.refunded()) == ({"EUR": 5390}, {"EUR": 2000})


async def test_a_card_that_paid_is_kept_for_its_customer_and_pays_again(gateway, double, clock, key):
    asked = replace(await order(double, key), customer="ten_1:acc_1")
    assert await gateway.keep(asked.token, asked.customer) is None
    assert isinstance(await gateway.charge(asked), Captured)
    kept = await gateway.keep(asked.token, asked.customer)
    assert kept == KeptCard(asked.token, "Visa", "4242", 12, 2030)
    another_process = a_stripe_gateway(double, clock)
    again = replace(asked, key=encode("pi", id_source(clock, 2)()))
    assert isinstance(await another_process.charge(again), Captured)
    await another_process.close()
    assert (await double.charged(), len(await double.all("customers"))) == ({"EUR": 2 * 5390}, 1)


async def test_a_kept_card_is_charged_for_its_own_customer_alone(gateway, double, key):
    mine = replace(await order(double, key), customer="ten_1:acc_1")
    await gateway.charge(mine)
    for number, customer in enumerate(("", "ten_1:acc_2", "ten_2:acc_1")):
        anothers = replace(mine, key=f"pi_{number}", customer=customer)
        assert await gateway.charge(anothers) == DeclinedCharge("unknown_token")
        assert await gateway.keep(mine.token, customer) is None
    assert await double.charged() == {"EUR": 5390}


async def test_a_card_that_did_not_pay_or_that_nobody_wished_to_keep_is_not_kept(gateway, double, key, clock):
    unwished = await order(double, key)
    assert isinstance(await gateway.charge(unwished), Captured)
    assert await gateway.keep(unwished.token, "ten_1:acc_1") is None
    refused = replace(await order(double, encode("pi", id_source(clock, 2)()), "4000000000000341"), customer="ten_1:acc_1")
    assert isinstance(await gateway.charge(refused), DeclinedCharge)
    assert await gateway.keep(refused.token, "ten_1:acc_1") is None
    assert await gateway.keep("pm_made_up", "ten_1:acc_1") is None


async def test_a_lost_reply_about_a_card_to_keep_charges_once_and_keeps_it(gateway, double, key):
    asked = replace(await order(double, key), customer="ten_1:acc_1")
    for _ in range(4):  # the card is looked up, the customer looked for and made, the card charged: each reply is lost once
        double.lose_replies = 1
        await gateway.charge(asked)
    assert isinstance(await gateway.charge(asked), Captured)
    assert await gateway.keep(asked.token, asked.customer) is not None
    assert (await double.charged(), len(await double.all("customers"))) == ({"EUR": 5390}, 1)


async def test_a_charge_is_found_among_many_by_another_process(gateway, double, clock, key):
    taken = await gateway.charge(await order(double, key))
    for _ in range(230):
        await double.post("/v1/payment_intents", {"amount": "100", "currency": "eur"})
    another_process = a_stripe_gateway(double, clock)
    assert await another_process.find(key) == taken
    assert await another_process.find(encode("pi", 1)) == NotKnown()
    await another_process.close()


async def test_two_who_ask_for_the_same_refund_at_once_get_one(gateway, double, key):
    taken = await gateway.charge(await order(double, key))
    asked = RefundOrder("rfd_1", taken.ref, 2000, "EUR")
    double.lose_replies = 2  # both hear nothing of the charge that they look at first
    assert isinstance(await gateway.refund(asked), Unheard)
    double.lose_replies = 0
    assert isinstance(await gateway.refund(asked), Refunded)
    assert await double.refunded() == {"EUR": 2000}


async def test_whoever_keeps_silent_is_not_waited_for(gateway, double, clock, key):
    impatient = a_stripe_gateway(double, clock, answers_within=timedelta(milliseconds=300))
    asked = await order(double, key)
    double.silent_for = 3.0
    began = SystemClock().now()
    assert isinstance(await impatient.charge(asked), Unheard)
    assert SystemClock().now() - began < timedelta(seconds=2.5)
    double.silent_for = 0.0
    assert isinstance(await gateway.find(key), Captured)
    await impatient.close()


async def test_where_nobody_is_nothing_is_heard(double, clock, key):
    double_of_nobody = StripeDouble(f"http://127.0.0.1:{a_free_port()}", double.straight)
    alone = a_stripe_gateway(double_of_nobody, clock)
    asked = await order(double, key)
    answers = [
        await alone.charge(asked), await alone.find(key), await alone.void(key), await alone.find_refund("rfd_1"),
        await alone.capture(CaptureOrder("cap_1", "pi_x", 1, "EUR")), await alone.refund(RefundOrder("rfd_1", "pi_x", 1, "EUR")),
        await alone.look_up(Notice("evt_1", "any", "pi_x")),
    ]  # fmt: skip
    assert {type(one) for one in answers} == {Unheard}
    with pytest.raises(OSError, match="APIConnectionError"):
        await alone.ping()
    await alone.close()


async def test_a_wrong_key_is_said_without_the_key_and_takes_nobody_for_declined(double, clock, key):
    wrong = a_stripe_gateway(double, clock, key="pk_live_secret_of_somebody")
    with pytest.raises(OSError, match="does not take the key") as refused:
        await wrong.ping()
    assert "secret_of_somebody" not in str(refused.value)
    assert isinstance(await wrong.charge(await order(double, key)), Unheard)
    await wrong.close()


async def test_it_answers(gateway):
    await gateway.ping()


async def test_a_buyer_is_sent_to_the_bank_and_back(gateway, double, key):
    asked = await gateway.charge(await order(double, key, CHALLENGE))
    assert isinstance(asked, ActionRequired)
    assert asked.challenge_url == f"https://bank.example/3ds/{asked.ref}"
    await double.bank_says(asked.ref, approved=True)
    assert await gateway.find(key) == Captured(asked.ref, "Visa", "3220", 0, amount_minor=5390)


async def test_stripe_takes_every_request_by_its_own_published_description(stripe_mock, clock, key):
    gateway = StripeGateway(SECRET_KEY, "whsec_x", api_base=stripe_mock, return_base="https://shop.example/back", clock=clock)
    heard: list[tuple[str, str, int]] = []

    async def hear(reply: httpx.Response) -> None:
        heard.append((reply.request.method, reply.request.url.path.removeprefix("/v1/"), reply.status_code))

    gateway._line._client_async.event_hooks = {"response": [hear]}  # what the port answers does not tell a refused request
    for capture in ("now", "later"):
        await gateway.charge(ChargeOrder(key, "ord_1", 5390, "EUR", "pm_card_visa", capture))
    await gateway._create(ChargeOrder(key, "ord_1", 5390, "EUR", "pm_1"), "cus_1")
    await gateway.keep("pm_1", "ten_1:acc_1")
    await gateway._customers._found("ten_1:acc_1")
    await gateway._customers._made("ten_1:acc_1")
    clock.advance(timedelta(minutes=10))
    another = encode("pi", id_source(clock, 2)())
    clock.advance(timedelta(minutes=10))
    await gateway.find(another)
    await gateway.find(encode("pi", id_source(clock, 3)()))
    await gateway.void(key)
    await gateway._use_up(another)
    await gateway.capture(CaptureOrder("cap_1", "pi_1", 5390, "EUR"))
    await gateway.refund(RefundOrder("rfd_1", "pi_1", 100, "USD"))
    await gateway.find_refund("rfd_1")
    for ref in ("pi_1", "ch_1", "re_1", "dp_1"):
        await gateway.look_up(Notice("evt_1", "any", ref))
    assert isinstance(await gateway.find_dispute("dp_1"), SeenDispute)
    found = await gateway.disputes_since(clock.now() - timedelta(days=3))
    assert isinstance(found, list)
    assert all(isinstance(one, SeenDispute) for one in found)
    await gateway.ping()
    await gateway.close()
    assert [one for one in heard if one[2] != 200] == []
    assert {(method, path.partition("pi_")[0]) for method, path, _ in heard} >= {
        ("POST", "payment_intents"), ("GET", "payment_intents/search"), ("GET", "payment_intents"), ("GET", "payment_intents/"),
        ("POST", "payment_intents/"), ("POST", "refunds"), ("GET", "refunds"), ("GET", "charges/ch_1"), ("GET", "refunds/re_1"),
        ("GET", "balance"), ("GET", "disputes/dp_1"), ("GET", "disputes"), ("GET", "payment_methods/pm_1"), ("GET", "customers/search"),
        ("POST", "customers"),
    }  # fmt: skip
