"""The index follows the database, event by event.

Any number of workers may do so at once, and each may be late: what is written carries the moment before it was read, and an earlier
moment never overwrites a later one.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Final

from velora.flows.indexing.documents import documents_of
from velora.kernel.events import Event
from velora.modules.catalog.events import ListingChanged, PopularityChanged, ProductChanged
from velora.modules.catalog.service import ListingKey, listings_of_products, listings_of_variants
from velora.modules.inventory.events import LevelChanged
from velora.platform.house import House
from velora.platform.search import Document, Kept, Key, digest_of

BATCH: Final = 500
_REMEMBERED: Final = timedelta(days=1)
"""For so long a writer may be late and still not bring back what is gone."""


@dataclass(frozen=True)
class Facts:
    """What was read of some listings after the moment `version`: those on sale as documents, and the others."""

    version: int
    documents: Sequence[Document]
    gone: Sequence[Key]

    @property
    def keys(self) -> list[Key]:
        return [*(Key(document.tenant_id, document.id) for document in self.documents), *self.gone]

    def only(self, keys: Collection[Key]) -> "Facts":
        """Of these alone."""
        documents = [document for document in self.documents if Key(document.tenant_id, document.id) in keys]
        return Facts(self.version, documents, [key for key in self.gone if key in keys])

    def agree(self, key: Key, kept: Kept | None) -> bool:
        """Whether the index holds this key as it is here."""
        return (kept.digest if kept else None) == self._digests.get(key)

    @cached_property
    def _digests(self) -> dict[Key, str]:
        return {Key(document.tenant_id, document.id): digest_of(document) for document in self.documents}


async def index_listings(house: House, events: Sequence[Event]) -> None:
    """What these events changed is found as it is now. Running it twice does no harm."""
    variants = {event.variant_id for event in events if isinstance(event, LevelChanged)}
    products = {event.product_id for event in events if isinstance(event, ProductChanged)}
    keys = {ListingKey(event.tenant_id, event.listing_id) for event in events if isinstance(event, ListingChanged | PopularityChanged)}
    async with house.db.read(None) as uow:
        keys |= {*await listings_of_products(uow, products), *await listings_of_variants(uow, variants)}
    ordered = sorted(keys)
    for start in range(0, len(ordered), BATCH):
        facts = await read(house, ordered[start : start + BATCH])
        await house.search.write(facts.documents, facts.gone, version=facts.version)


async def read(house: House, keys: Sequence[ListingKey]) -> Facts:
    """These listings as they are now."""
    async with house.db.read(None) as uow:
        version = await uow.moment()
        documents = await documents_of(uow, keys)
    there = {ListingKey(document.tenant_id, document.id) for document in documents}
    return Facts(version, documents, [Key(*key) for key in keys if key not in there])


async def forget_gone(house: House) -> int:
    """What left the index more than a day ago is no longer remembered there."""
    async with house.db.read(None) as uow:
        now = await uow.moment()
    await house.search.forget_gone(now - _REMEMBERED // timedelta(microseconds=1))
    return 0
