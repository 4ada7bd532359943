"""What was asked for and never sent, and what was refused, goes after a day."""

from velora.flows.pictures.sending import forget_files
from velora.modules.catalog.service import sweep_photos
from velora.platform.db import UnitOfWork


async def sweep_pictures(uow: UnitOfWork) -> int:
    """Some of them are gone, and their files go next; how many."""
    gone = await sweep_photos(uow)
    for seller_id, photo_id in gone:
        await forget_files(uow, seller_id, photo_id, "")
    return len(gone)
