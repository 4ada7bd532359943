"""Never more goes back than was taken, whoever asks and however often."""

from tests.builders.orders import a_paid_order
from velora.kernel.errors import NotFound
from velora.modules.payments import service as payments
from velora.modules.payments.service import RefundAsked, RefundHeard, RefundRequest, RefundTooLarge


def asks(paid, amount, key="return:1"):
    return RefundRequest(paid.tenant_id, paid.intent_id, amount, key)


async def asked(uow, *requests: RefundRequest) -> list[RefundAsked]:
    """All of the requests are granted."""
    outcomes = await payments.request_refunds(uow, requests)
    granted = [one for one in outcomes if isinstance(one, RefundAsked)]
    assert len(granted) == len(outcomes)
    return granted


async def refunded(uow, paid):
    key = (paid.tenant_id, paid.order_id)
    return (await payments.of_orders(uow, [key]))[key].refunded_minor


async def test_requests_of_one_batch_share_what_is_left(uow):
    paid = await a_paid_order(uow, uow.new_id())
    first, second, third = await payments.request_refunds(
        uow, [asks(paid, 8000, "a"), asks(paid, 8000, "b"), asks(paid, paid.total_minor - 8000, "c")]
    )
    assert isinstance(first, RefundAsked)
    assert second == RefundTooLarge(8000, paid.total_minor - 8000)
    assert isinstance(third, RefundAsked)
    assert await refunded(uow, paid) == paid.total_minor


async def test_the_same_reason_refunds_once(uow):
    paid = await a_paid_order(uow, uow.new_id())
    [first] = await asked(uow, asks(paid, 2000))
    [again] = await asked(uow, asks(paid, 2000))
    assert (first.is_new, again.is_new, again.refund_id) == (True, False, first.refund_id)
    assert await refunded(uow, paid) == 2000


async def test_the_same_reason_twice_in_one_batch_refunds_once(uow):
    paid = await a_paid_order(uow, uow.new_id())
    first, again = await asked(uow, asks(paid, 2000), asks(paid, 2000))
    assert (first.is_new, again.is_new, again.refund_id) == (True, False, first.refund_id)
    assert await refunded(uow, paid) == 2000


async def test_nothing_and_less_cannot_be_refunded(uow):
    paid = await a_paid_order(uow, uow.new_id())
    assert [type(one) for one in await payments.request_refunds(uow, [asks(paid, 0, "a"), asks(paid, -5, "b")])] == [RefundTooLarge] * 2
    assert await refunded(uow, paid) == 0


async def test_another_tenants_payment_is_not_found(uow):
    paid = await a_paid_order(uow, uow.new_id())
    assert isinstance((await payments.request_refunds(uow, [RefundRequest(uow.new_id(), paid.intent_id, 1, "a")]))[0], NotFound)


async def test_a_refund_that_failed_may_be_asked_for_again(uow):
    paid = await a_paid_order(uow, uow.new_id())
    [refund] = await asked(uow, asks(paid, paid.total_minor))
    heard = RefundHeard(paid.tenant_id, refund.refund_id, succeeded=False, reason="closed")
    assert len(await payments.settle_refunds(uow, [heard])) == 1
    assert await payments.settle_refunds(uow, [heard]) == []
    assert await refunded(uow, paid) == 0
    assert isinstance((await payments.request_refunds(uow, [asks(paid, paid.total_minor, "b")]))[0], RefundAsked)
