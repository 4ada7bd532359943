"""What people of the demo world do in their browsers, in the words they read there."""

import asyncio
import re
from dataclasses import dataclass
from datetime import date

from playwright.async_api import Locator, Page, expect
from pypdf import PdfReader


async def sign_in_by_demo_card(page: Page, name: str) -> None:
    """A click on somebody's card of the sign-in page."""
    await page.get_by_role("button", name=re.compile(name)).click()
    await expect(page).not_to_have_url(re.compile("/signin"))


def order_in(url: str) -> str:
    """The id of the order whose page this is."""
    found = re.search(r"ord_\w+", url)
    assert found is not None
    return found.group()


@dataclass(frozen=True)
class Buyer:
    page: Page
    shop: str

    async def finds(self, words: str, title: str) -> None:
        """By search, from the home page."""
        await self.page.goto(self.shop)
        search = self.page.get_by_role("combobox").first
        await search.fill(words)
        await search.press("Enter")
        await self.page.get_by_role("link", name=title, exact=True).first.click()
        await expect(self.page.get_by_role("heading", name=title, level=1)).to_be_visible()

    async def finds_in_category(self, category: str, seller: str) -> None:
        """The first thing of a seller in a category of the home page."""
        await self.page.goto(self.shop)
        await self.page.get_by_role("banner").get_by_role("link", name=category, exact=True).click()
        await expect(self.page.get_by_role("heading", name=category, level=1)).to_be_visible()
        sold_by = self.page.get_by_role("article").filter(has_text=seller).filter(has_not_text="Sold out")
        await sold_by.first.get_by_role("link").click()
        await expect(self.page.get_by_role("button", name="Add to cart")).to_be_visible()

    async def puts_it_in_the_cart(self) -> None:
        await self.page.get_by_role("button", name="Add to cart").click()
        drawer = self.page.get_by_role("dialog", name="Your cart")
        await expect(drawer.get_by_role("link", name="Go to checkout")).to_be_visible()

    async def goes_to_checkout_as(self, name: str) -> None:
        """Out of the cart, signing in on the way."""
        await self.page.goto(f"{self.shop}/cart")
        await self.page.get_by_role("link", name="Go to checkout").click()
        await self.page.get_by_role("link", name="I have an account").click()
        await sign_in_by_demo_card(self.page, name)
        await expect(self.page.get_by_role("textbox", name="E-mail")).not_to_have_value("")

    async def goes_to_checkout_without_an_account(self, name: str, email: str) -> None:
        """Out of the cart, saying who it is for."""
        await self.page.goto(f"{self.shop}/cart")
        await self.page.get_by_role("link", name="Go to checkout").click()
        await self.page.get_by_role("textbox", name="E-mail").fill(email)
        await self.page.get_by_label("Full name").fill(name)

    async def says_where_and_sees_when(self, *, parcels: int) -> None:
        """The first two pages of the checkout."""
        for label, words in {"Street and number": "Holstenstraße 12", "Postal code": "24103", "Town": "Kiel"}.items():
            await self.page.get_by_label(label).fill(words)
        await self.page.get_by_role("button", name="Continue to delivery").click()
        await expect(self.page.get_by_text(f"Parcel {parcels} of {parcels}")).to_be_visible()
        await self.page.get_by_role("button", name="Continue to payment").click()

    async def pays_with(self, number: str) -> None:
        await self.card.fill(number)
        await self.page.get_by_label("Expiry").fill("12 / 30")
        await self.page.get_by_label("Security code").fill("123")
        await self.page.get_by_role("button", name=re.compile("^Pay ")).click()

    async def pays_later(self, way: str, *, purchase_order: str = "") -> None:
        """Nothing is charged now, and the order stands."""
        await self.page.get_by_role("radio", name=way).click()
        if purchase_order:
            await self.page.get_by_label("Your order number").fill(purchase_order)
        await self.page.get_by_role("button", name="Place the order").click()
        await expect(self.page.get_by_role("heading", name="Thank you")).to_be_visible()

    @property
    def card(self) -> Locator:
        return self.page.get_by_label("Card number")

    async def downloads(self, seller: str, what: str) -> str:
        """The words of a document of the seller's part, which is there within seconds of what it is about."""
        button = self.parcel(seller).get_by_role("button", name=re.compile(f"^{what}"))
        async with asyncio.timeout(20):
            while not await button.count():
                await self.page.reload()
                await expect(self.parcel(seller)).to_be_visible()
        async with self.page.expect_download() as started:
            await button.click()
        file = await (await started.value).path()
        return "\n".join(page.extract_text() for page in PdfReader(file).pages)

    def parcel(self, seller: str) -> Locator:
        return self.page.get_by_role("region", name=f"From {seller}")

    async def asks_to_return_one(self, seller: str) -> None:
        await self.parcel(seller).get_by_role("button", name="Return something").click()
        dialog = self.page.get_by_role("dialog", name=f"Return to {seller}")
        await dialog.get_by_role("combobox", name="Why?").click()
        await self.page.get_by_role("option", name="It is damaged").click()
        await dialog.get_by_label("What is wrong?").fill("The sole came off.")
        await dialog.get_by_role("button", name="Ask for a return").click()
        await expect(self.parcel(seller).get_by_text("Waiting for the seller")).to_be_visible()


