"""The relay: what was told in the outbox comes onto the bus, at least once, in the order of what happened to each thing.

Events are claimed by their own mark, not by a cursor: a transaction that commits late is only later, never skipped. Things are
shared out over lanes, and a lane belongs to one relay at a time: so several relays at once help each other, and one that was
paused and wakes late marks nothing. What the bus can never take is parked with its reason, and the rest goes on.
"""

import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from velora.kernel.events import event_from
from velora.kernel.ids import first_id_at
from velora.platform.bus.parking import park
from velora.platform.bus.port import Bus, Told, Unreadable
from velora.platform.db.database import Database
from velora.platform.db.errors import Duplicate
from velora.platform.db.outbox import OutboxEvent, ParkedEvent, RelayLane, RelayRound
from velora.platform.db.uow import UnitOfWork
from velora.platform.telemetry import metrics

log: Final = logging.getLogger("velora.relay")

LANES: Final = 16
A_ROUND: Final = 1_000
"""How many events go together. Also the back-pressure: the next are read when the bus has these."""

# Longer than a round or a batch takes. Who needs longer is overtaken: what it had comes once more, and the inbox passes it over.
HELD: Final = timedelta(seconds=20)
NEVER: Final = datetime(2010, 1, 1, tzinfo=UTC)
# Two numbers without a common factor: ids of one millisecond differ in their lowest bits, those of idle hours in higher ones.
_LANE: Final[ColumnElement[int]] = OutboxEvent.aggregate_id % 4093 % LANES


class _Overtaken(Exception):
    """This relay held its lanes for too long, and another one has them. What it published comes once more; nothing is lost."""


@dataclass(frozen=True, slots=True)
class _Hold:
    """Who holds which lanes."""

    holder: str
    lanes: Sequence[int]


async def relay(db: Database, bus: Bus) -> int:
    """The oldest waiting events are on the bus; how many. Raises BusAway: they wait, and come in their order when it is back."""
    hold = await _take_lanes(db)
    if not hold.lanes:
        return 0
    try:
        async with db.read(None) as uow:
            rows = await uow.all(_waiting(hold.lanes))
        told, refused = told_of(rows)
        refused += await bus.publish(told)
        await _mark(db, hold, [row.id for row in rows], refused)
    except _Overtaken:
        log.warning("Another relay went on where this one was held up; what it had comes once more")
        return 0
    except BaseException:
        await _give_back(db, hold)
        raise
    bus.marked()
    metrics.relayed.inc(len(rows) - len(refused))
    return len(rows)


