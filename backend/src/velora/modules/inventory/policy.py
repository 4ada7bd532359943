"""Who gets what is left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from velora.modules.inventory.errors import OutOfStock

# So few left are worth a seller's look.
LOW: Final = 3

# What each location has of a (seller, variant), in the order in which locations serve.
Shelves = Mapping[tuple[int, int], Mapping[int, int]]


@dataclass(frozen=True, slots=True)
class Wish:
    """So many of a seller's variant for one line."""

    seller_id: int
    variant_id: int
    quantity: int
    line_id: int


@dataclass(frozen=True, slots=True)
class Claim:
    """Wishes that are met together or not at all: the lines of an order."""

    id: int
    wishes: tuple[Wish, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """So much of a wish, from one location."""

    wish: Wish
    location_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Held:
    """Every wish of the claim is met."""

    claim: Claim
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Short:
    """Nothing is held for the claim; each wish that could not be met says what is left."""

    claim: Claim
    missing: tuple[tuple[Wish, OutOfStock], ...]


def share_out(shelves: Shelves, claims: Sequence[Claim]) -> list[Held | Short]:
    """Serve claims in their order: the first that fits has it, and one that does not fit takes nothing from the next.

    One location serves a wish where one can; otherwise several do.
    """
    left = {key: dict(shelf) for key, shelf in shelves.items()}
    outcomes: list[Held | Short] = []
    for claim in claims:
        parts: list[Part] = []
        missing: list[tuple[Wish, OutOfStock]] = []
        for wish in claim.wishes:
            shelf = left.setdefault((wish.seller_id, wish.variant_id), {})
            total = sum(shelf.values())
            if wish.quantity > total:
                missing.append((wish, OutOfStock(wish.variant_id, wish.quantity, total)))
                continue
            for location, quantity in _take(shelf, wish.quantity):
                shelf[location] -= quantity
                parts.append(Part(wish, location, quantity))
        if missing:
            for part in parts:
                left[part.wish.seller_id, part.wish.variant_id][part.location_id] += part.quantity
            outcomes.append(Short(claim, tuple(missing)))
        else:
            outcomes.append(Held(claim, tuple(parts)))
    return outcomes


def _take(shelf: Mapping[int, int], quantity: int) -> list[tuple[int, int]]:
    alone = next((location for location, count in shelf.items() if count >= quantity), None)
    if alone is not None:
        return [(alone, quantity)]
    parts: list[tuple[int, int]] = []
    for location, count in shelf.items():
        part = min(count, quantity)
        if part > 0:
            parts.append((location, part))
            quantity -= part
    return parts
