"""The photos of a product: asked for, sent, looked at, put in order. Whoever changes any has the product first.

What is shown of them is in the product's own row as well (`photo`), so that a cart need not read more.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from velora.kernel.errors import Invalid
from velora.kernel.ids import encode, first_id_at
from velora.modules.catalog import repository
from velora.modules.catalog.errors import PhotoNotFound, ProductNotFound, TooManyPhotos
from velora.modules.catalog.events import ProductChanged
from velora.modules.catalog.models import Photo, Product
from velora.modules.catalog.policy import MOST_PHOTOS, PhotoState, Picture, photo_name, refuse_alt, refuse_photo
from velora.platform.db import UnitOfWork

# So long may a seller take to send a file, and so long it is said why one was refused.
KEPT_UNUSED: Final = timedelta(days=1)
SWEPT_AT_ONCE: Final = 100
_HEAD: Final = 300


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """`name` is empty until it is ready, `reason` until it is refused."""

    id: int
    seller_id: int
    product_id: int
    alt: str
    state: PhotoState
    reason: str
    media_type: str
    size: int
    name: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A photo at its place in the order, with what is to be seen in it."""

    photo_id: int
    alt: str


async def ask_photo(
    uow: UnitOfWork, seller_id: int, product_id: int, *, media_type: str, size: int, alt: str
) -> PhotoFacts | ProductNotFound | TooManyPhotos | Invalid:
    """The product has a place for one more photo, the last in order, until its file is sent."""
    if refusal := refuse_photo(media_type, size) or refuse_alt(alt):
        return refusal
    product, photos = await _locked(uow, seller_id, product_id)
    if product is None:
        return ProductNotFound(encode("prd", product_id))
    if sum(each.state != PhotoState.REFUSED for each in photos) >= MOST_PHOTOS:
        return TooManyPhotos(MOST_PHOTOS)
    id_ = uow.new_id()
    row: dict[str, object] = {
        "seller_id": seller_id, "id": id_, "product_id": product_id, "position": id_, "alt": alt.strip(), "state": PhotoState.ASKED.value,
        "reason": "", "media_type": media_type, "size": size, "name": "",
    }  # fmt: skip
    await uow.insert(Photo, [row])
    return PhotoFacts(id_, seller_id, product_id, alt.strip(), PhotoState.ASKED, "", media_type, size, "")


async def say_sent(uow: UnitOfWork, seller_id: int, product_id: int, photo_id: int) -> PhotoFacts | PhotoNotFound:
    """The file is said to be there and waits to be looked at; said again, it changes nothing. The facts are those from before."""
    _, photos = await _locked(uow, seller_id, product_id)
    photo = next((each for each in photos if each.id == photo_id), None)
    if photo is None:
        return PhotoNotFound(encode("pic", photo_id))
    if photo.state == PhotoState.ASKED:
        await uow.set_on(Photo, {(seller_id, photo_id): {"state": PhotoState.SENT.value}})
    return _facts(photo)


async def photo_facts(uow: UnitOfWork, seller_id: int, photo_id: int) -> PhotoFacts | None:
    """One photo, or None when it has been removed."""
    found = await repository.photo(uow, (seller_id, photo_id))
    return found and _facts(found)


async def photo_ready(uow: UnitOfWork, photo: PhotoFacts, digest: str, width: int, height: int) -> bool:
    """The photo is shown from now on, wherever the product is; False when it has been removed meanwhile."""
    name = photo_name(encode("sel", photo.seller_id), encode("pic", photo.id), digest, width, height)
    return await _judged(uow, photo, {"state": PhotoState.READY.value, "name": name, "reason": ""})


async def photo_refused(uow: UnitOfWork, photo: PhotoFacts, reason: str) -> bool:
    """The photo is not shown, and its seller can read why for a day; False when it has been removed meanwhile."""
    return await _judged(uow, photo, {"state": PhotoState.REFUSED.value, "name": "", "reason": reason[:_HEAD]})


async def _judged(uow: UnitOfWork, photo: PhotoFacts, values: Mapping[str, object]) -> bool:
    product, photos = await _locked(uow, photo.seller_id, photo.product_id)
    if product is None or not any(each.id == photo.id for each in photos):
        return False
    await uow.set_on(Photo, {(photo.seller_id, photo.id): values})
    await _show(uow, product)
    return True


