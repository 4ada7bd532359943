"""What was last the matter with each engine, whichever process met it: kept until something else is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from velora.platform.db.base import Base
from velora.platform.db.types import UtcTime
from velora.platform.db.uow import UnitOfWork

_LONGEST: Final = 400


class EngineTrouble(Base):
    """One row an engine."""

    __tablename__ = "engine_trouble"

    engine: Mapped[str] = mapped_column(String(20), primary_key=True)
    error: Mapped[str] = mapped_column(String(_LONGEST))
    at: Mapped[datetime] = mapped_column(UtcTime)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What an engine, or the way to it, said, and when."""

    error: str
    at: datetime


async def note_troubles(uow: UnitOfWork, errors: Mapping[str, str]) -> None:
    """These engines said so now. Raises Duplicate when another process says it of one for the first time at this moment."""
    there = set(await uow.entities(select(EngineTrouble.engine)))
    rows = {engine: {"error": error[:_LONGEST], "at": uow.now} for engine, error in sorted(errors.items())}
    await uow.set_on(EngineTrouble, {(engine,): row for engine, row in rows.items() if engine in there})
    await uow.insert(EngineTrouble, [{"engine": engine, **row} for engine, row in rows.items() if engine not in there])


async def last_troubles(uow: UnitOfWork) -> Mapping[str, Trouble]:
    """By engine, of those that ever had any."""
    return {one.engine: Trouble(one.error, one.at) for one in await uow.entities(select(EngineTrouble))}
