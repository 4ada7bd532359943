"""What sending a letter promises. Held for every adapter by backend/tests/contract/test_mail.py."""

from dataclasses import dataclass
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from typing import Protocol, runtime_checkable


class MailAway(Exception):
    """The server did not take the letter now; the same letter may go later."""


class LetterRefused(Exception):
    """The server will never take this letter: the address does not exist, or the message is not wanted."""


@dataclass(frozen=True)
class Letter:
    """One letter to one person. `key` is the same at every try, so that a reader's mailbox can tell a repetition."""

    key: str
    to: str
    sender_name: str
    subject: str
    text: str
    html: str


class Mail(Protocol):
    """Takes letters. One taken may arrive twice, never partly. Raises MailAway or LetterRefused."""

    async def send(self, letter: Letter) -> None: ...

    async def ping(self) -> None:
        """Returns when letters are taken. Raises MailAway."""
        ...


@runtime_checkable
class Mailbox(Mail, Protocol):
    """A mail that keeps what it takes, for a developer to read."""

    async def newest(self, limit: int) -> list[Letter]: ...


def message_of(letter: Letter, sender: Address) -> EmailMessage:
    """The letter as MIME: plain text, and the same as HTML for readers that show it. Raises LetterRefused for what is no header."""
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = Address(letter.sender_name, sender.username, sender.domain)
        message["To"] = letter.to
        message["Subject"] = letter.subject
    except (ValueError, HeaderParseError) as error:
        raise LetterRefused(f"The sender's name, the address or the subject cannot stand in a letter: {error}") from error
    message["Date"] = formatdate(usegmt=True)
    message["Message-ID"] = f"<{letter.key}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    return message
