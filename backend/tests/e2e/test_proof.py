"""Finance takes a journal's proof away, and doubts the books."""

import json
import re
import runpy
from pathlib import Path

from playwright.async_api import expect

from tests.e2e.conftest import OpenPage, World
from tests.e2e.people import Finance

VERIFIER = Path(__file__).parents[3] / "docs/verify_proof.py"


async def test_a_journals_proof_is_downloaded_checked_twice_and_the_books_are_verified(world: World, open_page: OpenPage, tmp_path: Path):
    vera = Finance(await open_page(), world.at())
    page = vera.page
    await vera.signs_in("Vera Castellan")
    await vera.opens_journal("Released to seller")
    await expect(page.get_by_role("heading", name=re.compile("^Block [0-9]"))).to_be_visible()
    await expect(page.get_by_text("Anchored", exact=True)).to_be_visible()
    async with page.expect_download() as coming:
        await page.get_by_role("link", name="Download proof").click()
    proof = tmp_path / "proof.json"
    await (await coming.value).save_as(proof)
    document = json.loads(proof.read_bytes())
    key = next((world.home / "keys").glob(f"{document['block']['key_id']}*.pub"))
    said = runpy.run_path(str(VERIFIER))["check"](document, key.read_bytes(), [])
    assert said.startswith(f"{document['journal']} stood in the ledger")

    await page.get_by_role("navigation").get_by_role("link", name="Seals").click()
    await page.get_by_label("Drop a proof here").set_input_files(proof)
    await expect(page.get_by_text(f"It stood in block {document['block']['n']:,}")).to_be_visible()
    tampered = tmp_path / "tampered.json"
    tampered.write_text(json.dumps(document | {"form": document["form"].replace("release", "refund")}), encoding="utf-8")
    await page.get_by_label("Drop a proof here").set_input_files(tampered)
    await expect(page.get_by_text("The journal does not lead to the root of its block")).to_be_visible()

    await page.get_by_role("button", name="Verify now").click()
    await expect(page.get_by_role("status").filter(has_text="Clean")).to_be_visible()
    checks = page.get_by_role("list", name="What was checked, by number").get_by_role("listitem")
    assert {int((await one.inner_text()).split()[0]) for one in await checks.all()} >= {1, 11, 12, 13, 26}
    await expect(checks.get_by_role("img", name="Holds")).to_have_count(await checks.count())
