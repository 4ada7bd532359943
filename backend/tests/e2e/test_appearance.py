"""The pages on a phone, in the dark, and for people who do not see them."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.e2e.conftest import OpenPage, World
from tests.e2e.people import Administrator, Buyer, Finance, Seller, SuperAdmin
from tests.needs import MARK
from velora.apps.wiring import web_application

AXE = web_application().parent / "node_modules" / "axe-core" / "axe.min.js"
NORDMARKT = "nordmarkt"

Reach = Callable[[World, Page], Awaitable[None]]


async def home(world: World, page: Page) -> None:
    await page.goto(world.at(NORDMARKT))
    await expect(page.get_by_role("heading", name="Loved this week")).to_be_visible()


async def product(world: World, page: Page) -> None:
    await Buyer(page, world.at(NORDMARKT)).finds("trail runner", "Fjell trail runner")


async def cart(world: World, page: Page) -> None:
    await product(world, page)
    await Buyer(page, world.at(NORDMARKT)).puts_it_in_the_cart()
    await page.goto(f"{world.at(NORDMARKT)}/cart")
    await expect(page.get_by_role("link", name="Go to checkout")).to_be_visible()


async def checkout(world: World, page: Page) -> None:
    await cart(world, page)
    await page.get_by_role("link", name="Go to checkout").click()
    await expect(page.get_by_label("Postal code")).to_be_visible()


async def seller_orders(world: World, page: Page) -> None:
    jette = Seller(page, world.at())
    await jette.signs_in("Jette Lorenzen")
    await page.goto(f"{page.url.rstrip('/')}/orders")
    await expect(page.get_by_role("table").get_by_role("row").nth(1)).to_be_visible()


async def imprint(world: World, page: Page) -> None:
    jette = Seller(page, world.at())
    await jette.signs_in("Jette Lorenzen")
    await page.goto(f"{page.url.rstrip('/')}/imprint")
    await expect(page.get_by_label("Legal name")).to_have_value("Nordlauf GmbH")


async def trail(world: World, page: Page) -> None:
    vera = Finance(page, world.at())
    await vera.signs_in("Vera Castellan")
    await page.goto(f"{world.at()}/finance/trails")
    await page.get_by_role("table").get_by_role("row").nth(1).get_by_role("link").first.click()
    await expect(page.get_by_role("heading", name="Debits equal credits")).to_be_visible()


async def suspense(world: World, page: Page) -> None:
    vera = Finance(page, world.at())
    await vera.signs_in("Vera Castellan")
    await page.goto(f"{world.at()}/finance/suspense")
    await expect(page.get_by_role("table").get_by_role("row").nth(1).get_by_role("link")).to_be_visible()


async def settling(world: World, page: Page) -> None:
    vera = Finance(page, world.at())
    await vera.signs_in("Vera Castellan")
    await vera.opens_case("£4.20")
    await page.get_by_role("button", name="Settle", exact=True).click()
    await expect(page.get_by_role("dialog")).to_be_visible()


async def approvals(world: World, page: Page) -> None:
    vera = Finance(page, world.at())
    await vera.signs_in("Vera Castellan")
    await page.goto(f"{world.at()}/finance/approvals")
    await expect(page.get_by_role("heading", name="Approvals", level=1)).to_be_visible()


async def journals(world: World, page: Page) -> None:
    await Finance(page, world.at()).signs_in("Vera Castellan")
    await page.goto(f"{world.at()}/finance/journals?account=2010&from=2020-01-01")
    await expect(page.get_by_role("table").get_by_role("row").nth(1)).to_be_visible()


async def journal(world: World, page: Page) -> None:
    vera = Finance(page, world.at())
    await vera.signs_in("Vera Castellan")
    await vera.opens_journal("Captured")
    await expect(page.get_by_role("link", name="Download proof")).to_be_visible()
    await expect(page.get_by_role("link", name="Money trail", exact=True)).to_be_visible()


async def payment(world: World, page: Page) -> None:
    await Finance(page, world.at()).signs_in("Vera Castellan")
    await page.goto(f"{world.at()}/finance/payments")
    await page.get_by_role("table").get_by_role("row").nth(1).get_by_role("link").first.click()
    await expect(page.get_by_role("heading", name="Payment of", level=1)).to_be_visible()


async def seals(world: World, page: Page) -> None:
    await Finance(page, world.at()).signs_in("Vera Castellan")
    await page.goto(f"{world.at()}/finance/seals")
    await page.get_by_role("button", name="Verify now").click()
    await expect(page.get_by_role("status").filter(has_text="Clean")).to_be_visible()


async def webhook(world: World, page: Page) -> None:
    at = world.at(NORDMARKT)
    await Administrator(page, at).signs_in("Greta Lindqvist")
    await page.goto(f"{at}/admin/webhooks")
    await page.get_by_role("button", name="Add endpoint").click()
    dialog = page.get_by_role("dialog", name="New endpoint")
    await dialog.get_by_label("URL").fill("http://10.0.0.1/hook")
    await dialog.get_by_role("checkbox", name="An order was paid").click()
    await dialog.get_by_role("button", name="Add endpoint").click()
    await expect(dialog.get_by_text("not on the public internet")).to_be_visible()


async def administrator_at(world: World, page: Page, address: str) -> None:
    at = world.at(NORDMARKT)
    await Administrator(page, at).signs_in("Greta Lindqvist")
    await page.goto(f"{at}/admin/search/{address}")
    await expect(page.get_by_role("table").get_by_role("row").nth(1)).to_be_visible()


async def searches(world: World, page: Page) -> None:
    await administrator_at(world, page, "queries?seen=missed")


async def synonyms(world: World, page: Page) -> None:
    await administrator_at(world, page, "synonyms")
    await page.get_by_role("button", name="Add synonyms").click()
    await expect(page.get_by_role("dialog", name="Add synonyms")).to_be_visible()


async def search_rule(world: World, page: Page) -> None:
    await administrator_at(world, page, "rules")
    await page.get_by_role("table").get_by_role("link", name="gift").click()
    await expect(page.get_by_role("region", name="With the rule").get_by_text("Pinned").first).to_be_visible()


async def engines(world: World, page: Page) -> None:
    await SuperAdmin(page, world.at()).goes_to_the_engines_as("Ruben Okoye")


async def suggestions(world: World, page: Page) -> None:
    await page.goto(world.at(NORDMARKT))
    await page.get_by_role("combobox").first.press_sequentially("so")
    await expect(page.get_by_role("option", name="sofa", exact=True)).to_be_visible()


PAGES: dict[str, Reach] = {
    "home": home,
    "product": product,
    "cart": cart,
    "checkout": checkout,
    "seller's orders": seller_orders,
    "imprint": imprint,
    "trail": trail,
    "suspense": suspense,
    "settling": settling,
    "approvals": approvals,
    "journals": journals,
    "journal": journal,
    "payment": payment,
    "seals": seals,
    "webhook": webhook,
    "searches": searches,
    "synonyms": synonyms,
    "search rule": search_rule,
    "suggestions": suggestions,
    "engines": engines,
}


@pytest.mark.parametrize("name", PAGES)
async def test_a_page_fits_a_phone_of_360_pixels(world: World, open_page: OpenPage, name: str):
    page = await open_page(width=360, height=740)
    await PAGES[name](world, page)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    assert await page.evaluate("document.body.scrollWidth") <= 360


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
async def test_a_page_has_no_serious_obstacle(world: World, open_page: OpenPage, name: str, dark: bool):
    if not AXE.exists():
        pytest.skip(f"{MARK} install the web application's packages: npm ci")
    page = await open_page(dark=dark)
    await PAGES[name](world, page)
    assert await page.evaluate("document.documentElement.classList.contains('dark')") is dark
    assert await obstacles(page) == []


async def obstacles(page: Page) -> list[str]:
    """What axe finds serious or critical: rule, and where."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))  # not as a script of the page, which its policy rightly refuses
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']}).then((result) => result.violations)")
    return [
        f"{rule['id']}: {node['target'][0]}: {node['failureSummary']}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]
