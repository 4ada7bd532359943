"""E10: a dispute holds whoever's money it is about, gives it back when won, and takes it when lost; heard twice, late or in any order."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from tests.builders.checkout import REPLY_LOST, a_draft
from tests.builders.market import another_seller, goods
from tests.builders.orders import a_line, a_paid_order, a_part, delivered
from tests.builders.people import a_new_tenant
from tests.builders.shop import Shop, order_id_of
from velora.flows.bookkeeping.verify import verify
from velora.flows.dispute_postings import CHARGEBACK_LOSS, COMMISSION_BACK, DISPUTE_FEES, DISPUTES, dispute_hold
from velora.flows.disputes.settle import DisputeNews, settle
from velora.flows.disputes.sweep import find_disputes, sweep_disputes
from velora.flows.gateway_notices.take import hear
from velora.flows.postings import BANK, CLEARING, COMMISSION, REFUND_CLEARING, SUSPENSE, escrow, payable, receivable, reserve, tax
from velora.flows.refund.cancel import Cancellation, cancel
from velora.flows.refund.settle import sweep_refunds
from velora.flows.release.release import release
from velora.kernel.ids import encode
from velora.modules.disputes import service as disputes
from velora.modules.disputes.service import DisputeFacts, State
from velora.modules.escrow import service as escrow_service
from velora.modules.ledger import service as ledger
from velora.modules.ledger.service import AccountRef
from velora.modules.orders import service as orders
from velora.modules.payments.gateways.port import Captured, ChargeOrder, SeenCharge, SeenDispute
from velora.modules.tenants import service as tenants
from velora.platform.db.group_commit import Writes

TOTAL, FEE = 5390, 186
DISPUTED = "4000000000002685"


@dataclass(frozen=True)
class Bought:
    """An order of a lamp, paid, and the gateway's name for its charge."""

    shop: Shop
    order_id: int
    charge: str

    @property
    def seller(self) -> int:
        return self.shop.market.seller.id

    async def part(self) -> orders.SellerOrder:
        return (await self.shop.order(self.order_id)).parts[0]

    async def hold(self) -> escrow_service.Hold:
        part = await self.part()
        async with self.shop.db.read(None) as uow:
            return (await escrow_service.of_seller_orders(uow, {(part.tenant_id, part.id)}))[part.tenant_id, part.id]

    async def arrives_and_is_released(self) -> None:
        await self.arrives()
        async with self.shop.db.begin(None) as uow:
            await release(uow, 1000)

    async def arrives(self) -> None:
        part = await self.part()
        key = (part.tenant_id, part.id)
        async with self.shop.db.begin(None) as uow:
            await orders.ship(uow, [orders.Parcel(*key, "DHL", "JD01")])
            await orders.deliver(uow, [key])
            await escrow_service.start_clock(uow, [escrow_service.Delivery(*key, uow.now, 0)])


async def bought(shop: Shop, card: str | None = None) -> Bought:
    order_id = order_id_of(await shop.buys(card=card))
    return Bought(shop, order_id, (await shop.intent(order_id)).charge_ref)


async def told(shop: Shop, ref: str, type_: str = "dispute.changed", event_id: str = "") -> bool:
    body, headers = shop.gateway.notice(type_, ref, shop.db.clock.now(), event_id=event_id)
    return await hear(shop.house, "sandbox", body, headers)


async def known(shop: Shop, ref: str) -> DisputeFacts:
    async with shop.db.begin(None) as uow:
        return (await disputes.lock(uow, {("sandbox", ref)}))["sandbox", ref]


async def stands(shop: Shop, expected: dict[AccountRef, int]) -> None:
    """These accounts hold exactly this, the whole house is in order, and the gateway has what the books say."""
    tenant = shop.market.tenant.id
    async with shop.db.read(None) as uow:
        found = await ledger.balances(uow, {(tenant, str(ref)) for ref in expected})
    assert {str(ref): found.get((tenant, str(ref), "EUR"), 0) for ref in expected} == {str(ref): one for ref, one in expected.items()}
    assert [check for check in (await verify(shop.db, tenant)).checks if check.count] == []


