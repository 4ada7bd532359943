"""Payouts over HTTP: finance runs them, the bank pays or refuses, the seller sees its money move."""

import pytest

from tests.http.money.conftest import Trade, keyed
from tests.http.money.test_finance import released
from tests.http.people.conftest import Browser
from velora.flows.bookkeeping.verify import verify
from velora.flows.payout_run.run import resume_payouts
from velora.kernel.ids import encode
from velora.kernel.principal import Role


@pytest.fixture
async def finance(signed_in) -> Browser:
    browser, _ = await signed_in(None, Role.FINANCE)
    return browser


def run(trade: Trade) -> dict[str, str]:
    return {"tenant": trade.market.tenant.slug}


async def balance(trade: Trade, staff: Browser) -> dict[str, int]:
    (account,) = (await staff.get(f"/seller/{encode('sel', trade.market.seller.id)}/balance")).json()["accounts"]
    return {name: account[name]["amount"] for name in ("on_hold", "available", "on_its_way", "paid")}


async def test_what_is_released_is_available_then_paid(trade: Trade, finance: Browser, browser_at):
    staff, bought = await trade.staff(browser_at), await trade.bought(1)
    before = await balance(trade, staff)
    assert before["on_hold"] > 0
    assert before["available"] == 0
    await released(trade, bought)
    available = (await balance(trade, staff))["available"]
    assert available > 0

    key = keyed()
    (payout,) = (await finance.ask("POST", "/finance/payouts/run", run(trade), key)).json()["data"]
    assert (payout["state"], payout["amount"]["amount"], payout["seller"]["name"]) == ("paid", available, trade.market.seller.name)
    (again,) = (await finance.ask("POST", "/finance/payouts/run", run(trade), key)).json()["data"]
    assert again == payout
    assert (await finance.ask("POST", "/finance/payouts/run", run(trade), keyed())).json()["data"] == []
    assert await balance(trade, staff) == {"on_hold": 0, "available": 0, "on_its_way": 0, "paid": available}
    assert await trade.bank.sent(encode("sel", trade.market.seller.id)) == {"EUR": available}
    (mine,) = (await staff.get(f"/seller/{encode('sel', trade.market.seller.id)}/payouts")).json()["data"]
    assert mine["paid_at"] is not None
    assert (await verify(trade.house.db, trade.market.tenant.id)).clean


async def test_a_closed_account_gives_the_money_back_to_the_seller(trade: Trade, finance: Browser, browser_at):
    staff = await trade.staff(browser_at)
    await released(trade, await trade.bought(1))
    await trade.bank.close_account(encode("sel", trade.market.seller.id), "The account is closed.")
    (payout,) = (await finance.ask("POST", "/finance/payouts/run", run(trade), keyed())).json()["data"]
    assert (payout["state"], payout["reason"]) == ("failed", "The account is closed.")
    assert (await balance(trade, staff))["available"] == payout["amount"]["amount"]
    assert (await verify(trade.house.db, trade.market.tenant.id)).clean


async def test_a_bank_that_does_not_answer_leaves_it_unknown_until_asked_again(trade: Trade, finance: Browser, browser_at):
    staff = await trade.staff(browser_at)
    await released(trade, await trade.bought(1))
    await trade.bank.lose_next_answer(encode("sel", trade.market.seller.id))
    (payout,) = (await finance.ask("POST", "/finance/payouts/run", run(trade), keyed())).json()["data"]
    assert payout["state"] == "unknown"
    assert (await balance(trade, staff))["on_its_way"] == payout["amount"]["amount"]
    await resume_payouts(trade.house)
    assert (await balance(trade, staff))["paid"] == payout["amount"]["amount"]
    assert await trade.bank.sent(encode("sel", trade.market.seller.id)) == {"EUR": payout["amount"]["amount"]}


async def test_the_sellers_statement_is_csv_of_its_own_accounts_only(trade: Trade, browser_at):
    staff = await trade.staff(browser_at)
    await released(trade, await trade.bought(1))
    path = f"/seller/{encode('sel', trade.market.seller.id)}/statement.csv?tenant={trade.market.tenant.slug}"
    reply = await staff.get(path)
    assert reply.headers["content-disposition"].startswith("attachment")
    head, *lines = reply.text.splitlines()
    assert head.startswith("account,name,currency,time")
    assert {line.split(",")[0] for line in lines} == {f"{code}:{encode('sel', trade.market.seller.id)}" for code in ("2010", "2020")}
    assert (await staff.get(path.replace(trade.market.tenant.slug, "nowhere"))).status_code == 404
    assert (await staff.get(f"{path}&currency=EUR")).text == reply.text
    assert (await staff.get(f"{path}&currency=SEK")).text.splitlines() == [head]
    assert (await staff.get(f"{path}&currency=ZZZ")).status_code == 422
