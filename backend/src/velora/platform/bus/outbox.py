"""The embedded bus: the outbox itself is the log, in the order in which the relay marked it.

A round's number is committed in its order (relaying.py), so a group's place is one round and one event in it. A group reads where
it can claim its place: so several processes may ask for it, one of them has it, and one that was paused too long moves nothing.
"""

import asyncio
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, delete, func, or_, select, update

from velora.kernel.ids import first_id_at, time_of
from velora.platform.bus.port import Batch, Groups, Lag, NoSuchPlace, Told, Unreadable
from velora.platform.bus.relaying import HELD, NEVER, is_free, last_round, told_of
from velora.platform.db.database import Database
from velora.platform.db.errors import Duplicate
from velora.platform.db.outbox import EventGroup, OutboxEvent

# What is woken when a round was relayed.
RELAYED: Final = "relayed"
_END_OF_ROUND: Final = (1 << 63) - 1
# Other processes relay as well: where they may not be heard, a group looks by itself after so many seconds.
_LOOKS_AGAIN: Final = 1.0
# A group to whom nothing of so many rounds mattered notes that it is past them.
_ROUNDS_UNNOTED: Final = 500

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Claim:
    """The place that was claimed, and the one where its group stands when it is done."""

    token: str
    to: Place


@dataclass(frozen=True, slots=True)
class _Quiet:
    """A group that found nothing: it need not look before `until`, unless there are news."""

    news: asyncio.Event
    until: float


