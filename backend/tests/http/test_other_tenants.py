"""Nobody reaches what is another marketplace's or another seller's: every route of the API document, with ids that are somebody else's.

The requests are made from the document, so a new route is asked as well. What a reply may not name and a request may not change is
read from the tables: every row that is the other's, and every id in it.
"""

import re
from collections import defaultdict
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

import httpx
import pytest
from fastapi import FastAPI, Path
from sqlalchemy import or_, select, update

from tests.builders.catalog import a_category
from tests.builders.files import an_import
from tests.builders.market import Market, a_market, another_seller, goods
from tests.builders.people import PASSWORD
from tests.builders.pictures import a_photo
from tests.builders.search import built
from tests.builders.webhooks import both_listen
from tests.http.money.conftest import Bought, Trade, keyed
from tests.http.money.test_returns import returns_of, wish
from tests.http.people.conftest import Browser, BrowserAt, SignedInAs, app, browser_at, house, signed_in
from velora.apps.api import API
from velora.flows.documents.issue import issue_due
from velora.flows.house import TradingHouse
from velora.kernel.ids import decode, encode
from velora.kernel.principal import Role
from velora.modules.catalog.models import Product
from velora.modules.documents import service as documents
from velora.modules.identity import service as identity
from velora.modules.orders import service as orders
from velora.modules.payments import service as payments
from velora.modules.payments.service import methods
from velora.modules.sellers import service as sellers
from velora.platform.db import Database
from velora.platform.db.base import Base

__all__ = ["app", "browser_at", "house", "signed_in"]

Part = Literal["buyer", "seller", "admin"]
ACROSS: Final = {
    "/finance/": "the finance console is one for the whole installation; its own tests hold who may enter",
    "/platform/": "a super admin runs the whole installation",
    "/marketplaces": "the list of marketplaces is public",
    "/demo/": "the demo's sign-in page offers the people of every marketplace",
    "/dev/": "the mailbox of a demo has no tenant",
    "/files/": "the ticket in the address is the leave, and names one file; its own tests hold that it cannot be bent",
    "/photos/": "what a shop shows is everybody's",
    "/gateways/": "gateways call it, of no marketplace: a notice is signed, and the way back from the bank leads to where one was",
    "/sandbox/": "stands for the card network, which knows no tenants; a challenge's address is its secret",
}
# What answers otherwise than "not found", and why that tells and changes nothing of the other's.
ANSWERS: Final = {
    "PUT /cart/lines/{variant_id}": (200, "one's own cart: what is not in it stays out, whosever it is"),
    "DELETE /cart/lines/{variant_id}": (200, "one's own cart: what is not in it was taken out"),
    "PUT /seller/{seller_id}/products/{product_id}/listings/{tenant}": (403, "every marketplace is public, and selling there is asked for"),
}
APPLYING: Final = "POST /seller/{seller_id}/applications"  # a seller asks another marketplace in: that is what it is for
# Who is sent away asks no more, and what is removed is asked for no more.
LAST: Final = ("{session_id}", "{account_id}", "{endpoint_id}", "{photo_id}")
ID: Final = re.compile(r"\b([a-z]{2,4})_([0-9A-HJKMNP-TV-Z]{13})\b")
PREFIX: Final = re.compile(r"^\^([a-z]+)_")


