"""Money that matches nothing: kept once, given back once, by two people where it is much; and what was not answered is asked again."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders.checkout import REPLY_LOST
from tests.builders.orders import a_line, a_paid_order, a_part
from tests.builders.shop import Shop, order_id_of
from velora.flows.bookkeeping.verify import verify
from velora.flows.four_eyes import decide
from velora.flows.four_eyes.decide import Decision, expire_approvals
from velora.flows.house import TradingHouse
from velora.flows.postings import CLEARING, REFUND_CLEARING, ROUNDING, SUSPENSE
from velora.flows.refund.cancel import Cancellation, cancel
from velora.flows.second_person import Hand
from velora.flows.suspense import desk
from velora.flows.suspense.open import open_case
from velora.flows.suspense.send import send_agreed, send_back, sweep_suspense
from velora.flows.suspense.settle import Wish, settle
from velora.kernel.clock import ManualClock
from velora.kernel.errors import Forbidden, NotFound, Refusal
from velora.kernel.ids import encode
from velora.kernel.principal import Role
from velora.modules.approvals.errors import OwnRequest
from velora.modules.approvals.service import LASTS, ApprovalFacts, State
from velora.modules.audit import service as audit
from velora.modules.ledger import service as ledger
from velora.modules.payments.gateways.port import Captured, ChargeOrder, Gateway, RefundFailed, RefundOrder, RefundOutcome, Unheard
from velora.modules.suspense import service as suspense
from velora.modules.suspense.errors import NotOpen, OtherGateway, TooMuchToWriteOff
from velora.modules.suspense.service import CaseFacts, CaseState, Limits, NewCase, NothingToAsk, Settlement
from velora.platform.db.group_commit import Writes

LIMITS = Limits(second_person_from_minor=10_000, write_off_up_to_minor=500)
ADA, GRACE = Hand("account:1", "192.0.2.1"), Hand("account:2")
FINANCE = frozenset({Role.FINANCE})


@dataclass
class Gate:
    """The gateway, which answers the next refunds with these outcomes before it does as it is asked."""

    gateway: Gateway
    outcomes: list[RefundOutcome]
    keys: list[str] = field(default_factory=list[str])

    async def refund(self, order: RefundOrder) -> RefundOutcome:
        self.keys.append(order.key)
        return self.outcomes.pop(0) if self.outcomes else await self.gateway.refund(order)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.gateway, name)


async def an_unmatched_charge(shop: Shop, amount: int = 4_900, key: str = "pi_of_nobody") -> CaseFacts:
    """The gateway took this from somebody, for nothing that we know."""
    charge = await shop.gateway.charge(ChargeOrder(key, "", amount, "EUR", "tok_visa"))
    assert isinstance(charge, Captured)
    new = NewCase(shop.market.tenant.id, "sandbox", charge.ref, amount, "EUR", {"status": "succeeded", "card": "4242"})
    async with shop.db.begin(None) as uow:
        [case] = await open_case(uow, [new])
    return case


def a_wish(case: CaseFacts, how: Settlement = Settlement.GIVE_BACK, by: Hand = ADA) -> Wish:
    return Wish(case.tenant_id, case.id, how, "Paid twice", by, LIMITS, "sandbox")


async def settled(house: TradingHouse, wish: Wish) -> CaseFacts | Refusal:
    """As the route does it."""
    outcome = await house.writes.attempt(settle, wish)
    if isinstance(outcome, CaseFacts):
        await send_back(house, [outcome])
    return outcome


async def stands(shop: Shop, case: CaseFacts) -> CaseFacts:
    async with shop.db.read(None) as uow:
        return (await suspense.by_id(uow, [case.key]))[case.key]


async def books(shop: Shop) -> tuple[int, int, int, int]:
    """What lies at the gateway, is on its way back, is nobody's, and was kept; and nothing is wrong with the books."""
    tenant_id = shop.market.tenant.id
    codes = [str(CLEARING), str(REFUND_CLEARING), str(SUSPENSE), str(ROUNDING)]
    async with shop.db.read(None) as uow:
        found = await ledger.balances(uow, {(tenant_id, code) for code in codes})
    assert [check for check in (await verify(shop.db, tenant_id)).checks if check.count] == []
    clearing, refunds, suspended, rounding = (found.get((tenant_id, code, "EUR"), 0) for code in codes)
    return clearing, refunds, suspended, rounding


async def recorded(shop: Shop, ref: str) -> list[str]:
    async with shop.db.read(None) as uow:
        page = await audit.records(uow, shop.market.tenant.id, object_ref=ref)
    return [one.entry.action for one in reversed(page.data)]


