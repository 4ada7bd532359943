"""Routes of the cart. A guest is known by a cookie, an account by its session; both see the same."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from velora.flows.shopping import view
from velora.flows.shopping.view import CartView, GroupView, LineView, Shop
from velora.kernel.errors import MalformedId
from velora.kernel.ids import encode
from velora.modules.cart.errors import CartFull, CartUnavailable
from velora.modules.cart.policy import MOST_OF_ONE, Change
from velora.modules.catalog.errors import NotForSaleIn, VariantNotFound
from velora.modules.inventory.service import OutOfStock
from velora.platform.tokens import fresh_token
from velora.platform.web import Caller, HouseDep, MoneyOut, Schema, Selling, TenantContext, ident, problems, remember_guest
from velora.platform.web.callers import NotSoldIn, UnknownHost
from velora.platform.web.reply import JsonReply

router = APIRouter(prefix="/cart", tags=["cart"], responses=problems(MalformedId, UnknownHost, NotSoldIn))

VariantId = Annotated[int, ident("var")]
SellerId = Annotated[int, ident("sel")]
Country = Annotated[str | None, Query(pattern="^[A-Z]{2}$", description="Where the goods go; tax depends on it", examples=["DE"])]


class CartSellerOut(Schema):
    id: SellerId
    name: str
    slug: str


class CartLineOut(Schema):
    """`line` is unit price times quantity; a line that is out of stock is not in the totals.

    Nor is one that is not for sale in the currency of the cart, which has no price then.
    """

    variant_id: VariantId
    slug: str
    title: str
    variant_title: str
    picture: str
    tone: str
    quantity: int
    unit: MoneyOut | None
    line: MoneyOut | None
    available: int
    problem: Literal["out_of_stock", "reduced", "not_in_currency"] | None


class CartDeliveryOut(Schema):
    """Between these days everything of the group arrives."""

    from_: date = Field(alias="from")
    to: date


class CartGroupOut(Schema):
    """What comes from one seller, in parcels of its own."""

    seller: CartSellerOut
    lines: list[CartLineOut]
    items: MoneyOut
    shipping: MoneyOut
    free_above: MoneyOut | None
    delivery: CartDeliveryOut | None


class CartChangeOut(Schema):
    """What became of a line since the cart was last looked at; said once."""

    variant_id: VariantId
    title: str
    kind: Literal["price_changed", "reduced", "removed"]
    before: MoneyOut | None = None
    after: MoneyOut | None = None
    quantity: int | None = None


class CartOut(Schema):
    """Amounts stand as the marketplace shows prices; `total` is what checkout asks for, with all tax."""

    lines: int
    groups: list[CartGroupOut]
    items: MoneyOut
    shipping: MoneyOut
    tax: MoneyOut
    total: MoneyOut
    tax_mode: Literal["inclusive", "exclusive", "none"]
    country: str
    changes: list[CartChangeOut]


class LineIn(Schema):
    variant_id: VariantId
    quantity: int = Field(default=1, ge=1, le=MOST_OF_ONE)


class QuantityIn(Schema):
    quantity: int = Field(ge=0, le=MOST_OF_ONE, description="0 takes the line out")


@router.get("", response_model=CartOut)
async def read_cart(tenant: Selling, caller: Caller, house: HouseDep, country: Country = None) -> JsonReply:
    """Your cart with today's prices and stock, and what changed since you last looked."""
    return _reply(await view.look(house, caller, _shop(tenant, country)))


@router.post("/lines", response_model=CartOut, responses=problems(VariantNotFound, NotForSaleIn, OutOfStock, CartFull, CartUnavailable))
async def add_line(body: LineIn, tenant: Selling, caller: Caller, house: HouseDep, country: Country = None) -> JsonReply:
    """Put so many more of a variant into the cart. A guest without one gets a key, in a cookie."""
    known = caller.account_id is not None or caller.guest_key
    shopper = caller if known else replace(caller, guest_key=fresh_token())
    reply = _reply(await view.put_in(house, shopper, _shop(tenant, country), body.variant_id, body.quantity))
    if not known:
        remember_guest(reply, house, shopper.guest_key)
    return reply


@router.put("/lines/{variant_id}", response_model=CartOut, responses=problems(CartUnavailable))
async def set_line(
    variant_id: VariantId, body: QuantityIn, tenant: Selling, caller: Caller, house: HouseDep, country: Country = None
) -> JsonReply:
    """Set how many of a variant are in the cart. What is not in the cart stays out."""
    return _reply(await view.set_quantity(house, caller, _shop(tenant, country), variant_id, body.quantity))


@router.delete("/lines/{variant_id}", response_model=CartOut, responses=problems(CartUnavailable))
async def remove_line(variant_id: VariantId, tenant: Selling, caller: Caller, house: HouseDep, country: Country = None) -> JsonReply:
    """Take a variant out of the cart."""
    return _reply(await view.take_out(house, caller, _shop(tenant, country), variant_id))


def _shop(tenant: TenantContext, country: str | None) -> Shop:
    return Shop(tenant.id, tenant.currency, tenant.tax_mode, country or tenant.country, tenant.further)


def _reply(cart: CartView) -> JsonReply:
    currency = cart.shop.currency
    return JsonReply(
        {
            "lines": cart.lines,
            "groups": [_group(group, currency) for group in cart.groups],
            "items": _money(cart.items_minor, currency),
            "shipping": _money(cart.shipping_minor, currency),
            "tax": _money(cart.tax_minor, currency),
            "total": _money(cart.total_minor, currency),
            "tax_mode": cart.shop.tax_mode,
            "country": cart.shop.country,
            "changes": [_change(change, currency) for change in cart.changes],
        }
    )


def _group(group: GroupView, currency: str) -> dict[str, Any]:
    return {
        "seller": {"id": encode("sel", group.seller.id), "name": group.seller.name, "slug": group.seller.slug},
        "lines": [_line(line, currency) for line in group.lines],
        "items": _money(group.items_minor, currency),
        "shipping": _money(group.shipping_minor, currency),
        "free_above": None if group.free_above_minor is None else _money(group.free_above_minor, currency),
        "delivery": None if group.delivery is None else {"from": group.delivery[0], "to": group.delivery[1]},
    }


def _line(line: LineView, currency: str) -> dict[str, Any]:
    return {
        "variant_id": encode("var", line.offer.variant_id),
        "slug": line.offer.slug,
        "title": line.offer.title,
        "variant_title": line.offer.variant_title,
        "picture": line.offer.picture,
        "tone": line.offer.tone,
        "quantity": line.quantity,
        "unit": _money(line.offer.price_minor, currency) if line.is_priced else None,
        "line": _money(line.offer.price_minor * line.quantity, currency) if line.is_priced else None,
        "available": line.available,
        "problem": line.problem,
    }


def _change(change: Change, currency: str) -> dict[str, Any]:
    return {
        "variant_id": encode("var", change.variant_id),
        "title": change.title,
        "kind": change.kind,
        "before": None if change.before_minor is None else _money(change.before_minor, currency),
        "after": None if change.after_minor is None else _money(change.after_minor, currency),
        "quantity": change.quantity,
    }


def _money(amount_minor: int, currency: str) -> dict[str, Any]:
    return {"amount": amount_minor, "currency": currency}