@dataclass(frozen=True)
class Operation:
    """One route of the document; `path` without the API's prefix."""

    method: str
    path: str
    described: Mapping[str, Any]

    @property
    def part(self) -> Part:
        """Who of the marketplace may ask this."""
        return "seller" if self.path.startswith("/seller/") else "admin" if self.path.startswith("/admin/") else "buyer"

    def names(self, place: str) -> dict[str, str]:
        """The parameters in this place, each with the prefix of its ids, or nothing where it is no id."""
        found: dict[str, str] = {}
        for each in self.described.get("parameters", []):
            if each["in"] == place:
                known = PREFIX.match(each["schema"].get("pattern", ""))
                found[each["name"]] = known[1] if known else ""
        return found

    def required_query(self) -> list[Mapping[str, Any]]:
        return [each for each in self.described.get("parameters", []) if each["in"] == "query" and each.get("required")]

    def body(self, schemas: Mapping[str, Any], ids: Mapping[str, str]) -> Any:
        content = self.described.get("requestBody", {}).get("content", {})
        return sample(content["application/json"]["schema"], schemas, ids) if "application/json" in content else None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def operations(document: Mapping[str, Any]) -> list[Operation]:
    """Every operation that belongs to one marketplace."""
    return [
        Operation(method.upper(), path.removeprefix(API), described)
        for path, item in document["paths"].items()
        for method, described in item.items()
        if not path.removeprefix(API).startswith(tuple(ACROSS))
    ]


def sample(schema: Mapping[str, Any], schemas: Mapping[str, Any], ids: Mapping[str, str]) -> Any:
    """The smallest value that the schema lets through, with these ids where it wants ids."""
    if "$ref" in schema:
        return sample(schemas[schema["$ref"].rpartition("/")[2]], schemas, ids)
    if known := PREFIX.match(schema.get("pattern", "")):
        return ids[known[1]]
    for key in ("examples", "enum"):
        if key in schema:
            return schema[key][0]
    kind = schema.get("type")
    if kind == "object":
        wanted = {*schema.get("required", ()), "tenant", "note"}
        return {
            name: ids[name] if name in {"tenant", "email"} else sample(each, schemas, ids)
            for name, each in schema.get("properties", {}).items()
            if name in wanted
        }
    if kind == "array":
        return [sample(schema["items"], schemas, ids)]
    return {"integer": schema.get("minimum", 1), "number": 0.1, "boolean": False}.get(kind or "", "EUR")


@dataclass(frozen=True)
class Side:
    """A seller in a marketplace with one of everything: `ids` by prefix, and slugs by the word before them in an address."""

    market: Market
    ids: Mapping[str, str]
    people: Mapping[Part, Browser]

    def address(self, operation: Operation, foreign: Mapping[str, str], to: set[str]) -> str:
        """The operation's path with this side's ids, but for the parameters in `to`, which are the other's."""
        kinds = operation.names("path")
        for name, prefix in kinds.items():
            assert prefix or name in ("tenant", "slug"), f"{operation}: say in this test what {name} is"
        words = operation.path.split("/")
        for place, word in enumerate(words):
            if word.startswith("{"):
                name = word[1:-1]
                kind = "team" if words[place - 1] == "team" else kinds[name] or ("tenant" if name == "tenant" else words[place - 1])
                kind = "sellers whe" if (operation.part, kind) == ("seller", "whe") else kind
                words[place] = (foreign if name in to else self.ids)[kind]
        return "/".join(words)


async def a_rival(db: Database, market: Market) -> Market:
    """Another seller in the same marketplace."""
    rival = await another_seller(db, market)
    async with db.begin(None) as uow:
        return replace(rival, category_id=await a_category(uow, market.tenant.id, "Rugs"))


