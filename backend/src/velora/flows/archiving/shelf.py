"""Where archives lie: a folder with a folder for each month, which is there in whole or not at all, and is never written again."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

from velora.flows.archiving.errors import ArchivedOtherwise, NotArchived
from velora.flows.archiving.manifest import Manifest, manifest_of
from velora.modules.ledger.policy.months import Month

MANIFEST: Final = "manifest.json"


class Shelf:
    """The archives of a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def months(self) -> list[Month]:
        """Which months are there, oldest first."""
        found = (Month.named(path.parent.name) for path in self.folder.glob(f"*/{MANIFEST}"))
        return sorted(month for month in found if month)

    def folder_of(self, month: Month) -> Path:
        return self.folder / str(month)

    def has(self, month: Month) -> bool:
        return (self.folder_of(month) / MANIFEST).exists()

    def manifest(self, month: Month) -> Manifest | None:
        """What is said of the month; None when what lies there is no manifest of it. Raises NotArchived."""
        if not self.has(month):
            raise NotArchived(str(month), str(self.folder))
        found = manifest_of((self.folder_of(month) / MANIFEST).read_bytes())
        return found if found and found.month == str(month) else None

    def begin(self, month: Month) -> Path:
        """A folder to write into, beside those that are there."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=f".{month}.", dir=self.folder))

    def give_up(self, part: Path) -> None:
        shutil.rmtree(part)

    def place(self, part: Path, manifest: Manifest, month: Month) -> bool:
        """The month stands with this manifest; False when it stood there already, with the same content. Raises ArchivedOtherwise."""
        (part / MANIFEST).write_bytes(manifest.text)
        for file in part.iterdir():
            file.chmod(0o444)
            _sync(file)
        _sync(part)
        part.chmod(0o755)
        try:
            part.rename(self.folder_of(month))
        except OSError:
            if not self.folder_of(month).exists():
                raise
            there = self.manifest(month) if self.has(month) else None
            self.give_up(part)
            if there is None or there.content != manifest.content:
                raise ArchivedOtherwise(str(month), str(self.folder_of(month))) from None
            return False
        _sync(self.folder)
        return True


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
