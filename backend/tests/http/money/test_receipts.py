"""Receipts and transfers over HTTP."""

import pytest

from tests.builders.orders import Paid
from tests.builders.receipts import an_awaited_order
from tests.http.money.conftest import Trade, keyed
from tests.http.people.conftest import Browser
from velora.flows.bookkeeping.verify import verify
from velora.flows.refund.cancel import Cancellation, cancel
from velora.kernel.ids import encode
from velora.kernel.principal import Role


@pytest.fixture
async def ada(signed_in) -> Browser:
    browser, _ = await signed_in(None, Role.FINANCE, name="Ada")
    return browser


@pytest.fixture
async def grace(signed_in) -> Browser:
    browser, _ = await signed_in(None, Role.FINANCE, name="Grace")
    return browser


async def an_order(trade: Trade) -> Paid:
    async with trade.house.db.begin(None) as uow:
        return await an_awaited_order(uow, trade.market.tenant.id)


def a_receipt(trade: Trade, amount: int, words: str = "", reference: str = "S-1", **more: object) -> dict[str, object]:
    return {
        "tenant": trade.market.tenant.slug, "reference": reference, "amount_minor": amount, "currency": "EUR", "valued_on": "2026-04-17",
        "words": words, **more,
    }  # fmt: skip


async def is_clean(trade: Trade) -> bool:
    return [check for check in (await verify(trade.house.db, trade.market.tenant.id)).checks if check.count] == []


async def test_a_receipt_is_recorded_once_and_pays_the_order_that_it_names(trade: Trade, ada: Browser):
    order = await an_order(trade)
    ref = encode("ord", order.order_id)
    waits = (await ada.get(f"/finance/waiting-orders?tenant={trade.market.tenant.slug}&q=115.56")).json()
    [row] = waits["data"]
    assert (row["order_id"], row["method"], row["bucket"], row["due"]["amount"], row["kept"]["amount"]) == (
        ref, "invoice", "not_due", 11_556, 0,
    )  # fmt: skip
    assert {one["bucket"]: one["missing"]["amount"] for one in waits["sums"]}["not_due"] == 11_556
    key, body = keyed(), a_receipt(trade, 11_556, f"for {ref}")
    made = await ada.ask("POST", "/finance/receipts", body, key)
    assert (made.status_code, made.json()["state"], made.json()["order_id"], made.json()["is_new"]) == (201, "settled", ref, True)
    again = await ada.ask("POST", "/finance/receipts", body, key)
    assert (again.json()["id"], again.json()["is_new"]) == (made.json()["id"], False)
    other = await ada.ask("POST", "/finance/receipts", a_receipt(trade, 1), keyed())
    assert (other.status_code, other.json()["code"]) == (409, "suspense.receipt_differs")
    [listed] = (await ada.get(f"/finance/receipts?tenant={trade.market.tenant.slug}")).json()["data"]
    assert (listed["reference"], listed["received"]["amount"], listed["settlement"]) == ("S-1", 11_556, "take")
    assert (await ada.get(f"/finance/waiting-orders?tenant={trade.market.tenant.slug}")).json()["data"] == []
    assert await is_clean(trade)


async def test_a_part_is_kept_let_go_and_taken_for_the_order_again(trade: Trade, ada: Browser):
    order = await an_order(trade)
    ref = encode("ord", order.order_id)
    made = (await ada.ask("POST", "/finance/receipts", a_receipt(trade, 4_000, order_id=ref), keyed())).json()
    assert (made["state"], made["order_id"]) == ("kept", ref)
    reason = {"reason": "Meant for another order"}
    gone = await ada.ask("POST", f"/finance/suspense/{made['id']}/let-go", reason, keyed())
    assert (gone.json()["state"], gone.json()["order_id"]) == ("open", None)
    twice = await ada.ask("POST", f"/finance/suspense/{made['id']}/let-go", reason, keyed())
    assert (twice.status_code, twice.json()["code"]) == (409, "suspense.not_kept")
    nowhere = await ada.ask("POST", f"/finance/suspense/{made['id']}/settle", {"settlement": "take", **reason}, keyed())
    assert (nowhere.status_code, nowhere.json()["errors"][0]["pointer"]) == (422, "/order_id")
    taken = await ada.ask("POST", f"/finance/suspense/{made['id']}/settle", {"settlement": "take", "order_id": ref, **reason}, keyed())
    assert (taken.json()["state"], taken.json()["order_id"]) == ("kept", ref)
    assert await is_clean(trade)


async def test_a_refund_by_transfer_asks_where_to_and_is_sent_by_two_people(trade: Trade, ada: Browser, grace: Browser):
    order = await an_order(trade)
    await ada.ask("POST", "/finance/receipts", a_receipt(trade, 11_556, encode("ord", order.order_id)), keyed())
    async with trade.house.db.begin(None) as uow:
        await cancel(uow, [Cancellation(order.tenant_id, order.order_id, "test")])
    [transfer] = (await ada.get(f"/finance/transfers?tenant={trade.market.tenant.slug}")).json()["data"]
    assert (transfer["amount"]["amount"], transfer["payee"], transfer["needs_second_person"]) == (11_556, None, True)
    place = f"/finance/transfers/{transfer['id']}"
    sent = {"bank_ref": "T-1", "sent_on": "2026-04-20"}
    nobody = await ada.ask("POST", f"{place}/sent", sent, keyed())
    assert (nobody.status_code, nobody.json()["code"]) == (409, "transfers.no_payee")
    wrong = await ada.ask("PUT", f"{place}/payee", {"holder": "Ada Lovelace", "iban": "DE89 3704 0044 0532 0130 01"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "transfers.bad_iban")
    known = await ada.ask("PUT", f"{place}/payee", {"holder": "Ada Lovelace", "iban": "DE89 3704 0044 0532 0130 00"})
    assert known.json()["payee"] == {"holder": "Ada Lovelace", "iban": "DE89370400440532013000"}
    waiting = (await ada.ask("POST", f"{place}/sent", sent, keyed())).json()
    assert waiting["state"] == "awaiting_second"
    approval = (await grace.get(f"/finance/approvals/{waiting['approval_id']}")).json()
    assert "DE89" not in str(approval)
    done = await grace.ask(
        "POST", f"/finance/approvals/{waiting['approval_id']}/approve", {"fingerprint": approval["fingerprint"]}, keyed()
    )
    assert done.status_code == 200
    [sent_one] = (await ada.get(f"/finance/transfers?state=sent&tenant={trade.market.tenant.slug}")).json()["data"]
    assert (sent_one["id"], sent_one["bank_ref"], sent_one["sent_on"]) == (transfer["id"], "T-1", "2026-04-20")
    late = await ada.ask("POST", f"{place}/failed", {"reason": "The account is closed"}, keyed())
    assert (late.status_code, late.json()["code"]) == (409, "transfers.not_to_make")
    assert await is_clean(trade)


async def test_only_finance_sees_and_records(trade: Trade, signed_in):
    buyer, _ = await signed_in(None)
    for path in ("/finance/receipts", "/finance/waiting-orders", "/finance/transfers"):
        assert (await buyer.get(path)).status_code == 403
    refused = await buyer.ask("POST", "/finance/receipts", a_receipt(trade, 100), keyed())
    assert refused.status_code == 403
