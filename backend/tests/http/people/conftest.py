"""The application as browsers meet it, over both databases, with the routes of signing in, onboarding and operating."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from tests.builders.files import files_in
from tests.builders.people import PASSWORD, a_tenant, an_account
from velora.apps.api import API, create_app
from velora.apps.front_desk import ProcessDesk
from velora.flows.house import TradingHouse
from velora.flows.signing_in import session
from velora.kernel.clock import ManualClock
from velora.kernel.principal import Role
from velora.modules.identity import service as identity
from velora.modules.identity.service import AccountFacts, Grant
from velora.modules.payments.gateways.sandbox import SandboxGateway
from velora.modules.payouts.gateways.sandbox import SandboxBank
from velora.modules.sellers import service as sellers
from velora.modules.sellers.policy import StaffRole
from velora.modules.tenants.service import TenantFacts
from velora.platform.anchors.folder import FolderAnchors
from velora.platform.bus.outbox import OutboxBus
from velora.platform.cache.sqlite import SqliteCache
from velora.platform.db import Database
from velora.platform.db.group_commit import Writes
from velora.platform.mail.folder import FolderMail
from velora.platform.search.tantivy import TantivyIndex
from velora.platform.settings import Settings
from velora.platform.signing import SigningKeys


@dataclass
class Browser:
    """A browser with its cookies at one address; it says the CSRF token as the web application does."""

    client: httpx.AsyncClient
    says_csrf: bool = True
    log: list[httpx.Response] = field(default_factory=list)

    async def ask(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> httpx.Response:
        headers = dict(headers or {})
        if self.says_csrf and (token := self.cookie("velora_csrf")):
            headers.setdefault("X-CSRF-Token", token)
        reply = await self.client.request(method, f"{API}{path}", json=body, headers=headers)
        self.log.append(reply)
        return reply

    async def get(self, path: str) -> httpx.Response:
        return await self.ask("GET", path)

    async def post(self, path: str, body: object = None) -> httpx.Response:
        return await self.ask("POST", path, body)

    async def sign_in(self, email: str, password: str = PASSWORD) -> httpx.Response:
        return await self.post("/auth/sign-in", {"email": email, "password": password})

    def cookie(self, name: str) -> str | None:
        return self.client.cookies.get(name)

    async def me(self) -> dict[str, Any]:
        return (await self.get("/auth/me")).json()


@pytest.fixture
async def house(db: Database, clock: ManualClock, tmp_path: Path) -> AsyncGenerator[TradingHouse]:
    settings = Settings(home=tmp_path, password_rounds=1, password_memory_kib=8, demo=True)
    cache, gateway, bank = (
        SqliteCache(tmp_path / "cache.db"),
        SandboxGateway(tmp_path / "gateway.db", challenge_base="/challenge"),
        SandboxBank(tmp_path / "bank.db"),
    )
    search = TantivyIndex(tmp_path / "search")
    yield TradingHouse(
        settings=settings, secret_key=b"k" * 32, clock=clock, db=db, sealing=db, writes=Writes(db), bus=OutboxBus(db), cache=cache,
        search=search, mail=FolderMail(tmp_path / "mailbox"), files=files_in(tmp_path, b"k" * 32, clock),
        keys=SigningKeys(tmp_path / "keys"), anchors=FolderAnchors(tmp_path / "anchors"), gateway=gateway, bank=bank,
    )  # fmt: skip
    for engine in (cache, search, gateway, bank):
        await engine.close()


@asynccontextmanager
async def serving(house: TradingHouse) -> AsyncGenerator[FastAPI]:
    """The application over this house."""

    @asynccontextmanager
    async def opening() -> AsyncGenerator[TradingHouse]:
        yield house

    app = create_app(opening, ProcessDesk)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def app(house: TradingHouse) -> AsyncGenerator[FastAPI]:
    async with serving(house) as app:
        yield app


BrowserAt = Callable[..., Browser]


def browsers_of(app: FastAPI, opened: list[httpx.AsyncClient]) -> BrowserAt:
    def open_browser(tenant: TenantFacts | None = None, *, address: str = "192.0.2.1", says_csrf: bool = True) -> Browser:
        host = f"{tenant.slug}.localhost" if tenant else "velora.example"
        transport = httpx.ASGITransport(app, client=(address, 40000))
        client = httpx.AsyncClient(transport=transport, base_url=f"http://{host}", headers={"user-agent": "Firefox"})
        opened.append(client)
        return Browser(client, says_csrf=says_csrf)

    return open_browser


@pytest.fixture
async def browser_at(app: FastAPI) -> AsyncGenerator[BrowserAt]:
    """`browser_at(tenant)`: a fresh browser at its storefront; without a tenant, at the installation's own address."""
    opened: list[httpx.AsyncClient] = []
    yield browsers_of(app, opened)
    for client in opened:
        await client.aclose()


@pytest.fixture
async def nord(db: Database) -> TenantFacts:
    async with db.begin(None) as uow:
        return await a_tenant(uow)


@pytest.fixture
async def harbour(db: Database) -> TenantFacts:
    async with db.begin(None) as uow:
        return await a_tenant(uow)


@pytest.fixture
async def ada(db: Database) -> AccountFacts:
    """Somebody with an account, who is nothing anywhere yet."""
    async with db.begin(None) as uow:
        return await an_account(uow)


SignedInAs = Callable[..., Any]


@pytest.fixture
def signed_in(house: TradingHouse, browser_at: BrowserAt) -> SignedInAs:
    """`await signed_in(tenant, Role.…)`: a browser at the tenant, of somebody with these roles there."""

    async def make(tenant: TenantFacts | None, *roles: Role, name: str = "Grace") -> tuple[Browser, AccountFacts]:
        async with house.db.begin(None) as uow:
            account = await an_account(uow, name=name)
            await identity.grant(uow, _grants(account.id, roles, tenant))
        browser = browser_at(tenant)
        assert (await browser.sign_in(account.email)).status_code == 200
        return browser, account

    return make


async def the_owner(house: TradingHouse, seller_id: int, browser_at: BrowserAt) -> Browser:
    """The browser of the seller's owner, at no marketplace in particular."""
    async with house.db.read(None) as uow:
        [owner] = [one for one in await sellers.staff(uow, seller_id) if one.role is StaffRole.OWNER]
        account = (await identity.accounts(uow, {owner.account_id}))[owner.account_id]
    browser = browser_at()
    assert (await browser.sign_in(account.email, PASSWORD)).status_code == 200
    return browser


def _grants(account_id: int, roles: Sequence[Role], tenant: TenantFacts | None) -> list[Grant]:
    in_tenant = {Role.BUYER, Role.MARKETPLACE_ADMIN}
    return [Grant(account_id, role, tenant.id if tenant and role in in_tenant else None) for role in roles]


async def grant(house: TradingHouse, given: Grant) -> None:
    """The role is given as a flow would give it: written, then believed at the next request."""
    async with house.db.begin(None) as uow:
        await identity.grant(uow, [given])
    await session.forget_accounts(house, {given.account_id})
