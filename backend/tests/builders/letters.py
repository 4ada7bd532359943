"""The queue of letters."""

from collections.abc import Sequence

from sqlalchemy import delete, select

from velora.modules.notifications.models import NotificationMail
from velora.platform.db import ACROSS_TENANTS, Database


async def an_empty_queue(db: Database) -> None:
    """No letter of an earlier test waits: workers take those of all marketplaces."""
    async with db.begin(None) as uow:
        await uow.change(delete(NotificationMail).execution_options(**ACROSS_TENANTS))


async def waiting_letters(db: Database, tenant_id: int) -> Sequence[NotificationMail]:
    """What is queued for this marketplace's people, oldest first."""
    async with db.read(tenant_id) as uow:
        return await uow.entities(select(NotificationMail).where(NotificationMail.tenant_id == tenant_id).order_by(NotificationMail.id))
