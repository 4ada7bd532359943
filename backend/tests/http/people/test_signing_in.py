"""Registering, signing in and out, as a browser meets them."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from sqlalchemy import func, select, update

from tests.builders.people import PASSWORD, an_account
from tests.http.people.conftest import Browser, BrowserAt, browsers_of, grant, serving
from velora.flows.house import TradingHouse
from velora.flows.shopping import carts
from velora.flows.signing_in import session
from velora.flows.signing_in.desk import BELIEVED_FOR, Desk
from velora.kernel.clock import ManualClock
from velora.kernel.ids import decode
from velora.kernel.principal import Principal, Role
from velora.modules.cart.policy import Now, add
from velora.modules.identity import service as identity
from velora.modules.identity.models import Account, AccountSession
from velora.modules.identity.policy import SESSION_IDLE, check_password
from velora.modules.identity.service import AccountFacts, Grant
from velora.modules.tenants.service import TenantFacts
from velora.platform.cache import keys
from velora.platform.cache.redis import RedisCache
from velora.platform.db import Database, UnitOfWork
from velora.platform.db.errors import Unavailable
from velora.platform.settings import Settings
from velora.platform.tokens import digest_of


def code(reply: httpx.Response) -> tuple[int, str]:
    return reply.status_code, reply.json()["code"]


async def sessions_of(db: Database, account_id: int) -> int:
    async with db.read(None) as uow:
        return await uow.scalar(select(func.count()).select_from(AccountSession).where(AccountSession.account_id == account_id)) or 0


async def test_a_guest_is_nobody(browser_at: BrowserAt, nord: TenantFacts) -> None:
    assert await browser_at(nord).me() == {"account": None, "roles": [], "sellers": [], "tenant": {"slug": nord.slug, "name": nord.name}}
    assert (await browser_at().me())["tenant"] is None


async def test_who_registers_is_signed_in_and_a_buyer_of_this_storefront(browser_at: BrowserAt, nord: TenantFacts, db: Database) -> None:
    browser, email = browser_at(nord), f"ada-{db.new_id()}@example.com"
    reply = await browser.post("/auth/register", {"email": f" {email.upper()} ", "password": PASSWORD, "name": "Ada"})
    assert reply.status_code == 201
    me = reply.json()
    assert (me["account"]["email"], me["account"]["name"], me["roles"]) == (email, "Ada", ["buyer"])
    assert await browser.me() == me
    async with db.read(None) as uow:
        held = await identity.credentials(uow, email)
    assert held is not None
    assert held.password_hash.startswith("$argon2id$")


async def test_the_session_cookie_is_out_of_reach_for_scripts_and_only_its_digest_is_kept(
    browser_at: BrowserAt, nord: TenantFacts, ada: AccountFacts, db: Database
) -> None:
    browser = browser_at(nord)
    reply = await browser.sign_in(ada.email)
    kept, csrf = (next(h for h in reply.headers.get_list("set-cookie") if h.startswith(name)) for name in ("velora_session", "velora_csrf"))
    assert "HttpOnly" in kept
    assert "HttpOnly" not in csrf
    assert all("SameSite=lax" in header and "Path=/" in header and "Domain" not in header for header in (kept, csrf))
    token = browser.cookie("velora_session")
    assert token is not None
    assert len(token) >= 43
    async with db.read(None) as uow:
        digests = await uow.entities(select(AccountSession.token_digest).where(AccountSession.account_id == ada.id))
    assert digests == [digest_of(token)]


async def test_in_public_cookies_travel_over_tls_only(house: TradingHouse, nord: TenantFacts, ada: AccountFacts) -> None:
    settings = house.settings.model_copy(update={"public_url": "https://velora.example"})
    async with serving(replace(house, settings=settings)) as app:
        reply = await browsers_of(app, [])(nord).sign_in(ada.email)
    assert all("Secure" in header for header in reply.headers.get_list("set-cookie"))


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"email": "ada"}, "/email"),
        ({"password": "short"}, "/password"),
        ({"name": " "}, "/name"),
        ({"name": None}, "/name"),
        ({"age": 7}, "/age"),
    ],
)
async def test_a_wrong_field_is_said_and_nothing_is_kept(
    browser_at: BrowserAt, nord: TenantFacts, db: Database, changed: dict[str, object], pointer: str
) -> None:
    email = f"ada-{db.new_id()}@example.com"
    reply = await browser_at(nord).post("/auth/register", {"email": email, "password": PASSWORD, "name": "Ada", **changed})
    assert code(reply) == (422, "request.invalid")
    assert [error["pointer"] for error in reply.json()["errors"]] == [pointer]
    assert "set-cookie" not in reply.headers
    async with db.read(None) as uow:
        assert await identity.credentials(uow, email) is None


async def test_an_address_that_has_an_account_cannot_be_registered_again(
    browser_at: BrowserAt, nord: TenantFacts, ada: AccountFacts
) -> None:
    reply = await browser_at(nord).post("/auth/register", {"email": ada.email, "password": PASSWORD, "name": "Eve"})
    assert code(reply) == (409, "identity.email_taken")


async def test_a_wrong_password_and_an_unknown_address_are_told_alike(
    browser_at: BrowserAt, nord: TenantFacts, ada: AccountFacts, db: Database
) -> None:
    replies = [
        await browser_at(nord).sign_in(ada.email, "wrong password"),
        await browser_at(nord).sign_in(f"nobody-{db.new_id()}@example.com"),
        await browser_at(nord).sign_in("no address"),
    ]
    assert {code(reply) for reply in replies} == {(401, "identity.wrong_credentials")}
    assert len({reply.json()["detail"] for reply in replies}) == 1
    assert await sessions_of(db, ada.id) == 0


async def test_one_account_works_on_every_marketplace_and_becomes_a_buyer_where_it_signs_in(
    browser_at: BrowserAt, nord: TenantFacts, harbour: TenantFacts, ada: AccountFacts
) -> None:
    for tenant in (nord, harbour):
        browser = browser_at(tenant)
        await browser.sign_in(ada.email)
        me = await browser.me()
        assert (me["roles"], me["tenant"]["slug"]) == (["buyer"], tenant.slug)
    console = browser_at()
    await console.sign_in(ada.email)
    assert (await console.me())["roles"] == []


@pytest.mark.parametrize("how", ["sign-in", "register"])
async def test_the_cart_that_a_guest_filled_is_the_accounts_from_then_on(
    house: TradingHouse, browser_at: BrowserAt, nord: TenantFacts, ada: AccountFacts, how: str
) -> None:
    guest = Principal(tenant_id=nord.id, guest_key=f"guest-{house.db.new_id()}")
    lamp = Now("Brass Lamp", 4900, on_sale=True, available=10)
    await carts.change(house, guest, nord.id, lambda cart: add(cart, 77, 2, lamp, house.db.new_id()))
    browser = browser_at(nord)
    browser.client.cookies.set("velora_guest", guest.guest_key)
    person = {"email": f"new-{house.db.new_id()}@example.com", "password": PASSWORD, "name": "Ada"}
    reply = await (browser.sign_in(ada.email) if how == "sign-in" else browser.post("/auth/register", person))
    account_id = decode("acc", reply.json()["account"]["id"])
    mine = await carts.read(house, Principal(account_id=account_id, tenant_id=nord.id), nord.id)
    assert [(line.variant_id, line.quantity) for line in mine.lines] == [(77, 2)]
    assert (await carts.read(house, guest, nord.id)).lines == ()


async def test_a_blocked_account_cannot_sign_in(browser_at: BrowserAt, nord: TenantFacts, ada: AccountFacts, db: Database) -> None:
    async with db.begin(None) as uow:
        await uow.change(update(Account).where(Account.id == ada.id).values(state="blocked"))
    assert code(await browser_at(nord).sign_in(ada.email)) == (403, "identity.account_blocked")
    assert await sessions_of(db, ada.id) == 0


async def test_signing_in_ends_the_session_that_the_browser_had(
    browser_at: BrowserAt, nord: TenantFacts, ada: AccountFacts, db: Database
) -> None:
    browser, thief = browser_at(nord), browser_at(nord)
    await browser.sign_in(ada.email)
    thief.client.cookies.set("velora_session", browser.cookie("velora_session") or "")
    assert (await thief.me())["account"] is not None
    await browser.sign_in(ada.email)
    assert (await thief.me())["account"] is None
    assert (await browser.me())["account"] is not None
    assert await sessions_of(db, ada.id) == 1


async def test_a_session_that_was_signed_out_is_dead_in_every_copy_of_its_cookie(
    browser_at: BrowserAt, nord: TenantFacts, ada: AccountFacts
) -> None:
    browser, copy = browser_at(nord), browser_at(nord)
    await browser.sign_in(ada.email)
    copy.client.cookies.set("velora_session", browser.cookie("velora_session") or "")
    assert (await copy.me())["account"] is not None
    assert (await browser.post("/auth/sign-out")).status_code == 204
    assert browser.cookie("velora_session") is None
    assert browser.cookie("velora_csrf") is None
    assert (await copy.me())["account"] is None
    assert (await browser.post("/auth/sign-out")).status_code == 204


@pytest.mark.parametrize("token", [None, "", "wrong", "of another session"])
async def test_a_write_without_the_csrf_token_of_its_session_is_refused(
    browser_at: BrowserAt, nord: TenantFacts, ada: AccountFacts, token: str | None
) -> None:
    browser = browser_at(nord, says_csrf=False)
    await browser.sign_in(ada.email)
    if token == "of another session":
        other = browser_at(nord)
        await other.sign_in(ada.email)
        token = other.cookie("velora_csrf")
    reply = await browser.ask("POST", "/auth/sign-out", headers={} if token is None else {"X-CSRF-Token": token})
    assert code(reply) == (403, "identity.bad_csrf_token")
    assert (await browser.me())["account"] is not None


async def test_one_sees_ones_sessions_and_ends_those_elsewhere(browser_at: BrowserAt, nord: TenantFacts, ada: AccountFacts) -> None:
    here, there = browser_at(nord), browser_at(nord)
    await there.sign_in(ada.email)
    await here.sign_in(ada.email)
    listed = (await here.get("/auth/sessions")).json()["data"]
    assert [one["current"] for one in listed] == [True, False]
    assert {one["user_agent"] for one in listed} == {"Firefox"}
    assert (await here.ask("DELETE", f"/auth/sessions/{listed[1]['id']}")).status_code == 204
    assert (await there.me())["account"] is None
    assert (await here.me())["account"] is not None
    assert code(await here.ask("DELETE", f"/auth/sessions/{listed[1]['id']}")) == (404, "request.not_found")


async def test_nobody_sees_or_ends_the_sessions_of_others(
    browser_at: BrowserAt, nord: TenantFacts, ada: AccountFacts, db: Database
) -> None:
    adas, eves = browser_at(nord), browser_at(nord)
    await adas.sign_in(ada.email)
    async with db.begin(None) as uow:
        eve = await an_account(uow)
    await eves.sign_in(eve.email)
    [own] = (await adas.get("/auth/sessions")).json()["data"]
    assert code(await eves.ask("DELETE", f"/auth/sessions/{own['id']}")) == (404, "request.not_found")
    assert (await adas.me())["account"] is not None
    assert code(await browser_at(nord).get("/auth/sessions")) == (401, "identity.not_signed_in")


async def test_the_sixth_wrong_password_waits_also_with_the_right_one_and_from_elsewhere(
    browser_at: BrowserAt, nord: TenantFacts, ada: AccountFacts, db: Database
) -> None:
    for _ in range(5):
        assert code(await browser_at(nord).sign_in(ada.email, "wrong password")) == (401, "identity.wrong_credentials")
    reply = await browser_at(nord, address="192.0.2.2").sign_in(ada.email)
    assert code(reply) == (429, "identity.throttled")
    assert 890 <= reply.json()["retry_after"] <= 901
    assert reply.headers["retry-after"] == str(reply.json()["retry_after"])
    assert await sessions_of(db, ada.id) == 0


async def test_a_right_password_forgives_the_wrong_ones_before_it(browser_at: BrowserAt, nord: TenantFacts, ada: AccountFacts) -> None:
    for _ in range(2):
        for _ in range(4):
            await browser_at(nord).sign_in(ada.email, "wrong password")
        assert (await browser_at(nord).sign_in(ada.email)).status_code == 200


async def test_an_address_that_tries_many_accounts_waits_and_others_do_not(
    browser_at: BrowserAt, nord: TenantFacts, ada: AccountFacts
) -> None:
    for number in range(60):
        await browser_at(nord).sign_in(f"nobody-{number}@example.com", "wrong password")
    assert code(await browser_at(nord).sign_in(ada.email)) == (429, "identity.throttled")
    assert (await browser_at(nord, address="192.0.2.2").sign_in(ada.email)).status_code == 200


async def test_signing_in_again_and_again_with_the_right_password_is_never_throttled(
    browser_at: BrowserAt, nord: TenantFacts, ada: AccountFacts
) -> None:
    replies = [await browser_at(nord).sign_in(ada.email) for _ in range(70)]
    assert {reply.status_code for reply in replies} == {200}


async def test_who_tries_while_the_database_is_away_is_not_kept_out_when_it_is_back(
    browser_at: BrowserAt, nord: TenantFacts, ada: AccountFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await browser_at(nord).get("/auth/me")).status_code == 200  # the process knows the marketplace
    with monkeypatch.context() as outage:
        outage.setattr(Database, "read", away)
        for _ in range(70):
            assert code(await browser_at(nord).sign_in(ada.email)) == (503, "platform.database_unavailable")
    assert (await browser_at(nord).sign_in(ada.email)).status_code == 200


async def test_a_storefront_that_was_known_is_known_while_the_database_is_away(
    house: TradingHouse, nord: TenantFacts, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(house)
    assert await desk.storefront("", nord.slug) == nord
    clock.advance(10 * BELIEVED_FOR)
    with monkeypatch.context() as outage:
        outage.setattr(Database, "read", away)
        assert await desk.storefront("", nord.slug) == nord
        with pytest.raises(Unavailable):
            await desk.storefront("", "never-asked-for")


@asynccontextmanager
async def away(db: Database, tenant_id: int | None) -> AsyncGenerator[UnitOfWork]:
    """A database that does not answer."""
    raise Unavailable
    yield


async def test_without_redis_people_sign_in_stay_signed_in_and_are_throttled(
    house: TradingHouse, nord: TenantFacts, ada: AccountFacts, unused_tcp_port: int
) -> None:
    cache = RedisCache(f"redis://127.0.0.1:{unused_tcp_port}/0")
    async with serving(replace(house, cache=cache)) as app:
        browser_at = browsers_of(app, [])
        browser = browser_at(nord)
        assert (await browser.sign_in(ada.email)).status_code == 200
        assert (await browser.me())["roles"] == ["buyer"]
        assert (await browser.post("/auth/sign-out")).status_code == 204
        for _ in range(5):
            await browser_at(nord).sign_in(ada.email, "wrong password")
        assert code(await browser_at(nord).sign_in(ada.email)) == (429, "identity.throttled")
    await cache.close()


async def test_an_emptied_cache_signs_nobody_out(house: TradingHouse, browser_at: BrowserAt, nord: TenantFacts, ada: AccountFacts) -> None:
    browser = browser_at(nord)
    await browser.sign_in(ada.email)
    await house.cache.drop(keys.session(digest_of(browser.cookie("velora_session") or "")))
    assert (await browser.me())["account"] is not None


class NoDatabase:
    """Says that it was asked."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"the database was asked to {name}")


