"""Pictures as sellers send them."""

from io import BytesIO

from PIL import Image

from velora.modules.catalog.service import PhotoFacts, ask_photo
from velora.platform.db import UnitOfWork


def a_picture(width: int = 800, height: int = 600, colour: tuple[int, int, int] = (230, 20, 30), kind: str = "JPEG") -> bytes:
    """The bytes of a file of one colour."""
    out = BytesIO()
    Image.new("RGB", (width, height), colour).save(out, kind)
    return out.getvalue()


async def a_photo(uow: UnitOfWork, seller_id: int, product_id: int) -> int:
    """A picture of the product that is yet to be sent; its id."""
    photo = await ask_photo(uow, seller_id, product_id, media_type="image/png", size=9, alt="")
    assert isinstance(photo, PhotoFacts), photo
    return photo.id