async def a_side(house: TradingHouse, market: Market, title: str, people: SignedInAs, browser_at: BrowserAt) -> Side:
    """Goods, an order that arrived with its invoice, a return, a cart, a commission rule on record, an import, webhooks, a search rule."""
    async with house.db.begin(None) as uow:
        lamp = await goods(uow, market, title, stock=100)
        import_id = await an_import(house, uow, market.tenant.id, market.seller.id)
        photo_id = await a_photo(uow, market.seller.id, lamp.product_id)
        (owner,) = await sellers.staff(uow, market.seller.id)
        await a_category(uow, market.tenant.id, title)
    trade = Trade(house, market, lamp, people)
    bought: Bought = await trade.bought(2)
    staff = await at_home(house, market, owner.account_id, browser_at)
    admin, admins_account = await people(market.tenant, Role.MARKETPLACE_ADMIN)
    given_back = await answered(bought.buyer.ask("POST", returns_of(bought), wish(bought), keyed()))
    rule = await answered(admin.ask("POST", "/admin/commission-rules", {"percent_bps": 900, "seller_id": encode("sel", market.seller.id)}))
    await answered(bought.buyer.ask("PUT", f"/cart/lines/{encode('var', lamp.variant_ids[0])}", {"quantity": 1}))
    own = (await answered(bought.buyer.get("/auth/sessions")))["data"]
    key, part = (market.tenant.id, bought.order_id), (market.tenant.id, bought.part.id)
    async with house.db.begin(None) as uow:
        intent = (await payments.of_orders(uow, [key]))[key]
        order = (await orders.orders_by_id(uow, [key]))[key]
        await methods.save(uow, [methods.NewMethod(market.tenant.id, order.buyer_id or 0, f"pm_{title}", "Visa", "4242", 12, 2034)])
        [card] = await methods.of_account(uow, market.tenant.id, order.buyer_id or 0)
        await issue_due(uow, [key])
        [invoice] = (await documents.of_seller_orders(uow, [part]))[part]
    told = await both_listen(house, market.tenant.id, market.seller.id)
    synonyms = await answered(admin.ask("POST", "/admin/search/synonyms", {"words": [title, "thing"]}))
    lst = encode("lst", lamp.listing_id)
    pinned = await answered(admin.ask("POST", "/admin/search/rules", {"query": title, "pins": [lst], "hides": []}))
    numbers = {
        "sel": market.seller.id, "prd": lamp.product_id, "var": lamp.variant_ids[0], "ord": bought.order_id, "sor": bought.part.id,
        "lin": bought.line.id, "pi": intent.id, "op": import_id, "acc": owner.account_id, "ten": market.tenant.id,
        "loc": market.location_id, "cat": market.category_id, "pm": card.id, "pic": photo_id, "doc": invoice.id,
    }  # fmt: skip
    named = {
        "ret": given_back["id"], "rul": rule["id"], "ses": own[0]["id"], "tenant": market.tenant.slug, "products": lamp.slug,
        "syn": synonyms["id"], "srl": pinned["id"], "lst": lst,
        "sellers": market.seller.slug, "categories": title.lower().replace(" ", "-"),
    }  # fmt: skip
    named |= {"team": encode("acc", admins_account.id), "email": admins_account.email} | told
    ids = named | {prefix: encode(prefix, number) for prefix, number in numbers.items()}
    return Side(market, ids, {"buyer": bought.buyer, "seller": staff, "admin": admin})


async def at_home(house: TradingHouse, market: Market, account_id: int, browser_at: BrowserAt) -> Browser:
    """A browser at the marketplace's own address, in which this account is signed in."""
    async with house.db.read(None) as uow:
        account = (await identity.accounts(uow, {account_id}))[account_id]
    browser = browser_at(market.tenant)
    assert (await browser.sign_in(account.email, PASSWORD)).status_code == 200
    return browser


async def answered(asking: Awaitable[httpx.Response]) -> Any:
    reply = await asking
    assert reply.is_success, reply.text
    return reply.json()


@dataclass(frozen=True)
class Owner:
    """Owner rows are meant: a marketplace's with its seller's, or a seller's alone."""

    seller: str
    tenant: str | None = None

    async def rows(self, db: Database) -> dict[str, list[tuple[object, ...]]]:
        """Every row of theirs, by table."""
        found: dict[str, list[tuple[object, ...]]] = {}
        marks = {"seller_id": decode("sel", self.seller)} | ({"tenant_id": decode("ten", self.tenant)} if self.tenant else {})
        selves = {"seller": marks["seller_id"], "tenant": marks.get("tenant_id", 0)}
        async with db.engine.connect() as connection:
            for table in Base.metadata.sorted_tables:
                named = [table.c[mark] == value for mark, value in marks.items() if mark in table.c]
                named += [table.c["id"] == selves[table.name]] if table.name in selves else []
                if named:
                    rows = (await connection.execute(select(table).where(or_(*named)).order_by(*table.primary_key))).all()
                    found[table.name] = [tuple(row) for row in rows]
        return found

    async def numbers(self, db: Database) -> set[int]:
        """Every id in those rows, and whatever else is as large."""
        return {
            value for rows in (await self.rows(db)).values() for row in rows for value in row if isinstance(value, int) and value > 1 << 32
        }


