"""A marketplace that trades with Stripe, in a browser: the card is written in Stripe's fields, and only a token comes to us."""

import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import pytest
from playwright.async_api import Page, Request, Route, expect

from tests.builders.market import Market, a_market, goods
from tests.builders.people import an_account
from tests.builders.stripe_double import SECRET_KEY, WEBHOOK_SECRET, StripeDouble, a_stripe_double
from tests.e2e.conftest import OpenPage, World, a_world
from tests.e2e.people import Buyer
from tests.e2e.stripe_js import let_it_reach_stripe
from tests.e2e.test_appearance import obstacles
from velora.platform.db.database import open_database

GOOD, DECLINED, ASKS = "4242424242424242", "4000000000000341", "4000000000003220"
MIA = "mia@example.com"
IS_THERE = "Your card goes to Stripe alone"


@dataclass(frozen=True)
class Trading:
    """A marketplace with one thing to sell, whose cards go through Stripe."""

    world: World
    double: StripeDouble
    market: Market
    product: str

    async def verify(self) -> None:
        """The books and what they are held against are clean."""
        self.world.stop()
        verdict = self.world.command("ledger", "verify")
        assert verdict.returncode == 0, verdict.stdout + verdict.stderr
        self.world.start()


@dataclass(frozen=True)
class StripesBuyer(Buyer):
    """Somebody before Stripe's fields."""

    product: str

    async def puts_a_lamp_in_the_cart(self) -> None:
        await self.page.goto(f"{self.shop}/p/{self.product}")
        await self.puts_it_in_the_cart()

    async def comes_to_the_payment(self) -> None:
        """As a guest, from the product page on."""
        await self.puts_a_lamp_in_the_cart()
        await self.goes_to_checkout_without_an_account("Ada Lovelace", "ada@example.com")
        await self.says_where()

    async def says_where(self) -> None:
        for label, words in {"Street and number": "Holstenstraße 12", "Postal code": "24103", "Town": "Kiel"}.items():
            await self.page.get_by_label(label).fill(words)
        await self.page.get_by_role("button", name="Continue to delivery").click()
        await self.page.get_by_role("button", name="Continue to payment").click()

    async def writes(self, what: str, words: str) -> None:
        await self.page.frame_locator(f'iframe[title="Secure {what} input frame"]').get_by_role("textbox").fill(words)

    async def pays_with(self, number: str) -> None:
        await self.writes("cardNumber", number)
        await self.writes("cardExpiry", "12 / 30")
        await self.writes("cardCvc", "123")
        await self.presses_pay()

    async def presses_pay(self) -> None:
        await self.page.get_by_role("button", name=re.compile("^Pay ")).click()


@pytest.fixture(scope="module")
async def trading(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Trading]:
    async with a_stripe_double(tmp_path_factory.mktemp("localstripe")) as double:
        home = tmp_path_factory.mktemp("home")
        stripe = {"SECRET_KEY": SECRET_KEY, "PUBLISHABLE_KEY": "pk_test_123", "WEBHOOK_SECRET": WEBHOOK_SECRET, "API_BASE": double.base}
        world = a_world(home, {"VELORA_GATEWAY": "stripe"} | {f"VELORA_STRIPE_{name}": value for name, value in stripe.items()})
        made = world.command("db", "upgrade")
        assert made.returncode == 0, made.stderr
        db = await open_database(f"sqlite:///{home}/velora.db")
        market = await a_market(db)
        async with db.begin(None) as uow:
            lamp = await goods(uow, market, stock=100)
            await an_account(uow, MIA, name="Mia Hansen")
        await db.close()
        world.start()
        yield Trading(world, double, market, lamp.slug)
        world.stop()


@pytest.fixture
async def buyer(trading: Trading, open_page: OpenPage) -> StripesBuyer:
    """In a fresh browser that reaches Stripe; nothing was charged yet."""
    await trading.double.start_again()
    return await a_buyer(trading, await open_page())


async def a_buyer(trading: Trading, page: Page) -> StripesBuyer:
    await let_it_reach_stripe(page.context, trading.double)
    return StripesBuyer(page, trading.world.at(trading.market.tenant.slug), trading.product)


