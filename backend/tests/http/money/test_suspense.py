"""Finance's desk and its second person over HTTP."""

import pytest

from tests.http.money.conftest import Trade, keyed
from tests.http.people.conftest import Browser
from velora.flows.bookkeeping.verify import verify
from velora.flows.suspense.open import open_case
from velora.kernel.principal import Role
from velora.modules.payments.gateways.port import Captured, ChargeOrder
from velora.modules.suspense.service import CaseFacts, NewCase


@pytest.fixture
async def ada(signed_in) -> Browser:
    browser, _ = await signed_in(None, Role.FINANCE, name="Ada")
    return browser


@pytest.fixture
async def grace(signed_in) -> Browser:
    browser, _ = await signed_in(None, Role.FINANCE, name="Grace")
    return browser


async def a_case(trade: Trade, amount: int = 25_000) -> CaseFacts:
    charge = await trade.gateway.charge(ChargeOrder(f"pi_{amount}_{trade.house.db.new_id()}", "", amount, "EUR", "tok_visa"))
    assert isinstance(charge, Captured)
    new = NewCase(trade.market.tenant.id, "sandbox", charge.ref, amount, "EUR", {"status": "succeeded"})
    async with trade.house.db.begin(None) as uow:
        [case] = await open_case(uow, [new])
    return case


def give_back(reason: str = "Paid twice by mistake") -> dict[str, str]:
    return {"settlement": "give_back", "reason": reason}


async def test_the_desk_shows_a_case_with_all_that_is_known(trade: Trade, ada: Browser):
    case = await a_case(trade)
    reply = await ada.get(f"/finance/suspense?tenant={trade.market.tenant.slug}")
    (listed,) = reply.json()["data"]
    assert (listed["id"], listed["kind"], listed["state"], listed["amount"]) == (
        case.ref, "charge", "open", {"amount": 25_000, "currency": "EUR"},
    )  # fmt: skip
    shown = (await ada.get(f"/finance/suspense/{case.ref}")).json()
    assert shown["facts"] == {"status": "succeeded"}
    assert [(step["what"], step["by"]) for step in shown["steps"]] == [("suspense.opened", "system")]
    assert {one["settlement"]: one["refusal"] is None for one in shown["choices"]} == {
        "give_back": True,
        "write_off": False,
        "credit": True,
        "take": True,
    }
    assert (shown["needs_second_person"], shown["may_ask"]) == (True, False)
    refused = await ada.ask("POST", f"/finance/suspense/{case.ref}/ask", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "suspense.nothing_to_ask")


async def test_two_people_give_it_back(trade: Trade, ada: Browser, grace: Browser):
    case = await a_case(trade)
    key = keyed()
    waiting = (await ada.ask("POST", f"/finance/suspense/{case.ref}/settle", give_back(), key)).json()
    assert waiting["state"] == "awaiting_second"
    again = (await ada.ask("POST", f"/finance/suspense/{case.ref}/settle", give_back(), key)).json()
    assert again == waiting
    refused = await grace.ask("POST", f"/finance/suspense/{case.ref}/settle", give_back(), keyed())
    assert (refused.json()["code"], refused.json()["approval"]) == ("suspense.not_open", waiting["approval_id"])

    approval = (await grace.get(f"/finance/approvals/{waiting['approval_id']}")).json()
    assert approval["payload"] == give_back()
    assert approval["requested_by"] == {"name": "Ada", "me": False}
    address, agreed = f"/finance/approvals/{approval['id']}", {"fingerprint": approval["fingerprint"]}
    own = await ada.ask("POST", f"{address}/approve", agreed, keyed())
    assert (own.status_code, own.json()["code"]) == (403, "approvals.own_request")
    changed = await grace.ask("POST", f"{address}/approve", {"fingerprint": "0" * 64}, keyed())
    assert (changed.status_code, changed.json()["code"]) == (409, "approvals.changed")
    key = keyed()
    done = await grace.ask("POST", f"{address}/approve", agreed, key)
    assert (done.json()["state"], done.json()["decided_by"]) == ("done", {"name": "Grace", "me": True})
    assert (await grace.ask("POST", f"{address}/approve", agreed, key)).json() == done.json()
    late = await grace.ask("POST", f"{address}/approve", agreed, keyed())
    assert (late.status_code, late.json()["code"]) == (409, "approvals.already_decided")

    settled = (await ada.get(f"/finance/suspense/{case.ref}")).json()
    assert (settled["state"], settled["settlement"]) == ("settled", "give_back")
    assert [step["what"] for step in settled["steps"]][-1] == "suspense.given_back"
    assert (await trade.gateway.totals()).refunded_minor == {"EUR": 25_000}
    assert (await verify(trade.house.db, trade.market.tenant.id)).clean
    mine = f"/finance/suspense?tenant={trade.market.tenant.slug}"
    assert (await ada.get(mine)).json()["data"] == []
    assert [one["id"] for one in (await ada.get(f"{mine}&state=settled")).json()["data"]] == [case.ref]


