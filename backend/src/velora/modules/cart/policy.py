"""A cart as a value, and what may happen to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from velora.modules.cart.errors import CartFull

MOST_OF_ONE: Final = 99
MOST_LINES: Final = 100
UNSEEN: Final = -1


@dataclass(frozen=True, slots=True)
class Line:
    variant_id: int
    quantity: int
    title: str  # as it was when it was put in, to name it when it is gone
    seen_minor: int  # the unit price that the buyer saw last, in the cart's currency, or UNSEEN
    since: int = 0  # an id, hence a moment: an order with a smaller one was placed before this was put in


@dataclass(frozen=True, slots=True)
class Cart:
    """Lines in the order in which they were put in, at most one per variant. `version` grows with every change.

    `currency` is the one in which it was looked at last; prices seen in another are not compared with those of today.
    """

    lines: tuple[Line, ...] = ()
    version: int = 0
    currency: str = ""

    def of(self, variant_id: int) -> Line | None:
        return next((line for line in self.lines if line.variant_id == variant_id), None)


@dataclass(frozen=True, slots=True)
class Now:
    """A variant as it is offered at this moment."""

    title: str
    price_minor: int | None  # None: not for sale in the currency asked for
    on_sale: bool
    available: int


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a line since the buyer last looked."""

    variant_id: int
    title: str
    kind: Literal["price_changed", "reduced", "removed"]
    before_minor: int | None = None
    after_minor: int | None = None
    quantity: int | None = None


def add(cart: Cart, variant_id: int, quantity: int, now: Now, since: int) -> Cart | CartFull:
    """So many more of it are in the cart, at most MOST_OF_ONE. What is in it already is in it since before."""
    line = cart.of(variant_id)
    if line is None and len(cart.lines) >= MOST_LINES:
        return CartFull(MOST_LINES)
    wanted = min((line.quantity if line else 0) + quantity, MOST_OF_ONE)
    seen = UNSEEN if now.price_minor is None else now.price_minor
    return _with(cart, Line(variant_id, wanted, now.title, seen, line.since if line else since))


def set_quantity(cart: Cart, variant_id: int, quantity: int) -> Cart:
    """Exactly so many are in the cart; none removes the line. What is not in the cart stays out."""
    line = cart.of(variant_id)
    if line is None:
        return cart
    if quantity <= 0:
        return without(cart, {variant_id})
    return _with(cart, replace(line, quantity=min(quantity, MOST_OF_ONE)))


def without(cart: Cart, variant_ids: set[int]) -> Cart:
    """None of these is in the cart."""
    return _changed(cart, [line for line in cart.lines if line.variant_id not in variant_ids])


def bought(cart: Cart, order_id: int, quantities: Mapping[int, int]) -> Cart:
    """What was ordered is out of the cart, once; what was put in after the order was placed stays.

    An order takes from lines that are older than itself only. What it leaves of a line counts as put in with the order, so asking
    again takes nothing.
    """
    left = [
        replace(line, quantity=line.quantity - quantities[line.variant_id], since=order_id)
        if line.variant_id in quantities and line.since < order_id
        else line
        for line in cart.lines
    ]
    return _changed(cart, [line for line in left if line.quantity > 0])


def in_currency(cart: Cart, currency: str) -> Cart:
    """The cart as it is looked at in this currency: a price seen in another one is as if never seen."""
    if cart.currency == currency:
        return cart
    return Cart(tuple(replace(line, seen_minor=UNSEEN) for line in cart.lines), cart.version + 1, currency)


def merge(account: Cart, guest: Cart) -> Cart:
    """A guest signs in: both carts in one, quantities added, at most MOST_OF_ONE of each and MOST_LINES in all."""
    if not guest.lines:
        return account
    lines = {line.variant_id: line for line in account.lines}
    for line in in_currency(guest, account.currency).lines if account.lines else guest.lines:
        mine = lines.get(line.variant_id)
        both = (line.quantity + mine.quantity, max(line.since, mine.since)) if mine else (line.quantity, line.since)
        lines[line.variant_id] = replace(line, quantity=min(both[0], MOST_OF_ONE), since=both[1])
    return _changed(replace(account, currency=account.currency if account.lines else guest.currency), list(lines.values())[:MOST_LINES])


def look_over(cart: Cart, offered: Mapping[int, Now]) -> tuple[Cart, list[Change]]:
    """The cart as it can still be bought, and what to tell the buyer, once.

    What is offered no longer goes. What is not for sale in the cart's currency waits as it is.
    A quantity falls to what is left, unless nothing is: then the line waits as it is. A price that
    changed is the one seen from now on.
    """
    kept: list[Line] = []
    changes: list[Change] = []
    for line in cart.lines:
        now = offered.get(line.variant_id)
        if now is None or not now.on_sale:
            changes.append(Change(line.variant_id, line.title, "removed"))
            continue
        if now.price_minor is None:
            kept.append(replace(line, title=now.title, seen_minor=UNSEEN))
            continue
        if line.seen_minor not in (UNSEEN, now.price_minor):
            changes.append(Change(line.variant_id, now.title, "price_changed", line.seen_minor, now.price_minor))
        quantity = line.quantity
        if 0 < now.available < quantity:
            quantity = now.available
            changes.append(Change(line.variant_id, now.title, "reduced", quantity=quantity))
        kept.append(replace(line, quantity=quantity, title=now.title, seen_minor=now.price_minor))
    return _changed(cart, kept), changes


def _with(cart: Cart, line: Line) -> Cart:
    if cart.of(line.variant_id) is None:
        return _changed(cart, [*cart.lines, line])
    return _changed(cart, [line if each.variant_id == line.variant_id else each for each in cart.lines])


def _changed(cart: Cart, lines: Sequence[Line]) -> Cart:
    return cart if tuple(lines) == cart.lines else Cart(tuple(lines), cart.version + 1, cart.currency)


def to_json(cart: Cart) -> dict[str, Any]:
    """The cart as it is kept."""
    lines = [[line.variant_id, line.quantity, line.title, line.seen_minor, line.since] for line in cart.lines]
    return {"v": cart.version, "lines": lines, "c": cart.currency}


def from_json(kept: Mapping[str, Any]) -> Cart:
    """The cart that was kept."""
    return Cart(tuple(Line(*line) for line in kept["lines"]), kept["v"], kept.get("c", ""))