async def test_money_that_matches_nothing_is_kept_once_however_often_it_is_told(shop: Shop):
    case = await an_unmatched_charge(shop)
    again = await an_unmatched_charge(shop)
    assert case.is_new
    assert again == replace(case, is_new=False)
    assert await books(shop) == (4_900, 0, 4_900, 0)
    assert await recorded(shop, case.ref) == ["suspense.opened"]


async def test_a_small_amount_is_given_back_by_one_person(shop: Shop):
    case = await an_unmatched_charge(shop)
    await settled(shop.house, a_wish(case))
    now = await stands(shop, case)
    assert (now.state, now.settlement, now.settled_by, now.reason) == ("settled", "give_back", "account:1", "Paid twice")
    assert now.refund_ref
    assert (await shop.gateway.totals()).refunded_minor == {"EUR": 4_900}
    assert await books(shop) == (0, 0, 0, 0)
    assert await recorded(shop, case.ref) == ["suspense.opened", "suspense.give_back", "suspense.given_back"]
    assert await settled(shop.house, a_wish(case)) == NotOpen(case.ref, "settled", "")


async def test_from_the_limit_on_nothing_happens_until_a_second_person_agrees(shop: Shop):
    case = await an_unmatched_charge(shop, 10_000)
    waiting = await settled(shop.house, a_wish(case))
    assert isinstance(waiting, CaseFacts)
    assert waiting.state is CaseState.AWAITING_SECOND
    assert await books(shop) == (10_000, 0, 10_000, 0)
    assert waiting.approval_id is not None
    ref = encode("apr", waiting.approval_id)
    assert await settled(shop.house, a_wish(case, by=GRACE)) == NotOpen(case.ref, "awaiting_second", ref)

    async def decides(by: Hand, roles: frozenset[Role] = FINANCE) -> ApprovalFacts | Refusal:
        assert waiting.approval_id is not None
        return await shop.house.writes.attempt(decide.approve, Decision(case.tenant_id, waiting.approval_id, by, roles))

    assert await decides(ADA) == OwnRequest(ref)
    assert await decides(GRACE, frozenset({Role.SELLER})) == Forbidden("decide on suspense.settle")
    assert await books(shop) == (10_000, 0, 10_000, 0)
    agreed = await decides(GRACE)
    assert isinstance(agreed, ApprovalFacts)
    assert agreed.state is State.DONE
    assert await books(shop) == (10_000, 10_000, 0, 0)
    await send_agreed(shop.house, [agreed])
    assert await books(shop) == (0, 0, 0, 0)
    assert await recorded(shop, ref) == ["approvals.requested", "approvals.approved", "approvals.done"]
    assert (await stands(shop, case)).settled_by == "account:1"


async def test_what_nobody_agreed_to_in_time_is_open_again(shop: Shop, clock: ManualClock):
    case = await an_unmatched_charge(shop, 10_000)
    await settled(shop.house, a_wish(case))
    clock.advance(LASTS)
    assert await expire_approvals(shop.house) >= 1
    now = await stands(shop, case)
    assert (now.state, now.settlement, now.approval_id) == (CaseState.OPEN, None, None)
    again = await settled(shop.house, a_wish(case))
    assert isinstance(again, CaseFacts)
    assert again.state is CaseState.AWAITING_SECOND


async def test_what_the_second_person_turns_down_is_open_again(shop: Shop):
    case = await an_unmatched_charge(shop, 10_000)
    waiting = await settled(shop.house, a_wish(case))
    assert isinstance(waiting, CaseFacts)
    assert waiting.approval_id is not None
    decision = Decision(case.tenant_id, waiting.approval_id, GRACE, FINANCE, "Ask the buyer first")
    await shop.house.writes.submit(decide.reject, decision)
    assert (await stands(shop, case)).state is CaseState.OPEN
    assert await books(shop) == (10_000, 0, 10_000, 0)


async def test_only_very_little_is_written_off(shop: Shop):
    little, more = await an_unmatched_charge(shop, 500, "pi_1"), await an_unmatched_charge(shop, 501, "pi_2")
    await settled(shop.house, a_wish(little, Settlement.WRITE_OFF))
    assert await settled(shop.house, a_wish(more, Settlement.WRITE_OFF)) == TooMuchToWriteOff(more.ref, 501, 500, "EUR")
    assert (await stands(shop, little)).state is CaseState.SETTLED
    assert (await stands(shop, more)).state is CaseState.OPEN
    assert await books(shop) == (1_001, 0, 501, 500)


async def test_a_gateway_that_is_not_at_hand_is_not_asked(shop: Shop):
    case = await an_unmatched_charge(shop)
    assert await settled(shop.house, replace(a_wish(case), gateway="other")) == OtherGateway(case.ref, "sandbox")
    assert await settled(shop.house, replace(a_wish(case), tenant_id=case.tenant_id + 1)) == NotFound("case", case.ref)
    assert (await stands(shop, case)).state is CaseState.OPEN