async def test_money_in_escrow_is_frozen_there_and_stays_with_the_bank_when_lost(shop):
    one = await bought(shop)
    ref = await shop.gateway.open_dispute(one.charge)
    assert await told(shop, ref, "dispute.opened")
    held = (await one.hold()).rest
    assert (await one.hold()).state is escrow_service.State.FROZEN
    await stands(shop, {DISPUTES: TOTAL, DISPUTE_FEES: 1500, CLEARING: -FEE - 1500, escrow(one.seller): held, dispute_hold(one.seller): 0})

    await one.arrives_and_is_released()
    assert (await one.hold()).state is escrow_service.State.FROZEN
    await stands(shop, {escrow(one.seller): held, payable(one.seller): 0})

    await shop.gateway.end_dispute(ref, won=False)
    assert await told(shop, ref, "dispute.closed")
    assert (await one.hold()).state is escrow_service.State.REFUNDED
    await stands(shop, {DISPUTES: 0, escrow(one.seller): 0, payable(one.seller): 0, receivable(one.seller): 0, COMMISSION_BACK: 0})
    assert (await known(shop, ref)).state is State.LOST
    assert (await shop.intent(one.order_id)).disputed_minor == TOTAL


async def test_what_is_won_is_due_as_if_there_had_been_no_dispute(shop):
    one = await bought(shop)
    ref = await shop.gateway.open_dispute(one.charge)
    await told(shop, ref)
    await one.arrives()
    await shop.gateway.end_dispute(ref, won=True, fee_back=True)
    await told(shop, ref)
    assert ((await one.hold()).state, (await known(shop, ref)).state) == (escrow_service.State.DUE, State.WON)
    assert (await shop.intent(one.order_id)).disputed_minor == 0
    await stands(shop, {DISPUTES: 0, DISPUTE_FEES: 0, CLEARING: TOTAL - FEE})
    async with shop.db.begin(None) as uow:
        await release(uow, 1000)
    assert (await one.hold()).state is escrow_service.State.RELEASED


async def test_money_that_was_released_is_kept_from_payable_and_reserve_and_the_rest_is_owed(shop):
    one = await bought(shop)
    await one.arrives_and_is_released()
    async with shop.db.begin(None) as uow:
        tenant = shop.market.tenant.id
        mine = (await ledger.balances(uow, {(tenant, str(payable(one.seller)))}))[tenant, str(payable(one.seller)), "EUR"]
        # All but 10.00 was paid out meanwhile.
        spent = ledger.Journal(
            tenant, "spent", "plain", "EUR", ledger.legs((payable(one.seller), AccountRef("2040"), mine - 1000)), uow.now
        )
        back = ledger.Journal(tenant, "back", "plain", "EUR", ledger.legs((AccountRef("2040"), AccountRef("1020"), mine - 1000)), uow.now)
        await ledger.post(uow, [spent, back])
    ref = await shop.gateway.open_dispute(one.charge)
    await told(shop, ref)
    [share] = (await known(shop, ref)).shares
    assert (share.in_escrow, share.payable_minor, share.gross_minor) == (False, 1000, TOTAL)
    await stands(shop, {payable(one.seller): 0, dispute_hold(one.seller): 1000, DISPUTES: TOTAL, receivable(one.seller): 0})

    await shop.gateway.end_dispute(ref, won=False)
    await told(shop, ref)
    assert mine == share.net_minor  # this market takes no commission
    await stands(shop, {DISPUTES: 0, dispute_hold(one.seller): 0, receivable(one.seller): mine - 1000, payable(one.seller): 0})
    assert (await known(shop, ref)).shares[0].debt_minor == mine - 1000


async def test_released_money_goes_back_to_where_it_was_taken_when_won(shop):
    one = await bought(shop)
    await one.arrives_and_is_released()
    tenant = shop.market.tenant.id
    async with shop.db.read(None) as uow:
        found = await ledger.balances(uow, {(tenant, str(ref)) for ref in (payable(one.seller), reserve(one.seller))})
    before = {ref: found.get((tenant, str(ref), "EUR"), 0) for ref in (payable(one.seller), reserve(one.seller))}
    ref = await shop.gateway.open_dispute(one.charge)
    await told(shop, ref)
    await stands(shop, {payable(one.seller): 0, dispute_hold(one.seller): sum(before.values())})
    await shop.gateway.end_dispute(ref, won=True)
    await told(shop, ref)
    await stands(shop, before | {dispute_hold(one.seller): 0, DISPUTES: 0, DISPUTE_FEES: 1500})


