"""A cursor leads back to its place, in its own list only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from velora.kernel.errors import Invalid
from velora.kernel.paging import Page, decode_cursor, encode_cursor


@given(st.integers(-(1 << 63), (1 << 63) - 1), st.text(max_size=60))
def test_a_cursor_reads_back_and_stands_in_an_address_as_it_is(number: int, word: str):
    cursor = encode_cursor(number, word)
    assert decode_cursor(cursor, int, str) == [number, word]
    assert cursor.replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize("cursor", ["", "x", "äöü", "eyJhIjoxfQ", "!!!!", "bnVsbA"])
def test_what_is_no_cursor_is_refused(cursor: str):
    with pytest.raises(Invalid, match="Start again without it"):
        decode_cursor(cursor, int)


def test_the_cursor_of_another_list_is_refused():
    with pytest.raises(Invalid, match="another list"):
        decode_cursor(encode_cursor("lamp", 3), int, int)
    with pytest.raises(Invalid, match="another list"):
        decode_cursor(encode_cursor(1, 2, 3), int, int)


def test_only_a_page_with_a_cursor_has_more():
    assert not Page([1, 2]).has_more
    assert Page([1, 2], encode_cursor(2)).has_more
