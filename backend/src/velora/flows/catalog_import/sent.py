"""The file that a seller sent for an import: kept for a month, for its staff alone, reached by an address that ends after five minutes."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Final

from velora.flows.files.links import Link, link_to
from velora.kernel.errors import NotFound
from velora.kernel.ids import encode
from velora.modules.catalog.service import import_progress
from velora.platform.db import UnitOfWork
from velora.platform.db.jobs import NewJob, Priority, Taken, enqueue
from velora.platform.house import House

FORGET: Final = "imports.forget"
KEPT: Final = timedelta(days=30)
_TYPE: Final = "text/csv"
_CHUNK: Final = 1 << 20


async def keep_sent(house: House, seller_id: int, import_id: int, file: Path) -> None:
    """What lies in this file is in the store. Raises FilesAway."""
    await house.files.put(_key(seller_id, import_id), _pieces(file), media_type=_TYPE, name=_name(import_id))


async def forget_later(uow: UnitOfWork, seller_id: int, import_id: int) -> None:
    """In a month the file is not there any more."""
    args = {"seller_id": seller_id, "import_id": import_id}
    await enqueue(uow, [NewJob(FORGET, args, priority=Priority.WHENEVER, run_at=uow.now + KEPT)])


async def forget(house: House, job: Taken) -> None:
    """The file is not in the store."""
    await house.files.remove([_key(job.id_of("seller_id"), job.id_of("import_id"))])


async def link_to_sent(house: House, seller_id: int, import_id: int) -> Link:
    """An address of the file that this seller sent. Raises NotFound for another's import, and once the file is forgotten."""
    async with house.db.read(None) as uow:
        known = await import_progress(uow, seller_id, import_id)
    key = _key(seller_id, import_id)
    if known is None or await house.files.size(key) is None:
        raise NotFound("file of the import", encode("op", import_id))
    return await link_to(house, key, media_type=_TYPE, name=_name(import_id))


def _key(seller_id: int, import_id: int) -> str:
    return f"{encode('sel', seller_id)}/imports/{encode('op', import_id)}"


def _name(import_id: int) -> str:
    """Ours: what the file was called on somebody's machine is not kept."""
    return f"import-{encode('op', import_id)}.csv"


async def _pieces(file: Path) -> AsyncGenerator[bytes]:
    with file.open("rb") as sent:
        while some := await asyncio.to_thread(sent.read, _CHUNK):
            yield some