async def test_told_twice_or_closed_before_created_it_comes_to_the_same(shop):
    one = await bought(shop)
    ref = await shop.gateway.open_dispute(one.charge)
    await shop.gateway.end_dispute(ref, won=False)
    before = await shop.journals()
    assert await told(shop, ref, "dispute.closed", f"evt_{ref}")
    assert not await told(shop, ref, "dispute.closed", f"evt_{ref}")
    assert await told(shop, ref, "dispute.created")
    assert await told(shop, ref, "dispute.funds_withdrawn")
    assert await shop.journals() == before + 2
    await stands(shop, {DISPUTES: 0, escrow(one.seller): 0, DISPUTE_FEES: 1500})


async def test_of_many_at_once_in_two_processes_one_opens_it(shop):
    one = await bought(shop)
    ref = await shop.gateway.open_dispute(one.charge)
    other = replace(shop.house, writes=Writes(shop.db))
    sent = [shop.gateway.notice("dispute.changed", ref, shop.db.clock.now()) for _ in range(6)]
    before = await shop.journals()
    houses = (shop.house, other)
    await asyncio.gather(*(hear(houses[i % 2], "sandbox", *notice) for i, notice in enumerate(sent)))
    assert await shop.journals() == before + 1
    await stands(shop, {DISPUTES: TOTAL})


async def test_a_dispute_may_be_heard_of_before_our_own_capture(shop):
    answer = await shop.buys(card=REPLY_LOST)
    order_id = order_id_of(answer)
    found = await shop.gateway.find((await shop.intent(order_id)).gateway_key)
    ref = await shop.gateway.open_dispute(found.ref)  # pyright: ignore[reportAttributeAccessIssue]
    assert await told(shop, ref)
    assert (await shop.order(order_id)).order.state == "paid"
    await stands(shop, {DISPUTES: TOTAL, CLEARING: -FEE - 1500})


async def test_one_of_which_no_notice_came_is_found_and_asked_about_until_it_ends(shop, clock):
    one = await bought(shop, card=DISPUTED)
    assert await find_disputes(shop.house) >= 1
    assert (await one.hold()).state is escrow_service.State.FROZEN
    [seen] = await shop.gateway.disputes_since(clock.now() - timedelta(minutes=1))
    await shop.gateway.end_dispute(seen.ref, won=True)
    await sweep_disputes(shop.house)
    assert (await known(shop, seen.ref)).state is State.OPEN  # it was heard of just now
    clock.advance(timedelta(hours=1))
    assert await sweep_disputes(shop.house) >= 1
    assert (await known(shop, seen.ref)).state is State.WON
    await stands(shop, {DISPUTES: 0, CLEARING: TOTAL - FEE - 1500})


async def test_what_nobody_answers_in_time_is_lost(shop, clock):
    one = await bought(shop, card=DISPUTED)
    await find_disputes(shop.house)
    [ref] = [seen.ref for seen in await shop.gateway.disputes_since(clock.now() - timedelta(minutes=1))]
    clock.advance(timedelta(days=7))
    await sweep_disputes(shop.house)
    assert ((await known(shop, ref)).state, (await one.hold()).state) == (State.LOST, escrow_service.State.REFUNDED)


async def test_a_question_of_the_bank_takes_nothing_and_ends_with_nothing(shop):
    one = await bought(shop)
    before = await shop.journals()
    ref = await shop.gateway.open_dispute(one.charge, only_asks=True)
    await told(shop, ref)
    assert ((await known(shop, ref)).state, (await one.hold()).state) == (State.OPEN, escrow_service.State.HELD)
    await shop.gateway.end_dispute(ref, won=True)
    await told(shop, ref)
    assert (await known(shop, ref)).state is State.WON
    assert await shop.journals() == before
    await stands(shop, {DISPUTES: 0})


