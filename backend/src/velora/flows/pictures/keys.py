"""Where pictures lie in the store: below their seller, under names that are ours."""

from typing import Final

from velora.kernel.ids import encode
from velora.platform.pictures.recipe import QUALITY, WIDTHS

FILES: Final = {f"{width}.{kind}": f"image/{kind}" for width in WIDTHS for kind in QUALITY}
"""The files of a photo, with their types."""


def original(seller_id: int, photo_id: int) -> str:
    """What the seller sent, as it came: for nobody's eyes, not even by a link, as it may say where it was taken."""
    return f"{encode('sel', seller_id)}/originals/{encode('pic', photo_id)}"


def shown(name: str, file: str) -> str:
    """One file of the photo with this name (`photos/sel_…/pic_…-…`), for everybody."""
    _, seller, photo = name.split("/")
    return f"{seller}/photos/{photo}/{file}"
