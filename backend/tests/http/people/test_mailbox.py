"""The mailbox of a laptop."""

from dataclasses import replace

import httpx
import pytest

from tests.http.people.conftest import BrowserAt, browsers_of, serving
from velora.flows.house import TradingHouse
from velora.platform.mail import Letter

LETTER = Letter("mail-1", "ada@example.com", "Nordmarkt", "Your order", "Thank you, Ada\n", "<p>Thank you, <b>Ada</b></p>\n")


async def test_in_a_demo_on_ones_own_machine_letters_can_be_read(house: TradingHouse, browser_at: BrowserAt) -> None:
    await house.mail.send(LETTER)
    [listed] = (await browser_at().get("/dev/mail")).json()["data"]
    assert listed == {
        "key": "mail-1",
        "to": "ada@example.com",
        "sender_name": "Nordmarkt",
        "subject": "Your order",
        "text": "Thank you, Ada\n",
    }
    page = await browser_at().get("/dev/mail/mail-1")
    assert page.headers["content-type"].startswith("text/html")
    assert "<b>Ada</b>" in page.text
    assert (await browser_at().get("/dev/mail/mail-2")).status_code == 404


@pytest.mark.parametrize("changed", [{"demo": False}, {"public_url": "https://velora.example"}], ids=["no demo", "in public"])
async def test_elsewhere_nobody_reads_other_peoples_letters(house: TradingHouse, changed: dict[str, object]) -> None:
    await house.mail.send(LETTER)
    opened: list[httpx.AsyncClient] = []
    async with serving(replace(house, settings=house.settings.model_copy(update=changed))) as app:
        browser = browsers_of(app, opened)()
        assert (await browser.get("/dev/mail")).status_code == 404
        assert (await browser.get("/dev/mail/mail-1")).status_code == 404
