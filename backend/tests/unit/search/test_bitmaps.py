"""What bitmaps count is what one finds who looks at every row."""

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap64

from velora.platform.search import FacetValue, Query
from velora.platform.search.bitmaps import Bitmaps, Numbers, Row
from velora.platform.search.facets import counted_term

COLOURS, SIZES = ("red", "blue", "green"), ("s", "m", "l")


@dataclass(frozen=True)
class Thing:
    """A row, written plainly."""

    number: int
    tenant: int
    colours: frozenset[str]
    sizes: frozenset[tuple[str, str]]  # with the currency that each is sold in
    prices: dict[str, int]
    stands: bool

    def row(self) -> Row:
        colours = [FacetValue("colour", "Colour", one, one.title()) for one in sorted(self.colours)]
        sizes = [FacetValue("size", "Size", one, one.upper(), currency=currency) for one, currency in sorted(self.sizes)]
        return Row(self.number, self.tenant, [counted_term(one) for one in (*colours, *sizes)], self.prices)

    def values(self, key: str, currency: str) -> frozenset[str]:
        return self.colours if key == "colour" else frozenset(size for size, sold_in in self.sizes if sold_in == currency)


def things() -> st.SearchStrategy[list[Thing]]:
    currencies = st.sampled_from(("EUR", "USD"))
    one = st.builds(
        Thing,
        number=st.integers(1, 2**40),
        tenant=st.integers(1, 2),
        colours=st.frozensets(st.sampled_from(COLOURS), max_size=2),
        sizes=st.frozensets(st.tuples(st.sampled_from(SIZES), currencies), max_size=3),
        prices=st.dictionaries(currencies, st.integers(0, 300), max_size=2),
        stands=st.booleans(),
    )
    return st.lists(one, max_size=40, unique_by=lambda thing: thing.number)


def queries() -> st.SearchStrategy[Query]:
    limit = st.none() | st.integers(0, 320)
    colours, sizes = (st.frozensets(st.sampled_from((*some, "none such")), max_size=3) for some in (COLOURS, SIZES))
    return st.builds(
        lambda colour, size, low, high, facets: Query(
            "EUR", choices={"colour": colour, "size": size}, price_from=low, price_to=high, facets=facets
        ),
        colours, sizes, limit, limit, st.sampled_from((None, ("colour",), ("size", "colour"))),
    )  # fmt: skip


def costs(query: Query) -> Callable[[Thing], bool]:
    low, high = query.price_from or 0, query.price_to if query.price_to is not None else 10**9
    return lambda thing: low <= thing.prices["EUR"] <= high


def chosen(query: Query, besides: str = "") -> Callable[[Thing], bool]:
    asked = {key: values for key, values in query.choices.items() if values and key != besides}
    return lambda thing: all(thing.values(key, "EUR") & values for key, values in asked.items())


@given(things(), queries())
def test_counts_are_those_of_every_row_looked_at(stock: list[Thing], query: Query):
    bitmaps, there = Bitmaps(), BitMap64(thing.number for thing in stock if thing.stands)
    bitmaps.add(thing.row() for thing in stock)
    sold = [thing for thing in stock if thing.stands and thing.tenant == 1 and "EUR" in thing.prices]
    expected = {
        key: {
            value: count
            for value in values
            if (count := sum(value in thing.values(key, "EUR") for thing in sold if costs(query)(thing) and chosen(query, key)(thing)))
        }
        for key, values in (("colour", COLOURS), ("size", SIZES))
        if query.facets is None or key in query.facets
    }
    amounts = [thing.prices["EUR"] for thing in sold if chosen(query)(thing)]
    for seen in (bitmaps, bitmaps.only(there)):
        counted = seen.narrowed(1, query, there).counted()
        said = {key: {value: bucket.count for value, bucket in each.items()} for key, each in counted.values.items()}
        assert said == {key: values for key, values in expected.items() if values}
        assert (counted.low, counted.high) == ((min(amounts), max(amounts)) if amounts else (None, None))


@given(things(), queries())
def test_choices_that_say_nothing_are_left_out_and_narrow_no_less(stock: list[Thing], query: Query):
    bitmaps, there = Bitmaps(), BitMap64(thing.number for thing in stock if thing.stands)
    bitmaps.add(thing.row() for thing in stock)
    sold = [thing for thing in stock if thing.stands and thing.tenant == 1 and "EUR" in thing.prices]
    told = Query("EUR", choices=bitmaps.narrowed(1, query, there).telling())
    assert all(values <= query.choices[key] for key, values in told.choices.items())
    assert [thing for thing in sold if chosen(told)(thing)] == [thing for thing in sold if chosen(query)(thing)]


@given(
    st.dictionaries(st.integers(1, 2**33), st.integers(0, 2**41)), st.integers(-1, 2**42) | st.none(), st.integers(-1, 2**42) | st.none()
)
def test_numbers_know_who_lies_between_and_who_is_first_and_last(numbers: dict[int, int], low: int | None, high: int | None):
    kept, rows = Numbers(), BitMap64(numbers)
    for row, number in numbers.items():
        kept.put(row, number)
    between = {row for row, number in numbers.items() if (low is None or low <= number) and (high is None or number <= high)}
    assert set(kept.between(rows, low, high)) == between
    assert (kept.least(rows), kept.most(rows)) == ((min(numbers.values()), max(numbers.values())) if numbers else (None, None))
