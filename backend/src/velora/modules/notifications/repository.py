"""The SQL of notifications."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select

from velora.modules.notifications.models import NotificationMail
from velora.platform.db import ACROSS_TENANTS, UnitOfWork


async def add(uow: UnitOfWork, rows: Sequence[Mapping[str, object]]) -> None:
    await uow.insert(NotificationMail, rows)


async def lock_due(uow: UnitOfWork, limit: int) -> Sequence[NotificationMail]:
    """Letters of all tenants whose time has come and that no other worker is taking at this moment."""
    chosen = select(NotificationMail).where(NotificationMail.state == "queued", NotificationMail.next_at <= uow.now)
    chosen = chosen.order_by(NotificationMail.next_at, NotificationMail.id).limit(limit)
    return await uow.entities(UnitOfWork.for_update(chosen, skip_locked=True).execution_options(**ACROSS_TENANTS))


async def set_on(uow: UnitOfWork, values: Mapping[tuple[int, int], Mapping[str, object]]) -> None:
    await uow.set_on(NotificationMail, values)


async def count_by_state(uow: UnitOfWork, states: Collection[str]) -> dict[str, int]:
    how_many = func.count().label("how_many")
    chosen = select(NotificationMail.state, how_many).where(NotificationMail.state.in_(states)).group_by(NotificationMail.state)
    return {row.state: row.how_many for row in await uow.all(chosen.execution_options(**ACROSS_TENANTS))}


async def oldest_queued(uow: UnitOfWork) -> int | None:
    """The id, and so the hour, of the letter that waits for longest."""
    chosen = select(func.min(NotificationMail.id)).where(NotificationMail.state == "queued")
    return await uow.scalar(chosen.execution_options(**ACROSS_TENANTS))


async def remove_settled(uow: UnitOfWork, before: datetime) -> int:
    chosen = delete(NotificationMail).where(NotificationMail.state.in_(("sent", "failed")), NotificationMail.next_at < before)
    return await uow.change(chosen.execution_options(**ACROSS_TENANTS))
