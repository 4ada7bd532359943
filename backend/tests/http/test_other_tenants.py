"""Nobody reaches what is another marketplace's or another seller's: every route of the API document, with ids that are somebody else's.

The requests are made from the document, so a new route is asked as well. What a reply may not name and a request may not change is
read from the tables: every row that is the other's, and every id in it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import or_, select

from tests.builders.catalog import a_category
from tests.builders.market import Market, a_market, goods
from tests.builders.people import PASSWORD, a_seller, an_account
from tests.http.money.conftest import Bought, Trade, keyed
from tests.http.money.test_returns import returns_of, wish
from tests.http.people.conftest import Browser, BrowserAt, SignedInAs, app, browser_at, house, signed_in
from velora.apps.api import API, create_app
from velora.apps.front_desk import ProcessDesk
from velora.apps.wiring import open_house
from velora.flows.house import TradingHouse
from velora.kernel.errors import MalformedId
from velora.kernel.ids import decode, encode
from velora.kernel.principal import Role
from velora.modules.catalog import service as catalog
from velora.modules.inventory import service as inventory
from velora.modules.pricing.service import ShippingRule, set_shipping_rules
from velora.modules.sellers import service as sellers
from velora.platform.db import Database
from velora.platform.db.base import Base
from velora.platform.settings import Settings

__all__ = ["app", "browser_at", "house", "signed_in"]

Part = Literal["buyer", "seller", "admin"]
ACROSS: Final = {
    "/finance/": "the finance console is one for the whole installation; its own tests hold who may enter",
    "/platform/": "a super admin runs the whole installation",
    "/marketplaces": "the list of marketplaces is public",
    "/demo/": "the demo's sign-in page offers the people of every marketplace",
    "/dev/": "the mailbox of a demo has no tenant",
    "/sandbox/": "stands for the card network, which knows no tenants; a challenge's address is its secret",
}
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
        wanted = set(schema.get("required", ())) | {"tenant"}
        return {
            name: ids["tenant"] if name == "tenant" else sample(each, schemas, ids)
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
                kind = kinds[name] or ("tenant" if name == "tenant" else words[place - 1])
                words[place] = (foreign if name in to else self.ids)[kind]
        return "/".join(words)


async def a_rival(db: Database, market: Market) -> Market:
    """Another seller in the same marketplace."""
    async with db.begin(None) as uow:
        owner = await an_account(uow)
        seller = await a_seller(uow, owner.id, at=(market.tenant.id,), name="Rival")
        [location_id] = await inventory.open_locations(uow, [inventory.NewLocation(seller.id, "Lund")])
        await set_shipping_rules(uow, {(market.tenant.id, seller.id): ShippingRule(490, 5000)})
        category_id = await a_category(uow, market.tenant.id, "Rugs")
    return Market(market.tenant, seller, category_id, location_id)


async def a_side(house: TradingHouse, market: Market, title: str, people: SignedInAs, browser_at: BrowserAt) -> Side:
    """Goods, an order that was paid and arrived, a return, a cart, a commission rule with its audit record, an import."""
    async with house.db.begin(None) as uow:
        lamp = await goods(uow, market, title, stock=100)
        import_id = await catalog.begin_import(uow, market.tenant.id, market.seller.id)
        (owner,) = await sellers.staff(uow, market.seller.id)
        categories = await catalog.categories(uow, market.tenant.id)
    trade = Trade(house, market, lamp, people)
    bought: Bought = await trade.bought(2)
    staff = await at_home(house, market, owner.account_id, browser_at)
    admin, _ = await people(market.tenant, Role.MARKETPLACE_ADMIN)
    var = encode("var", lamp.variant_ids[0])
    given_back = await answered(bought.buyer.ask("POST", returns_of(bought), wish(bought), keyed()))
    rule = await answered(admin.ask("POST", "/admin/commission-rules", {"percent_bps": 900, "seller_id": encode("sel", market.seller.id)}))
    await answered(bought.buyer.ask("PUT", f"/cart/lines/{var}", {"quantity": 1}))
    own = (await answered(bought.buyer.get("/auth/sessions")))["data"]
    async with house.db.read(market.tenant.id) as uow:
        intent = (await payments.of_orders(uow, [(market.tenant.id, bought.order_id)]))[market.tenant.id, bought.order_id]
    numbers = {
        "sel": market.seller.id, "prd": lamp.product_id, "var": lamp.variant_ids[0], "ord": bought.order_id, "sor": bought.part.id,
        "lin": bought.line.id, "pi": intent.id, "op": import_id, "acc": owner.account_id, "ten": market.tenant.id,
        "loc": market.location_id, "cat": market.category_id,
    }  # fmt: skip
    named = {
        "ret": given_back["id"], "rul": rule["id"], "ses": own[0]["id"], "tenant": market.tenant.slug, "products": lamp.slug,
        "sellers": market.seller.slug, "categories": next(each.slug for each in categories if each.id == market.category_id),
    }  # fmt: skip
    ids = named | {prefix: encode(prefix, number) for prefix, number in numbers.items()}
    return Side(market, ids, {"buyer": bought.buyer, "seller": staff, "admin": admin})
