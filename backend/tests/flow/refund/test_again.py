"""The money of a cancelled order goes back, however often the gateway refuses it first, and only once."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders.checkout import asked
from tests.builders.people import a_caller
from tests.builders.shop import Shop, order_id_of
from velora.flows.bookkeeping.verify import verify
from velora.flows.cancellation.cancel import cancel_order
from velora.flows.house import TradingHouse
from velora.flows.once import Once
from velora.flows.postings import REFUND_CLEARING, escrow
from velora.flows.refund.again import OFTEN, refused_often
from velora.flows.refund.cancel import Cancellation
from velora.flows.refund.settle import sweep_refunds
from velora.kernel.clock import ManualClock
from velora.modules.payments import service as payments
from velora.modules.payments.gateways.port import Gateway, RefundFailed, RefundOrder, RefundOutcome, Unheard
from velora.modules.payments.policy import again_after
from velora.platform.db.group_commit import Writes

REFUSED = RefundFailed("balance_too_low")
TOTAL, NET = 5390, 4530


@dataclass
class Gate:
    """The gateway, which answers the next refunds of this charge with these outcomes before it does as it is asked."""

    gateway: Gateway
    charge_ref: str
    outcomes: list[RefundOutcome]
    keys: list[str] = field(default_factory=list[str])

    async def refund(self, order: RefundOrder) -> RefundOutcome:
        if order.charge_ref != self.charge_ref:  # of another test: a sweep takes those of all marketplaces
            return await self.gateway.refund(order)
        self.keys.append(order.key)
        return self.outcomes.pop(0) if self.outcomes else await self.gateway.refund(order)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.gateway, name)


async def a_cancelled_order(shop: Shop, *outcomes: RefundOutcome) -> tuple[TradingHouse, Gate, int]:
    """A paid order of one lamp that its buyer cancels; the gateway answers its refunds with these outcomes first."""
    order_id = order_id_of(await shop.buys())
    gate = Gate(shop.gateway, (await shop.intent(order_id)).charge_ref, list(outcomes))
    house = replace(shop.house, gateway=gate)
    tenant_id = shop.market.tenant.id
    await cancel_order(house, Once(tenant_id, a_caller(), asked("cancel"), Cancellation(tenant_id, order_id, "account:7")))
    return house, gate, order_id


async def refunds_of(shop: Shop, order_id: int) -> list[str]:
    async with shop.db.read(shop.market.tenant.id) as uow:
        return [one.state for one in await payments.refunds_of_orders(uow, [(shop.market.tenant.id, order_id)])]


async def refunded(shop: Shop) -> int:
    return (await shop.gateway.totals()).refunded_minor["EUR"]


async def test_what_was_refused_is_asked_for_again_under_a_new_key_once_its_time_has_come(shop: Shop, clock: ManualClock, holds: Any):
    house, gate, order_id = await a_cancelled_order(shop, REFUSED)
    held = {escrow(shop.market.seller.id): NET, REFUND_CLEARING: 0}
    async with shop.db.read(None) as uow:
        await holds(uow, shop.market.tenant.id, held)
    clock.advance(again_after(1) - timedelta(seconds=1))
    await sweep_refunds(house)
    assert (await refunds_of(shop, order_id), await refunded(shop)) == (["failed"], 0)
    clock.advance(timedelta(seconds=1))
    await sweep_refunds(house)
    assert (await refunds_of(shop, order_id), await refunded(shop)) == (["failed", "succeeded"], TOTAL)
    assert len(set(gate.keys)) == 2
    async with shop.db.read(None) as uow:
        await holds(uow, shop.market.tenant.id, {escrow(shop.market.seller.id): 0, REFUND_CLEARING: 0})
    assert (await verify(shop.db, shop.market.tenant.id)).clean


async def test_two_sweeps_at_once_and_any_number_after_them_refund_once(shop: Shop, clock: ManualClock):
    house, gate, order_id = await a_cancelled_order(shop, REFUSED)
    clock.advance(again_after(1))
    await asyncio.gather(*(sweep_refunds(replace(house, writes=Writes(shop.db))) for _ in range(4)))
    for _ in range(3):
        clock.advance(timedelta(days=30))
        await sweep_refunds(house)
    assert (await refunds_of(shop, order_id), await refunded(shop)) == (["failed", "succeeded"], TOTAL)
    assert len(set(gate.keys)) == 2


async def test_a_second_try_of_which_nothing_was_heard_is_sent_again_under_its_own_key_and_not_followed_by_a_third(
    shop: Shop, clock: ManualClock
):
    house, gate, order_id = await a_cancelled_order(shop, REFUSED, Unheard("time-out"))
    clock.advance(again_after(1))
    await sweep_refunds(house)
    assert await refunds_of(shop, order_id) == ["failed", "requested"]
    clock.advance(timedelta(days=30))
    await sweep_refunds(house)
    assert (await refunds_of(shop, order_id), await refunded(shop)) == (["failed", "succeeded"], TOTAL)
    assert gate.keys[1] == gate.keys[2] != gate.keys[0]


async def test_each_refusal_makes_the_next_wait_longer_and_from_the_third_on_a_person_is_told(shop: Shop, clock: ManualClock):
    house, gate, order_id = await a_cancelled_order(shop, *[REFUSED] * 6)
    for refusals in range(1, 7):
        assert (order_id in await told(shop)) is (refusals >= OFTEN)
        clock.advance(again_after(refusals) - timedelta(seconds=1))
        await sweep_refunds(house)
        assert len(gate.keys) == refusals
        clock.advance(timedelta(seconds=1))
        await sweep_refunds(house)
        assert len(gate.keys) == refusals + 1
    assert await refunds_of(shop, order_id) == ["failed"] * 6 + ["succeeded"]
    assert order_id not in await told(shop)
    assert (await verify(shop.db, shop.market.tenant.id)).clean


@pytest.mark.parametrize(("refusals", "longer"), [(1, True), (2, True), (3, True), (4, True), (5, False), (50, False)])
def test_the_wait_grows_to_a_week_and_stays_there(refusals: int, longer: bool):
    assert (again_after(refusals + 1) > again_after(refusals)) is longer


async def told(shop: Shop) -> set[int]:
    async with shop.db.read(None) as uow:
        return {one.order_id for one in await refused_often(uow)}
