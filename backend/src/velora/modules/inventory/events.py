"""What stock tells."""

from dataclasses import dataclass
from typing import ClassVar

from velora.kernel.events import Event


@dataclass(frozen=True)
class LevelChanged(Event):
    """So many of a variant can be bought now. Stock has no tenant: `tenant_id` is 0."""

    type: ClassVar[str] = "inventory.level_changed.v1"
    aggregate: ClassVar[str] = "variant"
    key: ClassVar[str] = "variant_id"

    variant_id: int
    seller_id: int
