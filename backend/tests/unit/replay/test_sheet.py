"""Reading the shop's file."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.builders.shop_file import FIRST, NAN, a_file, a_line, a_months_lines
from velora.flows.replay.lines import Kind
from velora.flows.replay.sheet import read_sheet
from velora.kernel.errors import Invalid
from velora.kernel.ids import time_of


def test_lines_of_an_invoice_are_one_sale_with_duplicates_kept(tmp_path):
    lines = [a_line("1", "A"), a_line("1", "A"), a_line("2", "A", day=1), a_line("1", "B", price=0.0)]
    sheet = read_sheet(a_file(tmp_path, sorted(lines, key=lambda line: line[4])))
    assert [(sale.invoice, list(sale.rows)) for sale in sheet.sales] == [("1", [0, 1]), ("2", [3])]
    assert [time_of(sale.order_id) for sale in sheet.sales] == [sale.moment for sale in sheet.sales]
    assert sheet.sales[0].moment == FIRST


def test_a_file_out_of_order_is_read_in_the_order_of_time(tmp_path):
    lines = [a_line("2", day=1), a_line("C3", pieces=-1, day=2), a_line("1")]
    sheet = read_sheet(a_file(tmp_path, lines))
    assert [sale.invoice for sale in sheet.sales] == ["1", "2"]
    assert [piece.sale_row for piece in sheet.matches[1]] == [0]  # the newer of the two


def test_missing_texts_and_customers_are_nothing(tmp_path):
    sheet = read_sheet(a_file(tmp_path, [a_line(description="nan", customer=NAN), a_line(customer=None, description="LAMP")]))
    assert [sheet.texts[text] for text in sheet.description] == ["", "LAMP"]
    assert list(sheet.customer) == [0, 0]


def test_every_line_is_something(tmp_path):
    lines = a_months_lines()
    sheet = read_sheet(a_file(tmp_path, lines))
    assert len(sheet.kinds) == len(lines)
    assert set(sheet.kinds) == set(Kind)


def test_a_file_that_is_none_says_what_it_should_be(tmp_path):
    text = tmp_path / "orders.csv"
    text.write_text("InvoiceNo,StockCode\n")
    with pytest.raises(Invalid, match="cannot be read as a Parquet file"):
        read_sheet(text)
    with pytest.raises(Invalid, match="cannot be read"):
        read_sheet(tmp_path / "missing.parquet")
    pq.write_table(pa.table({"InvoiceNo": ["1"]}), tmp_path / "narrow.parquet")
    with pytest.raises(Invalid, match="has no column StockCode, Description"):
        read_sheet(tmp_path / "narrow.parquet")
