"""What is an IBAN, and what only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from velora.kernel.iban import iban_of


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        ("gb29 nwbk 6016 1331 9268 19", "GB29NWBK60161331926819"),
        ("FR14 2004 1010 0505 0001 3M02 606", "FR1420041010050500013M02606"),
        ("NO93 8601 1117 947", "NO9386011117947"),
    ],
)
def test_examples_of_the_standard_are_read_without_their_blanks(text: str, plain: str):
    assert iban_of(text) == plain


@pytest.mark.parametrize(
    "text", ["", "DE89", "DE89370400440532013001", "DE8937040044053201300", "XX89370400440532013000", "DE89-3704-0044-05"]
)
def test_what_is_none_is_refused(text: str):
    assert iban_of(text) is None


@given(place=st.integers(2, 21), digit=st.integers(1, 9))
def test_one_digit_that_is_wrong_is_seen(place: int, digit: int):
    good = "DE89370400440532013000"
    wrong = good[:place] + str((int(good[place]) + digit) % 10) + good[place + 1 :]
    assert iban_of(wrong) is None
