"""From a stranger's bytes to thumbnails that hold pixels and nothing else, or to a reason why not."""

from io import BytesIO

import pytest
from PIL import Image, ImageCms, features

from velora.modules.catalog import policy
from velora.platform.pictures import recipe
from velora.platform.pictures.thumbs import NoPicture, thumbs_of

RED = (230, 20, 30)


def written(picture: Image.Image, kind: str = "JPEG", **how) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


def read(content: bytes) -> Image.Image:
    found = Image.open(BytesIO(content))
    found.load()
    return found


def pixel(picture: Image.Image, at: tuple[int, int]) -> tuple[int, ...]:
    found = picture.getpixel(at)
    return found if isinstance(found, tuple) else (int(found or 0),)


def plain(width: int = 1600, height: int = 1200, colour=RED) -> Image.Image:
    return Image.new("RGB", (width, height), colour)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_picture_of_each_kind_becomes_three_widths_in_two_formats(kind: str):
    width, height, files = thumbs_of(written(plain(), kind))
    assert (width, height) == (1280, 960)
    assert {name: read(content).size for name, content in files.items()} == {
        f"{width}.{how}": (width, width * 3 // 4) for width in (320, 640, 1280) for how in ("avif", "webp")
    }
    assert {name: read(content).format for name, content in files.items()} == {name: name.rpartition(".")[2].upper() for name in files}
    for content in files.values():
        assert all(abs(a - b) < 12 for a, b in zip(pixel(read(content).convert("RGB"), (100, 100)), RED, strict=True))


def test_what_is_smaller_is_not_blown_up():
    width, height, files = thumbs_of(written(plain(400, 300), "PNG"))
    assert (width, height) == (400, 300)
    assert [read(files[f"{each}.webp"]).size for each in (320, 640, 1280)] == [(320, 240), (400, 300), (400, 300)]


def test_a_picture_is_turned_as_its_camera_was_held_and_says_nothing_of_it():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: the top is at the right
    exif[0x010F] = "A Camera"
    exif.get_ifd(0x8825)[1] = "N"  # where
    picture = plain(800, 400)
    picture.paste((20, 30, 230), (0, 0, 400, 400))
    width, height, files = thumbs_of(written(picture, exif=exif, comment=b"mine"))
    assert (width, height) == (400, 800)
    for content in files.values():
        shown = read(content)
        assert not shown.getexif()
        assert not {"exif", "xmp", "icc_profile", "comment"} & shown.info.keys()
        assert b"A Camera" not in content
        blue = pixel(shown.convert("RGB"), (shown.width // 2, 10))
        assert blue[2] > 200 > blue[0]


def srgb() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def red_means_blue() -> bytes:
    """The profile of sRGB with two entries of its table of tags changed over."""
    profile = bytearray(srgb())
    red, blue = profile.index(b"rXYZ"), profile.index(b"bXYZ")
    profile[red : red + 4], profile[blue : blue + 4] = b"bXYZ", b"rXYZ"
    return bytes(profile)


@pytest.mark.parametrize(
    ("profile", "shown"),
    [(srgb(), RED), (b"no profile at all", RED), (red_means_blue(), RED[::-1])],
    ids=["ours", "damaged", "another"],
)
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_colours_come_out_as_the_profile_says_they_are(profile: bytes, shown: tuple[int, int, int], mode: str):
    *_, files = thumbs_of(written(plain().convert(mode), "PNG", icc_profile=profile))
    assert all(abs(a - b) < 14 for a, b in zip(pixel(read(files["640.webp"]).convert("RGB"), (9, 9)), shown, strict=True))


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "1", "LA", "RGBA", "I;16"])
def test_every_way_of_writing_colours_is_read(mode: str):
    picture = Image.new("I;16", (300, 300), 40_000) if mode == "I;16" else plain(300, 300).convert(mode)
    width, height, files = thumbs_of(written(picture, "JPEG" if mode == "CMYK" else "PNG"))
    assert (width, height) == (300, 300)
    if mode == "I;16":
        grey = pixel(read(files["320.webp"]).convert("L"), (5, 5))[0]
        assert abs(grey - 40_000 // 256) < 6


def test_what_shines_through_stays_so():
    clear = Image.new("RGBA", (300, 300), (0, 0, 0, 0))
    *_, files = thumbs_of(written(clear, "PNG"))
    assert pixel(read(files["320.webp"]), (5, 5))[3] == 0
    assert pixel(read(files["320.avif"]), (5, 5))[3] == 0


def bomb() -> bytes:
    """A PNG of 100 million pixels in some kilobytes."""
    return written(Image.new("1", (10_000, 10_000)), "PNG")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no picture that we know"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "no picture that we know"),
        (b"\xff\xd8\xff\xe0 and then nothing of a JPEG", "damaged or cut off"),
        (written(plain(), "GIF"), "no picture that we know"),
        (written(plain(), "TIFF"), "no picture that we know"),
        (written(plain())[:3000], "damaged or cut off"),
        (written(plain(), "PNG")[:900], "damaged or cut off"),
        (bomb(), "10000 × 10000 pixels, more than 40 million"),
        (written(plain(30, 30)), "at least 50"),
        (written(plain(60, 600)), "5 times as long"),
        (written(plain()) + b"\0" * 10_000_000, "more than 10 MB"),
    ],
    ids=["empty", "svg", "torn", "gif", "tiff", "half a jpeg", "half a png", "bomb", "tiny", "strip", "heavy"],
)
def test_what_is_no_picture_of_a_product_is_refused_with_the_reason(content: bytes, why: str):
    with pytest.raises(NoPicture, match=why):
        thumbs_of(content)


def test_the_catalogue_and_the_maker_of_thumbnails_agree_on_what_is_too_large():
    assert policy.LARGEST_PHOTO == recipe.MOST_BYTES
    assert features.check("avif")