async def _take_lanes(db: Database) -> _Hold:
    """Lanes in which something waits, and that are free: all of them while little waits, else half, so that others can help."""
    async with db.read(None) as uow:
        oldest = select(OutboxEvent.id, _LANE.label("lane")).where(OutboxEvent.relayed == 0).order_by(OutboxEvent.id).limit(2 * A_ROUND)
        oldest = oldest.subquery()
        found = await uow.all(select(oldest.c.lane, func.count()).group_by(oldest.c.lane).order_by(func.min(oldest.c.id)))
        if not found:
            return _Hold("", ())
        free = set(await uow.entities(select(RelayLane.lane).where(is_free(RelayLane.held_until, uow.now))))
        known = bool(free) or await uow.scalar(select(RelayLane.lane).limit(1)) is not None
    if not known:
        await _make_lanes(db)
        free = set(range(LANES))
    wanted = [lane for lane, _ in found if lane in free]
    if sum(count for _, count in found) > A_ROUND:
        wanted = wanted[: LANES // 2]
    return await _hold(db, wanted) if wanted else _Hold("", ())


async def _hold(db: Database, wanted: Sequence[int]) -> _Hold:
    holder = secrets.token_hex(16)
    async with db.begin(None) as uow:
        free = RelayLane.lane.in_(sorted(wanted)), is_free(RelayLane.held_until, uow.now)
        await uow.change(update(RelayLane).where(*free).values(holder=holder, held_until=uow.now + HELD))
        return _Hold(holder, await uow.entities(select(RelayLane.lane).where(RelayLane.holder == holder).order_by(RelayLane.lane)))


def is_free(held_until: InstrumentedAttribute[datetime], now: datetime) -> ColumnElement[bool]:
    """Nobody holds it. Nobody can hold it for longer than HELD: that was a process whose clock is ahead, and need not be waited for."""
    return or_(held_until <= now, held_until > now + HELD)


async def _give_back(db: Database, hold: _Hold) -> int:
    async with db.begin(None) as uow:
        return await _free(uow, hold)


async def _free(uow: UnitOfWork, hold: _Hold) -> int:
    mine = RelayLane.lane.in_(hold.lanes), RelayLane.holder == hold.holder
    return await uow.change(update(RelayLane).where(*mine).values(holder="", held_until=NEVER))


async def _make_lanes(db: Database) -> None:
    """The rows that the relay works with are there, whoever made them."""
    try:
        async with db.begin(None) as uow:
            await uow.insert(RelayLane, [{"lane": lane, "holder": "", "held_until": NEVER} for lane in range(LANES)])
    except Duplicate:
        return


def _waiting(lanes: Sequence[int]) -> Select[int, str, Any, str]:
    mine = select(OutboxEvent.id, OutboxEvent.type, OutboxEvent.payload, OutboxEvent.traceparent).where(OutboxEvent.relayed == 0)
    if len(lanes) < LANES:
        mine = mine.where(_LANE.in_(lanes))
    return mine.order_by(OutboxEvent.id).limit(A_ROUND)


def told_of(rows: Sequence[Any]) -> tuple[list[Told], list[Unreadable]]:
    """Rows of the outbox as the events that their modules know, and those that no module knows."""
    told: list[Told] = []
    unknown: list[Unreadable] = []
    for row in rows:
        try:
            told.append(Told(row.id, event_from(row.type, row.payload), row.traceparent))
        except (KeyError, TypeError) as error:
            unknown.append(Unreadable(row.id, repr(error)))
    return told, unknown


async def _mark(db: Database, hold: _Hold, ids: Sequence[int], refused: Sequence[Unreadable]) -> None:
    """One transaction: these belong to a round of their own, the lanes are free, and what cannot be taken is parked."""
    async with db.begin(None) as uow:
        if await _free(uow, hold) < len(hold.lanes):
            raise _Overtaken
        if ids:
            number = await next_round(uow)
            await uow.change(update(OutboxEvent).where(OutboxEvent.id.in_(ids), OutboxEvent.relayed == 0).values(relayed=number))
        await park(uow, "relay", {one.id: one.why for one in refused}, attempts=1)


async def next_round(uow: UnitOfWork) -> int:
    """The number of this transaction's round. Until it commits nobody has a later one, so rounds become visible in their order."""
    if not await uow.change(update(RelayRound).where(RelayRound.id == 0).values(number=RelayRound.number + 1)):
        # Rounds before this table was there are 1.
        await uow.insert(RelayRound, [{"id": 0, "number": 2}])
        return 2
    return await last_round(uow)


async def last_round(uow: UnitOfWork) -> int:
    """The number of the last round that was committed."""
    return await uow.scalar(select(RelayRound.number)) or 1


async def lag(db: Database) -> tuple[int, int | None]:
    """How many events wait for the bus, and the id (hence the age) of the oldest."""
    async with db.read(None) as uow:
        row = await uow.first(select(func.count(), func.min(OutboxEvent.id)).where(OutboxEvent.relayed == 0))
    assert row is not None
    return int(row[0]), row[1]


async def told_within(db: Database, seconds: float) -> int:
    """How many events were told in the last so many seconds."""
    async with db.read(None) as uow:
        since = first_id_at(uow.now - timedelta(seconds=seconds))
        return await uow.scalar(select(func.count()).where(OutboxEvent.id >= since)) or 0


async def trace_of(uow: UnitOfWork, event_id: int) -> str:
    """The trace in which this event happened; empty where nobody traced, or the event is no longer kept."""
    return await uow.scalar(select(OutboxEvent.traceparent).where(OutboxEvent.id == event_id)) or ""


async def parked(db: Database) -> Mapping[str, int]:
    """How many events wait for a person, by who could not take them."""
    async with db.read(None) as uow:
        counted = select(ParkedEvent.consumer, func.count()).group_by(ParkedEvent.consumer).order_by(ParkedEvent.consumer)
        return {consumer: int(count) for consumer, count in await uow.all(counted)}
