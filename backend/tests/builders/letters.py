"""The queue of letters."""

from sqlalchemy import delete

from velora.modules.notifications.models import NotificationMail
from velora.platform.db import ACROSS_TENANTS, Database


async def an_empty_queue(db: Database) -> None:
    """No letter of an earlier test waits: workers take those of all marketplaces."""
    async with db.begin(None) as uow:
        await uow.change(delete(NotificationMail).execution_options(**ACROSS_TENANTS))
