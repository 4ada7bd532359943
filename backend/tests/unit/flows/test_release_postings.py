"""How an escrow is parted at release: always the whole of it, in the agreed order."""

from hypothesis import given
from hypothesis import strategies as st

from velora.flows.postings import Parting, part


def test_commission_comes_first_then_debt_then_reserve_then_the_seller():
    assert part(6000, commission_minor=600, owed_minor=1000, reserve_bps=1000) == Parting(600, 1000, 540, 3860)


def test_a_debt_larger_than_the_rest_leaves_the_seller_nothing():
    assert part(500, commission_minor=50, owed_minor=9999, reserve_bps=1000) == Parting(50, 450, 0, 0)


@given(rest=st.integers(0, 10**9), commission=st.integers(0, 10**9), owed=st.integers(0, 10**9), bps=st.integers(0, 10000))
def test_the_parts_are_never_negative_and_add_up_to_the_rest(rest: int, commission: int, owed: int, bps: int):
    parting = part(rest, commission_minor=commission, owed_minor=owed, reserve_bps=bps)
    parts = (parting.commission_minor, parting.recovered_minor, parting.reserve_minor, parting.payable_minor)
    assert min(parts) >= 0
    assert sum(parts) == rest
