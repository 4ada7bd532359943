"""A seller counts its shelves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from velora.kernel.errors import NotFound, Refusal
from velora.kernel.ids import encode
from velora.modules.catalog import service as catalog
from velora.modules.inventory import service as inventory
from velora.platform.db import UnitOfWork

FIRST_LOCATION: Final = "Warehouse"


@dataclass(frozen=True)
class Counted:
    """So many of a variant lie at a location; without one, at the seller's first."""

    variant_id: int
    on_hand: int
    location_id: int | None = None


@dataclass(frozen=True)
class Shelf:
    """What is known of one variant at one location now."""

    variant_id: int
    location_id: int
    on_hand: int
    reserved: int


async def count_stock(uow: UnitOfWork, seller_id: int, counted: Sequence[Counted]) -> list[Shelf]:
    """All the counts hold, or none does: raises NotFound for what is not the seller's, BelowReserved for what orders need."""
    variants = {one.variant_id for one in counted}
    if strange := sorted(variants - await catalog.own_variants(uow, seller_id, variants)):
        raise NotFound("variant", encode("var", strange[0]))
    places = [place.id for place in await inventory.locations(uow, [seller_id])]
    if not places:
        places = await inventory.open_locations(uow, [inventory.NewLocation(seller_id, FIRST_LOCATION)])
    at = [(one, places[0] if one.location_id is None else one.location_id) for one in counted]
    if unknown := sorted({place for _, place in at} - set(places)):
        raise NotFound("location", encode("loc", unknown[0]))
    outcomes = await inventory.set_on_hand(uow, [inventory.Count(seller_id, one.variant_id, place, one.on_hand) for one, place in at])
    if refusal := next((one for one in outcomes if isinstance(one, Refusal)), None):
        raise refusal
    return [
        Shelf(one.variant_id, place, outcome.on_hand, outcome.reserved)
        for (one, place), outcome in zip(at, outcomes, strict=True)
        if isinstance(outcome, inventory.Availability)
    ]
