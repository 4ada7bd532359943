"""A cart as a value, and what may happen to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from velora.modules.cart.errors import CartFull

MOST_OF_ONE: Final = 99
MOST_LINES: Final = 100


@dataclass(frozen=True, slots=True)
class Line:
    variant_id: int
    quantity: int
    title: str  # as it was when it was put in, to name it when it is gone
    seen_minor: int  # the unit price that the buyer saw last


@dataclass(frozen=True, slots=True)
class Cart:
    """Lines in the order in which they were put in, at most one per variant. `version` grows with every change."""

    lines: tuple[Line, ...] = ()
    version: int = 0

    def of(self, variant_id: int) -> Line | None:
        return next((line for line in self.lines if line.variant_id == variant_id), None)


@dataclass(frozen=True, slots=True)
class Now:
    """A variant as it is offered at this moment."""

    title: str
    price_minor: int
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


def add(cart: Cart, variant_id: int, quantity: int, now: Now) -> Cart | CartFull:
    """So many more of it are in the cart, at most MOST_OF_ONE."""
    line = cart.of(variant_id)
    if line is None and len(cart.lines) >= MOST_LINES:
        return CartFull(MOST_LINES)
    wanted = min((line.quantity if line else 0) + quantity, MOST_OF_ONE)
    return _with(cart, Line(variant_id, wanted, now.title, now.price_minor))


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


def bought(cart: Cart, quantities: Mapping[int, int]) -> Cart:
    """What was ordered is out of the cart; what was put in meanwhile stays."""
    left = [replace(line, quantity=line.quantity - quantities.get(line.variant_id, 0)) for line in cart.lines]
    return _changed(cart, [line for line in left if line.quantity > 0])


def merge(account: Cart, guest: Cart) -> Cart:
    """A guest signs in: both carts in one, quantities added, at most MOST_OF_ONE of each and MOST_LINES in all."""
    lines = {line.variant_id: line for line in account.lines}
    for line in guest.lines:
        mine = lines.get(line.variant_id)
        lines[line.variant_id] = replace(line, quantity=min(line.quantity + (mine.quantity if mine else 0), MOST_OF_ONE))
    return _changed(account, list(lines.values())[:MOST_LINES])


def look_over(cart: Cart, offered: Mapping[int, Now]) -> tuple[Cart, list[Change]]:
    """The cart as it can still be bought, and what to tell the buyer, once.

    What is offered no longer goes. A quantity falls to what is left, unless nothing is: then the line waits as it is. A price that
    changed is the one seen from now on.
    """
    kept: list[Line] = []
    changes: list[Change] = []
    for line in cart.lines:
        now = offered.get(line.variant_id)
        if now is None or not now.on_sale:
            changes.append(Change(line.variant_id, line.title, "removed"))
            continue
        if now.price_minor != line.seen_minor:
            changes.append(Change(line.variant_id, now.title, "price_changed", line.seen_minor, now.price_minor))
        quantity = line.quantity
        if 0 < now.available < quantity:
            quantity = now.available
            changes.append(Change(line.variant_id, now.title, "reduced", quantity=quantity))
        kept.append(Line(line.variant_id, quantity, now.title, now.price_minor))
    return _changed(cart, kept), changes


def _with(cart: Cart, line: Line) -> Cart:
    if cart.of(line.variant_id) is None:
        return _changed(cart, [*cart.lines, line])
    return _changed(cart, [line if each.variant_id == line.variant_id else each for each in cart.lines])


def _changed(cart: Cart, lines: Sequence[Line]) -> Cart:
    return cart if tuple(lines) == cart.lines else Cart(tuple(lines), cart.version + 1)


def to_json(cart: Cart) -> dict[str, Any]:
    """The cart as it is kept."""
    return {"v": cart.version, "lines": [[line.variant_id, line.quantity, line.title, line.seen_minor] for line in cart.lines]}


def from_json(kept: Mapping[str, Any]) -> Cart:
    """The cart that was kept."""
    return Cart(tuple(Line(*line) for line in kept["lines"]), kept["v"])
