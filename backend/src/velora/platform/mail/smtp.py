"""Mail through an SMTP server."""

from dataclasses import dataclass, field
from email.headerregistry import Address
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib

from velora.platform.mail.port import Letter, LetterRefused, MailAway, message_of

TIMEOUT_SECONDS: Final = 20
_FORM: Final = (
    "VELORA_MAIL_URL should look like smtp://user:password@mail.example.com:587?from=shop@example.com (or smtps://… for port 465)."
)


@dataclass(frozen=True)
class SmtpServer:
    """Where letters are handed over, and the address they come from."""

    host: str
    port: int
    sender: Address
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls_from_start: bool = False

    @classmethod
    def from_url(cls, url: str) -> "SmtpServer":
        """Raises ValueError with the form that the setting should have."""
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise ValueError(_FORM)
        try:
            sender = Address(addr_spec=parse_qs(parts.query)["from"][0])
            port = parts.port or (465 if parts.scheme == "smtps" else 587)
        except (KeyError, ValueError, IndexError) as error:
            raise ValueError(_FORM) from error
        return cls(
            host=parts.hostname,
            port=port,
            sender=sender,
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            tls_from_start=parts.scheme == "smtps",
        )


class SmtpMail:
    """One connection per letter. Passwords are sent over TLS only; without a password TLS is used where the server has it."""

    def __init__(self, server: SmtpServer) -> None:
        self._server = server

    async def send(self, letter: Letter) -> None:
        try:
            async with self._connection() as connection:
                await connection.send_message(message_of(letter, self._server.sender), sender=self._server.sender.addr_spec)
        except aiosmtplib.SMTPRecipientsRefused as error:
            if all(refusal.code >= 500 for refusal in error.recipients):
                raise LetterRefused(str(error)) from error
            raise MailAway(str(error)) from error
        except aiosmtplib.SMTPResponseException as error:
            # A wrong password is the operator's to mend, not the letter's fault: it is tried again.
            if error.code >= 500 and not isinstance(error, aiosmtplib.SMTPAuthenticationError | aiosmtplib.SMTPConnectResponseError):
                raise LetterRefused(str(error)) from error
            raise MailAway(str(error)) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise MailAway(str(error)) from error

    async def ping(self) -> None:
        try:
            async with self._connection() as connection:
                await connection.noop()
        except (aiosmtplib.SMTPException, OSError) as error:
            raise MailAway(str(error)) from error

    def _connection(self) -> aiosmtplib.SMTP:
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.username,
            password=server.password,
            use_tls=server.tls_from_start,
            start_tls=True if server.username and not server.tls_from_start else None,
            timeout=TIMEOUT_SECONDS,
        )
