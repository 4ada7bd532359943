"""The mailbox of a laptop: letters that a demo sends are kept in a folder, and can be read here."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from velora.kernel.errors import NotFound
from velora.platform.house import House
from velora.platform.mail import Letter, Mailbox
from velora.platform.web import HouseDep, Schema, problems

router = APIRouter(tags=["development"])

_SHOWN = 100


class LetterOut(Schema):
    key: str
    to: str
    sender_name: str
    subject: str
    text: str


class LettersOut(Schema):
    data: list[LetterOut]


@router.get("/dev/mail", responses=problems(NotFound))
async def list_letters(house: HouseDep) -> LettersOut:
    """What was sent last, newest first. Only in a demo on one's own machine."""
    return LettersOut(
        data=[
            LetterOut(key=letter.key, to=letter.to, sender_name=letter.sender_name, subject=letter.subject, text=letter.text)
            for letter in await _newest(house)
        ]
    )


@router.get("/dev/mail/{key}", response_class=HTMLResponse, responses=problems(NotFound))
async def read_letter(key: str, house: HouseDep) -> HTMLResponse:
    """One of them as a mail reader shows it."""
    letter = next((letter for letter in await _newest(house) if letter.key == key), None)
    if letter is None:
        raise NotFound("letter", key)
    return HTMLResponse(letter.html)


async def _newest(house: House) -> list[Letter]:
    # Letters are other people's: never where strangers can come.
    if not house.settings.demo or house.settings.secure_cookies or not isinstance(house.mail, Mailbox):
        raise NotFound("mailbox", "here")
    return await house.mail.newest(_SHOWN)
