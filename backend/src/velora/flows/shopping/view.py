"""The cart as it stands now: what it costs, what is left of each thing, and what changed since the buyer last looked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Literal

from velora.flows.shopping import carts
from velora.kernel.errors import Refusal
from velora.kernel.principal import Principal
from velora.modules.cart import policy
from velora.modules.cart.policy import Cart, Change, Now
from velora.modules.catalog.errors import NotForSaleIn, VariantNotFound
from velora.modules.catalog.service import Offer, OfferKey, offers
from velora.modules.inventory.service import Availability, OutOfStock, availability
from velora.modules.pricing.service import Basket, BasketLine, Quote, quote
from velora.modules.sellers.service import SellerFacts
from velora.modules.sellers.service import facts as seller_facts
from velora.platform.db import UnitOfWork
from velora.platform.house import House

Problem = Literal["out_of_stock", "reduced", "not_in_currency"]

# What stands in the cart and costs nothing.
_NOT_BOUGHT: Final = ("out_of_stock", "not_in_currency")


@dataclass(frozen=True, slots=True)
class Shop:
    """What a cart needs to know of its marketplace; `country` is where the goods go.

    `currency` is the marketplace's main one, or (`further`) another that it sells in and the buyer chose.
    """

    tenant_id: int
    currency: str
    tax_mode: str
    country: str
    further: bool = False


@dataclass(frozen=True, slots=True)
class LineView:
    """An offer at its price in the cart's currency; one that is not for sale in it (`not_in_currency`) has no price here."""

    offer: Offer
    quantity: int
    available: int
    problem: Problem | None

    @property
    def is_priced(self) -> bool:
        return self.problem != "not_in_currency"


@dataclass(frozen=True, slots=True)
class GroupView:
    """One seller's lines. Amounts as the marketplace shows prices: with tax where its prices include tax.

    `delivery` is the first and last day on which everything that is sent from here arrives, None when nothing is sent.
    """

    seller: SellerFacts
    lines: tuple[LineView, ...]
    items_minor: int
    shipping_minor: int
    free_above_minor: int | None
    delivery: tuple[date, date] | None


@dataclass(frozen=True, slots=True)
class CartView:
    """Lines that are sold out, or not for sale in the currency, are shown and cost nothing. `total_minor` is what checkout will ask for."""

    shop: Shop
    groups: tuple[GroupView, ...]
    items_minor: int
    shipping_minor: int
    tax_minor: int
    total_minor: int
    changes: tuple[Change, ...]

    @property
    def lines(self) -> int:
        return sum(len(group.lines) for group in self.groups)


async def look(house: House, principal: Principal, shop: Shop) -> CartView:
    """The caller's cart now. What changed since the last look is said this once."""
    return await _shown(house, principal, shop, await carts.read(house, principal, shop.tenant_id))


async def put_in(house: House, principal: Principal, shop: Shop, variant_id: int, quantity: int) -> CartView:
    """So many more are in the cart. Raises VariantNotFound, OutOfStock when nothing is left, CartFull."""
    before = await carts.read(house, principal, shop.tenant_id)
    since = house.db.new_id()
    looked = await house.writes.look(look_over, Look(shop, before, (variant_id, quantity, since)))

    def put(latest: Cart) -> Cart | Refusal:
        filled = policy.add(policy.in_currency(latest, shop.currency), variant_id, quantity, looked.nows[variant_id], since)
        return filled if isinstance(filled, Refusal) else policy.look_over(filled, looked.nows | _unseen(filled, looked.cart))[0]

    cart = await carts.change_from(house, principal, shop.tenant_id, before, put)
    return looked.view if cart == looked.cart else await _shown(house, principal, shop, cart)


async def set_quantity(house: House, principal: Principal, shop: Shop, variant_id: int, quantity: int) -> CartView:
    """Exactly so many are in the cart; none takes the line out."""
    cart = await carts.change(house, principal, shop.tenant_id, lambda cart: policy.set_quantity(cart, variant_id, quantity))
    return await _shown(house, principal, shop, cart)


