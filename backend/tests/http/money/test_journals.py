"""The explorer of journals, the seals and the proofs, as finance's browser gets them."""

import json
import runpy
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.http.money.conftest import Trade, keyed
from tests.http.money.test_returns import returns_of, wish
from tests.http.people.conftest import Browser
from velora.flows.bookkeeping.seal import seal_once
from velora.kernel.clock import ManualClock
from velora.kernel.ids import encode
from velora.kernel.principal import Role
from velora.modules.ledger import service as ledger
from velora.modules.ledger.service import Look
from velora.platform.anchors.port import AnchorsAway
from velora.platform.db import Database

VERIFIER = Path(__file__).parents[4] / "docs/verify_proof.py"


@pytest.fixture
def db(fresh_db: Database) -> Database:
    """Of this test's own: a chain is sealed with the keys of one house."""
    return fresh_db


@pytest.fixture
async def finance(signed_in) -> Browser:
    browser, _ = await signed_in(None, Role.FINANCE)
    return browser


async def found(finance: Browser, trade: Trade, **filters: object) -> list[dict[str, Any]]:
    """The journals of the trade's marketplace that fit."""
    words = "&".join(f"{name.rstrip('_')}={value}" for name, value in filters.items())
    reply = await finance.get(f"/finance/journals?tenant={trade.market.tenant.slug}&{words}")
    assert reply.status_code == 200, reply.text
    return reply.json()["data"]


async def refunded(trade: Trade, browser_at):
    """Somebody buys two lamps and gives one back."""
    bought, staff = await trade.bought(2), await trade.staff(browser_at)
    view = (await bought.buyer.ask("POST", returns_of(bought), wish(bought), keyed())).json()
    await staff.ask("POST", f"/seller/{encode('sel', trade.market.seller.id)}/returns/{view['id']}/approve", {}, keyed())
    return bought


async def test_an_orders_journals_are_found_by_its_id_and_by_everything_that_belongs_to_it(trade: Trade, finance: Browser, browser_at):
    bought = await refunded(trade, browser_at)
    await trade.bought(1)
    of_order = await found(finance, trade, q=encode("ord", bought.order_id))
    assert [one["kind"] for one in of_order] == ["refund_paid", "refund", "capture"]
    assert {one["about"]["order"] for one in of_order} == {encode("ord", bought.order_id)}
    refund, capture = of_order[1], of_order[2]
    assert [one["id"] for one in await found(finance, trade, q=capture["about"]["intent"])] == [capture["id"]]
    assert [one["kind"] for one in await found(finance, trade, q=refund["about"]["refund"])] == ["refund_paid", "refund"]
    assert [one["kind"] for one in await found(finance, trade, q=encode("sor", bought.part.id))] == ["refund_paid", "refund"]
    assert await found(finance, trade, q=capture["id"]) == [capture]
    assert await found(finance, trade, q=capture["key"]) == [capture]
    for nothing in ("ord_nonsense", encode("ord", 5), "a lamp", "capture:pi_nonsense"):
        assert await found(finance, trade, q=nothing) == [], nothing
    assert await found(finance, trade, q=encode("ord", bought.order_id), kind="refund") == [refund]
    assert capture["total"]["amount"] == sum(leg["amount"]["amount"] for leg in capture["legs"]) == 9800