@dataclass(frozen=True)
class Seller:
    page: Page
    place: str

    async def signs_in(self, name: str) -> None:
        await self.page.goto(f"{self.place}/signin")
        await sign_in_by_demo_card(self.page, name)
        await expect(self.page).to_have_url(re.compile("/seller/sel_"))

    async def goes_to(self, section: str) -> None:
        await self.page.get_by_role("navigation").get_by_role("link", name=re.compile(f"^{section}")).first.click()
        await expect(self.page.get_by_role("heading", name=section, level=1)).to_be_visible()

    async def ships(self, order_id: str, tracking: str) -> None:
        """Everything of the order, from the list of what is to be shipped."""
        await self.goes_to("Orders")
        await self.page.get_by_role("link", name=order_id).click()
        await self.page.get_by_role("button", name="Ship", exact=True).click()
        dialog = self.page.get_by_role("dialog", name="Ship a parcel")
        await dialog.get_by_label("Carrier").fill("DHL")
        await dialog.get_by_label("Tracking number").fill(tracking)
        await dialog.get_by_role("button", name=re.compile("^Ship ")).click()
        await expect(self.page.get_by_text("On its way").first).to_be_visible()

    async def has_it_back_unpaid(self) -> None:
        """The parcel of the order on the page, to be sold again."""
        await self.page.get_by_role("button", name="Came back unpaid").click()
        dialog = self.page.get_by_role("alertdialog", name="Did the parcel come back unpaid?")
        await dialog.get_by_role("button", name="Came back unpaid").click()
        await expect(dialog).to_be_hidden()

    async def refunds(self, note: str) -> None:
        """The return whose buyer wrote this."""
        await self.goes_to("Returns")
        wish = self.page.get_by_role("article").filter(has_text=note).first
        await wish.get_by_role("button", name=re.compile("^Refund ")).click()
        dialog = self.page.get_by_role("dialog", name="Refund this return?")
        await dialog.get_by_role("button", name=re.compile("^Refund ")).click()
        await expect(dialog).to_be_hidden()


@dataclass(frozen=True)
class Administrator:
    page: Page
    at: str

    async def signs_in(self, name: str) -> None:
        """Into the console of the marketplace at this address."""
        await self.page.goto(f"{self.at}/signin")
        await sign_in_by_demo_card(self.page, name)
        await expect(self.page).to_have_url(re.compile("/admin/"))


@dataclass(frozen=True)
class SuperAdmin:
    page: Page
    at: str

    async def goes_to_the_engines_as(self, name: str) -> None:
        """By the address, signing in on the way."""
        await self.page.goto(f"{self.at}/platform/engines")
        await sign_in_by_demo_card(self.page, name)
        await expect(self.page.get_by_role("table", name="Queues")).to_be_visible()


@dataclass(frozen=True)
class Finance:
    page: Page
    place: str

    async def signs_in(self, name: str) -> None:
        await self.page.goto(f"{self.place}/signin")
        await sign_in_by_demo_card(self.page, name)
        await expect(self.page).to_have_url(re.compile("/finance"))

    async def opens_journal(self, kind: str) -> None:
        """The newest of this kind, out of all journals."""
        await self.page.goto(f"{self.place}/finance/journals")
        await self.page.get_by_role("combobox", name="Kind").click()
        await self.page.get_by_role("option", name=kind, exact=True).click()
        await self.page.get_by_role("table").get_by_role("link", name=kind).first.click()
        await expect(self.page.get_by_role("heading", name=kind, level=1)).to_be_visible()

    async def opens_trail(self, order_id: str) -> None:
        """By the order's id, out of all trails."""
        await self.page.goto(f"{self.place}/finance/trails")
        await self.page.get_by_role("searchbox", name="Order, buyer or amount").fill(order_id)
        await self.page.get_by_role("link", name=order_id).click()
        await expect(self.page.get_by_role("heading", name=re.compile("^Order of"), level=1)).to_be_visible()

    async def records_a_receipt(self, amount: str, reference: str, words: str, on: date) -> None:
        """At Nordmarkt, as the bank's statement says; on the list of receipts afterwards."""
        await self.page.goto(f"{self.place}/finance/receipts?marketplace=nordmarkt")
        await self.page.get_by_role("button", name="Record a receipt").click()
        drawer = self.page.get_by_role("dialog", name="Record a receipt")
        for label, said in {"Amount": amount, "Day of value": on.isoformat(), "Reference": reference, "The payer’s words": words}.items():
            await drawer.get_by_role("textbox", name=label).fill(said)
        await drawer.get_by_role("button", name="Record it").click()
        await expect(self.page.get_by_text("It has paid the order", exact=True)).to_be_visible()

    async def opens_case(self, amount: str) -> None:
        """Of the money that matches nothing, this much."""
        await self.page.goto(f"{self.place}/finance/suspense")
        await self.page.get_by_role("row").filter(has_text=amount).get_by_role("link").click()
        await expect(self.page.get_by_role("heading", name=f"Unmatched charge of {amount}", level=1)).to_be_visible()

    async def asks_a_second_person(self, reason: str) -> None:
        """To give the case on the page back."""
        await self.page.get_by_role("button", name="Settle", exact=True).click()
        dialog = self.page.get_by_role("dialog")
        await dialog.get_by_role("textbox", name="Reason").fill(reason)
        await dialog.get_by_role("button", name="Ask a second person").click()
        await expect(self.page.get_by_text("A second person must agree")).to_be_visible()

    async def request(self, reason: str) -> Locator:
        """What was asked for with this reason, in the inbox."""
        await self.page.goto(f"{self.place}/finance/approvals")
        found = self.page.get_by_role("article").filter(has_text=reason)
        await expect(found).to_be_visible()
        return found