async def test_who_asked_may_withdraw_and_the_second_person_may_turn_it_down(trade: Trade, ada: Browser, grace: Browser):
    case = await a_case(trade)

    async def asked() -> str:
        said = (await ada.ask("POST", f"/finance/suspense/{case.ref}/settle", give_back(), keyed())).json()
        return f"/finance/approvals/{said['approval_id']}"

    withdrawn = (await ada.ask("POST", f"{await asked()}/withdraw", {}, keyed())).json()
    assert withdrawn["state"] == "withdrawn"
    address = await asked()
    assert (await grace.ask("POST", f"{address}/reject", {"reason": ""}, keyed())).status_code == 422
    turned_down = (await grace.ask("POST", f"{address}/reject", {"reason": "Ask the buyer first"}, keyed())).json()
    assert (turned_down["state"], turned_down["reason"]) == ("rejected", "Ask the buyer first")
    assert (await ada.get(f"/finance/suspense/{case.ref}")).json()["state"] == "open"
    inbox = (await grace.get(f"/finance/approvals?tenant={trade.market.tenant.slug}")).json()["data"]
    assert [one["state"] for one in inbox] == ["rejected", "withdrawn"]


async def test_below_the_limit_one_person_is_enough_and_little_may_be_written_off(trade: Trade, ada: Browser):
    case = await a_case(trade, 420)
    off = {"settlement": "write_off", "reason": "Cents that nobody asks for"}
    assert (await ada.ask("POST", f"/finance/suspense/{case.ref}/settle", off, keyed())).json()["state"] == "settled"
    more = await a_case(trade, 4_200)
    refused = await ada.ask("POST", f"/finance/suspense/{more.ref}/settle", off, keyed())
    assert (refused.status_code, refused.json()["code"]) == (409, "suspense.too_much_to_write_off")
    assert (await ada.ask("POST", f"/finance/suspense/{more.ref}/settle", give_back(), keyed())).json()["state"] == "settled"
    assert (await ada.ask("POST", f"/finance/suspense/{more.ref}/settle", give_back())).json()["code"] == "idempotency.key_missing"
    assert (await verify(trade.house.db, trade.market.tenant.id)).clean


@pytest.mark.parametrize("role", [Role.BUYER, Role.MARKETPLACE_ADMIN])
async def test_the_desk_is_finances_alone(trade: Trade, signed_in, role: Role):
    case = await a_case(trade)
    browser, _ = await signed_in(trade.market.tenant, role)
    for address in ("/finance/suspense", f"/finance/suspense/{case.ref}", "/finance/approvals"):
        assert (await browser.get(address)).status_code == 403
    assert (await browser.ask("POST", f"/finance/suspense/{case.ref}/settle", give_back(), keyed())).status_code == 403


@pytest.mark.parametrize("ref", ["sus_0000000000001", "pi_0000000000001", "rfd_0000000000001"])
async def test_what_is_not_there_is_not_found(ada: Browser, ref: str):
    assert (await ada.get(f"/finance/suspense/{ref}")).status_code == 404
    assert (await ada.ask("POST", f"/finance/suspense/{ref}/ask", {})).status_code == 404


async def test_money_of_nobody_is_credited_to_the_buyer_it_belongs_to(trade: Trade, ada: Browser, grace: Browser, signed_in):
    buyer, account = await signed_in(trade.market.tenant)
    small, large = await a_case(trade, 700), await a_case(trade)
    wish = {"settlement": "credit", "reason": "Paid for an order that was given up"}
    for email in (None, "nobody@example.com"):
        refused = await ada.ask("POST", f"/finance/suspense/{small.ref}/settle", wish | {"email": email}, keyed())
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/email")
    wish |= {"email": account.email}
    done = await ada.ask("POST", f"/finance/suspense/{small.ref}/settle", wish, keyed())
    assert (done.json()["state"], done.json()["settlement"]) == ("settled", "credit"), done.text
    waits = (await ada.ask("POST", f"/finance/suspense/{large.ref}/settle", wish, keyed())).json()
    assert waits["state"] == "awaiting_second"
    address = f"/finance/approvals/{waits['approval_id']}"
    seen = {"fingerprint": (await grace.get(address)).json()["fingerprint"]}
    assert (await grace.ask("POST", f"{address}/approve", seen, keyed())).json()["state"] == "done"
    mine = (await buyer.get("/account/credit")).json()
    assert (mine["free"]["amount"], [one["kind"] for one in mine["history"]]) == (25_700, ["payment_found", "payment_found"])
    assert (await verify(trade.house.db, trade.market.tenant.id)).clean
