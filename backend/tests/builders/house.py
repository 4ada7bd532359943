"""A house with embedded engines, for flows that use the network."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.builders.files import files_in
from tests.builders.search import built
from velora.platform.anchors.folder import FolderAnchors
from velora.platform.bus.outbox import OutboxBus
from velora.platform.cache.sqlite import SqliteCache
from velora.platform.db import Database
from velora.platform.db.group_commit import Writes
from velora.platform.house import House
from velora.platform.mail.folder import FolderMail
from velora.platform.search.tantivy import TantivyIndex
from velora.platform.settings import Settings
from velora.platform.signing import SigningKeys


@asynccontextmanager
async def a_house(db: Database, folder: Path) -> AsyncGenerator[House]:
    """Its search index is empty and ready; everything but the database lies in `folder`."""
    cache, search = SqliteCache(folder / "cache.db"), TantivyIndex(folder / "search")
    await built(search, [])
    yield House(
        settings=Settings(home=folder),
        secret_key=b"a key of this test",
        clock=db.clock,
        db=db,
        sealing=db,
        writes=Writes(db),
        bus=OutboxBus(db),
        cache=cache,
        search=search,
        mail=FolderMail(folder / "mailbox"),
        files=files_in(folder, b"a key of this test", db.clock),
        keys=SigningKeys(folder / "keys"),
        anchors=FolderAnchors(folder / "anchors"),
    )
    await cache.close()
    await search.close()
