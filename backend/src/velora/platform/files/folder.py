"""Files in a folder, which browsers reach through us: by tickets that we sign and know again (`flows/files`)."""

from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from obstore.store import LocalStore

from velora.kernel.clock import Clock
from velora.platform.files.objects import StoredFiles
from velora.platform.files.port import Upload
from velora.platform.files.tickets import Ticket, Tickets

ROUTE: Final = "/api/v1/files/"


class FolderFiles(StoredFiles):
    """Several servers may share the folder, as long as they share VELORA_SECRET_KEY."""

    origin = ""

    def __init__(self, folder: Path, tickets: Tickets, clock: Clock) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        super().__init__(LocalStore(folder, automatic_cleanup=True), str(folder))
        self._tickets = tickets
        self._clock = clock

    def _attributes(self, media_type: str, name: str) -> Any:
        """A folder keeps nothing of the kind: the ticket says it."""
        del media_type, name

    async def upload_to(self, key: str, *, media_type: str, size: int, lasts: timedelta) -> Upload:
        until = self._clock.now() + lasts
        ticket = Ticket("put", key, media_type, int(until.timestamp()), size)
        return Upload(ROUTE + self._tickets.write(ticket), {"Content-Type": media_type}, until)

    async def link_to(self, key: str, *, media_type: str, name: str, lasts: timedelta) -> str:
        until = int((self._clock.now() + lasts).timestamp())
        return ROUTE + self._tickets.write(Ticket("get", key, media_type, until, name=name))
