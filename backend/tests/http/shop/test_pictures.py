"""A seller sends pictures of a product, a worker looks at them, and buyers see them. Over HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.builders.market import Market, a_market, another_seller, goods
from tests.builders.pictures import a_picture
from tests.http.people.conftest import Browser, serving
from tests.http.shop.test_seller_catalogue import at_work_for, of
from velora.apps.wiring import files_of
from velora.flows.house import TradingHouse
from velora.flows.indexing import index_listings
from velora.flows.jobs import do_job
from velora.flows.pictures.sweep import sweep_pictures
from velora.kernel.clock import ManualClock
from velora.kernel.ids import encode
from velora.modules.catalog.events import ProductChanged
from velora.platform.db import jobs
from velora.platform.settings import Settings


@dataclass
class Desk:
    """A seller's browser at one product, and a worker beside it."""

    house: TradingHouse
    market: Market
    browser: Browser
    product_id: int
    slug: str

    @property
    def path(self) -> str:
        return of(self.market, f"/products/{encode('prd', self.product_id)}/photos")

    async def place(self, content: bytes, alt: str = "", media_type: str = "image/jpeg") -> dict[str, Any]:
        reply = await self.browser.post(self.path, {"media_type": media_type, "size": len(content), "alt": alt})
        assert reply.status_code == 201, reply.text
        return reply.json()

    async def put(self, upload: Mapping[str, Any], content: bytes) -> httpx.Response:
        """As a browser does it: with the headers that were given, and without a cookie."""
        self.browser.client.cookies, kept = httpx.Cookies(), self.browser.client.cookies
        reply = await self.browser.client.put(upload["url"], content=content, headers=upload["headers"])
        self.browser.client.cookies = kept
        return reply

    async def send(self, content: bytes, alt: str = "") -> str:
        """The picture's id, once it lies in the store and waits for a worker."""
        place = await self.place(content, alt)
        assert (await self.put(place["upload"], content)).status_code == 204
        said = await self.browser.post(f"{self.path}/{place['photo']['id']}/sent")
        assert (said.status_code, said.json()["state"]) == (200, "sent"), said.text
        return place["photo"]["id"]

    async def work(self) -> None:
        while await do_job(self.house):
            pass

    async def photos(self) -> list[dict[str, Any]]:
        return (await self.browser.get(self.path)).json()["data"]

    async def stored(self) -> list[str]:
        prefix = encode("sel", self.market.seller.id)
        return sorted([one.key async for one in self.house.files.list(prefix)])


@pytest.fixture
async def desk(house, market, browser_at) -> Desk:
    async with house.db.begin(None) as uow:
        lamp = await goods(uow, market)
    return Desk(house, market, await at_work_for(house, market, browser_at), lamp.product_id, lamp.slug)


async def test_a_picture_that_was_sent_is_shown_on_the_page_the_card_and_in_the_cart(desk: Desk, market, browser_at):
    buyer = browser_at(market.tenant)
    before = (await buyer.get(f"/products/{desk.slug}")).json()["pictures"]
    photo_id = await desk.send(a_picture(), "A lamp on a desk")
    assert (await buyer.get(f"/products/{desk.slug}")).json()["pictures"] == before
    await desk.work()
    [photo] = await desk.photos()
    assert (photo["id"], photo["state"], photo["reason"], photo["alt"]) == (photo_id, "ready", "", "A lamp on a desk")
    assert photo["name"].startswith(f"photos/{encode('sel', market.seller.id)}/{photo_id}-")
    assert photo["name"].endswith("-800x600")
    page = (await buyer.get(f"/products/{desk.slug}")).json()
    assert page["pictures"] == [{"name": photo["name"], "tone": before[0]["tone"], "alt": "A lamp on a desk"}]
    await index_listings(desk.house, [ProductChanged(0, market.seller.id, desk.product_id)])
    [card] = (await buyer.get("/search?q=lamp")).json()["data"]
    assert card["picture"] == photo["name"]
    variant = page["variants"][0]["id"]
    cart = (await buyer.post("/cart/lines", {"variant_id": variant, "quantity": 1})).json()
    assert [line["picture"] for group in cart["groups"] for line in group["lines"]] == [photo["name"]]


