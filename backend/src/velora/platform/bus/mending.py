"""What was lost from the bus is told again: a topic that somebody deleted, or all of them with their servers.

Each topic has an identity that no other ever has, and which it was is kept in the database. Where another has its name, it was deleted:
then everything of it that the outbox still has is relayed anew, in its order. Who had it passes it over by the inbox. What was told
between the deletion and its notice may be heard before what was lost.
"""

import logging
from collections.abc import Collection
from typing import Final

from sqlalchemy import select, update

from velora.kernel.events import event_types
from velora.platform.bus.cloudevents import topic_of
from velora.platform.bus.port import Bus
from velora.platform.db.database import Database
from velora.platform.db.errors import Duplicate
from velora.platform.db.outbox import EVENTS, BusTopic, OutboxEvent
from velora.platform.db.uow import UnitOfWork

log: Final = logging.getLogger("velora.relay")


async def mend(db: Database, bus: Bus) -> int:
    """What was lost from the bus waits in the outbox again; how many events. Raises BusAway."""
    there = await bus.topics()
    async with db.read(None) as uow:
        known = await _known(uow)
    other = {name: identity for name, identity in there.items() if known.get(name) != identity}
    if not other:
        return 0
    lost = other.keys() & known.keys()
    if lost:
        log.error("Topics of the bus were deleted: %s. What the outbox still has of them is told again", ", ".join(sorted(lost)))
        await bus.restore(lost)
    try:
        async with db.begin(None) as uow:
            if await _known(uow, locked=True) != known:
                return 0  # another process was first
            again = await _tell_again(uow, lost)
            await uow.set_on(BusTopic, {(name,): {"identity": other[name]} for name in sorted(lost)})
            await uow.insert(BusTopic, [{"name": name, "identity": other[name]} for name in sorted(other.keys() - lost)])
    except Duplicate:
        return 0
    return again


async def _known(uow: UnitOfWork, *, locked: bool = False) -> dict[str, str]:
    rows = select(BusTopic.name, BusTopic.identity).order_by(BusTopic.name)
    return {row.name: row.identity for row in await uow.all(uow.for_update(rows) if locked else rows)}


async def _tell_again(uow: UnitOfWork, topics: Collection[str]) -> int:
    types = sorted(kind.type for kind in event_types() if topic_of(kind.type) in topics)
    if not types:
        return 0
    told = update(OutboxEvent).where(OutboxEvent.relayed > 0, OutboxEvent.type.in_(types))
    uow.wakes(EVENTS)
    return await uow.change(told.values(relayed=0))
