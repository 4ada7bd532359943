"""What a gateway tells by itself: believed when signed, looked up, heard once, and never backwards; money of nobody is kept apart."""

import asyncio
import random
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.builders.checkout import CHALLENGED, REPLY_LOST
from tests.builders.people import a_tenant
from tests.builders.shop import Shop, order_id_of
from velora.flows.bookkeeping.verify import verify
from velora.flows.checkout.place import place
from velora.flows.gateway_notices.take import ForgedNotice, GatewayAway, Received, hear, take
from velora.flows.payment_outcome.settle import News, heard_of, settle
from velora.flows.payment_outcome.sweep import sweep_fees, sweep_payments
from velora.flows.postings import CLEARING, GATEWAY_FEES, REFUND_CLEARING, SUSPENSE
from velora.flows.refund.cancel import Cancellation, cancel
from velora.flows.refund.settle import sweep_refunds
from velora.kernel.errors import NotFound
from velora.kernel.ids import encode
from velora.modules.payments.gateways.port import Captured, ChargeOrder, Notice, Refunded, RefundFailed, SeenCharge, SeenRefund, Unheard
from velora.modules.payments.models import GatewayInbox
from velora.modules.payments.service import Heard, IntentState
from velora.modules.tenants import service as tenants
from velora.platform.db import Database
from velora.platform.db.group_commit import Writes

TOTAL, FEE = 5390, 186


async def ref_of(shop: Shop, key: str) -> str:
    """The gateway's name for the charge with our key."""
    found = await shop.gateway.find(key)
    assert hasattr(found, "ref"), found
    return found.ref  # pyright: ignore[reportAttributeAccessIssue]


async def told(shop: Shop, ref: str, type_: str = "charge.changed", event_id: str = "") -> bool:
    """The gateway sends a notice about this object; whether it was new."""
    body, headers = shop.gateway.notice(type_, ref, shop.db.clock.now(), event_id=event_id)
    return await hear(shop.house, "sandbox", body, headers)


async def inbox_of(shop: Shop, ref: str) -> list[GatewayInbox]:
    async with shop.db.read(None) as uow:
        return list(await uow.entities(select(GatewayInbox).where(GatewayInbox.object_ref == ref).order_by(GatewayInbox.event_id)))


async def is_clean(shop: Shop, tenant_id: int | None = None) -> bool:
    return (await verify(shop.db, tenant_id or shop.market.tenant.id)).clean


async def a_lost_reply(shop: Shop) -> tuple[int, str]:
    """An order of which we do not know that it was charged, and the charge."""
    answer = await shop.buys(card=REPLY_LOST)
    assert answer.code == 202
    order_id = order_id_of(answer)
    return order_id, await ref_of(shop, (await shop.intent(order_id)).gateway_key)


async def test_a_notice_settles_what_no_reply_told(shop):
    order_id, ref = await a_lost_reply(shop)
    assert await told(shop, ref)
    assert (await shop.order(order_id)).order.state == "paid"
    assert await shop.journals() == 2
    [row] = await inbox_of(shop, ref)
    assert (row.gateway, row.type, row.outcome, row.tenant_id) == ("sandbox", "charge.changed", "told", shop.market.tenant.id)
    assert await is_clean(shop)


async def test_a_notice_that_comes_twice_is_heard_once(shop):
    order_id, ref = await a_lost_reply(shop)
    assert [await told(shop, ref, event_id=f"evt_{ref}") for _ in range(2)] == [True, False]
    assert (await shop.order(order_id)).order.state == "paid"
    assert (await shop.journals(), len(await inbox_of(shop, ref))) == (2, 1)


async def test_of_many_at_once_in_two_processes_one_is_heard(shop):
    order_id, ref = await a_lost_reply(shop)
    other = replace(shop.house, writes=Writes(shop.db))
    body, headers = shop.gateway.notice("charge.changed", ref, shop.db.clock.now())
    answers = await asyncio.gather(*(hear(house, "sandbox", body, headers) for house in (shop.house, other) for _ in range(5)))
    assert sum(answers) == 1
    assert (await shop.order(order_id)).order.state == "paid"
    assert (await shop.journals(), len(await inbox_of(shop, ref))) == (2, 1)
    assert await is_clean(shop)