async def test_the_files_of_a_picture_are_everybodys_for_ever_and_its_original_is_nobodys(desk: Desk, browser_at):
    await desk.send(a_picture())
    await desk.work()
    [photo] = await desk.photos()
    stranger = browser_at()
    for width in (320, 640, 1280):
        for kind in ("avif", "webp"):
            reply = await stranger.get(f"/{photo['name']}/{width}.{kind}")
            assert (reply.status_code, reply.headers["content-type"]) == (200, f"image/{kind}")
            assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
            assert Image.open(BytesIO(reply.content)).size[0] == min(width, 800)
    assert len(await desk.stored()) == 7
    for address in (f"/{photo['name']}/original", f"/{photo['name']}/2000.webp", f"/{photo['name'].replace('800', '801')}/640.webp"):
        assert (await stranger.get(address)).status_code in (404, 422)


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"<svg onload='alert(1)'/>", "no picture that we know"), (a_picture()[:2000], "damaged or cut off")],
    ids=["svg", "half"],
)
async def test_what_is_no_picture_is_refused_with_the_reason_and_deleted(desk: Desk, market, browser_at, content: bytes, why: str):
    await desk.send(content)
    await desk.work()
    [photo] = await desk.photos()
    assert (photo["state"], photo["name"]) == ("refused", "")
    assert why in photo["reason"]
    assert await desk.stored() == []
    pictures = (await browser_at(market.tenant).get(f"/products/{desk.slug}")).json()["pictures"]
    assert all(not each["name"].startswith("photos/") for each in pictures)


async def test_what_is_announced_is_looked_at_before_anything_is_sent(desk: Desk):
    for wrong in ({"media_type": "image/gif", "size": 10}, {"media_type": "image/png", "size": 10_000_001},
                  {"media_type": "image/png", "size": 0}, {"media_type": "image/png", "size": 10, "alt": "x" * 201}):  # fmt: skip
        assert (await desk.browser.post(desk.path, wrong)).status_code == 422
    assert await desk.photos() == []


async def test_another_file_than_was_announced_is_not_kept(desk: Desk):
    content = a_picture()
    place = await desk.place(content)
    for other in (content + b"!", content[:-1], b""):
        reply = await desk.put(place["upload"], other)
        assert (reply.status_code, reply.json()["code"]) == (422, "files.not_as_agreed")
    assert await desk.stored() == []
    said = await desk.browser.post(f"{desk.path}/{place['photo']['id']}/sent")
    assert (said.status_code, said.json()["code"]) == (409, "pictures.not_there_yet")


async def test_the_address_of_an_upload_ends_after_a_quarter_of_an_hour_and_cannot_be_bent(desk: Desk, clock: ManualClock):
    content = a_picture()
    upload = (await desk.place(content))["upload"]
    bent = upload | {"url": upload["url"][:-3] + "AAA"}
    assert (await desk.put(bent, content)).json()["code"] == "files.ticket_refused"
    assert (await desk.browser.client.get(upload["url"])).json()["code"] == "files.ticket_refused"
    clock.advance(timedelta(minutes=15))
    assert (await desk.put(upload, content)).json()["code"] == "files.ticket_refused"
    assert await desk.stored() == []


async def test_said_twice_a_picture_is_looked_at_once(desk: Desk):
    photo_id = await desk.send(a_picture())
    assert (await desk.browser.post(f"{desk.path}/{photo_id}/sent")).json()["state"] == "sent"
    async with desk.house.db.read(None) as uow:
        waiting = [one for one in await jobs.shown(uow, parked=False, limit=1000) if one.args.get("seller_id") == desk.market.seller.id]
    assert len(waiting) == 1
    await desk.work()
    assert (await desk.browser.post(f"{desk.path}/{photo_id}/sent")).json()["state"] == "ready"


async def test_a_seller_puts_pictures_in_order_and_says_what_is_to_be_seen(desk: Desk, market, browser_at):
    ids = [await desk.send(a_picture(colour=colour)) for colour in ((255, 0, 0), (0, 255, 0), (0, 0, 255))]
    await desk.work()
    wanted = {"photos": [{"id": ids[2], "alt": "Blue"}, {"id": ids[0], "alt": "Red"}]}
    ordered = (await desk.browser.ask("PUT", desk.path, wanted)).json()["data"]
    assert [(each["id"], each["alt"]) for each in ordered] == [(ids[2], "Blue"), (ids[0], "Red"), (ids[1], "")]
    shown = (await browser_at(market.tenant).get(f"/products/{desk.slug}")).json()["pictures"]
    assert [each["alt"] for each in shown] == ["Blue", "Red", ""]
    twice = {"photos": [{"id": ids[0]}, {"id": ids[0]}]}
    assert (await desk.browser.ask("PUT", desk.path, twice)).status_code == 422
    assert [each["id"] for each in await desk.photos()] == [ids[2], ids[0], ids[1]]


async def test_a_product_has_at_most_eight_pictures_and_a_refused_one_takes_no_place(desk: Desk):
    await desk.send(b"no picture")
    await desk.work()
    for _ in range(8):
        await desk.place(a_picture())
    reply = await desk.browser.post(desk.path, {"media_type": "image/png", "size": 10})
    assert (reply.status_code, reply.json()["code"]) == (409, "catalog.too_many_photos")


