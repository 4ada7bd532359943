"""Returns of orders that are paid later, over HTTP: none before the money is here, then by transfer to an account only finance sees."""

import logging

import pytest
from sqlalchemy import inspect, text

from tests.http.money.conftest import Bought, Trade, keyed
from tests.http.people.conftest import Browser
from velora.flows.bookkeeping.verify import verify
from velora.flows.postings import BANK, REFUND_CLEARING
from velora.flows.reactions import relay_once
from velora.kernel.ids import encode
from velora.kernel.principal import Role
from velora.modules.ledger import service as ledger

HOLDER, IBAN = "Augusta King-Noel", "GB29NWBK60161331926819"  # nobody's in any other test
PAYEE = {"holder": HOLDER, "iban": "GB29 NWBK 6016 1331 9268 19"}


@pytest.fixture
async def finance(signed_in) -> Browser:
    browser, _ = await signed_in(None, Role.FINANCE, name="Ada")
    return browser


def wish(bought: Bought, **more: object) -> dict[str, object]:
    return {"lines": [{"line_id": encode("lin", bought.line.id), "quantity": 1}], "reason": "damaged", **more}


def returns_of(bought: Bought) -> str:
    return f"/seller-orders/{encode('sor', bought.part.id)}/returns"


async def is_paid(trade: Trade, finance: Browser, bought: Bought) -> None:
    """Two lamps, as the statement of the bank says."""
    receipt = {
        "tenant": trade.market.tenant.slug, "reference": "S-1", "amount_minor": bought.part.total_minor, "currency": "EUR",
        "valued_on": "2026-04-17", "words": encode("ord", bought.order_id),
    }  # fmt: skip
    made = await finance.ask("POST", "/finance/receipts", receipt, keyed())
    assert (made.status_code, made.json()["state"]) == (201, "settled"), made.text


async def holds(trade: Trade) -> tuple[int, int]:
    """What is in the bank, and on its way back; and nothing is wrong with the books."""
    tenant_id, codes = trade.market.tenant.id, (str(BANK), str(REFUND_CLEARING))
    async with trade.house.db.read(None) as uow:
        found = await ledger.balances(uow, {(tenant_id, code) for code in codes})
    assert [check for check in (await verify(trade.house.db, tenant_id)).checks if check.count] == []
    bank, back = (found.get((tenant_id, code, "EUR"), 0) for code in codes)
    return bank, back


async def where_it_is_written(trade: Trade, *words: str) -> set[str]:
    """The tables in which any row has any of these words in it."""
    async with trade.house.db.engine.connect() as connection:
        names = await connection.run_sync(lambda there: inspect(there).get_table_names())
        rows = {name: (await connection.execute(text(f"SELECT * FROM {name}"))).all() for name in names}
    return {name for name, there in rows.items() for row in there if any(word in str(row) for word in words)}


@pytest.mark.parametrize("method", ["invoice", "cash_on_delivery"])
async def test_what_is_not_paid_yet_is_not_given_back_and_the_answer_says_what_to_do(trade: Trade, finance: Browser, method):
    bought = await trade.bought(method=method)
    early = await bought.buyer.ask("POST", returns_of(bought), wish(bought), keyed())
    assert (early.status_code, early.json()["code"]) == (409, "returns.not_paid_yet")
    assert "ask again once it is here" in early.json()["detail"]
    nobody = f"Nobody {bought.order_id}"
    with_account = await bought.buyer.ask("POST", returns_of(bought), wish(bought, payee=PAYEE | {"holder": nobody}), keyed())
    assert with_account.json()["code"] == "returns.not_paid_yet"
    assert await where_it_is_written(trade, nobody) == set()
    await is_paid(trade, finance, bought)
    asked = await bought.buyer.ask("POST", returns_of(bought), wish(bought), keyed())
    assert asked.status_code == 201, asked.text
    assert await holds(trade) == (bought.part.total_minor, 0)


async def test_what_was_paid_on_invoice_goes_back_to_the_account_that_the_buyer_names(trade: Trade, finance: Browser, browser_at):
    bought, staff = await trade.bought(method="invoice"), await trade.staff(browser_at)
    await is_paid(trade, finance, bought)
    asked = await bought.buyer.ask("POST", returns_of(bought), wish(bought, payee=PAYEE), keyed())
    assert asked.status_code == 201, asked.text
    approve = f"/seller/{encode('sel', trade.market.seller.id)}/returns/{asked.json()['id']}/approve"
    approved = await staff.ask("POST", approve, {}, keyed())
    assert (approved.status_code, approved.json()["state"]) == (200, "approved"), approved.text
    assert await holds(trade) == (bought.part.total_minor, 4900)
    [transfer] = (await finance.get(f"/finance/transfers?tenant={trade.market.tenant.slug}")).json()["data"]
    assert (transfer["amount"]["amount"], transfer["payee"]) == (4900, {"holder": HOLDER, "iban": IBAN})
    assert transfer["order_id"] == encode("ord", bought.order_id)
    sent = {"bank_ref": "T-1", "sent_on": "2026-04-20"}
    done = await finance.ask("POST", f"/finance/transfers/{transfer['id']}/sent", sent, keyed())
    assert (done.status_code, done.json()["state"]) == (200, "sent"), done.text
    assert await holds(trade) == (bought.part.total_minor - 4900, 0)
    [seen] = (await bought.buyer.get(f"/orders/{encode('ord', bought.order_id)}")).json()["seller_orders"][0]["returns"]
    assert seen["state"] == "refunded"
    assert (await trade.gateway.totals()).refunded_minor == {}
    journals = (await finance.get(f"/finance/journals?tenant={trade.market.tenant.slug}&q={transfer['id']}")).json()["data"]
    assert [(one["kind"], one["about"]["refund"]) for one in journals] == [
        ("refund_paid", transfer["about"]),
        ("refund", transfer["about"]),
    ]


async def test_only_finance_ever_sees_the_account(trade: Trade, finance: Browser, browser_at, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    bought, staff = await trade.bought(method="invoice"), await trade.staff(browser_at)
    await is_paid(trade, finance, bought)
    asked = await bought.buyer.ask("POST", returns_of(bought), wish(bought, payee=PAYEE), keyed())
    seller = f"/seller/{encode('sel', trade.market.seller.id)}"
    await staff.ask("POST", f"{seller}/returns/{asked.json()['id']}/approve", {}, keyed())
    [transfer] = (await finance.get(f"/finance/transfers?tenant={trade.market.tenant.slug}")).json()["data"]
    place = f"/finance/transfers/{transfer['id']}"
    await finance.ask("POST", f"{place}/sent", {"bank_ref": "T-1", "sent_on": "2026-04-20"}, keyed())
    while await relay_once(trade.house):
        pass
    order = encode("ord", bought.order_id)
    pages = [
        await bought.buyer.get(f"/orders/{order}"),
        await staff.get(f"{seller}/returns"),
        await staff.get(f"{seller}/orders/{encode('sor', bought.part.id)}"),
        await finance.get(f"/finance/journals?tenant={trade.market.tenant.slug}"),
    ]
    assert [page.status_code for page in pages] == [200, 200, 200, 200]
    for said in [asked.text, *(page.text for page in pages), caplog.text]:
        assert HOLDER not in said
        assert IBAN not in said
    assert await where_it_is_written(trade, HOLDER, IBAN, str(PAYEE["iban"])) == {"transfer_payee"}
    for stranger in (bought.buyer, staff):
        assert (await stranger.get("/finance/transfers")).status_code == 403
