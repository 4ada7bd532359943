"""The relay: what was told in the outbox reaches every reaction, at least once, and each effect in the database exactly once.

Events are claimed by their own mark, not by a cursor: a transaction that commits late is only later, never skipped. Events of
one type arrive in their order; two relays at once do the same work twice, and the inbox keeps its effect single.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import delete, func, insert, select, update

from velora.kernel.events import Event, event_from
from velora.kernel.ids import first_id_at
from velora.platform.db.base import table_of
from velora.platform.db.database import Database
from velora.platform.db.errors import Duplicate
from velora.platform.db.outbox import RELAYED_KEPT, InboxEntry, OutboxEvent, ParkedEvent
from velora.platform.db.uow import UnitOfWork

log: Final = logging.getLogger("velora.relay")

Reaction = Callable[[UnitOfWork, Sequence[Any]], Awaitable[None]]
Effect = Callable[[Sequence[Any]], Awaitable[None]]

_A_HANDFUL: Final = 500
# How many rows go in one transaction when old ones are removed: few enough that nobody waits for it.
FORGOTTEN_AT_ONCE: Final = 500
_TRIES: Final = 5

_WAITING: Final = (
    select(OutboxEvent.id, OutboxEvent.type, OutboxEvent.payload).where(OutboxEvent.relayed == 0).order_by(OutboxEvent.id).limit(_A_HANDFUL)
)


async def relay(db: Database, reactions: Mapping[type[Event], Sequence[Reaction]], effects: Mapping[type[Event], Sequence[Effect]]) -> int:
    """Hand the oldest waiting events to whoever reacts to them; how many there were.

    A reaction runs in a transaction that also notes that it has had these events. An effect (search index) runs outside of
    any, may run again, and must be the same then. What fails five times is parked with its reason and does not stop others.
    """
    async with db.read(None) as uow:
        waiting = await uow.all(_WAITING)
    if not waiting:
        return 0
    by_type: defaultdict[type[Event], list[tuple[int, Event]]] = defaultdict(list)
    for row in waiting:
        try:
            event = event_from(row.type, row.payload)
        except (KeyError, TypeError) as error:
            await _park(db, "relay", [row.id], error)
            continue
        by_type[type(event)].append((row.id, event))
    for kind, told in by_type.items():
        for reaction in reactions.get(kind, ()):
            await _deliver(db, _name(reaction), told, _in_transaction(db, reaction))
        for effect in effects.get(kind, ()):
            await _deliver(db, _name(effect), told, _outside(effect))
    async with db.begin(None) as uow:
        await uow.change(update(OutboxEvent).where(OutboxEvent.id.in_([row.id for row in waiting])).values(relayed=1))
    return len(waiting)


async def forget_relayed(uow: UnitOfWork) -> int:
    """Some of the events that all have had, and that are older than RELAYED_KEPT, are gone; how many, about FORGOTTEN_AT_ONCE.

    What somebody waits for, or could not take, stays. They go by ranges of their key, the oldest first: far from where new ones are
    written, so that nobody waits.
    """
    told = select(OutboxEvent.id).where(OutboxEvent.relayed == 1, OutboxEvent.id < _too_old(uow))
    told = told.order_by(OutboxEvent.id).limit(FORGOTTEN_AT_ONCE)
    done, after = 0, 0
    while done < FORGOTTEN_AT_ONCE and (page := await uow.entities(told.where(OutboxEvent.id > after))):
        these = OutboxEvent.id.between(page[0], page[-1])
        parked_ones = select(ParkedEvent.event_id)
        done += await uow.change(delete(OutboxEvent).where(these, OutboxEvent.relayed == 1, OutboxEvent.id.not_in(parked_ones)))
        after = page[-1]
    return done


async def forget_inbox(uow: UnitOfWork) -> int:
    """Some of the notes of who has had which event are gone, once the event is; how many, about FORGOTTEN_AT_ONCE.

    An event that still lies in the outbox could be told again, so its notes stay, however old they are.
    """
    done, consumer = 0, ""
    while done < FORGOTTEN_AT_ONCE and (consumer := await _consumer_after(uow, consumer)):
        done += await _forget_had(uow, consumer, wanted=FORGOTTEN_AT_ONCE - done)
    return done


async def _forget_had(uow: UnitOfWork, consumer: str, *, wanted: int) -> int:
    had = select(InboxEntry.event_id).where(InboxEntry.consumer == consumer, InboxEntry.event_id < _too_old(uow))
    had = had.order_by(InboxEntry.event_id).limit(FORGOTTEN_AT_ONCE)
    done, after = 0, 0
    while done < wanted and (page := await uow.entities(had.where(InboxEntry.event_id > after))):
        these = InboxEntry.event_id.between(page[0], page[-1])
        # With its bounds: without them MySQL reads the whole outbox.
        there = select(OutboxEvent.id).where(OutboxEvent.id.between(page[0], page[-1]))
        done += await uow.change(delete(InboxEntry).where(InboxEntry.consumer == consumer, these, InboxEntry.event_id.not_in(there)))
        after = page[-1]
    return done


async def _consumer_after(uow: UnitOfWork, consumer: str) -> str:
    """The next of the consumers, one step along the key; empty after the last."""
    following = select(InboxEntry.consumer).where(InboxEntry.consumer > consumer).order_by(InboxEntry.consumer).limit(1)
    return await uow.scalar(following) or ""


def _too_old(uow: UnitOfWork) -> int:
    return first_id_at(uow.now - RELAYED_KEPT)


async def lag(db: Database) -> tuple[int, int | None]:
    """How many events wait, and the id (hence the age) of the oldest."""
    async with db.read(None) as uow:
        row = await uow.first(select(func.count(), func.min(OutboxEvent.id)).where(OutboxEvent.relayed == 0))
    assert row is not None
    return int(row[0]), row[1]


async def parked(db: Database) -> int:
    """How many events wait for a person."""
    async with db.read(None) as uow:
        return int(await uow.scalar(select(func.count()).select_from(ParkedEvent)) or 0)


def _in_transaction(db: Database, reaction: Reaction) -> Callable[[str, Sequence[tuple[int, Event]]], Awaitable[None]]:
    async def run(consumer: str, told: Sequence[tuple[int, Event]]) -> None:
        async with db.begin(None) as uow:
            had = set(
                await uow.entities(
                    select(InboxEntry.event_id).where(InboxEntry.consumer == consumer, InboxEntry.event_id.in_([id_ for id_, _ in told]))
                )
            )
            new = [(id_, event) for id_, event in told if id_ not in had]
            if new:
                await uow.connection.execute(insert(table_of(InboxEntry)), [{"consumer": consumer, "event_id": id_} for id_, _ in new])
                await reaction(uow, [event for _, event in new])

    return run


def _outside(effect: Effect) -> Callable[[str, Sequence[tuple[int, Event]]], Awaitable[None]]:
    async def run(consumer: str, told: Sequence[tuple[int, Event]]) -> None:
        del consumer
        await effect([event for _, event in told])

    return run


async def _deliver(
    db: Database, consumer: str, told: Sequence[tuple[int, Event]], run: Callable[[str, Sequence[tuple[int, Event]]], Awaitable[None]]
) -> None:
    """All at once; where that fails, one by one, so that only the event that cannot be taken is parked."""
    try:
        await run(consumer, told)
    except Exception as error:
        log.warning("%s could not take %d events together: %r", consumer, len(told), error)
        for one in told:
            await _deliver_one(db, consumer, one, run)


async def _deliver_one(
    db: Database, consumer: str, one: tuple[int, Event], run: Callable[[str, Sequence[tuple[int, Event]]], Awaitable[None]]
) -> None:
    for attempt in range(_TRIES):
        try:
            await run(consumer, [one])
        except Exception as error:
            log.warning("%s could not take event %d, try %d: %r", consumer, one[0], attempt + 1, error)
            if attempt == _TRIES - 1:
                await _park(db, consumer, [one[0]], error)
            else:
                await asyncio.sleep(0.02 * 2**attempt)
        else:
            return


async def _park(db: Database, consumer: str, ids: Sequence[int], error: Exception) -> None:
    try:
        async with db.begin(None) as uow:
            await uow.insert(
                ParkedEvent,
                [
                    {"consumer": consumer, "event_id": id_, "reason": repr(error)[:2000], "attempts": _TRIES, "parked_at": uow.now}
                    for id_ in ids
                ],
            )
    except Duplicate:
        log.info("The events %s are parked for %s already", ids, consumer)


def _name(reaction: Any) -> str:
    return f"{reaction.__module__.removeprefix('velora.')}.{reaction.__qualname__}"
