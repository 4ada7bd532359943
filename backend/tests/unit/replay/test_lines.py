"""What a line of the file is, and to what its price is rounded."""

import pytest

from velora.flows.replay.lines import Fate, Kind, amount_of, fate_of_cancellation, kind_of
from velora.flows.replay.sheet import pence_of
from velora.flows.replay.world import SELLERS, seller_of


@pytest.mark.parametrize(
    ("invoice", "quantity", "pence", "customer", "kind"),
    [
        ("536365", 6, 255, 17850, Kind.SALE),
        ("536365", 6, 255, 0, Kind.SALE),
        ("C536379", -1, 2750, 14527, Kind.CANCELLATION),
        ("C536379", -1, 2750, 0, Kind.GUEST_CANCELLATION),
        ("536589", -10, 0, 0, Kind.STOCK_ADJUSTMENT),
        ("536414", 56, 0, 0, Kind.ZERO_PRICE),
        ("A563185", 1, 1106206, 0, Kind.BAD_DEBT),
        ("A563186", 1, -1106206, 0, Kind.BAD_DEBT),
    ],
)
def test_a_line_is_one_thing(invoice, quantity, pence, customer, kind):
    assert kind_of(invoice, quantity, pence, customer) is kind


@pytest.mark.parametrize(("price", "pence"), [(2.55, 255), (0.1, 10), (1.005, 101), (0.001, 0), (0.0, 0), (-11062.06, -1106206)])
def test_prices_are_rounded_to_the_penny_half_away_from_zero(price, pence):
    assert pence_of(price) == pence


def test_a_cancellation_is_worth_what_it_asks_back():
    assert amount_of(Kind.SALE, 6, 255) == 1530
    assert amount_of(Kind.CANCELLATION, -2, 255) == 510
    assert amount_of(Kind.BAD_DEBT, 1, -100) == -100


@pytest.mark.parametrize(
    ("asked", "refunded", "matched", "fate"),
    [
        (5, 5, 5, Fate.REFUNDED),
        (5, 3, 5, Fate.REFUNDED_IN_PART),
        (5, 3, 3, Fate.REFUNDED_IN_PART),
        (5, 0, 2, Fate.AFTER_RELEASE),
        (5, 0, 0, Fate.UNMATCHED),
    ],
)
def test_a_cancellation_has_one_fate(asked, refunded, matched, fate):
    assert fate_of_cancellation(asked, refunded, matched) is fate


def test_articles_are_spread_over_all_sellers_and_stay_where_they_are():
    shares = [seller_of(f"{number:05d}") for number in range(4000)]
    assert {shares.count(seller) > 250 for seller in range(len(SELLERS))} == {True}
    assert (seller_of("85123A"), seller_of("POST")) == (seller_of("85123A"), seller_of("POST"))
