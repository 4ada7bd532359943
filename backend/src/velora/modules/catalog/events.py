"""What the catalogue tells."""

from dataclasses import dataclass
from typing import ClassVar

from velora.kernel.events import Event


@dataclass(frozen=True)
class ListingChanged(Event):
    """What buyers of one marketplace see of a product is different now: it came, went, moved or costs something else."""

    type: ClassVar[str] = "catalog.listing_changed.v1"
    aggregate: ClassVar[str] = "listing"
    key: ClassVar[str] = "listing_id"
    listing_id: int


@dataclass(frozen=True)
class ProductChanged(Event):
    """What a seller says about a product is different now, in every marketplace. It belongs to no tenant: `tenant_id` is 0."""

    type: ClassVar[str] = "catalog.product_changed.v1"
    aggregate: ClassVar[str] = "product"
    key: ClassVar[str] = "product_id"
    seller_id: int
    product_id: int
