"""A table's text as products, or as what is wrong with it."""

import pytest

from tests.builders.catalog import COLOUR, DIMMABLE, HEIGHT
from velora.flows.catalog_import.rows import Shelving, grouped, heading, read_product
from velora.flows.sheets import BadFile, Row, amount_of, amount_text
from velora.modules.catalog.policy import State

SHELVING = Shelving(7, ("EUR",), {"lamps": (70, [COLOUR, HEIGHT, DIMMABLE])})


def a_row(number: int = 2, **cells: str) -> Row:
    return Row(number, {"sku": f"L-{number}", "title": "Brass Lamp", "category": "lamps", "price": "49.90"} | cells)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("49.90", "EUR", 4990),
        ("49,9", "EUR", 4990),
        ("49", "EUR", 4900),
        ("500", "JPY", 500),
        ("1.234", "KWD", 1234),
        ("5.5", "JPY", None),
        ("1,234.50", "EUR", None),
        ("€ 5", "EUR", None),
        ("-5", "EUR", None),
        ("", "EUR", None),
        ("4.999", "EUR", None),
        ("٤", "EUR", None),
    ],
)
def test_a_price_is_read_exactly_or_not_at_all(text, currency, minor):
    assert amount_of(text, currency) == minor


@pytest.mark.parametrize(("minor", "currency"), [(4990, "EUR"), (5, "EUR"), (500, "JPY"), (1234, "KWD"), (0, "EUR")])
def test_what_is_written_is_read_back(minor, currency):
    assert amount_of(amount_text(minor, currency), currency) == minor


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["sku", "title", "category"], "price"),
        (["sku", "title", "category", "price", "prise"], "did you mean price"),
        (["sku", "title", "category", "price", "sku"], "twice"),
        (["sku", "title", "category", "price", "attr:Seat Height"], "no column"),
    ],
)
def test_a_wrong_heading_says_what_to_do(cells, said):
    with pytest.raises(BadFile, match=said):
        heading(cells)


def test_a_heading_may_be_written_large():
    assert heading(["SKU", " Title ", "category", "price", "attr:seat_height"])[:2] == ["sku", "title"]


def test_rows_of_one_handle_that_follow_each_other_are_one_product():
    rows = [a_row(2, handle="a"), a_row(3, handle="a"), a_row(4), a_row(5), a_row(6, handle="a")]
    assert [[row.number for row in group] for group in grouped(rows)] == [[2, 3], [4], [5], [6]]


def test_a_full_row_becomes_a_draft_with_typed_attributes():
    row = a_row(
        handle="Brass Lamp", brand="Lumen", price="49,90", compare_at="59", stock="12", tax_class="reduced", state="draft",
        picture="light-bulb|https://cdn.example/b.jpg",
    )  # fmt: skip
    row = Row(row.number, {**row.cells, "attr:height": "32", "attr:dimmable": "yes", "attr:colour": "brass"})
    reading = read_product([row], SHELVING)
    assert reading.errors == []
    assert reading.parsed is not None
    draft, [shelved] = reading.parsed.draft, reading.parsed.shelved
    assert (draft.handle, draft.brand, draft.state, draft.attributes) == (
        "brass-lamp", "Lumen", State.DRAFT, {"height": 32, "dimmable": True, "colour": "brass"},
    )  # fmt: skip
    assert [picture.name for picture in draft.pictures] == ["light-bulb", "https://cdn.example/b.jpg"]
    assert (shelved.price_minor, shelved.compare_at_minor, shelved.tax_class, shelved.stock) == (4990, 5900, "reduced", 12)
    assert reading.parsed.category_id == 70


def test_variants_take_their_options_from_their_own_rows():
    rows = [a_row(n, handle="lamp", option1_name="Size", option1_value=size) for n, size in ((2, "S"), (3, "M"))]
    reading = read_product(rows, SHELVING)
    assert reading.parsed is not None
    assert [variant.options for variant in reading.parsed.draft.variants] == [{"Size": "S"}, {"Size": "M"}]


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"sku": ""}, "sku"),
        ({"price": "cheap"}, "price"),
        ({"compare_at": "10.00"}, "compare_at"),
        ({"currency": "USD"}, "currency"),
        ({"stock": "-3"}, "stock"),
        ({"tax_class": "luxury"}, "tax_class"),
        ({"category": "lmaps"}, "category"),
        ({"state": "maybe"}, "state"),
        ({"attr:height": "tall"}, "attr:height"),
        ({"attr:voltage": "230"}, "attr:voltage"),
    ],
)
def test_a_wrong_cell_is_told_by_row_and_column_with_what_to_do(cells, column):
    reading = read_product([Row(9, {**a_row(9).cells, **cells})], SHELVING)
    [error] = reading.errors
    assert (error.row, error.column) == (9, column)
    assert error.problem.endswith((".", "?"))
    assert reading.parsed is None


def test_a_wrong_variant_stays_out_and_its_siblings_go_in():
    reading = read_product([a_row(2, handle="a"), a_row(3, handle="a", price="x"), a_row(4, handle="a")], SHELVING)
    assert [error.row for error in reading.errors] == [3]
    assert reading.parsed is not None
    assert [shelved.row for shelved in reading.parsed.shelved] == [2, 4]


def test_a_wrong_product_keeps_all_its_rows_out_and_each_is_told():
    reading = read_product([a_row(2, handle="a", category="x"), a_row(3, handle="a")], SHELVING)
    assert reading.parsed is None
    assert [(error.row, error.column) for error in reading.errors] == [(2, "category"), (3, "")]
