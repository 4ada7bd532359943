"""What becomes of a picture. Apart from what makes it, so that whoever only names pictures does not load the decoders."""

from collections.abc import Mapping
from typing import Final

# Part of every name: whoever changes what comes out raises it, for what was named before is never asked for again.
RECIPE: Final = 1
MOST_BYTES: Final = 10_000_000
MOST_PIXELS: Final = 40_000_000
WIDTHS: Final = (320, 640, 1280)
QUALITY: Final[Mapping[str, Mapping[str, int]]] = {"avif": {"quality": 58, "speed": 8}, "webp": {"quality": 78, "method": 4}}
