"""From the bytes of a stranger to the thumbnails of a page, or to the reason why not. Pillow decodes; what it does not know is no picture.

What comes out has the pixels and nothing else: turned as its camera was held, in sRGB, without the place, the time and the owner that a
camera writes into a file.
"""

from io import BytesIO
from typing import Any, Final

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from velora.platform.pictures.recipe import MOST_BYTES, MOST_PIXELS, QUALITY, WIDTHS

_SHORTEST: Final = 50  # pixels: less is no picture of a product
_LONGEST: Final = 5  # times the shorter side: a strip is none either
Image.MAX_IMAGE_PIXELS = None  # how many are too many is said here
_TYPES: Final = ("JPEG", "PNG", "WEBP", "AVIF")
# Pillow's own words for its types say less than these do.
_cms: Final[Any] = ImageCms
_SRGB: Final[Any] = _cms.createProfile("sRGB")

Thumbs = tuple[int, int, dict[str, bytes]]


class NoPicture(Exception):
    """The message says to the seller what is wrong and what to send instead."""


def thumbs_of(content: bytes) -> Thumbs:
    """Width and height, and the files by `640.avif`; a width that the picture does not have is not blown up. Raises NoPicture."""
    if len(content) > MOST_BYTES:
        raise NoPicture(f"The file has more than {MOST_BYTES // 1_000_000} MB. Save it smaller.")
    try:
        picture = _cleaned(_opened(content))
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise NoPicture("The picture is damaged or cut off. Save it anew, as JPEG or PNG, and send that.") from error
    largest = _narrowed(picture, max(WIDTHS))
    files: dict[str, bytes] = {}
    picture = largest
    for width in sorted(WIDTHS, reverse=True):
        picture = _narrowed(picture, width)  # the smaller from the larger: the eye sees no difference, and the time is a third
        for kind, how in QUALITY.items():
            written = BytesIO()
            picture.save(written, kind, **how)
            files[f"{width}.{kind}"] = written.getvalue()
    return largest.width, largest.height, files


def _narrowed(picture: Image.Image, width: int) -> Image.Image:
    if picture.width <= width:
        return picture
    size = (width, max(1, round(picture.height * width / picture.width)))
    return picture.resize(size, Image.Resampling.LANCZOS)  # pyright: ignore[reportUnknownMemberType]


def _opened(content: bytes) -> Image.Image:
    """The picture with its size known and nothing decoded yet."""
    try:
        found = Image.open(BytesIO(content), formats=_TYPES)
    except UnidentifiedImageError as error:
        raise NoPicture("This is no picture that we know. Send a JPEG, PNG, WebP or AVIF file.") from error
    if found.width * found.height > MOST_PIXELS:
        raise NoPicture(
            f"The picture has {found.width} × {found.height} pixels, more than {MOST_PIXELS // 1_000_000} million. Scale it down."
        )
    if min(found.size) < _SHORTEST:
        raise NoPicture(f"The picture has {found.width} × {found.height} pixels. Send one with at least {_SHORTEST} each way.")
    if max(found.size) > _LONGEST * min(found.size):
        raise NoPicture(f"One side of the picture is more than {_LONGEST} times as long as the other. Cut it to what is to be seen.")
    # A JPEG can be decoded at an eighth of its size: no more than is needed to scale from.
    found.draft(None, (2 * max(WIDTHS), 2 * max(WIDTHS)))
    return found


def _cleaned(found: Image.Image) -> Image.Image:
    profile = found.info.get("icc_profile")
    turned = ImageOps.exif_transpose(found)
    picture = _in_srgb(turned, profile) if profile else _plain(turned)
    picture.info = {}
    return picture


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """In the colours that a page has, where the picture says truly what its own are."""
    has_alpha = "A" in picture.getbands() or "transparency" in picture.info
    if picture.mode not in ("RGB", "CMYK", "L"):
        picture = _plain(picture)
    alpha = picture.getchannel("A") if has_alpha and picture.mode == "RGBA" else None
    base = picture.convert("RGB") if picture.mode == "RGBA" else picture
    try:
        changed: Image.Image | None = _cms.profileToProfile(base, _cms.ImageCmsProfile(BytesIO(profile)), _SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return _plain(picture)
    if changed is None:
        return _plain(picture)
    if alpha is not None:
        changed.putalpha(alpha)
    return changed


def _plain(picture: Image.Image) -> Image.Image:
    """Eight bits of red, green and blue, with what shines through where something does."""
    if picture.mode.startswith("I"):
        picture = picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")  # pyright: ignore[reportUnknownMemberType]
    has_alpha = "A" in picture.getbands() or "transparency" in picture.info
    return picture.convert("RGBA" if has_alpha else "RGB")
