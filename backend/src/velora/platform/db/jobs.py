"""Jobs: what is to be done after a transaction has committed, written in that transaction, and done by whichever worker comes first.

A job is taken by moving its next moment ahead by a lease: a worker that dies has lost it, and it is due again. Whoever wakes late
finds that it is somebody else's, and changes nothing. What fails often is parked with its reason until a person looks.
"""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final

from sqlalchemy import CheckConstraint, ColumnElement, Index, SmallInteger, String, case, delete, func, literal, select, update
from sqlalchemy.orm import Mapped, mapped_column

from velora.platform.db.backlog import Backlog
from velora.platform.db.base import Base
from velora.platform.db.types import BigId, JsonDoc, UtcTime
from velora.platform.db.uow import UnitOfWork

# So long a worker may be at a job; one that takes longer is taken for dead, and the job is done by another.
LEASE: Final = timedelta(minutes=2)
# Beginning with the second: a little more than ten hours in all, so that a night without an engine is slept through.
PAUSES: Final = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
)
MOST_TRIES: Final = len(PAUSES) + 1
REASON_LENGTH: Final = 2000
JOBS: Final = "jobs"  # what is woken by a new one
_CANDIDATES: Final = 20


class Priority(IntEnum):
    """Who goes first, of all that is due."""

    SOMEBODY_WAITS = 0
    USUAL = 1
    WHENEVER = 2


