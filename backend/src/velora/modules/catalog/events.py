"""What the catalogue tells."""

from dataclasses import dataclass
from typing import ClassVar

from velora.kernel.events import Event
from velora.kernel.ids import ListingId, ProductId, SellerId


@dataclass(frozen=True)
class ListingChanged(Event):
    """What buyers of one marketplace see of a product is different now: it came, went, moved or costs something else."""

    type: ClassVar[str] = "catalog.listing_changed.v1"
    aggregate: ClassVar[str] = "listing"
    key: ClassVar[str] = "listing_id"
    last_counts: ClassVar[bool] = True
    listing_id: ListingId


@dataclass(frozen=True)
class PopularityChanged(Event):
    """So much more was sold of a listing that it stands elsewhere among the popular."""

    type: ClassVar[str] = "catalog.popularity_changed.v1"
    aggregate: ClassVar[str] = "popularity"
    key: ClassVar[str] = "listing_id"
    last_counts: ClassVar[bool] = True
    listing_id: ListingId


@dataclass(frozen=True)
class ProductChanged(Event):
    """What a seller says about a product is different now, in every marketplace. It belongs to no tenant: `tenant_id` is 0."""

    type: ClassVar[str] = "catalog.product_changed.v1"
    aggregate: ClassVar[str] = "product"
    key: ClassVar[str] = "product_id"
    last_counts: ClassVar[bool] = True
    seller_id: SellerId
    product_id: ProductId
