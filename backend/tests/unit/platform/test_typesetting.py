"""A template and what stands on it become a PDF file."""

from datetime import UTC, datetime
from io import BytesIO

from pypdf import PdfReader

from velora.platform.typesetting import square_code, typeset

TEMPLATE = b"#let d = json(bytes(sys.inputs.facts))\n#set page(width: 80mm, height: 40mm)\n#d.words"
AT = datetime(2026, 11, 3, 9, 30, 15, 271_828, UTC)  # as a clock says it, with parts of a second


def text_of(file: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(BytesIO(file)).pages)


def test_what_looks_like_a_command_stands_there_as_it_is():
    words = "#let *x* = $a_1$ <b> \\ [see] // @end"
    assert text_of(typeset(TEMPLATE, {"words": words}, at=AT)) == words


def test_the_same_is_the_same_file_and_says_when_it_is_of():
    file = typeset(TEMPLATE, {"words": "Lamp"}, at=AT)
    assert typeset(TEMPLATE, {"words": "Lamp"}, at=AT) == file
    made = PdfReader(BytesIO(file)).metadata
    assert made is not None
    assert made.creation_date == AT.replace(microsecond=0)


def test_a_square_code_is_an_image_of_its_own_text():
    assert square_code("ret_0ABCDEFGHJKMN").startswith("<svg")
    assert square_code("ret_0ABCDEFGHJKMN") != square_code("ret_0ABCDEFGHJKMM")