async def warm_token(browser: Browser, account: AccountFacts) -> str:
    await browser.sign_in(account.email)
    await browser.me()
    token = browser.cookie("velora_session")
    assert token is not None
    return token


async def test_a_known_session_costs_no_look_into_the_database(
    house: TradingHouse, browser_at: BrowserAt, nord: TenantFacts, harbour: TenantFacts, ada: AccountFacts
) -> None:
    token = await warm_token(browser_at(nord), ada)
    without = replace(house, db=cast("Database", NoDatabase()))
    at_nord, at_harbour = await session.principal(without, token, nord.id), await session.principal(without, token, harbour.id)
    assert at_nord is not None
    assert at_harbour is not None
    assert (at_nord.account_id, at_nord.roles, at_nord.tenant_id) == (ada.id, {Role.BUYER}, nord.id)
    assert (at_harbour.account_id, at_harbour.roles) == (ada.id, frozenset())


async def test_a_reader_who_looked_before_the_sign_out_cannot_bring_the_session_back(
    house: TradingHouse, browser_at: BrowserAt, nord: TenantFacts, ada: AccountFacts
) -> None:
    browser = browser_at(nord)
    token = await warm_token(browser, ada)
    key = keys.session(digest_of(token))
    stale = await house.cache.get(key)
    assert stale is not None
    await browser.post("/auth/sign-out")
    assert not await house.cache.swap(key, None, stale, ttl=SESSION_IDLE)
    assert await session.principal(house, token, nord.id) is None


