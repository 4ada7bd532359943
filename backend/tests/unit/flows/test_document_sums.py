"""What stands under a document, for whatever stands on it."""

from hypothesis import given
from hypothesis import strategies as st

from velora.flows.documents.sheet import totals
from velora.kernel.money import round_half_up

RATES = st.sampled_from([0, 700, 1900, 825])
AMOUNTS = st.integers(0, 10**9)


@st.composite
def rows(draw: st.DrawFn) -> list[dict[str, int]]:
    found: list[dict[str, int]] = []
    for _ in range(draw(st.integers(1, 8))):
        rate, net = draw(RATES), draw(AMOUNTS)
        found.append({"tax_bps": rate, "net": net, "tax": round_half_up(net * rate, 10_000)})
    return found


@given(rows(), AMOUNTS, st.integers(0, 10**8))
def test_the_sums_by_rate_are_everything_that_stands_there_to_the_cent(rows, net, tax):
    by_rate = totals({"rows": rows, "delivery": {"net": net, "tax": tax}})
    assert sum(pair[0] for pair in by_rate.values()) == net + sum(row["net"] for row in rows)
    assert sum(pair[1] for pair in by_rate.values()) == tax + sum(row["tax"] for row in rows)
    assert [rate for rate in by_rate if rate is not None] == sorted({row["tax_bps"] for row in rows}, reverse=True)


@given(rows(), AMOUNTS)
def test_delivery_taxed_as_some_of_the_goods_stands_with_them(rows, net):
    rate = rows[0]["tax_bps"]
    by_rate = totals({"rows": rows, "delivery": {"net": net, "tax": round_half_up(net * rate, 10_000)}})
    assert None not in by_rate


def test_delivery_at_a_rate_of_its_own_stands_last_and_names_none():
    goods = [{"tax_bps": 700, "net": 10_000, "tax": 700}]
    assert totals({"rows": goods, "delivery": {"net": 1_000, "tax": 190}}) == {700: (10_000, 700), None: (1_000, 190)}
    assert totals({"rows": goods, "delivery": None}) == {700: (10_000, 700)}
