"""An administrator sees what is searched and not found, makes a synonym of it, and the next visitor finds it."""

from playwright.async_api import expect

from tests.e2e.conftest import OpenPage, World
from tests.e2e.people import Administrator


async def test_what_was_not_found_becomes_a_synonym_and_is_found(world: World, open_page: OpenPage):
    shop = world.at("nordmarkt")
    visitor = await open_page()
    await visitor.goto(shop)
    box = visitor.get_by_role("combobox").first
    await box.fill("davenport")
    await box.press("Enter")
    await expect(visitor.get_by_role("heading", name="Nothing found for “davenport”")).to_be_visible()

    greta = await open_page()
    await Administrator(greta, shop).signs_in("Greta Lindqvist")
    row = greta.get_by_role("row").filter(has_text="davenport")
    for _ in range(20):  # it is counted behind the search, every few seconds
        await greta.goto(f"{shop}/admin/search/queries?seen=missed")
        await expect(greta.get_by_role("row").nth(1)).to_be_visible()
        if await row.count():
            break
    await row.get_by_role("link", name="Make a synonym").click()
    dialog = greta.get_by_role("dialog", name="Add synonyms")
    await expect(dialog.get_by_label("Words")).to_have_value("davenport")
    await dialog.get_by_label("Words").fill("davenport, sofa")
    await dialog.get_by_role("button", name="Save").click()
    await expect(greta.get_by_text("The synonyms are saved", exact=True)).to_be_visible()

    await visitor.reload()
    await expect(visitor.get_by_role("link", name="Lund three-seat sofa", exact=True)).to_be_visible()