async def test_an_unused_session_ends_also_where_the_cache_still_has_it(
    house: TradingHouse, browser_at: BrowserAt, nord: TenantFacts, ada: AccountFacts, clock: ManualClock
) -> None:
    token = await warm_token(browser_at(nord), ada)
    clock.advance(SESSION_IDLE)
    assert await session.principal(house, token, nord.id) is None


async def test_a_role_counts_from_the_next_request_on(
    house: TradingHouse, browser_at: BrowserAt, nord: TenantFacts, ada: AccountFacts
) -> None:
    browser = browser_at(nord)
    await browser.sign_in(ada.email)
    assert (await browser.me())["roles"] == ["buyer"]
    await grant(house, Grant(ada.id, Role.MARKETPLACE_ADMIN, nord.id))
    await grant(house, Grant(ada.id, Role.FINANCE))
    assert (await browser.me())["roles"] == ["buyer", "finance", "marketplace_admin"]


async def test_demo_accounts_are_shown_in_demo_mode_only(house: TradingHouse, browser_at: BrowserAt, ada: AccountFacts) -> None:
    async with house.db.begin(None) as uow:
        await identity.show_in_demo(uow, {ada.id: ("Buyer", "Nordmarkt")})
    shown = (await browser_at().get("/demo/accounts")).json()
    assert shown["password"] == house.settings.demo_password
    assert {"email": ada.email, "name": "Ada", "role": "Buyer", "where": "Nordmarkt"} in shown["data"]
    settings = house.settings.model_copy(update={"demo": False})
    async with serving(replace(house, settings=settings)) as app:
        assert (await browsers_of(app, [])().get("/demo/accounts")).status_code == 404


def test_the_demo_password_may_be_used(tmp_path: Path) -> None:
    assert check_password(Settings(home=tmp_path).demo_password, "ada@example.com") is None
