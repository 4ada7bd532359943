"""The cart as it stands now: what it costs, what is left of each thing, and what changed since the buyer last looked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from velora.flows.shopping import carts
from velora.kernel.principal import Principal
from velora.modules.cart import policy
from velora.modules.cart.policy import Cart, Change, Now
from velora.modules.catalog.errors import VariantNotFound
from velora.modules.catalog.service import Offer, OfferKey, offers
from velora.modules.inventory.service import Availability, OutOfStock, availability
from velora.modules.pricing.service import Basket, BasketLine, Quote, quote
from velora.modules.sellers.service import SellerFacts
from velora.modules.sellers.service import facts as seller_facts
from velora.platform.db import UnitOfWork
from velora.platform.house import House

Problem = Literal["out_of_stock", "reduced"]


@dataclass(frozen=True, slots=True)
class Shop:
    """What a cart needs to know of its marketplace; `country` is where the goods go."""

    tenant_id: int
    currency: str
    tax_mode: str
    country: str


@dataclass(frozen=True, slots=True)
class LineView:
    offer: Offer
    quantity: int
    available: int
    problem: Problem | None


@dataclass(frozen=True, slots=True)
class GroupView:
    """One seller's lines. Amounts as the marketplace shows prices: with tax where its prices include tax."""

    seller: SellerFacts
    lines: tuple[LineView, ...]
    items_minor: int
    shipping_minor: int
    free_above_minor: int | None


@dataclass(frozen=True, slots=True)
class CartView:
    """Lines that are sold out are shown and cost nothing. `total_minor` is what checkout will ask for."""

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
    return await _looked_over(house, principal, shop, await carts.read(house, principal, shop.tenant_id))


async def put_in(house: House, principal: Principal, shop: Shop, variant_id: int, quantity: int) -> CartView:
    """So many more are in the cart. Raises VariantNotFound, OutOfStock when nothing is left, CartFull."""
    async with house.db.read(shop.tenant_id) as uow:
        now = (await _offered(uow, shop, [variant_id])).get(variant_id)
    if now is None or not now[0].on_sale:
        raise VariantNotFound(variant_id)
    offer, left = now
    if left.available <= 0:
        raise OutOfStock(variant_id, quantity, 0)
    cart = await carts.change(house, principal, shop.tenant_id, lambda cart: policy.add(cart, variant_id, quantity, _now(offer, left)))
    return await _looked_over(house, principal, shop, cart)


async def set_quantity(house: House, principal: Principal, shop: Shop, variant_id: int, quantity: int) -> CartView:
    """Exactly so many are in the cart; none takes the line out."""
    cart = await carts.change(house, principal, shop.tenant_id, lambda cart: policy.set_quantity(cart, variant_id, quantity))
    return await _looked_over(house, principal, shop, cart)


async def take_out(house: House, principal: Principal, shop: Shop, variant_id: int) -> CartView:
    """It is not in the cart."""
    cart = await carts.change(house, principal, shop.tenant_id, lambda cart: policy.without(cart, {variant_id}))
    return await _looked_over(house, principal, shop, cart)


async def _looked_over(house: House, principal: Principal, shop: Shop, cart: Cart) -> CartView:
    async with house.db.read(shop.tenant_id) as uow:
        offered = await _offered(uow, shop, [line.variant_id for line in cart.lines])
        nows = {variant_id: _now(offer, left) for variant_id, (offer, left) in offered.items()}
        looked_over, changes = policy.look_over(cart, nows)
        view = await _view(uow, shop, looked_over, offered, changes)
    if looked_over is not cart:
        await carts.change(house, principal, shop.tenant_id, lambda latest: policy.look_over(latest, nows | _unseen(latest, cart))[0])
    return view


def _unseen(latest: Cart, looked_at: Cart) -> dict[int, Now]:
    """What came into the cart while it was looked over stays as it is until the next look."""
    new = [line for line in latest.lines if looked_at.of(line.variant_id) is None]
    return {line.variant_id: Now(line.title, line.seen_minor, on_sale=True, available=line.quantity) for line in new}


async def _offered(uow: UnitOfWork, shop: Shop, variant_ids: Sequence[int]) -> dict[int, tuple[Offer, Availability]]:
    found = await offers(uow, {OfferKey(shop.tenant_id, variant_id) for variant_id in variant_ids})
    left = await availability(uow, [key.variant_id for key in found])
    return {key.variant_id: (offer, left[key.variant_id]) for key, offer in found.items()}


def _now(offer: Offer, left: Availability) -> Now:
    return Now(offer.title, offer.price_minor, offer.on_sale, max(left.available, 0))


async def _view(
    uow: UnitOfWork, shop: Shop, cart: Cart, offered: Mapping[int, tuple[Offer, Availability]], changes: Sequence[Change]
) -> CartView:
    reduced = {change.variant_id for change in changes if change.kind == "reduced"}
    lines = [_line(offered[line.variant_id], line.quantity, line.variant_id in reduced) for line in cart.lines]
    there = [line for line in lines if line.problem != "out_of_stock"]
    basket = Basket(shop.tenant_id, shop.currency, shop.tax_mode, shop.country, tuple(_basket_line(line) for line in there))
    [quoted] = await quote(uow, [basket])
    sellers = await seller_facts(uow, {line.offer.seller_id for line in lines})
    groups = tuple(_groups(lines, quoted, sellers))
    return CartView(
        shop=shop,
        groups=groups,
        items_minor=sum(group.items_minor for group in groups),
        shipping_minor=sum(group.shipping_minor for group in groups),
        tax_minor=quoted.tax_minor,
        total_minor=quoted.total_minor,
        changes=tuple(changes),
    )


def _line(offered: tuple[Offer, Availability], quantity: int, was_reduced: object) -> LineView:
    offer, left = offered
    available = max(left.available, 0)
    return LineView(offer, quantity, available, "out_of_stock" if not available else "reduced" if was_reduced else None)


def _basket_line(line: LineView) -> BasketLine:
    return BasketLine(line.offer.variant_id, line.offer.seller_id, line.offer.price_minor, line.quantity, line.offer.tax_class)


def _groups(lines: Sequence[LineView], quoted: Quote, sellers: Mapping[int, SellerFacts]) -> list[GroupView]:
    """By seller, in the order of the cart; a seller of whom everything is sold out is there without delivery."""
    by_seller: dict[int, list[LineView]] = {}
    for line in lines:
        by_seller.setdefault(line.offer.seller_id, []).append(line)
    prices = {group.seller_id: group for group in quoted.groups}
    groups: list[GroupView] = []
    for seller_id, own in by_seller.items():
        price = prices.get(seller_id)
        shipping = (price.shipping_gross_minor if quoted.tax_inclusive else price.shipping_net_minor) if price else 0
        items = sum(line.offer.price_minor * line.quantity for line in own if line.problem != "out_of_stock")
        groups.append(GroupView(sellers[seller_id], tuple(own), items, shipping, price.free_above_minor if price else None))
    return groups
