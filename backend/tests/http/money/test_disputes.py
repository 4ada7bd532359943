"""Disputes as finance and sellers see them: what was taken, on whom it falls, what is held and why."""

from tests.http.money.conftest import Trade
from tests.http.money.test_journals import finance
from tests.http.people.conftest import Browser
from velora.flows.disputes.settle import DisputeNews
from velora.flows.disputes.sweep import hear
from velora.kernel.ids import encode
from velora.modules.payments import service as payments
from velora.modules.payments.gateways.port import SeenDispute

__all__ = ["finance"]


async def disputed(trade: Trade) -> tuple[int, str]:
    """An order that its buyer's bank took back, and the gateway's name for that."""
    bought = await trade.bought(2)
    key = (trade.market.tenant.id, bought.order_id)
    async with trade.house.db.read(None) as uow:
        intent = (await payments.of_orders(uow, [key]))[key]
    ref = await trade.gateway.open_dispute(intent.charge_ref)
    await heard(trade, ref)
    return bought.order_id, ref


async def heard(trade: Trade, ref: str) -> None:
    seen = await trade.gateway.find_dispute(ref)
    assert isinstance(seen, SeenDispute)
    await trade.house.writes.submit(hear, DisputeNews("sandbox", seen))


async def test_finance_sees_what_was_taken_on_whom_it_falls_and_how_it_ended(trade: Trade, finance: Browser):
    order_id, ref = await disputed(trade)
    [row] = (await finance.get(f"/finance/disputes?tenant={trade.market.tenant.slug}")).json()["data"]
    assert (row["order_id"], row["state"], row["gateway_ref"]) == (encode("ord", order_id), "open", ref)
    assert (row["taken"]["amount"], row["fee"]["amount"], row["reason"]) == (9800, 1500, "fraudulent")
    assert row["answer_by"] > row["opened_at"]
    whole = (await finance.get(f"/finance/disputes/{row['id']}")).json()
    [share] = whole["shares"]
    assert (share["amount"]["amount"], share["in_escrow"]) == (9800, True)
    assert 0 < share["held"]["amount"] < 9800
    assert [journal["kind"] for journal in whole["journals"]] == ["dispute_opened"]

    await trade.gateway.end_dispute(ref, won=False)
    await heard(trade, ref)
    whole = (await finance.get(f"/finance/disputes/{row['id']}")).json()
    assert (whole["state"], whole["shares"][0]["held"]["amount"]) == ("lost", 0)
    assert [journal["kind"] for journal in whole["journals"]] == ["dispute_opened", "dispute_lost"]
    assert (await finance.get("/finance/disputes?state=open&tenant=" + trade.market.tenant.slug)).json()["data"] == []


async def test_the_trail_and_the_journals_of_the_order_tell_of_it(trade: Trade, finance: Browser):
    order_id, ref = await disputed(trade)
    trail = (await finance.get(f"/finance/trails/{encode('ord', order_id)}")).json()
    assert trail["balanced"]
    assert [step["kind"] for step in trail["steps"] if not step["expected"]][-1] == "dispute_opened"
    [expected] = [step for step in trail["steps"] if step["expected"]]
    assert expected["release"]["waits_for"] == "dispute"
    await trade.gateway.end_dispute(ref, won=False)
    await heard(trade, ref)
    trail = (await finance.get(f"/finance/trails/{encode('ord', order_id)}")).json()
    assert trail["balanced"]
    [row] = (await finance.get(f"/finance/disputes?tenant={trade.market.tenant.slug}")).json()["data"]
    for about in (row["id"], encode("ord", order_id)):
        kinds = {journal["kind"] for journal in (await finance.get(f"/finance/journals?about={about}")).json()["data"]}
        assert {"dispute_opened", "dispute_lost"} <= kinds


async def test_a_seller_sees_what_is_held_and_why_and_nobody_elses(trade: Trade, browser_at):
    _, ref = await disputed(trade)
    staff = await trade.staff(browser_at)
    seller = encode("sel", trade.market.seller.id)
    [one] = (await staff.get(f"/seller/{seller}/disputes")).json()["disputes"]
    assert (one["state"], one["reason"], one["amount"]["amount"]) == ("open", "fraudulent", 9800)
    assert one["held"]["amount"] > 0
    assert "gateway_ref" not in one
    await trade.gateway.end_dispute(ref, won=True)
    await heard(trade, ref)
    [one] = (await staff.get(f"/seller/{seller}/disputes")).json()["disputes"]
    assert (one["state"], one["held"]["amount"], one["owed"]["amount"]) == ("won", 0, 0)
    assert (await staff.get("/finance/disputes")).status_code == 403
    assert (await staff.get(f"/seller/{encode('sel', 7)}/disputes")).status_code in (403, 404)


async def test_a_dispute_that_is_not_there_is_not_found(finance: Browser):
    assert (await finance.get(f"/finance/disputes/{encode('dp', 12)}")).status_code == 404
