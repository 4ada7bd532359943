"""A statement as a file: good rows go in, the others are told, and the same file again does nothing new."""

from pathlib import Path

import pytest

from tests.builders.receipts import ADA, an_awaited_order
from tests.builders.shop import Shop
from velora.flows.bookkeeping.verify import verify
from velora.flows.receipts.run import Report, import_receipts
from velora.flows.sheets import BadFile
from velora.kernel.ids import encode
from velora.modules.payments.service import IntentState


async def takes_in(shop: Shop, file: Path) -> Report:
    return await import_receipts(shop.house, shop.market.tenant, file, ADA)


async def test_a_statement_is_taken_in_row_by_row_and_again_does_nothing_new(shop: Shop, tmp_path: Path):
    async with shop.db.begin(None) as uow:
        named, chosen = [await an_awaited_order(uow, shop.market.tenant.id) for _ in range(2)]
    first, second = (encode("ord", one.order_id) for one in (named, chosen))
    rows = [
        "date;amount;currency;reference;text;order",
        f"2026-04-17;115,56;EUR;S-1;Invoice {first.replace('_', ' ')};",
        f"2026-04-17;40.00;EUR;S-2;cash of the courier;{second}",
        "2026-04-18;9.90;EUR;S-3;no idea;",
        "18.4.2026;9.90;EUR;S-4;a day that is none;",
        "2026-04-18;-9.90;EUR;S-5;what went out;",
        f"2026-04-18;10.00;EUR;S-6;for what is paid;{first}",
    ]
    file = tmp_path / "statement.csv"
    file.write_text("\n".join(rows), encoding="utf-8")
    report = await takes_in(shop, file)
    assert (report.rows, report.recorded, report.known, report.taken, report.kept) == (6, 4, 0, 1, 1)
    assert [(one.row, one.column) for one in report.errors] == [(5, "date"), (6, "amount"), (7, "order")]
    assert (await shop.intent(named.order_id)).state == IntentState.CAPTURED
    assert (await shop.intent(chosen.order_id)).state == IntentState.AWAITED
    again = await takes_in(shop, file)
    assert (again.recorded, again.known) == (0, 4)
    file.write_text("\n".join([rows[0], "2026-04-17;115,57;EUR;S-1;;"]), encoding="utf-8")
    [error] = (await takes_in(shop, file)).errors
    assert (error.row, error.column) == (2, "reference")
    assert "EUR 115.56" in error.problem
    assert [check for check in (await verify(shop.db, shop.market.tenant.id)).checks if check.count] == []


async def test_a_file_that_is_no_statement_changes_nothing(shop: Shop, tmp_path: Path):
    file = tmp_path / "statement.csv"
    file.write_text("when,how much\n2026-04-17,1", encoding="utf-8")
    with pytest.raises(BadFile, match="There is no column"):
        await takes_in(shop, file)
