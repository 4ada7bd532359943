"""Colours as OKLCH, and whether one can be read on another (WCAG 2.2). No money here: coordinates are fractions."""

from dataclasses import dataclass
from math import cos, radians, sin
from typing import Final

READABLE: Final = 4.5  # WCAG AA for text of ordinary size


@dataclass(frozen=True)
class Oklch:
    """Lightness 0 to 1, chroma 0 to about 0.37, hue in degrees."""

    l: float  # noqa: E741 -- the coordinate is called so, here and in the API
    c: float
    h: float


def linear_rgb(colour: Oklch) -> tuple[float, float, float]:
    """Linear sRGB, cut to what a screen can show. Matrices: Björn Ottosson, "A perceptual color space for image processing"."""
    a, b = colour.c * cos(radians(colour.h)), colour.c * sin(radians(colour.h))
    long = (colour.l + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (colour.l - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (colour.l - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _cut(+4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
        _cut(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
        _cut(-0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short),
    )


def contrast(one: Oklch, other: Oklch) -> float:
    """The WCAG contrast ratio, from 1 (the same) to 21 (black on white)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: Oklch) -> float:
    """WCAG relative luminance, from 0 (black) to 1 (white)."""
    red, green, blue = linear_rgb(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def hex_of(colour: Oklch) -> str:
    """`#1f4d3a`, for mail readers that know no OKLCH."""
    return "#" + "".join(f"{round(255 * _encoded(part)):02x}" for part in linear_rgb(colour))


def _cut(part: float) -> float:
    return min(1.0, max(0.0, part))


def _encoded(part: float) -> float:
    return 12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055
