"""A store of files in a test's own folder."""

from pathlib import Path

from velora.kernel.clock import Clock
from velora.platform.files.folder import FolderFiles
from velora.platform.files.tickets import Tickets


def files_in(folder: Path, secret_key: bytes, clock: Clock) -> FolderFiles:
    """Its tickets are those of a house with this key."""
    return FolderFiles(folder / "files", Tickets(secret_key), clock)
