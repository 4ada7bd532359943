"""Who listens: groups of listeners, each of which reads the bus at its own pace and has each event's effect once.

A reaction runs in a transaction that also notes in the inbox that it has had these events, so twice told is once done. An effect
(search index, cart) runs outside of any transaction, may run again, and must be the same then.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, select

from velora.kernel.events import Event, numbered
from velora.kernel.ids import encode, first_id_at
from velora.platform.bus.parking import park
from velora.platform.bus.port import Batch, Bus, Groups, Told
from velora.platform.bus.relaying import relay
from velora.platform.db.database import Database
from velora.platform.db.errors import Deadlock, Unavailable
from velora.platform.db.outbox import InboxEntry
from velora.platform.db.uow import UnitOfWork
from velora.platform.telemetry import metrics, tracing
from velora.platform.telemetry.surroundings import about

log: Final = logging.getLogger("velora.bus")

Reaction = Callable[[UnitOfWork, Sequence[Any]], Awaitable[None]]
Effect = Callable[[Sequence[Any]], Awaitable[None]]
Run = Callable[[Sequence[Told]], Awaitable[None]]

A_HANDFUL: Final = 500
TRIES: Final = 5
_FIRST_PAUSE: Final = 0.02  # seconds; four times as long after each further try

# What a listener raises, or what it needs, while it cannot be reached: nothing is wrong with the event.
AWAY: Final[tuple[type[Exception], ...]] = (Unavailable, Deadlock, OSError, TimeoutError)


@dataclass(frozen=True, slots=True)
class Reacts:
    """A listener whose effect is in the database, once for each event. The inbox knows it by its name."""

    name: str
    react: Reaction


@dataclass(frozen=True, slots=True)
class HasEffect:
    """A listener whose effect is elsewhere, and the same when it is told again."""

    name: str
    effect: Effect


Listener = Reacts | HasEffect


@dataclass(frozen=True, slots=True)
class Group:
    """Listeners that read the bus together: when one of them cannot be reached, they wait together. `away` is what that raises."""

    name: str
    listeners: Mapping[type[Event], Sequence[Listener]]
    away: tuple[type[Exception], ...] = AWAY

    @property
    def types(self) -> frozenset[str]:
        return frozenset(kind.type for kind in self.listeners)


def interests(groups: Iterable[Group]) -> Groups:
    """Who listens to which types, as the bus wants to know it."""
    return {group.name: group.types for group in groups}


async def listen(db: Database, bus: Bus, group: Group, *, wait: float = 0.0) -> int:
    """The group has had the next events that it listens to, each listener in the order of what happened to one thing; how many.

    What a listener cannot take in five tries is parked with its reason and does not stop the others. When one cannot be reached this
    raises why, and the same events come again. Raises BusAway.
    """
    batch = await bus.take(group.name, group.types, at_most=A_HANDFUL, wait=wait)
    try:
        await _hear(db, bus, group, batch)
    except BaseException:
        await bus.again(batch)
        raise
    await bus.done(batch)
    metrics.heard.labels(group.name).inc(len(batch))
    return len(batch)


async def tell_everyone(db: Database, bus: Bus, groups: Sequence[Group]) -> int:
    """All that waits is relayed, and every group that can be reached has had it, and so on with what they tell; how many were relayed.

    Raises why some group could not be reached, once all others have had theirs.
    """
    await bus.prepare(interests(groups))
    relayed = await _relay_all(db, bus)
    while True:
        missing = await _hear_all(db, bus, groups)
        if not (more := await _relay_all(db, bus)):
            break
        relayed += more
    if missing:
        raise missing
    return relayed


async def _hear_all(db: Database, bus: Bus, groups: Sequence[Group]) -> Exception | None:
    """Every group that can be reached has had what is on the bus; why one could not, if there is one."""
    missing: Exception | None = None
    for group in groups:
        try:
            while await listen(db, bus, group):
                continue
        except group.away as error:
            missing = error
    return missing


async def _relay_all(db: Database, bus: Bus) -> int:
    relayed = 0
    while some := await relay(db, bus):
        relayed += some
    return relayed


async def forget_had(uow: UnitOfWork, listeners: Iterable[str], since: datetime) -> int:
    """Nobody remembers that these listeners have had what was told from this moment on: told again, it has its effect again."""
    names, first = sorted(listeners), first_id_at(since)
    return await uow.change(delete(InboxEntry).where(InboxEntry.consumer.in_(names), InboxEntry.event_id >= first))


async def _hear(db: Database, bus: Bus, group: Group, batch: Batch) -> None:
    if batch.unreadable:
        async with db.begin(None) as uow:
            await park(uow, group.name, {one.id: one.why for one in batch.unreadable}, attempts=1)
    for wave in _waves(batch.told):
        for kind, told in wave.items():
            for listener in group.listeners.get(kind, ()):
                await _deliver(db, bus, group, listener, told)


def _waves(told: Sequence[Told]) -> list[dict[type[Event], list[Told]]]:
    """The events by type, in as few waves as keep the order of what happened to one thing."""
    waves: list[dict[type[Event], list[Told]]] = []
    last: dict[tuple[str, int], tuple[int, type[Event]]] = {}
    for one in told:
        event, kind = one.event, type(one.event)
        place, before = last.get((event.aggregate, event.aggregate_id), (0, kind))
        place += before is not kind
        last[event.aggregate, event.aggregate_id] = place, kind
        if place == len(waves):
            waves.append({})
        waves[place].setdefault(kind, []).append(one)
    return waves


async def _deliver(db: Database, bus: Bus, group: Group, listener: Listener, told: Sequence[Told]) -> None:
    """The listener has these. What is logged meanwhile says who it was."""
    with about(group=group.name, listener=listener.name):
        await _delivered(db, bus, group, listener, told)


async def _delivered(db: Database, bus: Bus, group: Group, listener: Listener, told: Sequence[Told]) -> None:
    """All at once; where that fails, one by one, so that only the event that cannot be taken is parked. Raises what is `away`."""
    plain = _in_transaction(db, listener) if isinstance(listener, Reacts) else _outside(listener)

    async def run(told: Sequence[Told]) -> None:
        with tracing.following(listener.name, [one.traceparent for one in told], group=group.name, events=len(told)):
            await _undisturbed(plain, told)

    try:
        await run(told)
    except group.away:
        raise
    except Exception as error:
        log.warning("%s could not take %d events together: %r", listener.name, len(told), error)
        for one in told:
            with about(event_id=encode("evt", one.id)):
                if reason := await _tried(group, listener, one, run):
                    await _park(db, bus, group, listener, one, reason)


async def _undisturbed(run: Run, told: Sequence[Told]) -> None:
    """It is run, and again where the database gives it up for another transaction. Raises Deadlock when it does so again and again."""
    for attempt in range(TRIES - 1):
        try:
            return await run(told)
        except Deadlock:
            await asyncio.sleep(_FIRST_PAUSE * 4**attempt)
    return await run(told)


async def _tried(group: Group, listener: Listener, one: Told, run: Run) -> str:
    """Why this listener cannot take this event, after several tries; empty when it has it."""
    reason = ""
    for attempt in range(TRIES):
        try:
            metrics.retries.labels(group.name).inc()
            await run([one])
        except group.away:
            raise
        except Exception as error:
            log.warning("%s could not take event %d, try %d: %r", listener.name, one.id, attempt + 1, error)
            reason = repr(error)
            if attempt < TRIES - 1:
                await asyncio.sleep(_FIRST_PAUSE * 4**attempt)
        else:
            return ""
    return reason


async def _park(db: Database, bus: Bus, group: Group, listener: Listener, one: Told, reason: str) -> None:
    metrics.dead_letters.labels(group.name).inc()
    await bus.bury(one, group.name, listener.name, reason)
    async with db.begin(None) as uow:
        await park(uow, listener.name, {one.id: reason}, attempts=TRIES)


def _in_transaction(db: Database, listener: Reacts) -> Run:
    async def run(told: Sequence[Told]) -> None:
        async with db.begin(None) as uow:
            ids = [one.id for one in told]
            had = set(
                await uow.entities(select(InboxEntry.event_id).where(InboxEntry.consumer == listener.name, InboxEntry.event_id.in_(ids)))
            )
            new = {one.id: numbered(one.event, one.id) for one in told if one.id not in had}
            if new:
                await uow.insert(InboxEntry, [{"consumer": listener.name, "event_id": id_} for id_ in new])
                await listener.react(uow, list(new.values()))

    return run


def _outside(listener: HasEffect) -> Run:
    async def run(told: Sequence[Told]) -> None:
        await listener.effect([one.event for one in {one.id: one for one in told}.values()])

    return run