async def test_a_declined_card_says_so_at_its_field_and_a_good_one_pays_once(trading: Trading, buyer: StripesBuyer):
    told_us: list[str] = []

    def note(request: Request) -> None:
        if request.url.startswith(buyer.shop):
            told_us.append(f"{request.url} {request.post_data or ''}")

    buyer.page.on("request", note)
    await buyer.comes_to_the_payment()
    await buyer.pays_with(DECLINED)
    await expect(buyer.page.get_by_text("Your bank declined the payment. Nothing was charged.")).to_be_visible()
    assert await trading.double.charged() == {}
    await buyer.pays_with(GOOD)
    await expect(buyer.page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert await trading.double.charged() == {"EUR": 5390}
    paid = [one for one in told_us if "/checkout" in one and '"token"' in one]
    assert len(paid) == 2
    assert all('"token":"pm_' in one for one in paid)
    assert not [one for one in told_us if GOOD in one or DECLINED in one]
    await trading.verify()


async def test_the_banks_question_leads_there_and_back(trading: Trading, buyer: StripesBuyer):
    await buyer.comes_to_the_payment()
    await buyer.pays_with(ASKS)
    await expect(buyer.page.get_by_role("heading", name="Is this you?")).to_be_visible()
    assert await trading.double.charged() == {}
    await buyer.page.get_by_role("link", name="Yes").click()
    await expect(buyer.page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert await trading.double.charged() == {"EUR": 5390}
    await trading.verify()


async def test_who_says_no_at_the_bank_has_paid_nothing_and_may_take_another_card(trading: Trading, buyer: StripesBuyer):
    await buyer.comes_to_the_payment()
    await buyer.pays_with(ASKS)
    await buyer.page.get_by_role("link", name="No").click()
    await expect(buyer.page.get_by_role("heading", name="The payment was declined")).to_be_visible()
    assert await trading.double.charged() == {}
    await trading.verify()


async def test_what_is_missing_is_said_at_each_field_before_stripe_is_asked(buyer: StripesBuyer):
    await buyer.comes_to_the_payment()
    await expect(buyer.page.get_by_text(IS_THERE)).to_be_visible()
    await buyer.presses_pay()
    for words in ("Write the number on the card.", "Write month and year.", "The three digits on the back"):
        await expect(buyer.page.get_by_text(words)).to_be_visible()
    await buyer.writes("cardNumber", "4242")
    await buyer.writes("cardExpiry", "12 / 30")
    await expect(buyer.page.get_by_text("This card number is not complete.")).to_be_visible()
    await expect(buyer.page.get_by_text("Write month and year.")).to_be_hidden()


async def test_where_stripe_is_blocked_the_page_says_so_and_can_try_again(buyer: StripesBuyer):
    async def blocked(route: Route) -> None:
        await route.abort()

    await buyer.page.context.route("https://js.stripe.com/**", blocked)
    await buyer.comes_to_the_payment()
    await expect(buyer.page.get_by_text("The card form cannot be reached")).to_be_visible()
    await buyer.page.context.unroute("https://js.stripe.com/**", blocked)
    await buyer.page.get_by_role("button", name="Try again").click()
    await expect(buyer.page.get_by_text(IS_THERE)).to_be_visible()


async def test_nothing_of_stripe_is_loaded_before_the_payment_and_nobody_elses_script_at_all(buyer: StripesBuyer):
    asked: list[str] = []
    buyer.page.on("request", lambda request: asked.append(request.url))
    await buyer.puts_a_lamp_in_the_cart()
    await buyer.goes_to_checkout_without_an_account("Ada Lovelace", "ada@example.com")
    assert not [url for url in asked if "stripe" in url]
    await buyer.says_where()
    await expect(buyer.page.get_by_text(IS_THERE)).to_be_visible()
    refused = await buyer.page.evaluate(
        """() => new Promise((tell) => {
            document.addEventListener("securitypolicyviolation", (event) => tell(event.effectiveDirective));
            const script = document.createElement("script");
            script.src = "https://elsewhere.example/x.js";
            document.head.append(script);
        })"""
    )
    assert refused == "script-src-elem"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_the_form_fits_a_phone_and_is_no_obstacle(trading: Trading, open_page: OpenPage, dark: bool):
    buyer = await a_buyer(trading, await open_page(width=360, height=740, dark=dark))
    await buyer.comes_to_the_payment()
    await expect(buyer.page.get_by_text(IS_THERE)).to_be_visible()
    assert await buyer.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert await obstacles(buyer.page) == []
