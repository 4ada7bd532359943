"""Routes of tickets: put one file, get one file. The ticket in the address is the leave; who comes with it does not matter."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Request, Response

from velora.flows.files.links import Link
from velora.kernel.errors import NotFound, Refusal
from velora.platform.files.disposition import saved_as
from velora.platform.files.tickets import BadTicket, Ticket, Tickets
from velora.platform.house import House
from velora.platform.web import HouseDep, Schema, problems
from velora.platform.web.problems import FilesUnavailable

router = APIRouter(prefix="/files", tags=["files"])
_LARGEST: Final = 100_000_000  # bytes: nothing that we link to is as large

TicketText = Annotated[str, Path(max_length=2000, description="As the address was given")]


class FileLinkOut(Schema):
    """Whoever has the address gets the file, until then."""

    url: str
    until: datetime

    @classmethod
    def of(cls, link: Link) -> "FileLinkOut":
        return cls(url=link.url, until=link.until)


@dataclass(unsafe_hash=True)
class TicketRefused(Refusal):
    code = "files.ticket_refused"
    status = 403
    title = "Address not valid"
    why: str

    def detail(self) -> str:
        return f"{self.why} Ask for a new one where you had it from."


@dataclass(unsafe_hash=True)
class NotAsAgreed(Refusal):
    code = "files.not_as_agreed"
    status = 422
    title = "Another file than was announced"
    size: int

    def detail(self) -> str:
        return f"The file that was announced has {self.size} bytes; what came has more or fewer. Nothing was kept. Send it whole."


@router.put("/{ticket}", status_code=204, responses=problems(TicketRefused, NotAsAgreed, FilesUnavailable))
async def put_file(ticket: TicketText, request: Request, house: HouseDep) -> None:
    """Put the file that was announced, as the body."""
    said = _read(house, ticket, "put")
    await house.files.put(said.key, _announced(request, said.size), media_type=said.media_type)


@router.get("/{ticket}", response_class=Response, responses=problems(TicketRefused, NotFound, FilesUnavailable))
async def get_file(ticket: TicketText, house: HouseDep) -> Response:
    """Get the file; the address is valid for a few minutes."""
    said = _read(house, ticket, "get")
    content = await house.files.read(said.key, at_most=_LARGEST)
    if content is None:
        raise NotFound("file", said.name)
    headers = {"content-disposition": saved_as(said.name), "cache-control": "private, no-store"}
    return Response(content, media_type=said.media_type, headers=headers)


def _read(house: House, text: str, does: Literal["put", "get"]) -> Ticket:
    try:
        return Tickets(house.secret_key).read(text, does, house.clock.now())
    except BadTicket as error:
        raise TicketRefused(str(error)) from error


async def _announced(request: Request, size: int) -> AsyncGenerator[bytes]:
    """The body, as long as it is no longer than was announced. Raises NotAsAgreed."""
    came = 0
    async for some in request.stream():
        came += len(some)
        if came > size:
            raise NotAsAgreed(size)
        yield some
    if came != size:
        raise NotAsAgreed(size)
