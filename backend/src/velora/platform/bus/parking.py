"""Events that somebody could not take: kept with the reason until a person looks, and told again when that person says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update

from velora.platform.db.outbox import EVENTS, OutboxEvent, ParkedEvent
from velora.platform.db.uow import UnitOfWork

REASON_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class Parked:
    """One event that one listener could not take. `type` is empty when the event itself is gone."""

    listener: str
    event_id: int
    type: str
    reason: str
    attempts: int
    parked_at: datetime


async def park(uow: UnitOfWork, listener: str, reasons: Mapping[int, str], *, attempts: int) -> None:
    """This listener could not take these events; what is parked for it already stays as it is."""
    if not reasons:
        return
    there = select(ParkedEvent.event_id).where(ParkedEvent.consumer == listener, ParkedEvent.event_id.in_(sorted(reasons)))
    known = set(await uow.entities(there))
    rows = [
        {"consumer": listener, "event_id": id_, "reason": reason[:REASON_LENGTH], "attempts": attempts, "parked_at": uow.now}
        for id_, reason in sorted(reasons.items())
        if id_ not in known
    ]
    if rows:
        await uow.insert(ParkedEvent, rows)


@dataclass(frozen=True, slots=True)
class ParkedEvents:
    """How many events are parked for one listener, and since when the first."""

    count: int
    since: datetime


async def backlogs(uow: UnitOfWork) -> Mapping[str, ParkedEvents]:
    """What waits for a person, by the listener that could not take it."""
    counted = select(ParkedEvent.consumer, func.count(), func.min(ParkedEvent.parked_at)).group_by(ParkedEvent.consumer)
    return {consumer: ParkedEvents(int(count), since) for consumer, count, since in await uow.all(counted.order_by(ParkedEvent.consumer))}


async def list_parked(uow: UnitOfWork, *, limit: int) -> list[Parked]:
    """The newest first."""
    found = select(ParkedEvent.consumer, ParkedEvent.event_id, ParkedEvent.reason, ParkedEvent.attempts, ParkedEvent.parked_at)
    rows = await uow.all(found.order_by(ParkedEvent.parked_at.desc(), ParkedEvent.event_id, ParkedEvent.consumer).limit(limit))
    kinds = await uow.all(select(OutboxEvent.id, OutboxEvent.type).where(OutboxEvent.id.in_(sorted({row.event_id for row in rows}))))
    type_of = {row.id: row.type for row in kinds}
    return [Parked(row.consumer, row.event_id, type_of.get(row.event_id, ""), row.reason, row.attempts, row.parked_at) for row in rows]


async def tell_again(uow: UnitOfWork, ids: Sequence[int]) -> int:
    """These parked events (of none named: all) are relayed once more; whoever has had them passes them over. How many there were.

    An event that is not in the outbox any more stays parked.
    """
    chosen = select(ParkedEvent.event_id).distinct()
    if ids:
        chosen = chosen.where(ParkedEvent.event_id.in_(sorted(ids)))
    there = await uow.entities(select(OutboxEvent.id).where(OutboxEvent.id.in_(chosen)))
    if there:
        await uow.change(update(OutboxEvent).where(OutboxEvent.id.in_(there)).values(relayed=0))
        await uow.change(delete(ParkedEvent).where(ParkedEvent.event_id.in_(there)))
        uow.wakes(EVENTS)
    return len(there)
