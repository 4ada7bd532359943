"""Which money pays what is due, which orders a payer names, and what a row of a statement says."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from velora.flows.receipts.sheet import Line, heading, read_line
from velora.flows.sheets import BadFile, Row, RowError
from velora.kernel.ids import encode
from velora.modules.suspense.policy import orders_named, shares

AMOUNTS = st.lists(st.integers(1, 20_000), max_size=6)


@given(due=st.integers(1, 40_000), kept=AMOUNTS)
def test_what_is_due_is_paid_whole_or_not_at_all_and_those_that_came_first_pay_first(due: int, kept: list[int]):
    taken = shares(due, kept)
    assert len(taken) == len(kept)
    assert all(0 <= part <= whole for part, whole in zip(taken, kept, strict=True))
    assert sum(taken) == (due if sum(kept) >= due else 0)
    used = [place for place, part in enumerate(taken) if part]
    assert used == list(range(len(used)))
    assert all(taken[place] == kept[place] for place in used[:-1])


@given(id_=st.integers(1, 2**62), noise=st.sampled_from(["{}", "Invoice {} thanks", "ORDER/{}/", "no. {}, and ord_1"]))
def test_an_order_is_known_in_the_words_whatever_a_bank_makes_of_them(id_: int, noise: str):
    ref = encode("ord", id_)
    for told in (ref, ref.lower(), ref.replace("_", " "), ref.replace("_", "")):
        assert id_ in orders_named(noise.format(told))


def test_words_that_name_no_order_name_none():
    assert orders_named("Thanks for the lamp, see you on 24.12.") == set()


GOOD = {"date": "2026-04-17", "amount": "115,56", "currency": "eur", "reference": "S-1", "text": "thanks", "order": ""}


def test_a_row_is_a_movement():
    row = Row(2, GOOD | {"order": encode("ord", 7)})
    assert read_line(row, ["EUR", "SEK"]) == Line(2, date(2026, 4, 17), 11_556, "EUR", "S-1", "thanks", 7)


@pytest.mark.parametrize(
    ("column", "cell"),
    [("date", "17.4.2026"), ("amount", "-3.00"), ("amount", "0"), ("currency", "USD"), ("reference", ""), ("order", "4711")],
)
def test_what_is_wrong_with_a_row_is_said_at_its_column(column: str, cell: str):
    found = read_line(Row(3, GOOD | {column: cell}), ["EUR"])
    assert isinstance(found, list)
    assert [(one.row, one.column) for one in found] == [(3, column)]


def test_everything_that_is_wrong_with_a_row_is_said_at_once():
    found = read_line(Row(3, {}), ["EUR"])
    assert isinstance(found, list)
    assert {one.column for one in found} == {"date", "currency", "reference"}
    assert all(isinstance(one, RowError) and one.problem for one in found)


@pytest.mark.parametrize("cells", [["date", "amount", "currency"], [*GOOD, "iban"], [*GOOD, "date"]])
def test_a_file_whose_columns_do_not_fit_is_refused(cells: list[str]):
    with pytest.raises(BadFile):
        heading(cells)
