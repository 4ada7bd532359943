"""Who gets what is left."""

from collections.abc import Sequence
from dataclasses import dataclass

from velora.modules.inventory.errors import OutOfStock


@dataclass(frozen=True)
class Wish:
    """So many of a seller's variant for one line of a claim (an order)."""

    variant_id: int
    quantity: int
    seller_id: int
    claim_id: int
    line_id: int


@dataclass(frozen=True)
class Held:
    """The wish is met from these locations: (location, quantity) each."""

    wish: Wish
    parts: tuple[tuple[int, int], ...]


def share_out(available: dict[int, int], wishes: Sequence[Wish]) -> list[Held | OutOfStock]:
    """Serve wishes in their order: the first that fits has it, and one that does not fit takes nothing from the next.

    `available` is what each location has, in the order in which they serve. One location serves a wish where one can;
    otherwise several do.
    """
    left = dict(available)
    outcomes: list[Held | OutOfStock] = []
    for wish in wishes:
        total = sum(left.values())
        if wish.quantity > total:
            outcomes.append(OutOfStock(wish.variant_id, wish.quantity, total))
            continue
        parts = _take(left, wish.quantity)
        for location, quantity in parts:
            left[location] -= quantity
        outcomes.append(Held(wish, parts))
    return outcomes


def _take(left: dict[int, int], quantity: int) -> tuple[tuple[int, int], ...]:
    alone = next((location for location, count in left.items() if count >= quantity), None)
    if alone is not None:
        return ((alone, quantity),)
    parts: list[tuple[int, int]] = []
    for location, count in left.items():
        part = min(count, quantity)
        if part > 0:
            parts.append((location, part))
            quantity -= part
    return tuple(parts)