async def test_several_sellers_bear_their_parts_and_only_those(shop):
    weaver = await another_seller(shop.db, shop.market)
    async with shop.db.begin(None) as uow:
        rug = await goods(uow, weaver, "Wool Rug", price=2000)
    answer = await shop.checks_out(await a_draft(shop.db, shop.market, (shop.lamp_id, 1), (rug.variant_ids[0], 1)))
    order_id = order_id_of(answer)
    intent = await shop.intent(order_id)
    ref = await shop.gateway.open_dispute(intent.charge_ref, 1001)
    await told(shop, ref)
    one = await known(shop, ref)
    assert sum(share.gross_minor for share in one.shares) == 1001
    assert {share.seller_id for share in one.shares} == {shop.market.seller.id, weaver.seller.id}
    lamp, rugs = sorted(one.shares, key=lambda share: -share.gross_minor)
    assert lamp.gross_minor == (1001 * 5390 * 2 + intent.captured_minor) // (2 * intent.captured_minor)
    await stands(shop, {DISPUTES: 1001})
    await shop.gateway.end_dispute(ref, won=False)
    await told(shop, ref)
    await stands(shop, {DISPUTES: 0})
    for share in (lamp, rugs):
        key = (one.tenant_id, share.seller_order_id)
        async with shop.db.read(None) as uow:
            hold = (await escrow_service.of_seller_orders(uow, {key}))[key]
        assert (hold.state, hold.refunded) == (escrow_service.State.HELD, share.net_minor)


async def test_a_dispute_after_a_refund_takes_no_more_than_is_left_and_the_rest_is_the_operators_loss(shop, clock):
    one = await bought(shop)
    part = await one.part()
    async with shop.db.begin(None) as uow:
        await cancel(uow, [Cancellation(part.tenant_id, one.order_id, "account:7")])
    clock.advance(timedelta(minutes=1))
    await sweep_refunds(shop.house)
    ref = await shop.gateway.open_dispute(one.charge)
    await told(shop, ref)
    await stands(shop, {DISPUTES: 0, SUSPENSE: -TOTAL, escrow(one.seller): 0})
    await shop.gateway.end_dispute(ref, won=False)
    await told(shop, ref)
    await stands(shop, {DISPUTES: 0, SUSPENSE: 0, CHARGEBACK_LOSS: TOTAL, receivable(one.seller): 0})


async def test_a_refund_that_fails_under_an_open_dispute_is_no_gain_of_the_seller(shop, clock):
    one = await bought(shop)
    part = await one.part()
    async with shop.db.begin(None) as uow:
        await cancel(uow, [Cancellation(part.tenant_id, one.order_id, "account:7")])
    ref = await shop.gateway.open_dispute(one.charge)
    await told(shop, ref)
    await stands(shop, {SUSPENSE: -TOTAL, REFUND_CLEARING: TOTAL})
    clock.advance(timedelta(minutes=1))
    await sweep_refunds(shop.house)  # the gateway refuses: the bank has the money
    await stands(shop, {SUSPENSE: -TOTAL, REFUND_CLEARING: 0})
    await shop.gateway.end_dispute(ref, won=False)
    await told(shop, ref)
    await stands(shop, {SUSPENSE: 0, CHARGEBACK_LOSS: 0, escrow(one.seller): 0, DISPUTES: 0})
    assert (await one.hold()).state is escrow_service.State.REFUNDED


async def test_nothing_is_refunded_while_the_bank_has_the_money(shop):
    one = await bought(shop)
    await told(shop, await shop.gateway.open_dispute(one.charge, 100))
    before = await shop.journals()
    with pytest.raises(escrow_service.UnderDispute):
        await shop.house.writes.submit(cancel, Cancellation(shop.market.tenant.id, one.order_id, "account:7"))
    assert await shop.journals() == before


async def test_a_second_dispute_takes_what_the_first_left(shop):
    one = await bought(shop)
    first, second = await shop.gateway.open_dispute(one.charge, 3000), await shop.gateway.open_dispute(one.charge, 3000)
    await told(shop, first)
    await told(shop, second)
    assert ((await known(shop, first)).covered_minor, (await known(shop, second)).covered_minor) == (3000, 2390)
    await stands(shop, {DISPUTES: TOTAL, SUSPENSE: -610})
    await shop.gateway.end_dispute(first, won=True)
    await told(shop, first)
    assert (await one.hold()).state is escrow_service.State.FROZEN
    await shop.gateway.end_dispute(second, won=False)
    await told(shop, second)
    # What the first gave back now bears the rest of the second as well.
    await stands(shop, {DISPUTES: 0, SUSPENSE: 0, CHARGEBACK_LOSS: 0})
    assert ((await one.hold()).state, (await known(shop, second)).covered_minor) == (escrow_service.State.HELD, 3000)


