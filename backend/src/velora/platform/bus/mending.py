"""What was lost from the bus is told again: a topic that somebody deleted, or all of them with their servers.

A part of a topic only ever grows, and how far each was seen to reach is kept in the database. One that reaches less far than that
has been deleted: then everything of its topic that the outbox still has is relayed anew, in its order. Who had it passes it over by
the inbox. What was told between the deletion and its notice may be heard before what was lost.
"""

import logging
from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import delete, select, update

from velora.kernel.events import event_types
from velora.platform.bus.cloudevents import topic_of
from velora.platform.bus.port import Bus
from velora.platform.db.database import Database
from velora.platform.db.errors import Duplicate
from velora.platform.db.outbox import BusPart, OutboxEvent
from velora.platform.db.uow import UnitOfWork

log: Final = logging.getLogger("velora.relay")


async def mend(db: Database, bus: Bus) -> int:
    """What was lost from the bus waits in the outbox again; how many events. Raises BusAway."""
    async with db.read(None) as uow:
        seen = await _seen(uow)  # before the bus is asked: what it reaches meanwhile is no loss
    ends = await bus.ends()
    if ends == seen:
        return 0
    lost = _lost(seen, ends)
    if lost:
        log.error("Topics of the bus were deleted: %s. What the outbox still has of them is told again", ", ".join(sorted(lost)))
        await bus.restore(lost)
        ends = await bus.ends()
    try:
        async with db.begin(None) as uow:
            if await _seen(uow, locked=True) != seen:
                return 0  # another process was first
            again = await _tell_again(uow, lost)
            await _note(uow, seen, ends)
    except Duplicate:
        return 0
    return again


def _lost(seen: Mapping[str, int], ends: Mapping[str, int]) -> set[str]:
    """The topics of which a part has become shorter, or is no more. What is no topic of this version of Velora is none of its business."""
    there = {_topic(place) for place in ends}
    return {topic for place, reach in seen.items() if (topic := _topic(place)) in there and ends.get(place, 0) < reach}


def _topic(place: str) -> str:
    return place.rpartition("/")[0]


async def _seen(uow: UnitOfWork, *, locked: bool = False) -> dict[str, int]:
    rows = select(BusPart.place, BusPart.reach).order_by(BusPart.place)
    return {row.place: row.reach for row in await uow.all(uow.for_update(rows) if locked else rows)}


async def _tell_again(uow: UnitOfWork, topics: Collection[str]) -> int:
    types = sorted(kind.type for kind in event_types() if topic_of(kind.type) in topics)
    if not types:
        return 0
    told = update(OutboxEvent).where(OutboxEvent.relayed > 0, OutboxEvent.type.in_(types))
    return await uow.change(told.values(relayed=0))


async def _note(uow: UnitOfWork, seen: Mapping[str, int], ends: Mapping[str, int]) -> None:
    await uow.set_on(BusPart, {(place,): {"reach": reach} for place, reach in ends.items() if place in seen and seen[place] != reach})
    await uow.insert(BusPart, [{"place": place, "reach": reach} for place, reach in ends.items() if place not in seen])
    if no_more := sorted(seen.keys() - ends.keys()):
        await uow.change(delete(BusPart).where(BusPart.place.in_(no_more)))
