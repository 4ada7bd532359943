"""Money that matches nothing goes back when two people agree, each in a browser of their own."""

import re

from playwright.async_api import expect

from tests.e2e.conftest import OpenPage, World
from tests.e2e.people import Finance, sign_in_by_demo_card
from velora.modules.payments.gateways.sandbox import SandboxGateway

REASON = "Charged twice by mistake"
AMOUNT, MINOR = "€249.00", 249_00


async def given_back(world: World) -> int:
    """How much the gateway has given back in euros, by its own books."""
    gateway = SandboxGateway(world.home / "sandbox-gateway.db", challenge_base="/")
    try:
        return (await gateway.totals()).refunded_minor["EUR"]
    finally:
        await gateway.close()


async def test_two_people_give_back_what_matches_nothing(world: World, open_page: OpenPage):
    vera = Finance(await open_page(), world.at())
    await vera.signs_in("Vera Castellan")
    await vera.opens_case(AMOUNT)
    await vera.asks_a_second_person(REASON)
    mine = await vera.request(REASON)
    await expect(mine.get_by_role("button", name="Withdraw")).to_be_visible()
    await expect(mine.get_by_role("button", name="Approve")).to_have_count(0)

    before = await given_back(world)
    other = Finance(await open_page(), world.at())
    await other.page.goto(f"{other.place}/signin")
    await sign_in_by_demo_card(other.page, "Ruben Okoye")
    theirs = await other.request(REASON)
    await theirs.get_by_role("button", name="Approve").click()
    dialog = other.page.get_by_role("dialog")
    await expect(dialog).to_contain_text(f"Give {AMOUNT} back")
    await dialog.get_by_role("button", name="Approve").click()
    await expect(other.page.get_by_text("Nothing waits for you")).to_be_visible()
    assert await given_back(world) == before + MINOR

    await vera.page.goto(f"{vera.place}/finance/suspense?state=settled")
    await vera.page.get_by_role("row").filter(has_text=AMOUNT).get_by_role("link").click()
    await expect(vera.page.get_by_role("listitem").filter(has_text=re.compile("^Given back"))).to_be_visible()