async def test_a_picture_that_is_removed_is_gone_everywhere_and_the_next_one_is_shown(desk: Desk, market, browser_at):
    first, second = [await desk.send(a_picture(colour=colour)) for colour in ((255, 0, 0), (0, 255, 0))]
    await desk.work()
    drawn = (await browser_at(market.tenant).get(f"/products/{desk.slug}")).json()["pictures"]
    assert (await desk.browser.ask("DELETE", f"{desk.path}/{first}")).status_code == 204
    assert (await desk.browser.ask("DELETE", f"{desk.path}/{first}")).status_code == 404
    await desk.work()
    assert {key.split("/")[2][:17] for key in await desk.stored()} == {second}
    [left] = (await browser_at(market.tenant).get(f"/products/{desk.slug}")).json()["pictures"]
    assert left == drawn[1]
    assert (await desk.browser.ask("DELETE", f"{desk.path}/{second}")).status_code == 204
    await desk.work()
    assert await desk.stored() == []
    pictures = (await browser_at(market.tenant).get(f"/products/{desk.slug}")).json()["pictures"]
    assert all(not each["name"].startswith("photos/") for each in pictures)


async def test_a_picture_that_is_removed_while_it_is_looked_at_leaves_nothing(desk: Desk):
    photo_id = await desk.send(a_picture())
    async with desk.house.db.begin(None) as uow:
        taken = await jobs.take(uow, ["pictures.check"])
    assert taken is not None
    from velora.flows.pictures.check import check

    settle = await check(desk.house, taken)
    assert (await desk.browser.ask("DELETE", f"{desk.path}/{photo_id}")).status_code == 204
    async with desk.house.db.begin(None) as uow:
        assert await jobs.done(uow, taken)
        assert settle is not None
        await settle(uow)
    await desk.work()
    assert await desk.stored() == []
    assert await desk.photos() == []


async def test_what_was_never_sent_or_was_refused_is_forgotten_after_a_day(desk: Desk, clock: ManualClock):
    await desk.place(a_picture())
    await desk.send(b"no picture")
    kept = await desk.send(a_picture())
    await desk.work()
    clock.advance(timedelta(hours=25))
    async with desk.house.db.begin(None) as uow:
        assert await sweep_pictures(uow) >= 2
    await desk.work()
    assert [each["id"] for each in await desk.photos()] == [kept]
    assert len(await desk.stored()) == 7


async def test_nobody_changes_the_pictures_of_another_seller(desk: Desk, house, market, browser_at):
    photo_id = await desk.send(a_picture())
    await desk.work()
    rival = await another_seller(house.db, market)
    browser = await at_work_for(house, rival, browser_at)
    for path in (desk.path, replace(desk, market=rival).path):
        assert (await browser.ask("DELETE", f"{path}/{photo_id}")).status_code == 404
        assert (await browser.ask("PUT", path, {"photos": [{"id": photo_id}]})).status_code == 404
        assert (await browser.post(path, {"media_type": "image/png", "size": 10})).status_code == 404
        assert (await browser.post(f"{path}/{photo_id}/sent")).status_code == 404
    assert [each["state"] for each in await desk.photos()] == ["ready"]


async def test_a_picture_goes_to_a_bucket_by_itself_and_is_shown_from_there(house, clock: ManualClock, bucket: str, s3: str):
    """The same way with the S3 of the tests: the seller's browser puts the file there, not through us."""
    house = replace(house, files=files_of(Settings(home=house.settings.home, files_url=bucket), clock))
    async with serving(house) as app:
        market = await a_market(house.db)
        async with house.db.begin(None) as uow:
            lamp = await goods(uow, market)

        def browser_at() -> Browser:
            return Browser(httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://velora.example"))

        desk = Desk(house, market, await at_work_for(house, market, browser_at), lamp.product_id, lamp.slug)
        content = a_picture()
        place = await desk.place(content)
        assert place["upload"]["url"].startswith(s3)
        async with httpx.AsyncClient() as outside:
            (await outside.put(place["upload"]["url"], content=content, headers=place["upload"]["headers"])).raise_for_status()
        await desk.browser.post(f"{desk.path}/{place['photo']['id']}/sent")
        await desk.work()
        [photo] = await desk.photos()
        assert photo["state"] == "ready"
        shown = await desk.browser.get(f"/{photo['name']}/640.avif")
        assert (shown.status_code, shown.headers["content-type"]) == (200, "image/avif")
        assert len(await desk.stored()) == 7
        await desk.browser.client.aclose()
