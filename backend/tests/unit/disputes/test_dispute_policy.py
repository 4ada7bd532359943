"""How disputes may move, and how one is shared out and borne."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from velora.modules.disputes.policy import ARROWS, Stake, State, bear, may_become, share_out
from velora.modules.ledger.policy import AccountRef, paired

money = st.integers(min_value=0, max_value=10**9)


@st.composite
def stakes(draw) -> list[Stake]:
    made: list[Stake] = []
    for number in range(draw(st.integers(0, 6))):
        net = draw(money)
        commission = draw(st.integers(0, net))
        made.append(Stake(number, number, "DE", net, draw(money), commission, draw(st.booleans())))
    return made


@pytest.mark.parametrize(("now", "then"), list(product(State, State)))
def test_only_forward(now, then):
    assert may_become(now, then) == ((now, then) in {(arrow.source, arrow.target) for arrow in ARROWS})
    assert not (may_become(now, then) and now is not State.OPEN)


@given(amount=money, standing=stakes())
def test_shares_add_up_exactly_and_none_is_more_than_its_stake(amount, standing):
    parts = share_out(amount, standing)
    assert sum(part.gross_minor for part in parts) == min(amount, sum(stake.gross_minor for stake in standing))
    for part in parts:
        assert 0 <= part.net_minor <= part.stake.net_minor
        assert 0 <= part.tax_minor <= part.stake.tax_minor
        assert 0 <= part.commission_minor <= min(part.net_minor, part.stake.commission_minor)
        assert part.gross_minor > 0


@given(standing=stakes())
def test_a_dispute_of_everything_takes_every_stake_whole(standing):
    parts = share_out(sum(stake.gross_minor for stake in standing), standing)
    whole = [stake for stake in standing if stake.gross_minor]
    assert [(part.net_minor, part.tax_minor, part.commission_minor) for part in parts] == [
        (stake.net_minor, stake.tax_minor, stake.commission_minor) for stake in whole
    ]


@given(wanted=money, payable=st.integers(-1000, 10**9), reserve=st.integers(-1000, 10**9))
def test_payable_first_then_reserve_then_debt(wanted, payable, reserve):
    borne = bear(wanted, payable_minor=payable, reserve_minor=reserve)
    assert borne.payable_minor + borne.reserve_minor + borne.short_minor == wanted
    assert 0 <= borne.payable_minor <= max(payable, 0)
    assert 0 <= borne.reserve_minor <= max(reserve, 0)
    assert not borne.reserve_minor or borne.payable_minor == max(payable, 0)
    assert not borne.short_minor or borne.reserve_minor == max(reserve, 0)


@given(debits=st.lists(money, max_size=6), cut=st.integers(0, 10**10))
def test_legs_carry_every_debit_and_every_credit_in_full(debits, cut):
    total = sum(debits)
    named = [(AccountRef("2022", str(place)), amount) for place, amount in enumerate(debits)]
    credits_ = [(AccountRef("1050"), min(cut, total)), (AccountRef("2090"), total - min(cut, total))]
    legs = paired(named, credits_)
    assert all(leg.amount_minor > 0 for leg in legs)
    for account, amount in named:
        assert sum(leg.amount_minor for leg in legs if leg.debit == account) == amount
    for account, amount in credits_:
        assert sum(leg.amount_minor for leg in legs if leg.credit == account) == amount
