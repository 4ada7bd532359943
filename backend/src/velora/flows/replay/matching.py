"""Which earlier purchases a cancellation gives back. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Key = tuple[int, int, int]
"""Who bought what for how much: customer, article, pence a piece."""


@dataclass(frozen=True, slots=True)
class Bought:
    """A sale line: so many pieces, at this line of the file."""

    key: Key
    row: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A cancellation line of a customer: so many pieces back."""

    key: Key
    row: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Piece:
    """So many pieces of one sale line that a cancellation gives back."""

    sale_row: int
    quantity: int


def match(events: Iterable[Bought | Cancelled]) -> dict[int, Sequence[Piece]]:
    """For each cancellation, by its row, the purchases before it that it gives back, newest first; each piece at most once.

    Events come in the order of time. A cancellation with too few purchases takes those there are; one with none takes nothing.
    """
    left: defaultdict[Key, list[list[int]]] = defaultdict(list)
    found: dict[int, Sequence[Piece]] = {}
    for event in events:
        purchases = left[event.key]
        if isinstance(event, Bought):
            purchases.append([event.row, event.quantity])
            continue
        pieces: list[Piece] = []
        wanted = event.quantity
        while wanted and purchases:
            newest = purchases[-1]
            taken = min(newest[1], wanted)
            pieces.append(Piece(newest[0], taken))
            wanted -= taken
            newest[1] -= taken
            if not newest[1]:
                purchases.pop()
        found[event.row] = pieces
    return found