class OutboxBus:
    name = "the outbox, embedded"

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: set[str] = set()
        self._passed: dict[str, tuple[Place, Place]] = {}
        self._quiet: dict[str, _Quiet] = {}

    async def prepare(self, groups: Groups) -> None:
        new = groups.keys() - self._known
        if not new:
            return
        async with self._db.read(None) as uow:
            there = set(await uow.entities(select(EventGroup.name).where(EventGroup.name.in_(sorted(new)))))
            now = await last_round(uow)
        for name in sorted(new - there):
            try:
                async with self._db.begin(None) as uow:
                    row = {"name": name, "round": now, "event_id": _END_OF_ROUND, "holder": "", "held_until": NEVER}
                    await uow.insert(EventGroup, [row])
            except Duplicate:
                continue  # another process was first
        self._known |= new

    async def publish(self, told: Sequence[Told]) -> Sequence[Unreadable]:
        del told  # they lie in the outbox, and are there for everybody once they are marked
        return ()

    def marked(self) -> None:
        self._db.wakeups.wake({RELAYED})

    async def take(self, group: str, types: frozenset[str], *, at_most: int, wait: float) -> Batch:
        if not wait:
            return await self._next(group, types, at_most)
        now = asyncio.get_running_loop().time
        give_up = now() + wait
        while True:
            quiet = self._quiet.get(group)
            if quiet is None or quiet.news.is_set() or quiet.until <= now():
                news = self._db.wakeups.news(RELAYED)
                batch = await self._next(group, types, at_most)
                if len(batch):
                    self._quiet.pop(group, None)
                    return batch
                quiet = self._quiet[group] = _Quiet(news, now() + self._db.wakeups.trusted_for.total_seconds())
            if (left := give_up - now()) <= 0:
                return Batch(group)
            try:
                await asyncio.wait_for(quiet.news.wait(), min(left, max(_LOOKS_AGAIN, quiet.until - now())))
            except TimeoutError:
                continue

    async def _next(self, group: str, types: frozenset[str], at_most: int) -> Batch:
        async with self._db.read(None) as uow:
            free = is_free(EventGroup.held_until, uow.now).label("free")
            row = await uow.first(select(EventGroup.round, EventGroup.event_id, free).where(EventGroup.name == group))
            if row is None:
                raise NoSuchPlace(f"No group {group} was prepared.")
            if not row.free:
                return Batch(group)
            stands = (row.round, row.event_id)
            passed = self._passed.get(group)
            start = passed[1] if passed and passed[0] == stands else stands
            end = (await last_round(uow), _END_OF_ROUND)
            rows = await uow.all(_after(start, types).limit(at_most)) if end > start else ()
        last = (rows[-1].relayed, rows[-1].id) if rows else start
        to = last if len(rows) == at_most else max(end, last)
        if not rows and to[0] - stands[0] <= _ROUNDS_UNNOTED:
            self._passed[group] = (stands, to)
            return Batch(group)
        claim = await self._claim(group, stands, to)
        if claim is None:
            return Batch(group)
        batch = Batch(group, *told_of(rows), claim)
        if not rows:
            await self.done(batch)
        return batch

    async def _claim(self, group: str, stands: Place, to: Place) -> _Claim | None:
        token = secrets.token_hex(16)
        async with self._db.begin(None) as uow:
            unmoved = EventGroup.name == group, EventGroup.round == stands[0], EventGroup.event_id == stands[1]
            claimed = update(EventGroup).where(*unmoved, is_free(EventGroup.held_until, uow.now))
            if not await uow.change(claimed.values(holder=token, held_until=uow.now + HELD)):
                return None
        return _Claim(token, to)

    async def done(self, batch: Batch) -> None:
        if isinstance(batch.place, _Claim):
            number, event_id = batch.place.to
            await self._let_go(batch.group, batch.place, round=number, event_id=event_id)

    async def again(self, batch: Batch) -> None:
        if isinstance(batch.place, _Claim):
            await self._let_go(batch.group, batch.place)

    async def _let_go(self, group: str, claim: _Claim, **moved: int) -> None:
        async with self._db.begin(None) as uow:
            mine = EventGroup.name == group, EventGroup.holder == claim.token
            await uow.change(update(EventGroup).where(*mine).values(holder="", held_until=NEVER, **moved))

    async def bury(self, one: Told, group: str, listener: str, reason: str) -> None:
        """Nothing more to do: what is parked is in the same database."""

    async def lags(self, groups: Groups) -> Mapping[str, Lag]:
        found: dict[str, Lag] = {}
        async with self._db.read(None) as uow:
            rows = await uow.all(select(EventGroup.name, EventGroup.round, EventGroup.event_id).where(EventGroup.name.in_(sorted(groups))))
            for row in rows:
                later = _after((row.round, row.event_id), groups[row.name]).order_by(None)
                waiting = await uow.first(later.with_only_columns(func.count(), func.min(OutboxEvent.id)))
                count, oldest = waiting or (0, None)
                found[row.name] = Lag(int(count), {"outbox/0": row.round}, time_of(oldest) if oldest else None)
        return found

    async def rewind(self, group: str, to: datetime | Mapping[str, int]) -> None:
        async with self._db.begin(None) as uow:
            if isinstance(to, datetime):
                since = select(OutboxEvent.relayed, OutboxEvent.id).where(OutboxEvent.id >= first_id_at(to), OutboxEvent.relayed > 0)
                first = await uow.first(since.order_by(OutboxEvent.relayed, OutboxEvent.id).limit(1))
                place = (first.relayed, first.id - 1) if first else (await last_round(uow), _END_OF_ROUND)
            elif set(to) != {"outbox/0"}:
                raise NoSuchPlace("The embedded bus has one part only: name it as outbox/0:ROUND.")
            else:
                place = (max(to["outbox/0"], 1) - 1, _END_OF_ROUND)
            moved = update(EventGroup).where(EventGroup.name == group)
            if not await uow.change(moved.values(round=place[0], event_id=place[1], holder="", held_until=NEVER)):
                raise NoSuchPlace(f"There is no group {group} yet: it begins when a worker runs.")
            uow.wakes(RELAYED)
        self._passed.pop(group, None)

    async def forget(self, group: str) -> None:
        async with self._db.begin(None) as uow:
            if not await uow.change(delete(EventGroup).where(EventGroup.name == group)):
                raise NoSuchPlace(f"There is no group {group}.")
        self._known.discard(group)
        self._passed.pop(group, None)
        self._quiet.pop(group, None)

    async def topics(self) -> Mapping[str, str]:
        return {}

    async def restore(self, topics: Collection[str]) -> None:
        """Nothing can be deleted from under it."""

    async def needed_from(self) -> int | None:
        async with self._db.read(None) as uow:
            past = case((EventGroup.event_id == _END_OF_ROUND, EventGroup.round + 1), else_=EventGroup.round)
            return await uow.scalar(select(func.min(past)))

    async def ping(self) -> str:
        return self.name

    async def close(self) -> None:
        return


def _after(place: Place, types: frozenset[str]) -> Select[int, int, str, Any, str]:
    """What was relayed after this place, of these types, in order."""
    number, event_id = place
    later: ColumnElement[bool] = and_(OutboxEvent.relayed >= max(number, 1), or_(OutboxEvent.relayed > number, OutboxEvent.id > event_id))
    found = select(OutboxEvent.relayed, OutboxEvent.id, OutboxEvent.type, OutboxEvent.payload, OutboxEvent.traceparent)
    return found.where(later, OutboxEvent.type.in_(sorted(types))).order_by(OutboxEvent.relayed, OutboxEvent.id)
