"""Routes of pictures: a seller's own, and the files that pages show."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Path, Response
from pydantic import Field

from velora.flows.pictures import keys
from velora.flows.pictures.sending import NotThereYet, begin, finish, withdraw
from velora.kernel.errors import Forbidden, Invalid, MalformedId, NotFound, Refusal, unrefused
from velora.modules.catalog.errors import PhotoNotFound, ProductNotFound, TooManyPhotos
from velora.modules.catalog.policy import PhotoState
from velora.modules.catalog.service import PhotoFacts, Placed, arrange_photos, photos_of
from velora.platform.files import Upload
from velora.platform.web import HouseDep, Schema, SellerStaff, acting_for_seller, ident, problems
from velora.platform.web.callers import BadCsrfToken, NotSignedIn
from velora.platform.web.limits import TooMuch, admit_upload
from velora.platform.web.problems import FilesUnavailable

router = APIRouter(tags=["pictures"], responses=problems(MalformedId))
_STAFF: Final = (NotSignedIn, Forbidden, BadCsrfToken, NotFound)
_OWN: Final = "/seller/{seller_id}/products/{product_id}/photos"
# Nothing by this name is ever anything else.
_FOR_EVER: Final = {"cache-control": "public, max-age=31536000, immutable"}
_LARGEST: Final = 5_000_000  # bytes of a thumbnail: far more than one has

SellerId = Annotated[int, ident("sel")]
ProductId = Annotated[int, ident("prd")]
PhotoId = Annotated[int, ident("pic")]


class PhotoIn(Schema):
    """What will be sent, as the file says of itself; looked at again when it is there."""

    media_type: str = Field(max_length=100, examples=["image/jpeg"])
    size: int = Field(examples=[2_400_000], description="Bytes; at most 10 MB")
    alt: str = Field(default="", max_length=1000, examples=["A brass lamp on a desk"])


class PhotoOut(Schema):
    """States: asked (its file may be sent), sent (a worker looks at it), ready (it is shown), refused (`reason` says why)."""

    id: PhotoId
    state: PhotoState
    reason: str
    alt: str
    name: str = Field(description="Where its files are: /api/v1/{name}/640.avif, also 320 and 1280, also .webp. Empty until it is ready.")

    @classmethod
    def of(cls, photo: PhotoFacts) -> "PhotoOut":
        return cls(id=photo.id, state=photo.state, reason=photo.reason, alt=photo.alt, name=photo.name)


class UploadOut(Schema):
    """PUT the file there with these headers and without cookies, until then. Then say that it was sent."""

    url: str
    headers: dict[str, str]
    until: datetime

    @classmethod
    def of(cls, upload: Upload) -> "UploadOut":
        return cls(url=upload.url, headers=dict(upload.headers), until=upload.until)


class PhotoPlaceOut(Schema):
    photo: PhotoOut
    upload: UploadOut


class PhotosOut(Schema):
    data: list[PhotoOut]

    @classmethod
    def of(cls, photos: Sequence[PhotoFacts] | Refusal) -> "PhotosOut":
        return cls(data=[PhotoOut.of(each) for each in unrefused(photos)])


class PlacedIn(Schema):
    id: PhotoId
    alt: str = Field(default="", max_length=1000)


class PhotosIn(Schema):
    """In their order; pictures that are not named come after these, as they were."""

    photos: list[PlacedIn] = Field(max_length=50)


@router.get(_OWN, responses=problems(*_STAFF, ProductNotFound))
async def list_photos(seller_id: SellerId, product_id: ProductId, caller: SellerStaff, house: HouseDep) -> PhotosOut:
    """All pictures that the seller sent of a product, in their order, with what became of each."""
    acting_for_seller(caller, seller_id)
    async with house.db.read(None) as uow:
        return PhotosOut.of(await photos_of(uow, seller_id, product_id))


@router.post(_OWN, status_code=201, responses=problems(*_STAFF, ProductNotFound, TooManyPhotos, Invalid, TooMuch, FilesUnavailable))
async def add_photo(seller_id: SellerId, product_id: ProductId, body: PhotoIn, caller: SellerStaff, house: HouseDep) -> PhotoPlaceOut:
    """Ask for a place for a picture: where to PUT its file. What is not sent within a day is forgotten."""
    acting_for_seller(caller, seller_id)
    await admit_upload(house, seller_id)
    photo, upload = await begin(house, seller_id, product_id, media_type=body.media_type, size=body.size, alt=body.alt)
    return PhotoPlaceOut(photo=PhotoOut.of(photo), upload=UploadOut.of(upload))


@router.post(_OWN + "/{photo_id}/sent", responses=problems(*_STAFF, PhotoNotFound, NotThereYet, FilesUnavailable))
async def photo_sent(seller_id: SellerId, product_id: ProductId, photo_id: PhotoId, caller: SellerStaff, house: HouseDep) -> PhotoOut:
    """Say that the file is there. A worker looks at it within seconds; ask for the list until its state is `ready` or `refused`."""
    acting_for_seller(caller, seller_id)
    return PhotoOut.of(await finish(house, seller_id, product_id, photo_id))


@router.put(_OWN, responses=problems(*_STAFF, ProductNotFound, PhotoNotFound, Invalid))
async def order_photos(seller_id: SellerId, product_id: ProductId, body: PhotosIn, caller: SellerStaff, house: HouseDep) -> PhotosOut:
    """Put a product's pictures in order and say what is to be seen in each. The first is the one on its card."""
    acting_for_seller(caller, seller_id)
    async with house.db.begin(None) as uow:
        unrefused(await arrange_photos(uow, seller_id, product_id, [Placed(each.id, each.alt) for each in body.photos]))
        return PhotosOut.of(await photos_of(uow, seller_id, product_id))


@router.delete(_OWN + "/{photo_id}", status_code=204, responses=problems(*_STAFF, PhotoNotFound))
async def remove_photo(seller_id: SellerId, product_id: ProductId, photo_id: PhotoId, caller: SellerStaff, house: HouseDep) -> None:
    """Take a picture off a product, everywhere."""
    acting_for_seller(caller, seller_id)
    async with house.db.begin(None) as uow:
        await withdraw(uow, seller_id, product_id, photo_id)


@router.get("/photos/{seller}/{photo}/{file}", response_class=Response, responses=problems(NotFound, FilesUnavailable))
async def read_photo(
    seller: Annotated[str, Path(pattern=r"^sel_[0-9A-HJKMNP-TV-Z]{13}$")],
    photo: Annotated[str, Path(pattern=r"^pic_[0-9A-HJKMNP-TV-Z]{13}-[0-9a-f]{16}-[0-9]{1,5}x[0-9]{1,5}$")],
    file: Annotated[str, Path(pattern=r"^(320|640|1280)\.(avif|webp)$")],
    house: HouseDep,
) -> Response:
    """One file of a product's picture. It never changes, so a browser, and whatever stands before us, keeps it."""
    content = await house.files.read(keys.shown(f"photos/{seller}/{photo}", file), at_most=_LARGEST)
    if content is None:
        raise NotFound("picture", photo)
    return Response(content, media_type=keys.FILES[file], headers=_FOR_EVER)