async def take_out(house: House, principal: Principal, shop: Shop, variant_id: int) -> CartView:
    """It is not in the cart."""
    cart = await carts.change(house, principal, shop.tenant_id, lambda cart: policy.without(cart, {variant_id}))
    return await _shown(house, principal, shop, cart)


async def _shown(house: House, principal: Principal, shop: Shop, cart: Cart) -> CartView:
    looked = await house.writes.look(look_over, Look(shop, cart))
    if looked.cart != cart:
        await carts.change(house, principal, shop.tenant_id, lambda latest: _looked_over(latest, looked.nows, cart, shop.currency))
    return looked.view


@dataclass(frozen=True, slots=True)
class Look:
    """A cart to look over, with so many more of a variant (variant, quantity, since) put into it first, if anything is."""

    shop: Shop
    cart: Cart
    adding: tuple[int, int, int] | None = None

    @property
    def keys(self) -> set[OfferKey]:
        variants = {line.variant_id for line in self.cart.lines} | ({self.adding[0]} if self.adding else set[int]())
        return {OfferKey(self.shop.tenant_id, variant_id) for variant_id in variants}


@dataclass(frozen=True, slots=True)
class Looked:
    """The cart as it is shown, and as it is to be kept; `nows` is what every line was held against."""

    view: CartView
    cart: Cart
    nows: dict[int, Now]


async def look_over(uow: UnitOfWork, looks: Sequence[Look]) -> list[Looked | Refusal]:
    """Each cart with today's prices, stock, tax and delivery. Five reads, however many carts."""
    found = await offers(uow, {key for look in looks for key in look.keys})
    left = await availability(uow, {key.variant_id for key in found})
    carts_now: list[tuple[Look, Cart, Sequence[Change], dict[int, Now]] | Refusal] = []
    for look in looks:
        currency = look.shop.currency
        one = replace(look, cart=policy.in_currency(look.cart, currency)) if look.keys else look
        nows = {key.variant_id: _now(found[key], left[key.variant_id], currency) for key in one.keys if key in found}
        filled = _filled(one, nows)
        carts_now.append(filled if isinstance(filled, Refusal) else (one, *policy.look_over(filled, nows), nows))
    able = [entry for entry in carts_now if not isinstance(entry, Refusal)]
    views = iter(await _views(uow, [(look.shop, cart, changes) for look, cart, changes, _ in able], found, left))
    return [entry if isinstance(entry, Refusal) else Looked(next(views), entry[1], entry[3]) for entry in carts_now]


def _filled(look: Look, nows: Mapping[int, Now]) -> Cart | Refusal:
    if look.adding is None:
        return look.cart
    variant_id, quantity, since = look.adding
    now = nows.get(variant_id)
    if now is None or not now.on_sale:
        return VariantNotFound(variant_id)
    if now.price_minor is None:
        return NotForSaleIn(look.shop.currency, now.title)
    if now.available <= 0:
        return OutOfStock(variant_id, quantity, 0)
    return policy.add(look.cart, variant_id, quantity, now, since)


def _looked_over(latest: Cart, nows: Mapping[int, Now], looked_at: Cart, currency: str) -> Cart:
    return policy.look_over(policy.in_currency(latest, currency), {**nows, **_unseen(latest, looked_at)})[0]


def _unseen(latest: Cart, looked_at: Cart) -> dict[int, Now]:
    """What came into the cart while it was looked over stays as it is until the next look."""
    new = [line for line in latest.lines if looked_at.of(line.variant_id) is None]
    return {line.variant_id: Now(line.title, line.seen_minor, on_sale=True, available=line.quantity) for line in new}


def _now(offer: Offer, left: Availability, currency: str) -> Now:
    priced = offer.in_currency(currency)
    return Now(offer.title, priced.price_minor if priced else None, offer.on_sale, max(left.available, 0))


