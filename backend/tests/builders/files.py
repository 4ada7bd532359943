"""A store of files in a test's own folder."""

from pathlib import Path

from velora.flows.catalog_import.sent import keep_sent
from velora.kernel.clock import Clock
from velora.modules.catalog.service import begin_import
from velora.platform.db import UnitOfWork
from velora.platform.files.folder import FolderFiles
from velora.platform.files.tickets import Tickets
from velora.platform.house import House


def files_in(folder: Path, secret_key: bytes, clock: Clock) -> FolderFiles:
    """Its tickets are those of a house with this key."""
    return FolderFiles(folder / "files", Tickets(secret_key), clock)


async def an_import(house: House, uow: UnitOfWork, tenant_id: int, seller_id: int) -> int:
    """An import that has begun, whose file is kept; its id."""
    import_id = await begin_import(uow, tenant_id, seller_id)
    file = house.settings.home / f"{import_id}.csv"
    file.write_text("sku,title,category,price\n")
    await keep_sent(house, seller_id, import_id, file)
    return import_id
