"""What stock tells."""

from dataclasses import dataclass
from typing import ClassVar

from velora.kernel.events import Event
from velora.kernel.ids import SellerId, VariantId


@dataclass(frozen=True)
class LevelChanged(Event):
    """So many of a variant can be bought now. Stock has no tenant: `tenant_id` is 0."""

    type: ClassVar[str] = "inventory.level_changed.v1"
    aggregate: ClassVar[str] = "variant"
    key: ClassVar[str] = "variant_id"
    last_counts: ClassVar[bool] = True

    variant_id: VariantId
    seller_id: SellerId