async def arrange_photos(
    uow: UnitOfWork, seller_id: int, product_id: int, placed: Sequence[Placed]
) -> ProductNotFound | PhotoNotFound | Invalid | None:
    """The product's photos stand in this order with these words; those that are not named come after them as they were."""
    product, photos = await _locked(uow, seller_id, product_id)
    if product is None:
        return ProductNotFound(encode("prd", product_id))
    known = {each.id for each in photos}
    for one in placed:
        if one.photo_id not in known:
            return PhotoNotFound(encode("pic", one.photo_id))
        if refusal := refuse_alt(one.alt):
            return refusal
    if len({one.photo_id for one in placed}) != len(placed):
        return Invalid("/photos", "Each picture has one place: name it once.")
    named = {one.photo_id for one in placed}
    values: dict[tuple[int, int], dict[str, object]] = {
        (seller_id, one.photo_id): {"position": place, "alt": one.alt.strip()} for place, one in enumerate(placed)
    }
    rest = [each for each in photos if each.id not in named]
    values |= {(seller_id, each.id): {"position": len(placed) + place, "alt": each.alt} for place, each in enumerate(rest)}
    await uow.set_on(Photo, values)
    await _show(uow, product)
    return None


async def remove_photo(uow: UnitOfWork, seller_id: int, product_id: int, photo_id: int) -> PhotoNotFound | None:
    """The product does not have this photo any more, anywhere. Its files are the caller's to remove."""
    product, photos = await _locked(uow, seller_id, product_id)
    if product is None or not any(each.id == photo_id for each in photos):
        return PhotoNotFound(encode("pic", photo_id))
    await repository.drop_photo(uow, (seller_id, photo_id), set(PhotoState))
    await _show(uow, product)
    return None


async def photos_of(uow: UnitOfWork, seller_id: int, product_id: int) -> list[PhotoFacts] | ProductNotFound:
    """All of a product's photos in their order, for its seller."""
    if not await repository.products(uow, [(seller_id, product_id)]):
        return ProductNotFound(encode("prd", product_id))
    return [_facts(each) for each in (await repository.photos_of(uow, [(seller_id, product_id)]))[seller_id, product_id]]


async def shown_photos(uow: UnitOfWork, products: Mapping[tuple[int, int], Product]) -> dict[tuple[int, int], tuple[Picture, ...]]:
    """What buyers see of each of these products' photos; nothing is asked where none has any."""
    with_photos = {key for key, product in products.items() if product.photo}
    found = await repository.photos_of(uow, with_photos) if with_photos else {}
    return {
        key: tuple(Picture(each.name, product.tone, each.alt) for each in found.get(key, ()) if each.state == PhotoState.READY)
        for key, product in products.items()
    }


async def sweep_photos(uow: UnitOfWork) -> list[tuple[int, int]]:
    """Whatever was never sent, and what was refused, is gone a day after it was asked for: some of it, as (seller, photo)."""
    unused = {PhotoState.ASKED.value, PhotoState.REFUSED.value}
    old = await repository.photos_before(uow, first_id_at(uow.now - KEPT_UNUSED), unused, SWEPT_AT_ONCE)
    keys = [(each.seller_id, each.id) for each in old]
    return [key for key in keys if await repository.drop_photo(uow, key, unused)]  # one may have been sent since it was read


async def _locked(uow: UnitOfWork, seller_id: int, product_id: int) -> tuple[Product | None, Collection[Photo]]:
    product = await repository.lock_product(uow, (seller_id, product_id))
    photos = await repository.photos_of(uow, [(seller_id, product_id)]) if product else {}
    return product, photos.get((seller_id, product_id), [])


async def _show(uow: UnitOfWork, product: Product) -> None:
    """What the product shows first is in its row, and whoever shows it is told; also of the words beside a picture."""
    key = (product.seller_id, product.id)
    photos = (await repository.photos_of(uow, [key]))[key]
    first = next((each.name for each in photos if each.state == PhotoState.READY), None)
    await uow.set_on(Product, {key: {"photo": first, "updated_at": uow.now}})
    uow.tell([ProductChanged(0, product.seller_id, product.id)])


def _facts(row: Photo) -> PhotoFacts:
    return PhotoFacts(row.id, row.seller_id, row.product_id, row.alt, PhotoState(row.state), row.reason, row.media_type, row.size, row.name)