async def test_a_notice_may_come_before_our_own_reply(shop):
    draft = await shop.draft()
    placed = await shop.house.writes.submit(place, draft)
    key = encode("pi", placed.intent_id)
    reply = await shop.gateway.charge(ChargeOrder(key, "ord_1", placed.charge_minor, "EUR", placed.token))
    assert await told(shop, await ref_of(shop, key))
    assert (await shop.order(draft.order_id)).order.state == "paid"
    answer = await shop.house.writes.submit(settle, News(heard_of(placed.tenant_id, placed.intent_id, reply), placed.identity))
    assert (answer.code, answer.state) == (201, IntentState.CAPTURED)
    assert await shop.journals() == 2
    assert (await shop.checks_out(draft)).replayed
    assert await is_clean(shop)


async def test_an_old_notice_that_comes_late_turns_nothing_back(shop):
    answer = await shop.buys(card=CHALLENGED)
    order_id = order_id_of(answer)
    ref = await ref_of(shop, (await shop.intent(order_id)).gateway_key)
    await shop.gateway.answer_challenge(ref, approved=True)
    assert await told(shop, ref, "charge.captured")
    assert await told(shop, ref, "charge.action_required")
    assert (await shop.order(order_id)).order.state == "paid"
    assert await shop.journals() == 2
    assert await is_clean(shop)


async def test_a_notice_of_what_is_still_open_says_that_it_is_open(shop):
    answer = await shop.buys(card=CHALLENGED)
    intent = await shop.intent(order_id_of(answer))
    assert await told(shop, await ref_of(shop, intent.gateway_key))
    assert (await shop.intent(intent.order_id)).state == IntentState.ACTION_REQUIRED
    assert await shop.journals() == 0


async def test_a_notice_that_is_lost_costs_only_time(shop, clock):
    order_id, ref = await a_lost_reply(shop)
    clock.advance(timedelta(seconds=6))
    await sweep_payments(shop.house)
    assert (await shop.order(order_id)).order.state == "paid"
    assert await told(shop, ref)
    assert await shop.journals() == 2
    assert await is_clean(shop)


@pytest.mark.parametrize("wrong", ["forged", "stale", "too early"])
async def test_what_was_not_signed_just_now_does_nothing_and_leaves_nothing(shop, wrong):
    order_id, ref = await a_lost_reply(shop)
    off = {"forged": 0, "stale": -301, "too early": 301}[wrong]
    body, headers = shop.gateway.notice("charge.changed", ref, shop.db.clock.now() + timedelta(seconds=off))
    with pytest.raises(ForgedNotice):
        await hear(shop.house, "sandbox", body + b" " * (wrong == "forged"), headers)
    assert (await shop.order(order_id)).order.state == "placed"
    assert (await inbox_of(shop, ref), await shop.journals()) == ([], 0)


async def test_notices_of_a_gateway_that_is_not_in_use_are_not_taken(shop):
    _, ref = await a_lost_reply(shop)
    body, headers = shop.gateway.notice("charge.changed", ref, shop.db.clock.now())
    with pytest.raises(NotFound):
        await hear(shop.house, "stripe", body, headers)
    assert await inbox_of(shop, ref) == []


async def test_while_the_gateway_cannot_be_asked_the_notice_is_not_taken(shop):
    class Deaf:
        name = "sandbox"
        read_notice = staticmethod(shop.gateway.read_notice)

        async def look_up(self, notice: Notice) -> Unheard:
            return Unheard("away")

    order_id, ref = await a_lost_reply(shop)
    body, headers = shop.gateway.notice("charge.changed", ref, shop.db.clock.now())
    with pytest.raises(GatewayAway):
        await hear(replace(shop.house, gateway=Deaf()), "sandbox", body, headers)
    assert await inbox_of(shop, ref) == []
    assert await hear(shop.house, "sandbox", body, headers)
    assert (await shop.order(order_id)).order.state == "paid"


