"""The relay: what was told in the outbox reaches every reaction, at least once, and each effect in the database exactly once.

Events are claimed by their own mark, not by a cursor: a transaction that commits late is only later, never skipped. What happened
to one thing is told in its order; two relays at once do the same work twice, and the inbox keeps its effect single.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Select, delete, func, insert, select, update

from velora.kernel.events import Event, event_from
from velora.kernel.ids import first_id_at
from velora.platform.db.base import table_of
from velora.platform.db.database import Database
from velora.platform.db.errors import Duplicate, Unavailable
from velora.platform.db.outbox import RELAYED_KEPT, InboxEntry, OutboxEvent, ParkedEvent
from velora.platform.db.uow import UnitOfWork

log: Final = logging.getLogger("velora.relay")

Reaction = Callable[[UnitOfWork, Sequence[Any]], Awaitable[None]]
Effect = Callable[[Sequence[Any]], Awaitable[None]]

_A_HANDFUL: Final = 500
# How many rows go in one transaction when old ones are removed: few enough that nobody waits for it.
FORGOTTEN_AT_ONCE: Final = 500
_TRIES: Final = 5

# What a listener raises, or what it needs, while it cannot be reached: nothing is wrong with the event.
AWAY: Final[tuple[type[Exception], ...]] = (Unavailable, OSError, TimeoutError)

Numbered = tuple[int, Event]
Run = Callable[[str, Sequence[Numbered]], Awaitable[None]]


@dataclass
class _Missing:
    """Who could not be reached in this round, why, and which events wait for them."""

    away: tuple[type[Exception], ...]
    why: dict[str, Exception] = field(default_factory=dict[str, Exception])
    owed: set[int] = field(default_factory=set[int])


async def relay(
    db: Database,
    reactions: Mapping[type[Event], Sequence[Reaction]],
    effects: Mapping[type[Event], Sequence[Effect]],
    away: tuple[type[Exception], ...] = AWAY,
) -> int:
    """Hand the oldest waiting events to whoever reacts to them; how many there were.

    A reaction runs in a transaction that also notes that it has had these events. An effect (search index) runs outside of
    any, may run again, and must be the same then. What fails five times is parked with its reason and does not stop others.

    Who is `away` has its events later, in their order: they wait, everybody else has had all that waits, and then this raises why.
    """
    missing = _Missing(away)
    done, after = 0, 0
    while True:
        async with db.read(None) as uow:
            waiting = await uow.all(_waiting(after))
        for wave in _waves(await _readable(db, waiting), reactions.keys() | effects.keys()):
            await _hand_out(db, wave, reactions, effects, missing)
        told = [row.id for row in waiting if row.id not in missing.owed]
        if told:
            async with db.begin(None) as uow:
                await uow.change(update(OutboxEvent).where(OutboxEvent.id.in_(told)).values(relayed=1))
        done += len(told)
        if not missing.why:
            return done
        if len(waiting) < _A_HANDFUL:
            raise next(iter(missing.why.values()))
        after = waiting[-1].id


def _waiting(after: int) -> Select[int, str, Any]:
    waiting = select(OutboxEvent.id, OutboxEvent.type, OutboxEvent.payload).where(OutboxEvent.relayed == 0, OutboxEvent.id > after)
    return waiting.order_by(OutboxEvent.id).limit(_A_HANDFUL)


async def _readable(db: Database, rows: Sequence[Any]) -> list[Numbered]:
    """The events as their modules know them; one that no module knows is parked."""
    events: list[Numbered] = []
    for row in rows:
        try:
            events.append((row.id, event_from(row.type, row.payload, row.id)))
        except (KeyError, TypeError) as error:
            await _park(db, "relay", [row.id], error)
    return events


def _waves(events: Sequence[Numbered], heard: Collection[type[Event]]) -> list[dict[type[Event], list[Numbered]]]:
    """The events that somebody listens to, by type, in as few waves as keep the order of what happened to one thing."""
    waves: list[dict[type[Event], list[Numbered]]] = []
    last: dict[tuple[str, int], tuple[int, type[Event]]] = {}
    for one in events:
        event, kind = one[1], type(one[1])
        if kind not in heard:
            continue
        place, before = last.get((event.aggregate, event.aggregate_id), (0, kind))
        place += before is not kind
        last[event.aggregate, event.aggregate_id] = place, kind
        if place == len(waves):
            waves.append({})
        waves[place].setdefault(kind, []).append(one)
    return waves


async def _hand_out(
    db: Database,
    wave: Mapping[type[Event], Sequence[Numbered]],
    reactions: Mapping[type[Event], Sequence[Reaction]],
    effects: Mapping[type[Event], Sequence[Effect]],
    missing: _Missing,
) -> None:
    """Everybody who can be reached has had these. Once somebody could not, what comes after that waits for it as well."""
    for kind, told in wave.items():
        runs = [(_name(reaction), _in_transaction(db, reaction)) for reaction in reactions.get(kind, ())]
        runs += [(_name(effect), _outside(effect)) for effect in effects.get(kind, ())]
        for consumer, run in runs:
            if consumer not in missing.why:
                try:
                    await _deliver(db, consumer, told, run, missing.away)
                except missing.away as error:
                    missing.why[consumer] = error
            if consumer in missing.why:
                missing.owed.update(id_ for id_, _ in told)


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


def _in_transaction(db: Database, reaction: Reaction) -> Run:
    async def run(consumer: str, told: Sequence[Numbered]) -> None:
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


def _outside(effect: Effect) -> Run:
    async def run(consumer: str, told: Sequence[Numbered]) -> None:
        del consumer
        await effect([event for _, event in told])

    return run


async def _deliver(db: Database, consumer: str, told: Sequence[Numbered], run: Run, away: tuple[type[Exception], ...]) -> None:
    """All at once; where that fails, one by one, so that only the event that cannot be taken is parked. Raises what is `away`."""
    try:
        await run(consumer, told)
    except away:
        raise
    except Exception as error:
        log.warning("%s could not take %d events together: %r", consumer, len(told), error)
        for one in told:
            await _deliver_one(db, consumer, one, run, away)


async def _deliver_one(db: Database, consumer: str, one: Numbered, run: Run, away: tuple[type[Exception], ...]) -> None:
    for attempt in range(_TRIES):
        try:
            await run(consumer, [one])
        except away:
            raise
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
