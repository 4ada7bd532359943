"""What a worker does about pictures: look at what a seller sent and make of it what pages show; remove the files of what is gone."""

from typing import Final

from velora.flows.house import TradingHouse
from velora.flows.pictures import keys
from velora.flows.pictures.sending import forget_files
from velora.kernel.ids import encode
from velora.modules.catalog.policy import LARGEST_PHOTO, PhotoState, photo_name
from velora.modules.catalog.service import PhotoFacts, photo_facts, photo_ready, photo_refused
from velora.platform.db import UnitOfWork
from velora.platform.db.jobs import Taken
from velora.platform.files import TooLarge
from velora.platform.jobs import Settle
from velora.platform.pictures import Unfit, digest_of, make_thumbs

_NEVER_CAME: Final = "The file did not arrive. Send it again."
_TOO_LARGE: Final = f"The file has more than {LARGEST_PHOTO // 1_000_000} MB. Save it smaller, and send that."


async def check(house: TradingHouse, job: Taken) -> Settle | None:
    """The photo is shown, or its seller is told why it is not and what was sent is gone. Done again, it is the same."""
    seller_id, photo_id = _photo_of(job)
    async with house.db.read(None) as uow:
        photo = await photo_facts(uow, seller_id, photo_id)
    if photo is None or photo.state is not PhotoState.SENT:
        return None  # removed meanwhile, or judged by a worker that died before it said so
    source = keys.original(seller_id, photo_id)
    try:
        content = await house.files.read(source, at_most=LARGEST_PHOTO)
    except TooLarge:
        return await _refuse(house, photo, _TOO_LARGE)
    if content is None:
        return await _refuse(house, photo, _NEVER_CAME)
    made = await make_thumbs(content)
    if isinstance(made, Unfit):
        return await _refuse(house, photo, made.why)
    digest = digest_of(content)
    name = photo_name(encode("sel", seller_id), encode("pic", photo_id), digest, made.width, made.height)
    for file, written in made.files.items():
        await house.files.put(keys.shown(name, file), written, media_type=keys.FILES[file])

    async def settle(uow: UnitOfWork) -> None:
        if not await photo_ready(uow, photo, digest, made.width, made.height):
            await forget_files(uow, seller_id, photo_id, name)

    return settle


async def _refuse(house: TradingHouse, photo: PhotoFacts, why: str) -> Settle:
    await house.files.remove([keys.original(photo.seller_id, photo.id)])

    async def settle(uow: UnitOfWork) -> None:
        await photo_refused(uow, photo, why)

    return settle


async def forget(house: TradingHouse, job: Taken) -> Settle | None:
    """What was sent, and what was made of it, is not in the store any more."""
    seller_id, photo_id = _photo_of(job)
    name = str(job.args["name"])
    made = [keys.shown(name, file) for file in keys.FILES] if name else []
    await house.files.remove([keys.original(seller_id, photo_id), *made])
    return None


def _photo_of(job: Taken) -> tuple[int, int]:
    return job.id_of("seller_id"), job.id_of("photo_id")
