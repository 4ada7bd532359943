"""What lies in the sellers' rooms: enough for what will be ordered, and at the end plenty, little or nothing. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from velora.flows.demo_world.data import sellers
from velora.flows.demo_world.dice import Dice
from velora.flows.demo_world.plan import Planned
from velora.flows.demo_world.wares import Ref, goods_of


@dataclass(frozen=True, slots=True)
class Supplies:
    """What is there on the first day, what comes in the middle, and what is sold in each marketplace."""

    opening: Mapping[Ref, int]
    later: Mapping[Ref, int]
    sold: Mapping[tuple[str, Ref], int]


def supplies(planned: Sequence[Planned], middle: datetime) -> Supplies:
    """So much that every order of the plan can be met, by what is there at first and what comes in the middle."""
    early, every = _ordered(order for order in planned if order.at < middle), _ordered(planned)
    opening: dict[Ref, int] = {}
    later: dict[Ref, int] = {}
    for seller in sellers():
        for _, _, wares in goods_of(seller):
            for ware in wares:
                left = left_of(ware.ref)
                buffer = min(left, 8)
                opening[ware.ref] = early.get(ware.ref, 0) + buffer
                rest = every.get(ware.ref, 0) - early.get(ware.ref, 0) + left - buffer
                if rest:
                    later[ware.ref] = rest
    return Supplies(opening, later, _sold(planned))


def left_of(ref: Ref) -> int:
    """What is there at the end: mostly plenty, at times the last few, seldom none."""
    dice = Dice(f"left of {ref}")
    weights = (95, 4, 1) if ref[0] == "nordlauf" else (90, 8, 2)
    return dice.weighted((dice.between(9, 60), dice.between(1, 3), 0), weights)


def _sold(planned: Iterable[Planned]) -> dict[tuple[str, Ref], int]:
    """How many of each ware are paid for in each marketplace."""
    pieces: Counter[tuple[str, Ref]] = Counter()
    for order in planned:
        for line in order.lines if order.card == "fine" else ():
            pieces[order.market, line.ref] += line.quantity
    return pieces


def _ordered(planned: Iterable[Planned]) -> dict[Ref, int]:
    """How many of each ware are ordered."""
    pieces: Counter[Ref] = Counter()
    for order in planned:
        for line in order.lines:
            pieces[line.ref] += line.quantity
    return pieces
