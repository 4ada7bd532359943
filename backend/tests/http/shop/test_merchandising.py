"""A marketplace says what its search is to know, and visitors find so at once; over HTTP."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.builders.market import Market, a_market
from tests.http.people.conftest import Browser, BrowserAt, SignedInAs
from tests.http.shop.test_shop import on_sale
from velora.flows.house import TradingHouse
from velora.flows.merchandising.counting import write_down
from velora.flows.merchandising.knowing import changed
from velora.kernel.ids import decode, encode
from velora.kernel.principal import Role
from velora.modules.audit import service as audit
from velora.platform.cache.followed import Followed
from velora.platform.db import Database

AT = "/admin/search"


@pytest.fixture
async def admin(market: Market, signed_in: SignedInAs) -> Browser:
    browser, _ = await signed_in(market.tenant, Role.MARKETPLACE_ADMIN)
    return browser


async def done(asking: Any, status: int = 200) -> Any:
    reply = await asking
    assert reply.status_code == status, reply.text
    return reply.json()


def code(reply: httpx.Response) -> tuple[int, str]:
    return reply.status_code, reply.json()["code"]


async def titles(browser: Browser, question: str) -> list[str]:
    return [card["title"] for card in (await browser.get(f"/search?{question}")).json()["data"]]


async def lst(house: TradingHouse, market: Market, title: str, **facts: Any) -> str:
    return encode("lst", (await on_sale(house, market, title, **facts)).listing_id)


async def test_synonyms_hold_at_the_next_search_and_no_longer_once_they_are_gone(house, market, admin, browser_at):
    await on_sale(house, market, "Velvet Couch")
    visitor = browser_at(market.tenant)
    assert await titles(visitor, "q=settee") == []
    made = await done(admin.post(f"{AT}/synonyms", {"words": ["Settee", "couch"]}), 201)
    assert await titles(visitor, "q=settee") == ["Velvet Couch"]
    reply = await admin.get(f"{AT}/synonyms/{made['id']}")
    assert reply.headers["etag"] == '"v1"'
    change = {"words": ["davenport"], "to": ["couch"]}
    assert code(await admin.ask("PUT", f"{AT}/synonyms/{made['id']}", change)) == (428, "merchandising.version_missing")
    assert code(await admin.ask("PUT", f"{AT}/synonyms/{made['id']}", change, {"If-Match": '"v7"'})) == (
        412,
        "merchandising.changed_meanwhile",
    )
    await done(admin.ask("PUT", f"{AT}/synonyms/{made['id']}", change, {"If-Match": '"v1"'}))
    assert (await titles(visitor, "q=davenport"), await titles(visitor, "q=settee")) == (["Velvet Couch"], [])
    await done(admin.ask("DELETE", f"{AT}/synonyms/{made['id']}"))
    assert await titles(visitor, "q=davenport") == []
    async with house.db.read(market.tenant.id) as uow:
        on_record = await audit.records(uow, market.tenant.id, object_ref=made["id"])
    assert [(one.entry.action, one.entry.detail["synonyms"]) for one in reversed(on_record.data)] == [
        ("merchandising.synonyms_added", "Settee, couch"),
        ("merchandising.synonyms_changed", "davenport => couch"),
        ("merchandising.synonyms_removed", "davenport => couch"),
    ]


async def test_synonyms_go_in_and_out_as_text_and_wrong_lines_come_back(market, admin):
    text = "sofa, couch\n# a note\ntv => television\nlamp\nCOUCH, sofa\n"
    came = await done(admin.post(f"{AT}/synonyms/import", {"text": text}))
    assert (came["added"], came["there_already"], [(one["line"], one["text"]) for one in came["wrong"]]) == (2, 1, [(4, "lamp")])
    out = await admin.get(f"{AT}/synonyms/export")
    assert out.headers["content-type"].startswith("text/plain")
    assert out.text == "sofa, couch\ntv => television\n"
    again = await done(admin.post(f"{AT}/synonyms/import", {"text": out.text}))
    assert (again["added"], again["there_already"], again["wrong"]) == (0, 2, [])
    assert [one["words"] for one in (await done(admin.get(f"{AT}/synonyms")))["data"]] == [["sofa", "couch"], ["tv"]]


async def test_a_rule_pins_and_hides_for_its_query_alone_and_not_when_sorted(house, market, admin, browser_at):
    cheap, dear, rug = [await lst(house, market, title, price=price) for title, price in (("Shade A", 100), ("Shade B", 200), ("Rug", 300))]
    visitor = browser_at(market.tenant)
    body = {"query": "Shade", "matching": "exact", "pins": [rug, dear], "hides": [cheap]}
    made = await done(admin.post(f"{AT}/rules", body), 201)
    assert (made["standing"], made["pins"]) == ("active", [rug, dear])
    assert await titles(visitor, "q=SHADE") == ["Rug", "Shade B"]
    assert await titles(visitor, "q=shade&sort=price_asc") == ["Shade B"]
    assert sorted(await titles(visitor, "q=sha")) == ["Shade A", "Shade B"]
    assert [card["title"] for card in (await visitor.get("/search/suggest?q=shade")).json()["products"]] == ["Shade B"]
    full = await done(admin.get(f"{AT}/rules/{made['id']}"))
    assert [one["title"] for one in full["products"]] == ["Rug", "Shade B", "Shade A"]
    await done(admin.ask("PUT", f"{AT}/rules/{made['id']}", body | {"active": False}, {"If-Match": '"v1"'}))
    assert sorted(await titles(visitor, "q=shade")) == ["Shade A", "Shade B"]


async def test_a_rule_names_only_what_is_listed_here(house, market, admin):
    other = await a_market(house.db)
    theirs, ours = await lst(house, other, "Lamp"), await lst(house, market, "Lamp")
    for field, pins, hides in (("pins/1", [ours, theirs], []), ("hides/0", [ours], [theirs])):
        reply = await admin.post(f"{AT}/rules", {"query": "lamp", "pins": pins, "hides": hides})
        assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (422, f"/{field}")
    assert (await done(admin.get(f"{AT}/rules")))["data"] == []


async def test_a_preview_says_what_is_pinned_and_what_would_be_hidden_and_saves_nothing(house, market, admin, browser_at):
    lamp, other, rug = [await lst(house, market, title) for title in ("Shade A", "Shade B", "Rug")]
    body = {"query": "shade", "rule": {"query": "shade", "pins": [rug], "hides": [lamp], "active": False}}
    seen = await done(admin.post(f"{AT}/preview", body))
    sides = {side: {one["product"]["title"]: one["why"] for one in seen[side]["data"]} for side in ("without", "with_rule")}
    assert sides == {"without": {"Shade A": "hidden", "Shade B": "ranked"}, "with_rule": {"Rug": "pinned", "Shade B": "ranked"}}
    assert next(iter(sides["with_rule"])) == "Rug"
    assert (seen["without"]["total"], seen["with_rule"]["total"]) == (2, 2)
    assert sorted(await titles(browser_at(market.tenant), "q=shade")) == ["Shade A", "Shade B"]
    found = await done(admin.get(f"{AT}/products?q=rug"))
    assert [one["listing_id"] for one in found["data"]] == [rug]
    assert other != lamp


async def test_queries_that_found_something_are_suggested_from_the_third_on_and_never_a_denied_one(house, market, admin, browser_at):
    await on_sale(house, market, "Brass Lamp")
    await on_sale(house, market, "Brave Braid")
    visitor = browser_at(market.tenant)
    for words, times in (("brass lamp", 3), ("Bräss", 2), ("brazier", 5), ("brave", 4)):
        for _ in range(times):
            await visitor.get(f"/search?q={words}&submitted=true")
    await visitor.get("/search?q=brass&attr.colour=brass&submitted=true")
    await visitor.get("/search?q=lamp")
    await write_down(house)
    counted: dict[str, list[Any]] = {}
    for _ in range(100):  # the application writes down by itself as well, and may be at it
        counted = {kind: (await done(admin.get(f"{AT}/queries?seen={kind}")))["data"] for kind in ("found", "missed")}
        if sum(one["found"] + one["missed"] for data in counted.values() for one in data) == 14:
            break
        await asyncio.sleep(0.1)
    assert counted == {
        "found": [
            {"query": "brave", "found": 4, "missed": 0},
            {"query": "brass lamp", "found": 3, "missed": 0},
            {"query": "bräss", "found": 2, "missed": 0},
        ],
        "missed": [{"query": "brazier", "found": 0, "missed": 5}],
    }
    assert (await visitor.get("/search/suggest?q=bra")).json()["queries"] == ["brave", "brass lamp", "braid", "brass"]
    etag = (await admin.get(f"{AT}/denied")).headers["etag"]
    await done(admin.ask("PUT", f"{AT}/denied", {"words": ["LAMP"]}, {"If-Match": etag}))
    assert (await visitor.get("/search/suggest?q=bra")).json()["queries"] == ["brave", "braid", "brass"]
    assert code(await admin.ask("PUT", f"{AT}/denied", {"words": []}, {"If-Match": etag})) == (412, "merchandising.changed_meanwhile")


async def test_another_process_obeys_within_two_seconds(house, market, admin, browser_at):
    await on_sale(house, market, "Velvet Couch")
    visitor = browser_at(market.tenant)
    assert await titles(visitor, "q=settee") == []
    elsewhere = Followed()
    object.__setattr__(house, "followed", elsewhere)
    assert await titles(visitor, "q=settee") == []
    object.__setattr__(house, "followed", Followed())
    await done(admin.post(f"{AT}/synonyms", {"words": ["settee", "couch"]}), 201)
    object.__setattr__(house, "followed", elsewhere)
    await asyncio.sleep(1.1)
    assert await titles(visitor, "q=settee") == ["Velvet Couch"]
    suggested = (await visitor.get("/search/suggest?q=settee")).json()["products"]
    assert [card["title"] for card in suggested] == ["Velvet Couch"]


async def test_while_the_database_is_away_searches_go_on_with_the_last_known(house, market, admin, browser_at):
    await on_sale(house, market, "Velvet Couch")
    await done(admin.post(f"{AT}/synonyms", {"words": ["settee", "couch"]}), 201)
    visitor = browser_at(market.tenant)
    assert await titles(visitor, "q=settee") == ["Velvet Couch"]
    nowhere = Database.__new__(Database)
    present = house.db
    object.__setattr__(house, "db", nowhere)
    changed(house, market.tenant.id)
    try:
        assert await titles(visitor, "q=settee&submitted=true") == ["Velvet Couch"]
    finally:
        object.__setattr__(house, "db", present)


async def test_only_administrators_of_this_marketplace_may(market, signed_in: SignedInAs, browser_at: BrowserAt, house):
    other = await a_market(house.db)
    for browser in (browser_at(market.tenant), (await signed_in(market.tenant, Role.FINANCE))[0]):
        assert (await browser.get(f"{AT}/synonyms")).status_code in (401, 403)
        assert (await browser.post(f"{AT}/rules", {"query": "lamp", "pins": [], "hides": []})).status_code in (401, 403)
    theirs, _ = await signed_in(other.tenant, Role.MARKETPLACE_ADMIN)
    made = await done(theirs.post(f"{AT}/synonyms", {"words": ["a", "b"]}), 201)
    ours, _ = await signed_in(market.tenant, Role.MARKETPLACE_ADMIN)
    assert code(await ours.get(f"{AT}/synonyms/{made['id']}")) == (404, "request.not_found")
    assert decode("syn", made["id"])
