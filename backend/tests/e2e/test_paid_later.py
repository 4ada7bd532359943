"""Paying later, through the hands of everybody: on an invoice until its money has come, and in cash that nobody gave at the door."""

import re
from datetime import UTC, datetime

from playwright.async_api import expect

from tests.e2e.conftest import OpenPage, World
from tests.e2e.people import Buyer, Finance, Seller, order_in, sign_in_by_demo_card

GOODS = "Daybreak backpack 22 l"
PURCHASE_ORDER = "KITA-131"


async def test_a_buyer_with_terms_orders_on_invoice_and_is_done_when_the_transfer_has_come(world: World, open_page: OpenPage):
    mia = Buyer(await open_page(), world.at("nordmarkt"))
    order_id, amount = await orders_on_invoice(mia)
    await seller_sends_what_is_not_paid_yet(world, open_page, order_id)
    await finance_records_the_transfer(world, open_page, order_id, amount)
    await mia.page.goto(f"{mia.shop}/orders/{order_id}")
    await expect(mia.page.get_by_text("Paid; the money is held")).to_be_visible()
    await expect(mia.page.get_by_text("to be transferred")).to_have_count(0)
    await expect(mia.parcel("Nordlauf").get_by_text("Your money is held until this arrives")).to_be_visible()
    await the_books_are_clean(world)


async def test_a_guest_who_does_not_pay_at_the_door_owes_nothing(world: World, open_page: OpenPage):
    ada = Buyer(await open_page(), world.at("nordmarkt"))
    await ada.finds("backpack", GOODS)
    await ada.puts_it_in_the_cart()
    await ada.goes_to_checkout_without_an_account("Ada Lovelace", "ada@example.com")
    await ada.says_where_and_sees_when(parcels=1)
    await expect(ada.page.get_by_role("radio", name="On invoice")).to_have_count(0)
    await ada.pays_later("Cash on delivery")
    await expect(ada.page.get_by_text(re.compile("^€.+ to be paid in cash at the door"))).to_be_visible()
    order_id = order_in(ada.page.url)
    jette = Seller(await open_page(), world.at())
    await jette.signs_in("Jette Lorenzen")
    await jette.ships(order_id, "JD014600077001")
    await expect(jette.page.get_by_text(re.compile("^To be collected in cash at the door: €"))).to_be_visible()
    await jette.has_it_back_unpaid()
    await expect(jette.page.get_by_text("Cancelled").first).to_be_visible()
    await expect(jette.page.get_by_role("listitem").filter(has_text="JD014600077001").filter(has_text="Came back unpaid")).to_be_visible()
    await ada.page.reload()
    await expect(ada.parcel("Nordlauf").get_by_text("Came back from the door")).to_be_visible()
    await expect(ada.parcel("Nordlauf").get_by_text("On its way")).to_have_count(0)
    await expect(ada.page.get_by_text("to be paid in cash")).to_have_count(0)
    await the_books_are_clean(world)


async def orders_on_invoice(mia: Buyer) -> tuple[str, str]:
    """The order's id and what is to be transferred, as the page says it."""
    await mia.finds("backpack", GOODS)
    await mia.puts_it_in_the_cart()
    await mia.goes_to_checkout_as("Mia Hansen")
    await mia.says_where_and_sees_when(parcels=1)
    await mia.pays_later("On invoice", purchase_order=PURCHASE_ORDER)
    waits = mia.page.get_by_text(re.compile(r"^€[\d.,]+ to be transferred by \d+ \w+ \d{4}$"))
    await expect(waits).to_be_visible()
    await expect(mia.page.get_by_text("DE85 9999 9999 0001 2345 67")).to_be_visible()
    await expect(mia.page.get_by_text(PURCHASE_ORDER)).to_be_visible()
    found = re.match(r"€([\d.,]+)", await waits.inner_text())
    assert found is not None
    return order_in(mia.page.url), found.group(1)


async def seller_sends_what_is_not_paid_yet(world: World, open_page: OpenPage, order_id: str) -> None:
    jette = Seller(await open_page(), world.at())
    await jette.signs_in("Jette Lorenzen")
    await jette.ships(order_id, "JD014600077000")
    await expect(jette.page.get_by_text(f"Buyer’s order number: {PURCHASE_ORDER}")).to_be_visible()
    await expect(jette.page.get_by_text("Bought on invoice: you have it once the buyer has paid.")).to_be_visible()


async def finance_records_the_transfer(world: World, open_page: OpenPage, order_id: str, amount: str) -> None:
    """It waits before, and has paid the order after, on the receipts and on the order's page."""
    vera = Finance(await open_page(), world.at())
    await vera.page.goto(f"{vera.place}/signin")
    await sign_in_by_demo_card(vera.page, "Vera Castellan")
    await vera.page.goto(f"{vera.place}/finance/receipts?show=waiting")
    await expect(vera.page.get_by_role("row").filter(has_text=order_id)).to_contain_text("Not due yet")
    await vera.page.goto(f"{vera.place}/finance/trails/{order_id}")
    await expect(vera.page.get_by_text(f"Buyer is to pay {amount}")).to_be_visible()
    await vera.records_a_receipt(amount, "S25-9001-1", f"Invoice {order_id}", datetime.now(UTC).date())
    receipt = vera.page.get_by_role("row").filter(has_text="S25-9001-1")
    await expect(receipt).to_contain_text("Paid the order")
    await receipt.get_by_role("link", name=order_id).click()
    await expect(vera.page.get_by_role("heading", name=re.compile("^Order of"), level=1)).to_be_visible()
    await expect(vera.page.get_by_text(f"Buyer paid {amount}")).to_be_visible()
    await expect(vera.page.get_by_text("Still to come")).to_have_count(0)


async def the_books_are_clean(world: World) -> None:
    world.stop()
    verdict = world.command("ledger", "verify")
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    world.start()
