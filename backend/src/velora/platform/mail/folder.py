"""Mail into a folder of .eml files: the embedded twin. Any mail program opens them."""

import asyncio
import os
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Final, cast

from velora.platform.mail.port import Letter, MailAway, message_of

SENDER: Final = Address(username="shop", domain="velora.localhost")


class FolderMail:
    """A letter is there whole or not at all; sent again, it replaces itself."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, letter: Letter) -> None:
        try:
            await asyncio.to_thread(self._write, letter)
        except OSError as error:
            raise MailAway(str(error)) from error

    async def ping(self) -> None:
        try:
            await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
        except OSError as error:
            raise MailAway(str(error)) from error

    async def newest(self, limit: int) -> list[Letter]:
        """What was taken last, newest first."""
        return await asyncio.to_thread(self._read, limit)

    def _write(self, letter: Letter) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        unfinished = self._folder / f".{letter.key}.part"
        unfinished.write_bytes(message_of(letter, SENDER).as_bytes())
        os.replace(unfinished, self._folder / f"{letter.key}.eml")

    def _read(self, limit: int) -> list[Letter]:
        if not self._folder.is_dir():
            return []
        newest = sorted(self._folder.glob("*.eml"), key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)
        return [_letter_in(path) for path in newest[:limit]]


def _letter_in(path: Path) -> Letter:
    message = message_from_bytes(path.read_bytes(), policy=default)
    return Letter(
        key=path.stem,
        to=str(message["To"]),
        sender_name=message["From"].addresses[0].display_name,
        subject=str(message["Subject"]),
        text=_part(message, "plain"),
        html=_part(message, "html"),
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = cast("EmailMessage | None", message.get_body((kind,)))
    return "" if part is None else str(part.get_content()).replace("\r\n", "\n")