def owners(own: Side, other: Side) -> tuple[Owner, Owner]:
    """Both as marketplaces, or as sellers where the marketplace is the same."""
    if own.market.tenant.id == other.market.tenant.id:
        return Owner(own.ids["sel"]), Owner(other.ids["sel"])
    return Owner(own.ids["sel"], own.ids["ten"]), Owner(other.ids["sel"], other.ids["ten"])


@dataclass
class Inspection:
    """What this side's people get of the other's; `faults` says each thing that they should not."""

    app: FastAPI
    db: Database
    own: Side
    other: Side
    faults: list[str] = field(default_factory=list[str])
    asked: int = 0

    @property
    def same(self) -> bool:
        return self.own.market.tenant.id == self.other.market.tenant.id

    @property
    def operations(self) -> list[Operation]:
        """Two sellers of one marketplace share its buyers and its admin, and only the portal parts them."""
        return [each for each in operations(self.app.openapi()) if each.part == "seller" or not self.same]

    async def send(self, operation: Operation, address: str, ids: Mapping[str, str], **query: str) -> httpx.Response:
        """The least that the document lets through: its required questions and body, and the headers of a page that has read first."""
        self.asked += 1
        query = {each["name"]: ids[each["name"]] for each in operation.required_query()} | query
        address = f"{address}?{urlencode(query)}"
        browser = self.own.people[operation.part]
        if "multipart/form-data" in operation.described.get("requestBody", {}).get("content", {}):
            headers = {"X-CSRF-Token": browser.cookie("velora_csrf") or ""}
            return await browser.client.post(f"{API}{address}", files={"file": ("a.csv", "sku,title,category,price\n")}, headers=headers)
        body = operation.body(self.app.openapi()["components"]["schemas"], ids)
        return await browser.ask(operation.method, address, body, keyed() | {"If-Match": '"1"'})

    async def addresses(self) -> None:
        """Every parameter of every address is the other's once, then all of them are: not found."""
        for operation in self.operations:
            names = set(operation.names("path")) - ({"tenant"} if self.same else set())
            for to in [{name} for name in sorted(names)] + ([names] if len(names) > 1 else []):
                reply = await self.send(operation, self.own.address(operation, self.other.ids, to), self.own.ids)
                answer, _ = ANSWERS.get(str(operation), (404, ""))
                if reply.status_code not in ({404, answer} if to in ({"variant_id"}, {"tenant"}) else {404}):
                    self.faults.append(f"{operation} with another's {sorted(to)}: {reply.status_code} {reply.text[:200]}")

    async def bodies(self) -> None:
        """Every id in a body is the other's: whatever the answer says, it is not that something was done."""
        for operation in self.operations:
            if str(operation) != APPLYING and operation.method in {"POST", "PUT"} and wanted_ids(operation, self.app.openapi()):
                ids = {**self.other.ids, "email": self.own.ids["email"]}
                reply = await self.send(operation, self.own.address(operation, {}, set()), ids)
                if not 400 <= reply.status_code < 500:
                    self.faults.append(f"{operation} with another's ids in its body: {reply.status_code} {reply.text[:200]}")

    async def reads(self) -> None:
        """What is read at one's own addresses names nothing of the other's, also where the question does."""
        own, other = owners(self.own, self.other)
        theirs = await other.numbers(self.db) - await own.numbers(self.db)
        for operation in self.operations:
            if operation.method != "GET":
                continue
            address = self.own.address(operation, {}, set())
            asks = {name: self.other.ids[name] for name in operation.names("query") if name == "tenant"}
            asks |= {name: self.other.ids["sellers"] for name in operation.names("query") if name == "seller"}
            for query in [{}, *([asks] if asks else [])]:
                reply = await self.send(operation, address, self.own.ids, **query)
                if reply.status_code >= 500 or not (query or reply.is_success):
                    self.faults.append(f"{operation} with {query}: {reply.status_code} {reply.text[:200]}")
                if named := sorted({each[0] for each in ID.finditer(reply.text) if decode(each[1], each[0]) in theirs}):
                    self.faults.append(f"{operation} with {query} names what is another's: {named}")

    async def control(self) -> None:
        """With one's own ids the same requests find what they name, so that it was not the request that was wrong."""
        for operation in sorted(self.operations, key=lambda each: each.path.endswith(LAST)):
            if operation.method != "GET" and operation.names("path"):
                reply = await self.send(operation, self.own.address(operation, {}, set()), self.own.ids)
                if reply.status_code in {401, 404}:
                    self.faults.append(f"{operation} with one's own: {reply.status_code} {reply.text[:200]}")

    async def all(self) -> None:
        """Everything is asked, and after each step the other's rows are what they were."""
        _, other = owners(self.own, self.other)
        before = await other.rows(self.db)
        for step in (self.reads, self.addresses, self.bodies, self.control):
            await step()
            after = await other.rows(self.db)
            self.faults += [f"{step.__name__} changed {name}" for name in before if before[name] != after[name]]
            before = after


