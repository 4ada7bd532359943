"""No unit of money is made or lost by splitting, sharing or taxing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from velora.kernel.money import CURRENCY_DIGITS, round_half_up, share, show, split, tax_on, tax_within

amounts = st.integers(-(10**15), 10**15)
weights = st.lists(st.integers(0, 10**9), min_size=1, max_size=50)
rates = st.integers(0, 10_000)


@given(amounts, weights)
def test_the_parts_of_a_split_add_up_to_all_of_it(total: int, shares: list[int]):
    parts = split(total, shares)
    assert sum(parts) == total
    assert len(parts) == len(shares)


@given(amounts, weights)
def test_no_part_is_a_unit_away_from_its_exact_share(total: int, shares: list[int]):
    whole = sum(shares) or len(shares)
    weighted = shares if any(shares) else [1] * len(shares)
    assert all(abs(part * whole - total * weight) < whole for part, weight in zip(split(total, shares), weighted, strict=True))


@given(amounts, weights)
def test_a_refund_is_split_as_the_charge_was(total: int, shares: list[int]):
    assert split(-total, shares) == [-part for part in split(total, shares)]


def test_the_earlier_part_has_the_unit_left_over():
    assert split(100, [1, 1, 1]) == [34, 33, 33]
    assert split(5, [0, 0]) == [3, 2]
    assert split(7, [0, 3]) == [0, 7]


@pytest.mark.parametrize(("shares", "why"), [([], "no parts"), ([3, -1], "negative")])
def test_what_cannot_be_split_is_refused(shares: list[int], why: str):
    with pytest.raises(ValueError, match=why):
        split(10, shares)


@given(st.integers(0, 10**15), rates)
def test_tax_on_the_net_that_a_gross_contains_is_at_most_a_unit_off(gross: int, bps: int):
    within = tax_within(gross, bps)
    assert 0 <= within <= gross
    assert abs(tax_on(gross - within, bps) - within) <= 1


@given(amounts, rates)
def test_a_share_is_the_nearest_whole_unit(amount: int, bps: int):
    assert abs(share(amount, bps) * 10_000 - amount * bps) <= 5_000
    assert share(-amount, bps) == -share(amount, bps)


def test_halves_go_away_from_zero():
    assert [round_half_up(n, 2) for n in (-3, -1, 0, 1, 3)] == [-2, -1, 0, 1, 2]
    assert share(50, 100) == 1
    assert tax_within(11_900, 1_900) == 1_900


def test_amounts_are_shown_with_their_own_digits():
    assert show(123_456, "EUR") == "EUR 1,234.56"
    assert show(-5, "EUR") == "EUR -0.05"
    assert show(1_050, "JPY") == "JPY 1,050"
    assert show(1_050, "KWD") == "KWD 1.050"
    assert set(CURRENCY_DIGITS.values()) <= {0, 2, 3}
