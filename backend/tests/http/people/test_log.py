"""What stands in the log of requests: who asked what, by its route, and nothing of what they sent."""

import io
import json
import logging
from collections.abc import Generator

import pytest

from tests.builders.people import PASSWORD, a_tenant, an_account
from tests.http.people.conftest import BrowserAt
from velora.apps.logs import JsonLines
from velora.platform.db import Database


@pytest.fixture
def written() -> Generator[io.StringIO]:
    """All that we log, however little it matters, and of others what a process lets through, as JSON."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(JsonLines())
    root, ours = logging.getLogger(), logging.getLogger("velora")
    before = root.level, ours.level
    root.addHandler(handler)
    root.setLevel(logging.WARNING)  # as configure() has it; the browser of this test would log its own addresses
    ours.setLevel(logging.DEBUG)
    yield text
    root.removeHandler(handler)
    root.setLevel(before[0])
    ours.setLevel(before[1])


async def test_secrets_and_words_of_people_are_in_no_line(browser_at: BrowserAt, db: Database, written: io.StringIO):
    async with db.begin(None) as uow:
        tenant = await a_tenant(uow)
        ada = await an_account(uow)
    browser = browser_at(tenant)
    assert (await browser.sign_in(ada.email, "a wrong guess")).status_code == 401
    assert (await browser.sign_in(ada.email)).status_code == 200
    body = {"email": ada.email, "payment": {"token": "tok_4242424242424242"}, "address": {"name": "Ada Lovelace"}}
    await browser.ask("POST", "/checkout", body, {"Idempotency-Key": "a key"})
    await browser.get("/search?q=lamps+for+ada")
    found = written.getvalue()
    secrets = (PASSWORD, "a wrong guess", ada.email, "4242424242424242", "Lovelace", "lamps+for", browser.cookie("velora_session") or "?")
    assert [one for one in secrets if one in found] == []
    lines = [json.loads(line) for line in found.splitlines() if '"velora.access"' in line]
    asked = {"method": "POST", "route": "/api/v1/auth/sign-in", "tenant": tenant.slug}
    signed_in = [line for line in lines if asked.items() <= line.items()]
    assert [line["status"] for line in signed_in] == [401, 200]
    assert all(line["request_id"] == reply.headers["x-request-id"] for line, reply in zip(signed_in, browser.log, strict=False))
    assert all(line["ms"] > 0 for line in signed_in)