async def test_a_crash_leaves_neither_the_effect_nor_the_note_of_it(shop):
    class CutOff(Exception):
        pass

    async def take_and_die(uow, received):
        await take(uow, received)
        raise CutOff

    order_id, ref = await a_lost_reply(shop)
    notice = Notice(f"evt_{ref}", "charge.changed", ref)
    with pytest.raises(CutOff):
        await shop.house.writes.submit(take_and_die, Received("sandbox", notice, await shop.gateway.look_up(notice)))
    assert ((await shop.order(order_id)).order.state, await inbox_of(shop, ref), await shop.journals()) == ("placed", [], 0)
    assert await told(shop, ref, event_id=notice.event_id)
    assert ((await shop.order(order_id)).order.state, await shop.journals()) == ("paid", 2)


async def test_a_notice_about_something_that_there_is_not_is_heard_and_nothing_follows(shop):
    ref = f"ch_{shop.db.new_id()}"
    assert await told(shop, ref)
    [row] = await inbox_of(shop, ref)
    assert (row.outcome, row.tenant_id, row.amount_minor) == ("nothing", None, 0)


# ------------------------------------------------------------------------------------------------------------- refunds


async def a_refund_on_its_way(shop: Shop) -> tuple[int, str]:
    """A cancelled order whose money the gateway gave back without our hearing of it, and the refund."""
    order_id = order_id_of(await shop.buys())
    done = await shop.house.writes.submit(cancel, Cancellation(shop.market.tenant.id, order_id, "guest"))
    [started] = done.started
    given = await shop.gateway.refund(started.order)
    assert isinstance(given, Refunded)
    return order_id, given.ref


async def test_a_notice_settles_a_refund_once(shop, holds):
    _, ref = await a_refund_on_its_way(shop)
    assert [await told(shop, ref, "refund.changed") for _ in range(2)] == [True, True]
    async with shop.db.read(None) as uow:
        await holds(uow, shop.market.tenant.id, {REFUND_CLEARING: 0, CLEARING: -FEE, SUSPENSE: 0})
    await sweep_refunds(shop.house)
    assert (await shop.gateway.totals()).refunded_minor == {"EUR": TOTAL}
    assert await is_clean(shop)


async def test_what_comes_back_after_it_had_gone_is_kept_apart(shop, holds):
    _, ref = await a_refund_on_its_way(shop)
    await told(shop, ref)
    [row] = await inbox_of(shop, ref)
    assert row.outcome == "told"
    seen = await shop.gateway.look_up(Notice("", "", ref))
    came_back = [
        Received("sandbox", Notice(f"evt_{n}_{ref}", "refund.failed", ref), SeenRefund(seen.key, ref, RefundFailed("account_closed")))
        for n in range(2)
    ]
    for one in came_back:
        assert await shop.house.writes.submit(take, one)
    async with shop.db.read(None) as uow:
        await holds(uow, shop.market.tenant.id, {REFUND_CLEARING: 0, SUSPENSE: TOTAL, CLEARING: TOTAL - FEE})
    assert sorted(one.outcome for one in await inbox_of(shop, ref)) == ["told", "told", "unmatched"]
    assert await is_clean(shop)


# ------------------------------------------------------------------------------------------------- money that is nobody's


async def test_money_that_we_never_asked_for_lies_in_suspense_once(shop):
    key = f"somebody-elses-{shop.db.new_id()}"
    taken = await shop.gateway.charge(ChargeOrder(key, "", 900, "EUR", "tok_visa"))
    assert [await told(shop, taken.ref, type_) for type_ in ("charge.captured", "charge.updated")] == [True, True]
    booked = [one for one in await inbox_of(shop, taken.ref) if one.outcome == "unmatched"]
    [row] = booked
    async with shop.db.read(None) as uow:
        oldest = next(one for one in await tenants.all_tenants(uow) if one.currency == "EUR")
    assert (row.tenant_id, row.amount_minor, row.currency) == (oldest.id, 900, "EUR")
    assert await is_clean(shop, oldest.id)


async def test_money_for_an_order_that_was_given_up_is_not_taken_for_it(shop, holds):
    order_id, ref = await a_lost_reply(shop)
    intent = await shop.intent(order_id)
    await shop.house.writes.submit(settle, News(Heard(intent.tenant_id, intent.id, IntentState.VOIDED, "voided")))
    assert [await told(shop, ref) for _ in range(2)] == [True, True]
    assert (await shop.order(order_id)).order.state == "payment_failed"
    async with shop.db.read(None) as uow:
        await holds(uow, shop.market.tenant.id, {CLEARING: TOTAL, SUSPENSE: TOTAL})
    assert sorted(one.outcome for one in await inbox_of(shop, ref)) == ["told", "unmatched"]
    assert await is_clean(shop)


