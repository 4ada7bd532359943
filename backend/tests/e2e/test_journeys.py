"""One order through the hands of everybody: buyer, seller, buyer again, finance; and the books afterwards."""

import re

from playwright.async_api import expect

from tests.e2e.conftest import OpenPage, World
from tests.e2e.people import Buyer, Finance, Seller, order_in, sign_in_by_demo_card
from velora.modules.payments.gateways.sandbox import SandboxGateway

DECLINED, GOOD, ASKS = "4000 0000 0000 0002", "4242 4242 4242 4242", "4000 0000 0000 3220"
NOTE = "The sole came off."


async def charges(world: World) -> int:
    """How often a card was charged, as the gateway knows it."""
    gateway = SandboxGateway(world.home / "sandbox-gateway.db", challenge_base="/")
    try:
        return (await gateway.totals()).charges
    finally:
        await gateway.close()


async def test_an_order_is_bought_shipped_refunded_in_part_and_seen_to_the_cent(world: World, open_page: OpenPage):
    order_id = await buys_from_two_sellers(world, open_page)
    await seller_ships(world, open_page, order_id)
    await buyer_gets_one_line_refunded(world, open_page, order_id)
    await finance_sees_every_posting(world, open_page, order_id)
    world.stop()
    verdict = world.command("ledger", "verify")
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    world.start()


async def test_a_guest_answers_the_bank_and_comes_back_to_a_paid_order_and_an_empty_cart(world: World, open_page: OpenPage):
    ada = Buyer(await open_page(), world.at("nordmarkt"))
    await ada.finds("trail runner", "Fjell trail runner")
    await ada.puts_it_in_the_cart()
    await ada.goes_to_checkout_without_an_account("Ada Lovelace", "ada@example.com")
    await ada.says_where_and_sees_when(parcels=1)
    before = await charges(world)
    await ada.pays_with(ASKS)
    await ada.page.get_by_role("button", name="Approve").click()
    await expect(ada.page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert await charges(world) == before + 1
    await ada.page.goto(f"{ada.shop}/cart")
    await expect(ada.page.get_by_text("Your cart is empty").first).to_be_visible()


async def buys_from_two_sellers(world: World, open_page: OpenPage) -> str:
    """A declined card charges nothing and says so at its field; a good one buys. The order's id."""
    mia = Buyer(await open_page(), world.at("nordmarkt"))
    await mia.finds("trail runner", "Fjell trail runner")
    await mia.puts_it_in_the_cart()
    await mia.finds_in_category("Electronics", "Tonwerk")
    await mia.puts_it_in_the_cart()
    await mia.goes_to_checkout_as("Mia Hansen")
    await mia.says_where_and_sees_when(parcels=2)
    before = await charges(world)
    await mia.pays_with(DECLINED)
    await expect(mia.card).to_have_accessible_description(re.compile("declined", re.IGNORECASE))
    assert await charges(world) == before
    await mia.pays_with(GOOD)
    await expect(mia.page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert await charges(world) == before + 1
    await expect(mia.page.get_by_text("Parcel 1 of 2")).to_be_visible()
    for seller in ("Nordlauf", "Tonwerk"):
        await expect(mia.parcel(seller).get_by_text("Your money is held until this arrives")).to_be_visible()
    return order_in(mia.page.url)


async def seller_ships(world: World, open_page: OpenPage, order_id: str) -> None:
    jette = Seller(await open_page(), world.at())
    await jette.signs_in("Jette Lorenzen")
    await jette.ships(order_id, "JD014600012345")


async def buyer_gets_one_line_refunded(world: World, open_page: OpenPage, order_id: str) -> None:
    """The buyer asks, the seller approves, the buyer sees it, and has an invoice, a label and a credit note."""
    mia = Buyer(await open_page(), world.at("nordmarkt"))
    await mia.page.goto(f"{mia.shop}/signin?next=/orders/{order_id}")
    await sign_in_by_demo_card(mia.page, "Mia Hansen")
    await expect(mia.parcel("Nordlauf").get_by_text("JD014600012345")).to_be_visible()
    invoice = await mia.downloads("Nordlauf", "Invoice")
    assert all(words in invoice for words in ("Nordlauf GmbH", "Fjell trail runner", order_id, "Kiel")), invoice
    await mia.asks_to_return_one("Nordlauf")
    jette = Seller(await open_page(), world.at())
    await jette.signs_in("Jette Lorenzen")
    await jette.refunds(NOTE)
    await mia.page.reload()
    await expect(mia.parcel("Nordlauf").get_by_text("Refunded").first).to_be_visible()
    label = await mia.downloads("Nordlauf", "Return label")
    assert all(words in label for words in ("24937 Flensburg", "Fjell trail runner")), label
    assert "Fjell trail runner" in await mia.downloads("Nordlauf", "Credit note")


async def finance_sees_every_posting(world: World, open_page: OpenPage, order_id: str) -> None:
    vera = Finance(await open_page(), world.at())
    await vera.signs_in("Vera Castellan")
    await vera.opens_trail(order_id)
    await expect(vera.page.get_by_role("heading", name="Debits equal credits")).to_be_visible()
    await vera.page.get_by_role("button", name="Verify now").click()
    await expect(vera.page.get_by_role("status").filter(has_text="Verified")).to_be_visible()
    await vera.page.get_by_role("link", name="Trial balance").last.click()
    await expect(vera.page.get_by_role("status").filter(has_text="Debits equal credits")).to_be_visible()