class Job(Base):
    """One thing to be done. `tenant_id` is 0 where it belongs to no marketplace; `holder` is the worker that has it, until `next_at`."""

    __tablename__ = "job"
    __table_args__ = (
        Index(None, "state", "priority", "next_at"),
        CheckConstraint("state IN ('waiting', 'parked')", name="state"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    tenant_id: Mapped[int] = mapped_column(BigId)
    kind: Mapped[str] = mapped_column(String(60))
    args: Mapped[dict[str, object]] = mapped_column(JsonDoc)
    priority: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(String(10))
    next_at: Mapped[datetime] = mapped_column(UtcTime)
    tries: Mapped[int] = mapped_column(SmallInteger)
    holder: Mapped[str] = mapped_column(String(32), default="")
    reason: Mapped[str] = mapped_column(String(REASON_LENGTH), default="")


@dataclass(frozen=True, slots=True)
class NewJob:
    """What to do, with the ids that it is about; from `run_at` on, or at once."""

    kind: str
    args: Mapping[str, object]
    tenant_id: int = 0
    priority: Priority = Priority.USUAL
    run_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """A job that is its taker's alone while the lease lasts; `tries` counts this one."""

    id: int
    kind: str
    tenant_id: int
    args: Mapping[str, object]
    tries: int
    holder: str = field(repr=False)

    def id_of(self, name: str) -> int:
        """One of the ids that it is about, by its name in `args`."""
        return int(str(self.args[name]))


@dataclass(frozen=True, slots=True)
class Shown:
    """A job as a person sees it."""

    id: int
    kind: str
    tenant_id: int
    args: Mapping[str, object]
    priority: Priority
    is_parked: bool
    next_at: datetime
    tries: int
    reason: str


async def enqueue(uow: UnitOfWork, jobs: Sequence[NewJob]) -> list[int]:
    """These are done some time after this transaction has committed, and never when it has not; their ids."""
    rows: list[dict[str, object]] = [
        {
            "id": uow.new_id(), "tenant_id": one.tenant_id, "kind": one.kind, "args": dict(one.args), "priority": int(one.priority),
            "state": "waiting", "next_at": one.run_at or uow.now, "tries": 0, "holder": "", "reason": "",
        }
        for one in jobs
    ]  # fmt: skip
    await uow.insert(Job, rows)
    uow.wakes(JOBS)
    return [int(str(row["id"])) for row in rows]


async def is_due(uow: UnitOfWork, kinds: Collection[str]) -> bool:
    """Whether there is anything of these kinds to do: a look that disturbs nobody."""
    return await uow.scalar(select(literal(1)).select_from(Job).where(*_due(uow, kinds)).limit(1)) is not None


async def take(uow: UnitOfWork, kinds: Collection[str]) -> Taken | None:
    """The most urgent job of these kinds that is due, for this caller alone while its lease lasts; None where nothing is due.

    What has been taken as often as a job is tried, and was never given back, has cost as many workers their lives: it is parked. A
    kind that only a newer version knows waits for one of its workers.
    """
    wanted = select(Job.id).where(*_due(uow, kinds)).order_by(Job.priority, Job.next_at).limit(_CANDIDATES)
    for id_ in await uow.entities(wanted):
        mine = select(Job).where(Job.id == id_, *_due(uow, kinds))
        row = await uow.entity(UnitOfWork.for_update(mine, skip_locked=True))
        if row is None:
            continue  # another worker is taking it, or was first
        if row.tries >= MOST_TRIES:
            await _park(uow, row.id, row.holder, f"Whoever had it, {row.tries} times, was gone before it was done. {row.reason}")
            continue
        holder = secrets.token_hex(16)
        values = {"holder": holder, "tries": row.tries + 1, "next_at": uow.now + LEASE}
        await uow.change(update(Job).where(Job.id == row.id).values(values))
        return Taken(row.id, row.kind, row.tenant_id, row.args, row.tries + 1, holder)
    return None


async def done(uow: UnitOfWork, taken: Taken) -> bool:
    """The job is done and gone; False when it is its taker's no more, and then nothing may follow from it."""
    return bool(await uow.change(delete(Job).where(Job.id == taken.id, Job.holder == taken.holder)))


async def failed(uow: UnitOfWork, taken: Taken, reason: str) -> timedelta | None:
    """The job is tried again after a pause, or (None) parked with the reason; a taker that has lost it changes nothing."""
    if taken.tries >= MOST_TRIES:
        await _park(uow, taken.id, taken.holder, reason)
        return None
    pause = PAUSES[taken.tries - 1]
    values = {"next_at": uow.now + pause, "holder": "", "reason": reason[:REASON_LENGTH]}
    await uow.change(update(Job).where(Job.id == taken.id, Job.holder == taken.holder).values(values))
    return pause


async def give_back(uow: UnitOfWork, taken: Taken) -> None:
    """The job is due again at once, as if it had not been taken: its worker stops."""
    values = {"next_at": uow.now, "holder": "", "tries": taken.tries - 1}
    await uow.change(update(Job).where(Job.id == taken.id, Job.holder == taken.holder).values(values))
    uow.wakes(JOBS)


async def again(uow: UnitOfWork, ids: Sequence[int]) -> int:
    """These parked jobs (of none named: all) are due again, and tried as often as new ones. How many there were."""
    parked = update(Job).where(Job.state == "parked")
    parked = parked.where(Job.id.in_(sorted(ids))) if ids else parked
    uow.wakes(JOBS)
    return await uow.change(parked.values(state="waiting", tries=0, holder="", next_at=uow.now))


async def shown(uow: UnitOfWork, *, parked: bool, limit: int) -> list[Shown]:
    """The parked ones, the last first; or those that wait, the next first."""
    chosen = select(Job).where(Job.state == ("parked" if parked else "waiting"))
    chosen = chosen.order_by(Job.next_at.desc() if parked else Job.next_at, Job.id).limit(limit)
    return [
        Shown(row.id, row.kind, row.tenant_id, row.args, Priority(row.priority), parked, row.next_at, row.tries, row.reason)
        for row in await uow.entities(chosen)
    ]


async def counted(uow: UnitOfWork) -> dict[str, int]:
    """How many wait, and how many are parked."""
    return {state: int(count) for state, count in await uow.all(select(Job.state, func.count()).group_by(Job.state))}


async def backlog(uow: UnitOfWork) -> Backlog:
    """Jobs that are due and nobody has taken, of all marketplaces together; what is for later does not wait."""
    due, again = Job.next_at <= uow.now, (Job.next_at > uow.now) & (Job.tries > 0) & (Job.holder == "")
    counted = select(
        func.count(case((due, 1))), func.min(case((due, Job.next_at))), func.count(case((again, 1)))
    )  # fmt: skip
    waiting = await uow.first(counted.where(Job.state == "waiting"))
    parked = await uow.scalar(select(func.count()).where(Job.state == "parked"))
    assert waiting is not None  # a count always has a row
    return Backlog(int(waiting[0]), waiting[1], parked or 0, int(waiting[2]))


def _due(uow: UnitOfWork, kinds: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    return Job.state == "waiting", Job.next_at <= uow.now, Job.kind.in_(sorted(kinds))


async def _park(uow: UnitOfWork, id_: int, holder: str, reason: str) -> None:
    gone = update(Job).where(Job.id == id_, Job.holder == holder)
    await uow.change(gone.values(state="parked", holder="", reason=reason[:REASON_LENGTH], next_at=uow.now))