# ---------------------------------------------------------------------------------------------------------------- fees


def seen_with_fee(intent, fee: int | None) -> SeenCharge:
    taken = Captured("ch_of_" + intent.gateway_key, "Visa", "4242", fee, amount_minor=intent.amount_minor)
    return SeenCharge(intent.gateway_key, taken.ref, intent.amount_minor, "EUR", taken)


async def test_a_fee_that_is_not_known_is_not_nothing_and_is_booked_when_it_is(shop, holds):
    order_id, _ = await a_lost_reply(shop)
    intent = await shop.intent(order_id)
    for n, (fee, known, journals) in enumerate([(None, 0, 1), (None, 0, 1), (251, 1, 2), (251, 1, 2), (None, 1, 2)]):
        notice = Notice(f"evt_{n}_{intent.gateway_key}", "charge.updated", "ch_1")
        await shop.house.writes.submit(take, Received("sandbox", notice, seen_with_fee(intent, fee)))
        assert ((await shop.intent(order_id)).fee_known, await shop.journals()) == (known, journals)
        assert await is_clean(shop)
    async with shop.db.read(None) as uow:
        await holds(uow, shop.market.tenant.id, {GATEWAY_FEES: 251, CLEARING: TOTAL - 251})


async def test_a_fee_that_nobody_told_is_asked_for(shop, clock, holds):
    order_id, _ = await a_lost_reply(shop)
    notice = Notice(f"evt_{order_id}", "charge.updated", "ch_1")
    await shop.house.writes.submit(take, Received("sandbox", notice, seen_with_fee(await shop.intent(order_id), None)))
    assert await sweep_fees(shop.house) == 0
    clock.advance(timedelta(minutes=11))
    await sweep_fees(shop.house)
    async with shop.db.read(None) as uow:
        await holds(uow, shop.market.tenant.id, {GATEWAY_FEES: FEE, CLEARING: TOTAL - FEE})
    assert (await shop.intent(order_id)).next_look_at is None
    assert await is_clean(shop)


# ----------------------------------------------------------------------------------------------- in whatever order they come


@pytest.fixture
async def elder(db: Database) -> None:
    """An older marketplace, which has what is nobody's."""
    async with db.begin(None) as uow:
        await a_tenant(uow)


@pytest.mark.usefixtures("elder")
@pytest.mark.parametrize("seed", range(8))
async def test_notices_in_any_order_any_number_of_times_and_in_any_batches_end_in_the_same_books(shop, holds, seed):
    dice = random.Random(seed)
    answers = [await shop.buys(card=REPLY_LOST) for _ in range(3)]
    intents = [await shop.intent(order_id_of(answer)) for answer in answers]
    _, refund = await a_refund_on_its_way(shop)
    strays = [SeenCharge("", f"ch_{seed}_{shop.db.new_id()}", 700, "EUR", Captured("ch", "", "", None, amount_minor=700))]
    seen = [seen_with_fee(one, fee) for one in intents for fee in (None, 100)]
    seen += [await shop.gateway.look_up(Notice("", "", refund)), *strays]
    notices = [Received("sandbox", Notice(f"evt_{shop.db.new_id()}_{n}", "any", "ref"), one) for n, one in enumerate([*seen, *seen])]
    sent = [*notices, *dice.choices(notices, k=10)]
    dice.shuffle(sent)
    new = 0
    while sent:
        batch = [sent.pop() for _ in range(min(len(sent), dice.randint(1, 6)))]
        new += sum(await asyncio.gather(*(shop.house.writes.submit(take, one) for one in batch)))
    assert new == len(notices)
    async with shop.db.read(None) as uow:
        await holds(uow, shop.market.tenant.id, {GATEWAY_FEES: 3 * 100 + FEE, CLEARING: 3 * (TOTAL - 100) - FEE, REFUND_CLEARING: 0})
    assert await is_clean(shop)
    assert (await verify(shop.db)).clean
