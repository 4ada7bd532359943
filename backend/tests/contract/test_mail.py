"""What platform/mail/port.py promises, over a real SMTP server and over a mailbox folder."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, AuthenticatorType, AuthResult, Envelope, LoginPassword, Session

from velora.platform.mail import Letter, LetterRefused, Mail, MailAway, Mailbox
from velora.platform.mail.folder import FolderMail
from velora.platform.mail.smtp import SmtpMail, SmtpServer

SENDER = Address(username="shop", domain="nordmarkt.example")


def a_letter(key: str = "mail-1", to: str = "ada@example.com", sender_name: str = "Nordmarkt – Gutes für zu Hause") -> Letter:
    text = "Hallo Ada,\n.\nein Punkt allein auf einer Zeile.\n" + "sehr lang " * 200 + "\n"
    return Letter(key=key, to=to, sender_name=sender_name, subject="Deine Bestellung ✓", text=text, html="<p>Hallo <b>Ada</b> 🌲</p>\n")


@dataclass
class Post:
    """What a server took; `answer` is what it says to a recipient."""

    taken: list[EmailMessage] = field(default_factory=list)
    answer: str = "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Sequence[str]) -> str:  # noqa: N802 -- the name aiosmtpd calls
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 -- the name aiosmtpd calls
        assert isinstance(envelope.content, bytes)
        self.taken.append(message_from_bytes(envelope.content, policy=default))
        return "250 taken"


@pytest.fixture
async def serve() -> AsyncGenerator[Callable[..., object]]:
    """Starts an SMTP server on a free port and gives the port."""
    servers: list[asyncio.Server] = []

    async def start(post: Post, authenticator: AuthenticatorType | None = None) -> int:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(post, hostname="mail.example", loop=loop, authenticator=authenticator), "127.0.0.1", 0
        )
        servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    yield start
    for server in servers:
        server.close()


def mail_at(port: int, username: str | None = None, password: str | None = None) -> SmtpMail:
    return SmtpMail(SmtpServer("127.0.0.1", port, SENDER, username=username, password=password))


@pytest.fixture(params=["folder", "smtp"])
async def mail(request: pytest.FixtureRequest, tmp_path: Path, serve) -> tuple[Mail, Callable[[], list[EmailMessage]]]:
    """A mail, and what has arrived through it."""
    if request.param == "folder":
        folder = tmp_path / "mailbox"
        return FolderMail(folder), lambda: [message_from_bytes(p.read_bytes(), policy=default) for p in sorted(folder.glob("*.eml"))]
    post = Post()
    return mail_at(await serve(post)), lambda: post.taken


async def test_a_letter_arrives_as_it_was_written(mail) -> None:
    sender, arrived = mail
    await sender.send(a_letter())
    [message] = arrived()
    assert message["To"] == "ada@example.com"
    assert message["From"].addresses[0].display_name == "Nordmarkt – Gutes für zu Hause"
    assert message["Subject"] == "Deine Bestellung ✓"
    assert message["Message-ID"].startswith("<mail-1@")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_body(("plain",)).get_content().replace("\r\n", "\n") == a_letter().text
    assert message.get_body(("html",)).get_content().strip() == "<p>Hallo <b>Ada</b> 🌲</p>"


async def test_the_same_letter_sent_again_can_be_told_by_its_message_id(mail) -> None:
    sender, arrived = mail
    await sender.send(a_letter())
    await sender.send(a_letter())
    assert len({message["Message-ID"] for message in arrived()}) == 1


async def test_a_name_cannot_smuggle_a_header(mail) -> None:
    sender, arrived = mail
    with pytest.raises(LetterRefused, match="cannot stand in a letter"):
        await sender.send(a_letter(sender_name="Shop\r\nBcc: everyone@example.com"))
    assert arrived() == []


async def test_mail_that_runs_answers_a_ping(mail) -> None:
    await mail[0].ping()


async def test_a_recipient_that_does_not_exist_is_refused_for_good(serve) -> None:
    post = Post(answer="550 no such person here")
    with pytest.raises(LetterRefused, match="no such person"):
        await mail_at(await serve(post)).send(a_letter())
    assert post.taken == []


async def test_a_server_that_is_busy_may_be_asked_again(serve) -> None:
    post = Post(answer="451 come back later")
    mail = mail_at(await serve(post))
    with pytest.raises(MailAway, match="later"):
        await mail.send(a_letter())
    post.answer = "250 OK"
    await mail.send(a_letter())
    assert len(post.taken) == 1


async def test_a_server_that_does_not_answer_is_away(unused_tcp_port: int) -> None:
    for attempt in (mail_at(unused_tcp_port).send(a_letter()), mail_at(unused_tcp_port).ping()):
        with pytest.raises(MailAway):
            await attempt


async def test_a_password_is_never_sent_without_tls(serve) -> None:
    asked: list[LoginPassword] = []

    def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword) -> AuthResult:
        asked.append(data)
        return AuthResult(success=True)

    port = await serve(post := Post(), authenticator=authenticate)
    with pytest.raises(MailAway):
        await mail_at(port, username="shop", password="secret").send(a_letter())
    assert asked == []
    assert post.taken == []


async def test_a_folder_gives_its_newest_letters_first(tmp_path: Path) -> None:
    mail = FolderMail(tmp_path / "mailbox")
    assert isinstance(mail, Mailbox)
    assert await mail.newest(10) == []
    for number in range(3):
        await mail.send(a_letter(key=f"mail-{number}"))
    assert [letter.key for letter in await mail.newest(2)] == ["mail-2", "mail-1"]
    assert (await mail.newest(1))[0] == a_letter(key="mail-2")


async def test_a_folder_that_cannot_be_written_is_away(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(MailAway):
        await FolderMail(tmp_path / "file" / "mailbox").send(a_letter())


def test_an_address_of_a_server_is_read_from_the_setting() -> None:
    server = SmtpServer.from_url("smtps://us%40er:p%3Aw@mail.example.com?from=shop@example.com")
    assert (server.host, server.port, server.username, server.password) == ("mail.example.com", 465, "us@er", "p:w")
    assert (server.sender.addr_spec, server.tls_from_start) == ("shop@example.com", True)
    assert SmtpServer.from_url("smtp://localhost?from=a@b.c").port == 587
    assert "p:w" not in repr(server)


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.com",
        "http://mail?from=a@b.c",
        "smtp://mail",
        "smtp://mail?from=nobody",
        "smtp://mail:port?from=a@b.c",
        "smtp://?from=a@b.c",
    ],
)
def test_a_setting_that_is_no_server_is_refused_with_the_form_it_should_have(url: str) -> None:
    with pytest.raises(ValueError, match="should look like smtp://"):
        SmtpServer.from_url(url)
