"""A seller has a place for a file, puts it there by itself, and says so; a worker does the rest."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from velora.flows.pictures import keys
from velora.kernel.errors import Refusal, unrefused
from velora.modules.catalog.service import PhotoFacts, ask_photo, photo_facts, remove_photo, say_sent
from velora.platform.db import UnitOfWork
from velora.platform.db.jobs import NewJob, Priority, enqueue
from velora.platform.files import Upload
from velora.platform.house import House

CHECK: Final = "pictures.check"
FORGET: Final = "pictures.forget"
# Long enough for ten megabytes over a bad line.
LASTS: Final = timedelta(minutes=15)


@dataclass(unsafe_hash=True)
class NotThereYet(Refusal):
    code = "pictures.not_there_yet"
    status = 409
    title = "The file is not there"

    def detail(self) -> str:
        return "Nothing has arrived at the address that you were given. Send the file there (PUT), then say so again."


async def begin(house: House, seller_id: int, product_id: int, *, media_type: str, size: int, alt: str) -> tuple[PhotoFacts, Upload]:
    """The product has a place for this file, and whoever has the address may put it there for a quarter of an hour. Raises why not."""
    async with house.db.begin(None) as uow:
        photo = await ask_photo(uow, seller_id, product_id, media_type=media_type, size=size, alt=alt)
    if isinstance(photo, Refusal):
        raise photo
    return photo, await house.files.upload_to(keys.original(seller_id, photo.id), media_type=media_type, size=size, lasts=LASTS)


async def finish(house: House, seller_id: int, product_id: int, photo_id: int) -> PhotoFacts:
    """The file is there, and a worker looks at it next; said twice, it is looked at once. Raises NotThereYet, PhotoNotFound."""
    size = await house.files.size(keys.original(seller_id, photo_id))
    async with house.db.begin(None) as uow:
        before = unrefused(await say_sent(uow, seller_id, product_id, photo_id))
        if before.state == "asked":
            if size is None:
                raise NotThereYet
            args = {"seller_id": seller_id, "photo_id": photo_id}
            await enqueue(uow, [NewJob(CHECK, args, priority=Priority.SOMEBODY_WAITS)])
        after = await photo_facts(uow, seller_id, photo_id)
    assert after is not None, "it was there a moment ago, and its product is held"
    return after


async def withdraw(uow: UnitOfWork, seller_id: int, product_id: int, photo_id: int) -> None:
    """The product does not have this photo any more, and its files go. Raises PhotoNotFound."""
    photo = await photo_facts(uow, seller_id, photo_id)
    if refusal := await remove_photo(uow, seller_id, product_id, photo_id):
        raise refusal
    await forget_files(uow, seller_id, photo_id, photo.name if photo else "")


async def forget_files(uow: UnitOfWork, seller_id: int, photo_id: int, name: str) -> None:
    """The files of this photo, which is no product's any more, leave the store soon."""
    args = {"seller_id": seller_id, "photo_id": photo_id, "name": name}
    await enqueue(uow, [NewJob(FORGET, args, priority=Priority.WHENEVER)])
