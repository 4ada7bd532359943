"""An order's whole way with Stripe: over HTTP to localstripe, and back by the notices that localstripe itself signs and sends."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
import uvicorn

from tests.builders.checkout import GUEST, a_draft, asked
from tests.builders.people import a_caller
from tests.builders.shop import Shop, order_id_of
from tests.builders.stripe_double import WEBHOOK_SECRET, StripeDouble, a_stripe_double, a_stripe_gateway
from velora.apps.api import create_app
from velora.apps.front_desk import ProcessDesk
from velora.flows.bookkeeping.verify import verify
from velora.flows.cancellation.cancel import cancel_order
from velora.flows.checkout.pay import Answer, check_out, confirm
from velora.flows.house import TradingHouse
from velora.flows.once import Once
from velora.flows.refund.cancel import Cancellation
from velora.kernel.clock import SystemClock
from velora.kernel.ids import decode, encode
from velora.kernel.principal import Principal
from velora.modules.inventory.service import Availability
from velora.modules.payments.service import Declined, PaymentIntent

OK, DECLINED, CHALLENGED = "4242424242424242", "4000000000000341", "4000000000003220"


@dataclass(frozen=True)
class Stripes:
    """A shop whose house trades with Stripe."""

    shop: Shop
    house: TradingHouse
    double: StripeDouble

    async def buys(self, number: str = OK) -> Answer:
        token = await self.double.card(number)
        return await check_out(self.house, await a_draft(self.shop.db, self.shop.market, (self.shop.lamp_id, 1), token=token))

    async def is_clean(self) -> bool:
        return (await verify(self.shop.db, self.shop.market.tenant.id)).clean


@pytest.fixture(scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[StripeDouble]:
    async with a_stripe_double(tmp_path_factory.mktemp("stripe")) as double:
        yield double


@pytest.fixture
async def with_stripe(shop: Shop, running: StripeDouble) -> AsyncGenerator[Stripes]:
    await running.start_again()
    gateway = a_stripe_gateway(running, shop.db.clock)
    # Notices are signed by the machine's clock.
    yield Stripes(shop, replace(shop.house, gateway=gateway, clock=SystemClock()), running)
    await gateway.close()


@asynccontextmanager
async def served(house: TradingHouse) -> AsyncGenerator[str]:
    """The address of the application on this machine."""

    @asynccontextmanager
    async def opening() -> AsyncGenerator[TradingHouse]:
        yield house

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(create_app(opening, ProcessDesk), log_config=None, ws="none"))
        task = asyncio.create_task(server._serve([listening]))
        await until(lambda: asyncio.sleep(0, server.started))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await task


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(100):
        if await holds():
            return
        await asyncio.sleep(0.1)
    raise TimeoutError


async def intent_of(stripes: Stripes, answer: Answer) -> PaymentIntent:
    return await stripes.shop.intent(order_id_of(answer))


async def test_an_order_is_paid_and_its_money_goes_back(with_stripe):
    answer = await with_stripe.buys()
    assert answer.code == 201
    assert await with_stripe.double.charged() == {"EUR": 5390}
    intent = await intent_of(with_stripe, answer)
    assert (intent.state, intent.card_brand, intent.card_last4, intent.fee_known) == ("captured", "Visa", "4242", 1)
    assert await with_stripe.is_clean()
    wanted = Once(intent.tenant_id, a_caller(), asked("cancel"), Cancellation(intent.tenant_id, intent.order_id, "account:7"))
    await cancel_order(with_stripe.house, wanted)
    assert await with_stripe.double.refunded() == {"EUR": 5390}
    assert (await with_stripe.shop.order(intent.order_id)).order.state == "cancelled"
    assert await with_stripe.is_clean()


async def test_a_refused_card_pays_nothing(with_stripe):
    with pytest.raises(Declined):
        await with_stripe.buys(DECLINED)
    assert await with_stripe.double.charged() == {}
    assert await with_stripe.shop.stock() == Availability(on_hand=10, reserved=0)


async def test_the_buyer_goes_to_the_bank_and_comes_back_to_the_storefront(with_stripe):
    answer = await with_stripe.buys(CHALLENGED)
    assert (answer.code, answer.body["payment"]["state"]) == (202, "action_required")
    assert answer.body["payment"]["challenge_url"].startswith("https://bank.example/3ds/")
    intent = await intent_of(with_stripe, answer)
    await with_stripe.double.bank_says(intent.charge_ref, approved=True)
    sent_back = f"/api/v1/gateways/stripe/returns/{encode('pi', intent.id)}?payment_intent={intent.charge_ref}&redirect_status=succeeded"
    async with served(with_stripe.house) as address, httpx.AsyncClient(base_url=address) as browser:
        reply = await browser.get(sent_back)
        nowhere = await browser.get(f"/api/v1/gateways/stripe/returns/{encode('pi', 1)}")
        elsewhere = await browser.get(f"/api/v1/gateways/sandbox/returns/{encode('pi', intent.id)}")
    slug = with_stripe.shop.market.tenant.slug
    order = encode("ord", intent.order_id)
    assert reply.status_code == 303
    assert reply.headers["location"] == f"http://{slug}.localhost:8000/checkout/confirm/{encode('pi', intent.id)}?order={order}"
    assert (nowhere.status_code, elsewhere.status_code) == (404, 404)
    confirmed = await confirm(with_stripe.house, intent.tenant_id, intent.id, Principal(guest_key=GUEST.guest_key))
    assert confirmed.code == 201
    assert await with_stripe.is_clean()


async def test_stripes_own_notice_settles_what_no_reply_told(with_stripe, tmp_path: Path):
    async with served(with_stripe.house) as address:
        hook = {"url": f"{address}/api/v1/gateways/stripe/notices", "secret": WEBHOOK_SECRET, "events": ["payment_intent.succeeded"]}
        (await with_stripe.double.straight.post("/_config/webhooks/velora", json=hook)).raise_for_status()
        with_stripe.double.lose_replies = 1
        answer = await with_stripe.buys()
        assert (answer.code, answer.body["payment"]["state"]) == (202, "unknown")
        order_id = decode("ord", answer.body["order"]["id"])

        async def paid() -> bool:
            return (await with_stripe.shop.order(order_id)).order.state == "paid"

        await until(paid)
    assert await with_stripe.double.charged() == {"EUR": 5390}
    assert await with_stripe.is_clean()