async def test_of_a_charge_of_nobodys_it_stays_in_suspense_beside_the_charge(shop):
    stray = await shop.gateway.charge(ChargeOrder("somebody-elses", "x", 700, "EUR", "tok_visa"))
    ref = await shop.gateway.open_dispute(stray.ref)  # pyright: ignore[reportAttributeAccessIssue]
    async with shop.db.begin(None) as uow:
        [one] = await settle(uow, [DisputeNews("sandbox", await seen(shop, ref))])
    assert one is not None
    assert (one.intent_id, one.suspended_minor, one.shares) == (None, 700, ())
    await shop.gateway.end_dispute(ref, won=True)
    async with shop.db.begin(None) as uow:
        [one] = await settle(uow, [DisputeNews("sandbox", await seen(shop, ref))])
    assert one is not None
    assert (one.state, one.suspended_minor) == (State.WON, 0)
    async with shop.db.read(None) as uow:
        keys = {(one.tenant_id, f"dispute-{what}:{encode('dp', one.id)}") for what in ("opened", "won")}
        assert len(await ledger.find(uow, keys)) == 2


async def test_what_comes_back_after_it_was_lost_lies_on_finances_desk(shop):
    one = await bought(shop)
    ref = await shop.gateway.open_dispute(one.charge)
    await shop.gateway.end_dispute(ref, won=False)
    await told(shop, ref)
    lost = await seen(shop, ref)
    async with shop.db.begin(None) as uow:
        for _ in range(2):
            await settle(uow, [DisputeNews("sandbox", replace(lost, returned_minor=TOTAL), None)])
    assert ((await known(shop, ref)).state, (await known(shop, ref)).late_minor) == (State.LOST, TOTAL)
    await stands(shop, {SUSPENSE: TOTAL, DISPUTES: 0})


async def test_the_worked_example_goes_this_way(db, holds):
    """O2 of money.md: released with commission, reserve and a debt recovered; then disputed, lost, and 10.00 owed again."""
    new = replace(a_new_tenant(f"e10-{db.new_id()}"), reserve_bps=1000)
    async with db.begin(None) as uow:
        [tenant] = await tenants.create(uow, [new])
        assert isinstance(tenant, tenants.TenantFacts)
        part = a_part(uow, a_line(uow, net=6000, tax=420, bps=1000), shipping=0, shipping_tax=0)
        seller = part.seller_id
        owed = ledger.legs((receivable(seller), BANK, 1000))
        await ledger.post(uow, [ledger.Journal(tenant.id, "an old debt", "plain", "EUR", owed, uow.now)])
        paid = await a_paid_order(uow, tenant.id, [part], fee_minor=216)
        await delivered(uow, paid, escrow_days=0)
        await release(uow, 1000)
        await holds(uow, tenant.id, {payable(seller): 3860, reserve(seller): 540, COMMISSION: 600, receivable(seller): 0})

        key = (tenant.id, paid.intent_id)
        charge = SeenCharge(
            encode("pi", paid.intent_id), paid.charge_ref, 6420, "EUR", Captured(paid.charge_ref, "Visa", "4242", 216, 6420)
        )
        opened = SeenDispute("dp_o2", charge, "open", "fraudulent", 6420, "EUR", uow.now, None, 6420, 0, 1500, 0)
        await settle(uow, [DisputeNews(f"e10-{tenant.id}"[:16], opened, key)])
        await holds(uow, tenant.id, {
            DISPUTES: 6420, DISPUTE_FEES: 1500, payable(seller): 0, reserve(seller): 0, dispute_hold(seller): 4400,
        })  # fmt: skip
        [one] = await settle(uow, [DisputeNews(f"e10-{tenant.id}"[:16], replace(opened, standing="lost"), key)])
        await holds(uow, tenant.id, {
            DISPUTES: 0, dispute_hold(seller): 0, receivable(seller): 1000, COMMISSION_BACK: 600, tax("DE"): 0, SUSPENSE: 0,
        })  # fmt: skip
        assert one is not None
        assert (one.shares[0].debt_minor, one.shares[0].commission_minor) == (1000, 600)


async def seen(shop: Shop, ref: str) -> SeenDispute:
    found = await shop.gateway.find_dispute(ref)
    assert isinstance(found, SeenDispute)
    return found