async def _views(
    uow: UnitOfWork,
    looked: Sequence[tuple[Shop, Cart, Sequence[Change]]],
    found: Mapping[OfferKey, Offer],
    left: Mapping[int, Availability],
) -> list[CartView]:
    lines = [_lines(shop, cart, changes, found, left) for shop, cart, changes in looked]
    baskets = [
        Basket(
            shop.tenant_id,
            shop.currency,
            shop.tax_mode,
            shop.country,
            tuple(_basket_line(one) for one in own if one.problem not in _NOT_BOUGHT),
            shop.further,
        )
        for (shop, _, _), own in zip(looked, lines, strict=True)
    ]
    quotes = await quote(uow, baskets)
    sellers = await seller_facts(uow, {line.offer.seller_id for own in lines for line in own})
    return [
        _view(shop, changes, _groups(_delivered(own, quoted), quoted, sellers, uow.now.date()), quoted)
        for (shop, _, changes), own, quoted in zip(looked, lines, quotes, strict=True)
    ]


def _delivered(lines: Sequence[LineView], quoted: Quote) -> Sequence[LineView]:
    """What its seller does not deliver for an amount of the currency is not for sale in it."""
    if not quoted.undelivered:
        return lines
    return [replace(line, problem="not_in_currency") if line.offer.seller_id in quoted.undelivered else line for line in lines]


def _lines(
    shop: Shop, cart: Cart, changes: Sequence[Change], found: Mapping[OfferKey, Offer], left: Mapping[int, Availability]
) -> list[LineView]:
    reduced = {change.variant_id for change in changes if change.kind == "reduced"}
    return [
        _line(shop, (found[OfferKey(shop.tenant_id, line.variant_id)], left[line.variant_id]), line.quantity, line.variant_id in reduced)
        for line in cart.lines
    ]


def _view(shop: Shop, changes: Sequence[Change], groups: tuple[GroupView, ...], quoted: Quote) -> CartView:
    return CartView(
        shop=shop,
        groups=groups,
        items_minor=sum(group.items_minor for group in groups),
        shipping_minor=sum(group.shipping_minor for group in groups),
        tax_minor=quoted.tax_minor,
        total_minor=quoted.total_minor,
        changes=tuple(changes),
    )


def _line(shop: Shop, offered: tuple[Offer, Availability], quantity: int, was_reduced: object) -> LineView:
    offer, left = offered
    available, priced = max(left.available, 0), offer.in_currency(shop.currency)
    if priced is None:
        return LineView(offer, quantity, available, "not_in_currency")
    offer = priced
    return LineView(offer, quantity, available, "out_of_stock" if not available else "reduced" if was_reduced else None)


def _basket_line(line: LineView) -> BasketLine:
    return BasketLine(line.offer.variant_id, line.offer.seller_id, line.offer.price_minor, line.quantity, line.offer.tax_class)


def _groups(lines: Sequence[LineView], quoted: Quote, sellers: Mapping[int, SellerFacts], today: date) -> tuple[GroupView, ...]:
    """By seller, in the order of the cart; a seller of whom everything is sold out is there without delivery."""
    by_seller: dict[int, list[LineView]] = {}
    for line in lines:
        by_seller.setdefault(line.offer.seller_id, []).append(line)
    prices = {group.seller_id: group for group in quoted.groups}
    groups: list[GroupView] = []
    for seller_id, own in by_seller.items():
        price = prices.get(seller_id)
        shipping = (price.shipping_gross_minor if quoted.tax_inclusive else price.shipping_net_minor) if price else 0
        items = sum(line.offer.price_minor * line.quantity for line in own if line.problem not in _NOT_BOUGHT)
        delivery = (today + timedelta(days=price.days_min), today + timedelta(days=price.days_max)) if price else None
        groups.append(GroupView(sellers[seller_id], tuple(own), items, shipping, price.free_above_minor if price else None, delivery))
    return tuple(groups)