async def test_journals_are_narrowed_by_account_kind_amount_and_time(trade: Trade, finance: Browser, browser_at):
    await refunded(trade, browser_at)
    await trade.bought(1)
    seller = encode("sel", trade.market.seller.id)
    assert [one["kind"] for one in await found(finance, trade)] == ["capture", "refund_paid", "refund", "capture"]
    assert len(await found(finance, trade, account=f"2010:{seller}")) == 3
    escrow = (await found(finance, trade, account="2010"))[0]["legs"][0]["credit"]
    assert len(await found(finance, trade, account=escrow["id"])) == 3
    assert [one["kind"] for one in await found(finance, trade, account="2050")] == ["refund_paid", "refund"]
    assert [one["kind"] for one in await found(finance, trade, account="2010", kind="refund")] == ["refund"]
    for nothing in ("20", "lac_nonsense", encode("lac", 5), "9999"):
        assert await found(finance, trade, account=nothing) == [], nothing
    assert [one["kind"] for one in await found(finance, trade, kind="capture")] == ["capture", "capture"]
    assert [one["total"]["amount"] for one in await found(finance, trade, amount_from=9800, amount_to=9800)] == [9800]
    assert [one["total"]["amount"] for one in await found(finance, trade, amount_from=5000, currency="EUR")] == [5390, 9800]
    assert [one["kind"] for one in await found(finance, trade, amount_from=5000, amount_to=9000)] == ["capture", "capture"]
    assert await found(finance, trade, amount_from=5000, currency="USD") == []
    at = trade.house.clock.now()
    assert await found(finance, trade, to=(at - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")) == []
    assert len(await found(finance, trade, from_=(at - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ"))) == 4
    reply = await finance.get("/finance/journals?amount_from=5&amount_to=4")
    assert (reply.status_code, reply.json()["code"]) == (422, "request.invalid")


async def test_pages_lead_through_all_journals_and_a_search_that_stops_says_how_far_it_came(trade: Trade, finance: Browser):
    for _ in range(3):
        await trade.bought(1)
    slug, ids, cursor = trade.market.tenant.slug, [], ""
    while True:
        page = (await finance.get(f"/finance/journals?tenant={slug}&limit=2{cursor}")).json()
        ids += [one["id"] for one in page["data"]]
        assert page["looked_back_to"] is None
        if not page["has_more"]:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert ids == [one["id"] for one in await found(finance, trade)]
    assert ids == sorted(set(ids), reverse=True)
    async with trade.house.db.read(None) as uow:
        look = Look(tenant_ids=[trade.market.tenant.id], kind="release")
        first = await ledger.explore(uow, look, stretch=2)
        assert first.journals == []
        assert first.looked_back_to is not None
        assert first.next_before is not None
        last = await ledger.explore(uow, look, before=first.next_before, stretch=2)
    assert (last.journals, last.next_before) == ([], None)


async def test_a_journal_tells_who_caused_it_what_undid_it_and_which_block_seals_it(
    trade: Trade, finance: Browser, browser_at, monkeypatch
):
    await refunded(trade, browser_at)
    refund = (await found(finance, trade, kind="refund"))[0]
    waiting = (await finance.get(f"/finance/journals/{refund['id']}")).json()
    assert (waiting["sealed"], waiting["block"], waiting["reversed_by"]) == (False, None, None)
    assert waiting["actor"]["ref"].startswith("account:")
    assert waiting["actor"]["name"]
    refused = await finance.get(f"/finance/journals/{refund['id']}/proof")
    assert (refused.status_code, refused.json()["code"]) == (409, "ledger.not_sealed_yet")

    assert await seal_once(trade.house) == 1
    sealed = (await finance.get(f"/finance/journals/{refund['id']}")).json()
    assert (sealed["sealed"], sealed["block"]["n"], sealed["block"]["anchored"]) == (True, 1, "anchored")

    async def away(shard: int) -> None:
        raise AnchorsAway("the disk is gone")

    with monkeypatch.context() as patched:
        patched.setattr(trade.house.anchors, "newest", away)
        assert (await finance.get(f"/finance/journals/{refund['id']}")).json()["block"]["anchored"] == "away"
        reply = await finance.get("/finance/seals")
        assert (reply.status_code, reply.json()["code"]) == (503, "platform.anchors_unavailable")
    assert (await finance.get(f"/finance/journals/{encode('jrn', 5)}")).status_code == 404


async def test_what_was_undone_and_what_undid_it_name_each_other(trade: Trade, finance: Browser):
    await trade.bought(1)
    async with trade.house.db.read(None) as uow:
        [capture] = (await ledger.explore(uow, Look(tenant_ids=[trade.market.tenant.id]))).journals
        accounts = capture.legs[0]
    async with trade.house.db.begin(None) as uow:
        debit, credit = (ledger.AccountRef(*one.code.split(":")) for one in (accounts.debit, accounts.credit))
        at = uow.now
        first = ledger.Journal(trade.market.tenant.id, f"payout:{encode('pay', 7)}", "payout", "EUR", ledger.legs((credit, debit, 100)), at)
        [posted] = await ledger.post(uow, [first])
        assert isinstance(posted, ledger.Posted)
        undone = ledger.Journal(
            trade.market.tenant.id, f"payout-failed:{encode('pay', 7)}", "payout_failed", "EUR", ledger.legs((debit, credit, 100)), at,
            reverses_id=posted.journal_id,
        )  # fmt: skip
        [after] = await ledger.post(uow, [undone])
        assert isinstance(after, ledger.Posted)
    one, other = encode("jrn", posted.journal_id), encode("jrn", after.journal_id)
    assert (await finance.get(f"/finance/journals/{one}")).json()["reversed_by"] == other
    assert (await finance.get(f"/finance/journals/{other}")).json()["reverses"] == one
    assert [one["kind"] for one in await found(finance, trade, q=encode("pay", 7))] == ["payout_failed", "payout"]


async def test_a_proof_is_downloaded_and_holds_without_velora(trade: Trade, finance: Browser):
    await trade.bought(1)
    await seal_once(trade.house)
    (capture,) = await found(finance, trade)
    reply = await finance.get(f"/finance/journals/{capture['id']}/proof")
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-disposition"] == f'attachment; filename="proof-{capture["id"]}.json"'
    check = runpy.run_path(str(VERIFIER))["check"]
    proof = json.loads(reply.content)
    key = proof["public_key"].encode()
    assert check(proof, key, []).startswith(f"{capture['id']} stood in the ledger when block 1 was sealed")
    with pytest.raises(ValueError, match="does not lead to the root"):
        check(proof | {"form": proof["form"].replace("capture", "captura")}, key, [])


async def test_the_seals_show_the_chain_block_by_block(trade: Trade, finance: Browser):
    empty = (await finance.get("/finance/seals")).json()
    assert (empty["last"], empty["data"], empty["has_more"]) == (None, [], False)
    for _ in range(3):
        await trade.bought(1)
        assert await seal_once(trade.house) == 1
    seals = (await finance.get("/finance/seals?limit=2")).json()
    assert [one["n"] for one in seals["data"]] == [3, 2]
    assert seals["last"] == seals["data"][0]
    assert seals["data"][0]["previous_hash"] == seals["data"][1]["hash"]
    assert (seals["is_anchored"], seals["late"], seals["waiting_seconds"]) == (True, False, 0)
    assert all(one["anchored"] for one in seals["data"])
    assert (seals["last"]["total"], seals["signing_key_id"]) == (3, seals["last"]["key_id"])
    assert seals["last"]["sums"][0] == {"amount": 5390, "currency": "EUR"}
    older = (await finance.get(f"/finance/seals?limit=2&cursor={seals['next_cursor']}")).json()
    assert [one["n"] for one in older["data"]] == [1]
    assert (older["last"]["n"], older["has_more"]) == (3, False)


async def test_the_trial_balance_of_a_past_day_is_where_the_statements_of_that_day_end(trade: Trade, finance: Browser, clock: ManualClock):
    await trade.bought(1)
    await seal_once(trade.house, round_journals=1)
    noon = clock.now() + timedelta(hours=2)
    await trade.bought(2)
    clock.advance(timedelta(days=3))
    await trade.bought(2)
    await seal_once(trade.house, round_journals=1)
    clock.advance(timedelta(days=2))
    await trade.bought(1)
    slug = trade.market.tenant.slug
    past = (await finance.get(f"/finance/trial-balance?tenant={slug}&at={noon:%Y-%m-%dT%H:%M:%S.000Z}")).json()
    assert past["balanced"]
    assert past["debit"]["amount"] == 5390 + 10290 - 490
    for row in past["rows"]:
        since = noon - timedelta(days=15)
        words = f"from={since:%Y-%m-%dT%H:%M:%SZ}&to={noon:%Y-%m-%dT%H:%M:%SZ}"
        statement = (await finance.get(f"/finance/accounts/{row['account_id']}/statement?{words}")).json()
        assert statement["data"][-1]["balance"] == {"amount": row["debit"]["amount"] + row["credit"]["amount"], "currency": "EUR"}
        csv = (await finance.get(f"/finance/accounts/{row['account_id']}/statement.csv?{words}")).text
        assert csv.splitlines()[-1].endswith(f",{statement['data'][-1]['balance']['amount']}")
        later = (await finance.get(f"/finance/accounts/{row['account_id']}/statement?from={noon:%Y-%m-%dT%H:%M:%SZ}")).json()
        assert later["opening"] == statement["data"][-1]["balance"]


@pytest.mark.parametrize("path", ["journals", "seals", "payments", f"journals/{encode('jrn', 5)}", f"payments/{encode('pi', 5)}"])
async def test_only_finance_may_look(trade: Trade, signed_in, browser_at, path):
    assert (await browser_at().get(f"/finance/{path}")).status_code == 401
    admin, _ = await signed_in(trade.market.tenant, Role.MARKETPLACE_ADMIN)
    assert (await admin.get(f"/finance/{path}")).status_code == 403
