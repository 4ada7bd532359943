"""Commission: the most specific rule wins, says why, and never takes more than the line."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from velora.modules.commission.policy import Commission, CommissionLine, Rule, amount_of, in_force, resolve

NOW = datetime(2026, 11, 16, 10, tzinfo=UTC)
SELLER, CATEGORY = 7, 9


def a_rule(rule_id: int = 1, version: int = 1, *, category: int | None = None, seller: int | None = None, bps: int = 1000, fixed: int = 0,
           since: datetime = NOW, retired: bool = False) -> Rule:  # fmt: skip
    return Rule(rule_id, version, category, seller, bps, fixed, since, retired)


def a_line(net: int = 10000) -> CommissionLine:
    return CommissionLine(1, SELLER, CATEGORY, net)


def taken(line: CommissionLine, rules: list[Rule]) -> Commission:
    found = resolve(line, rules)
    assert found is not None
    return found


def test_ten_per_cent_and_thirty_of_a_hundred():
    found = taken(a_line(), [a_rule(bps=1000, fixed=30)])
    assert (found.amount_minor, found.percent_bps, found.fixed_minor) == (1030, 1000, 30)
    assert found.why == "Version 1 of the marketplace's general rule: 10 % + 30."


def test_the_rule_for_the_seller_in_the_category_beats_all_others_and_says_so():
    rules = [
        a_rule(1),
        a_rule(2, category=CATEGORY, bps=800),
        a_rule(3, seller=SELLER, bps=700),
        a_rule(4, 3, category=CATEGORY, seller=SELLER, bps=550),
    ]
    found = taken(a_line(), rules)
    assert (found.rule_id, found.version, found.amount_minor) == (4, 3, 550)
    assert found.why == (
        "Version 3 of the rule for this seller in this category: 5.5 %. It is more specific than "
        "the marketplace's general rule and the rule for this category and the rule for this seller."
    )


def test_a_seller_rule_beats_a_category_rule():
    assert taken(a_line(), [a_rule(2, category=CATEGORY, bps=100), a_rule(3, seller=SELLER, bps=700)]).rule_id == 3


def test_rules_of_other_sellers_and_categories_do_not_apply():
    found = taken(a_line(), [a_rule(2, category=1), a_rule(3, seller=1), a_rule(4, category=CATEGORY, seller=1)])
    assert found == Commission(0, 0, 0, 0, 0, "No commission rule applies here, so nothing is taken.")


def test_the_newest_valid_version_holds_and_a_retired_rule_does_not():
    versions = [a_rule(1, 1, bps=1000), a_rule(1, 2, bps=1200, since=NOW + timedelta(days=1)), a_rule(2, 1), a_rule(2, 2, retired=True)]
    assert [(rule.rule_id, rule.version) for rule in in_force(versions, NOW)] == [(1, 1)]
    assert [(rule.rule_id, rule.version) for rule in in_force(versions, NOW + timedelta(days=1))] == [(1, 2)]


@given(net=st.integers(0, 10**9), bps=st.integers(0, 10000), fixed=st.integers(0, 10**6))
def test_commission_is_never_below_nothing_nor_above_the_line(net: int, bps: int, fixed: int):
    assert 0 <= amount_of(net, bps, fixed) <= net


CATEGORIES, SELLERS = st.sampled_from([None, CATEGORY, 1]), st.sampled_from([None, SELLER, 1])
RULES = st.lists(
    st.builds(Rule, st.integers(1, 9), st.just(1), CATEGORIES, SELLERS, st.integers(0, 3000), st.integers(0, 100), st.just(NOW))
)


@given(rules=RULES)
def test_whatever_the_order_of_the_rules_the_same_one_wins(rules: list[Rule]):
    by_id = list({rule.rule_id: rule for rule in rules}.values())
    assert resolve(a_line(), by_id) == resolve(a_line(), by_id[::-1])
