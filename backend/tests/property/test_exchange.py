"""Exchanging, for any amount, rate and pair of currencies, also those of no and of three decimals."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from velora.kernel.money import CURRENCY_DIGITS, exchanged, rate_of
from velora.modules.ledger.policy import agrees

CURRENCIES = st.sampled_from(sorted(CURRENCY_DIGITS))
AMOUNTS = st.integers(1, 10**14)
RATES = st.decimals("0.000000000001", "999999999", places=12)


@given(AMOUNTS, CURRENCIES, CURRENCIES, RATES)
def test_what_is_exchanged_is_within_half_a_minor_unit_of_the_exact_figure(amount: int, of: str, into: str, rate: Decimal):
    exact = Fraction(amount, 10 ** CURRENCY_DIGITS[of]) * Fraction(rate) * 10 ** CURRENCY_DIGITS[into]
    assert abs(exchanged(amount, of, into, rate) - exact) <= Fraction(1, 2)


@given(AMOUNTS, CURRENCIES, CURRENCIES, RATES, st.integers(-3, 3))
def test_a_stated_amount_agrees_within_one_minor_unit_and_no_further(amount: int, of: str, into: str, rate: Decimal, off: int):
    computed = exchanged(amount, of, into, rate)
    assert agrees(computed, computed + off) is (abs(off) <= 1)


@given(RATES)
def test_a_rate_is_read_as_it_was_written(rate: Decimal):
    assert rate_of(f"{rate:f}") == rate


def test_yen_have_no_and_dinars_three_decimals():
    assert exchanged(100_00, "EUR", "JPY", Decimal("161.25")) == 16_125
    assert exchanged(16_125, "JPY", "EUR", Decimal("0.0062015504")) == 100_00
    assert exchanged(100_00, "USD", "KWD", Decimal("0.30675")) == 30_675
    assert exchanged(1, "KWD", "USD", Decimal("3.26")) == 0
    assert exchanged(1, "USD", "USD", Decimal("0.5")) == 1  # half up