def wanted_ids(operation: Operation, document: Mapping[str, Any]) -> bool:
    """Whether the smallest body names an id or a marketplace."""
    return "!" in str(operation.body(document["components"]["schemas"], defaultdict(lambda: "!", email="")))


@pytest.fixture
async def lamps(house: TradingHouse, signed_in: SignedInAs, browser_at: BrowserAt) -> Side:
    await built(house.search, [])
    return await a_side(house, await a_market(house.db), "Brass Lamp", signed_in, browser_at)


async def test_nobody_reaches_what_is_another_marketplaces(
    app: FastAPI, house: TradingHouse, lamps: Side, signed_in: SignedInAs, browser_at: BrowserAt
):
    rugs = await a_side(house, await a_market(house.db), "Wool Rug", signed_in, browser_at)
    inspection = Inspection(app, house.db, lamps, rugs)
    await inspection.all()
    assert inspection.faults == []
    assert inspection.asked > 80


async def test_no_seller_reaches_what_is_another_sellers_of_the_same_marketplace(
    app: FastAPI, house: TradingHouse, lamps: Side, signed_in: SignedInAs, browser_at: BrowserAt
):
    rugs = await a_side(house, await a_rival(house.db, lamps.market), "Wool Rug", signed_in, browser_at)
    inspection = Inspection(app, house.db, lamps, rugs)
    await inspection.all()
    assert inspection.faults == []
    assert inspection.asked > 40


async def test_a_route_that_leaks_or_writes_is_found(
    app: FastAPI, house: TradingHouse, lamps: Side, signed_in: SignedInAs, browser_at: BrowserAt
):
    rugs = await a_side(house, await a_market(house.db), "Wool Rug", signed_in, browser_at)
    number = decode("prd", rugs.ids["prd"])

    @app.get(f"{API}/leak")
    async def leak() -> dict[str, str]:  # pyright: ignore[reportUnusedFunction] -- the application calls it
        return {"id": rugs.ids["prd"]}

    @app.delete(f"{API}/leak/{{order_id}}")
    async def write(order_id: Annotated[str, Path(pattern="^ord_[0-9A-HJKMNP-TV-Z]{13}$")]) -> str:  # pyright: ignore[reportUnusedFunction]
        async with house.db.engine.begin() as connection:
            await connection.execute(update(Product).where(Product.id == number).values(title=order_id))
        return "done"

    inspection = Inspection(app, house.db, lamps, rugs)
    await inspection.all()
    assert [fault.partition(":")[0] for fault in inspection.faults] == [
        "GET /leak with {} names what is another's",
        "DELETE /leak/{order_id} with another's ['order_id']",
        "addresses changed catalog_product",
        "control changed catalog_product",
    ]