async def test_what_the_gateway_refuses_is_open_again_and_goes_back_under_another_key(shop: Shop):
    case = await an_unmatched_charge(shop)
    gate = Gate(shop.gateway, [RefundFailed("balance_too_low")])
    house = replace(shop.house, gateway=gate, writes=Writes(shop.db))
    await settled(house, a_wish(case))
    now = await stands(shop, case)
    assert (now.state, now.refusal, now.tries) == (CaseState.OPEN, "balance_too_low", 1)
    assert await books(shop) == (4_900, 0, 4_900, 0)
    await settled(house, a_wish(case))
    assert gate.keys == [case.ref, f"{case.ref}:2"]
    assert await books(shop) == (0, 0, 0, 0)


async def test_a_refund_of_which_nothing_was_heard_is_sent_again_under_the_same_key(shop: Shop, clock: ManualClock):
    case = await an_unmatched_charge(shop)
    gate = Gate(shop.gateway, [Unheard("time-out")])
    house = replace(shop.house, gateway=gate, writes=Writes(shop.db))
    await settled(house, a_wish(case))
    assert (await stands(shop, case)).state is CaseState.GIVING_BACK
    assert await books(shop) == (4_900, 4_900, 0, 0)
    clock.advance(timedelta(minutes=1))
    await sweep_suspense(house)
    assert [key for key in gate.keys if key.startswith(case.ref)] == [case.ref, case.ref]
    assert (await stands(shop, case)).state is CaseState.SETTLED
    assert await books(shop) == (0, 0, 0, 0)


async def on_the_desk(shop: Shop) -> list[str]:
    async with shop.db.read(None) as uow:
        page = await desk.listed(
            uow, shop.market.tenant.id, kinds={"charge", "payment", "refund"}, states={CaseState.OPEN}, cursor=None, limit=50
        )
    return [item.ref for item in page.data]


async def test_a_payment_of_which_nothing_is_heard_lies_on_the_desk_until_the_gateway_is_asked(shop: Shop, clock: ManualClock):
    answer = await shop.checks_out(await shop.draft(card=REPLY_LOST))
    intent = await shop.intent(order_id_of(answer))
    ref = encode("pi", intent.id)
    clock.advance(timedelta(minutes=14))
    assert await on_the_desk(shop) == []
    clock.advance(timedelta(minutes=2))
    assert await on_the_desk(shop) == [ref]
    async with shop.db.read(None) as uow:
        found = await desk.dossier(uow, ref)
    assert [step.what for step in found.steps] == ["payment.asked", "payment.unknown"]
    assert found.steps[0].detail == {"key": intent.gateway_key}
    await desk.ask_gateway(shop.house, ref, "account:1", "")
    assert (await shop.intent(order_id_of(answer))).state == "captured"
    assert await on_the_desk(shop) == []
    with pytest.raises(NothingToAsk, match=ref):
        await desk.ask_gateway(shop.house, ref, "account:1", "")


async def test_a_refund_that_stays_open_for_a_day_lies_on_the_desk_until_the_gateway_is_asked(shop: Shop, clock: ManualClock):
    charge = await shop.gateway.charge(ChargeOrder("pi_refund", "", 11_556, "EUR", "tok_visa"))
    assert isinstance(charge, Captured)
    async with shop.db.begin(None) as uow:
        paid = await a_paid_order(uow, shop.market.tenant.id, [a_part(uow, a_line(uow, bps=0))], charge_ref=charge.ref)
        await cancel(uow, [Cancellation(paid.tenant_id, paid.order_id, "test")])
    clock.advance(timedelta(hours=25))
    [ref] = await on_the_desk(shop)
    assert ref.startswith("rfd_")
    await desk.ask_gateway(shop.house, ref, "account:1", "")
    assert await on_the_desk(shop) == []
    async with shop.db.read(None) as uow:
        found = await desk.dossier(uow, ref)
    assert sorted(step.what for step in found.steps) == ["refund.asked", "refund.succeeded", "suspense.asked"]


async def test_the_list_goes_on_over_all_kinds(shop: Shop, clock: ManualClock):
    refs = [(await an_unmatched_charge(shop, key="pi_a")).ref]
    answer = await shop.checks_out(await shop.draft(card=REPLY_LOST))
    refs.append(encode("pi", (await shop.intent(order_id_of(answer))).id))
    clock.advance(timedelta(minutes=20))
    refs.append((await an_unmatched_charge(shop, key="pi_b")).ref)
    seen: list[str] = []
    cursor = None
    while True:
        async with shop.db.read(None) as uow:
            page = await desk.listed(
                uow, shop.market.tenant.id, kinds={"charge", "payment"}, states={CaseState.OPEN}, cursor=cursor, limit=1
            )
        seen += [item.ref for item in page.data]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == refs[::-1]
