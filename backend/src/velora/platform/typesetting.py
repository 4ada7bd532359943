"""Pages as PDF files, set by Typst from a template and what is to stand on them."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache

import orjson
import segno
import typst


def typeset(template: bytes, facts: Mapping[str, object], *, at: datetime) -> bytes:
    """The PDF file of this template, which reads the facts as JSON from `sys.inputs.facts`. The same of all three is the same file.

    Nothing in the facts is taken for a command. It needs some milliseconds of CPU: call it in a thread.
    """
    made = typst.compile(
        template,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"facts": orjson.dumps(facts).decode()},
        timestamp=at.replace(microsecond=0),  # a PDF knows no smaller part of a day than the second
    )
    assert isinstance(made, bytes), "one file, whatever the number of its pages"
    return made


def square_code(text: str) -> str:
    """This text as a QR code, in SVG."""
    return segno.make(text, error="m", micro=False).svg_inline(border=0)


@cache
def _fonts() -> typst.Fonts:
    """Those that come with Typst: a machine's own would make another file of it."""
    return typst.Fonts(include_system_fonts=False)
