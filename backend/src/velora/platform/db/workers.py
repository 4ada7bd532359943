"""Which workers run: each says so every few seconds, so that whoever looks sees when none does."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from velora.platform.db.base import Base
from velora.platform.db.types import UtcTime
from velora.platform.db.uow import UnitOfWork

_REMEMBERED: Final = timedelta(hours=1)


class Worker(Base):
    """One row a process."""

    __tablename__ = "worker"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UtcTime)
    seen_at: Mapped[datetime] = mapped_column(UtcTime)


@dataclass(frozen=True, slots=True)
class Present:
    """A worker by its machine and process, since when it runs, and when it last said so."""

    name: str
    started_at: datetime
    seen_at: datetime


async def note_worker(uow: UnitOfWork, name: str) -> None:
    """This one runs now; those of whom nobody has heard for an hour are forgotten when it begins."""
    if not await uow.set_on(Worker, {(name,): {"seen_at": uow.now}}):
        await uow.change(delete(Worker).where(Worker.seen_at < uow.now - _REMEMBERED))
        await uow.insert(Worker, [{"name": name, "started_at": uow.now, "seen_at": uow.now}])


async def workers(uow: UnitOfWork) -> list[Present]:
    """Those heard of within the hour, the last first."""
    found = select(Worker).where(Worker.seen_at >= uow.now - _REMEMBERED).order_by(Worker.seen_at.desc(), Worker.name)
    return [Present(one.name, one.started_at, one.seen_at) for one in await uow.entities(found)]
