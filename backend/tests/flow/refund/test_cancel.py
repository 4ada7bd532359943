"""Cancellation before shipment: all of the money goes back, and all of the goods are free."""

from tests.builders.orders import a_line, a_paid_order, a_part
from velora.flows.postings import CLEARING, REFUND_CLEARING, escrow, tax
from velora.flows.refund.cancel import Cancellation, Cancelled, cancel
from velora.flows.refund.settle import RefundNews, settle
from velora.kernel.errors import NotFound
from velora.modules.escrow import service as escrow_service
from velora.modules.orders import service as orders
from velora.modules.payments.gateways.port import Refunded, RefundFailed


async def test_a_cancelled_order_gives_back_everything_delivery_included(uow, holds):
    parts = [a_part(uow, a_line(uow)), a_part(uow, a_line(uow, net=5000, tax=350))]
    paid = await a_paid_order(uow, uow.new_id(), parts)
    (outcome,) = await cancel(uow, [Cancellation(paid.tenant_id, paid.order_id, "guest")])
    assert isinstance(outcome, Cancelled)
    assert sum(one.order.amount_minor for one in outcome.started) == paid.total_minor
    await holds(uow, paid.tenant_id, {REFUND_CLEARING: paid.total_minor, tax("DE"): 0} | {escrow(part.seller_id): 0 for part in parts})

    await settle(uow, [RefundNews(paid.tenant_id, one.refund_id, Refunded("re")) for one in outcome.started])
    await holds(uow, paid.tenant_id, {REFUND_CLEARING: 0, CLEARING: 0})
    order = (await orders.orders_by_id(uow, [(paid.tenant_id, paid.order_id)]))[paid.tenant_id, paid.order_id]
    assert order.state == orders.State.CANCELLED


async def test_only_what_has_not_left_is_cancelled(uow, holds):
    gone, waiting = a_part(uow, a_line(uow)), a_part(uow, a_line(uow, net=5000, tax=350))
    paid = await a_paid_order(uow, uow.new_id(), [gone, waiting])
    await orders.ship(uow, [orders.Parcel(paid.tenant_id, gone.id, "DHL", "JD1")])
    (outcome,) = await cancel(uow, [Cancellation(paid.tenant_id, paid.order_id, "guest")])
    assert isinstance(outcome, Cancelled)
    assert [one.order.amount_minor for one in outcome.started] == [5000 + 350 + 800 + 56]
    await holds(uow, paid.tenant_id, {escrow(gone.seller_id): 10800, escrow(waiting.seller_id): 0})


async def test_an_order_that_has_left_is_not_cancelled_and_nothing_moves(uow, holds):
    paid = await a_paid_order(uow, uow.new_id())
    await orders.ship(uow, [orders.Parcel(*paid.part, "DHL", "JD1")])
    assert await cancel(uow, [Cancellation(paid.tenant_id, paid.order_id, "guest")]) == [orders.WrongState("shipped", "cancelled")]
    await holds(uow, paid.tenant_id, {escrow(paid.parts[0].seller_id): 10800, REFUND_CLEARING: 0})


async def test_the_second_cancellation_finds_nothing_to_cancel(uow, holds):
    paid = await a_paid_order(uow, uow.new_id())
    wanted = Cancellation(paid.tenant_id, paid.order_id, "guest")
    assert isinstance((await cancel(uow, [wanted]))[0], Cancelled)
    assert await cancel(uow, [wanted]) == [orders.WrongState("cancelled", "cancelled")]
    await holds(uow, paid.tenant_id, {REFUND_CLEARING: paid.total_minor})


async def test_another_tenants_order_is_not_found(uow):
    paid = await a_paid_order(uow, uow.new_id())
    (outcome,) = await cancel(uow, [Cancellation(uow.new_id(), paid.order_id, "guest")])
    assert isinstance(outcome, NotFound)


async def test_when_the_gateway_refuses_the_money_is_held_again(uow, holds):
    paid = await a_paid_order(uow, uow.new_id())
    (outcome,) = await cancel(uow, [Cancellation(paid.tenant_id, paid.order_id, "guest")])
    assert isinstance(outcome, Cancelled)
    await settle(uow, [RefundNews(paid.tenant_id, one.refund_id, RefundFailed("charge expired")) for one in outcome.started])
    await holds(uow, paid.tenant_id, {REFUND_CLEARING: 0, escrow(paid.parts[0].seller_id): 10800})
    (hold,) = (await escrow_service.of_seller_orders(uow, {paid.part})).values()
    assert (hold.state, hold.claims) == (escrow_service.State.HELD, 0)
