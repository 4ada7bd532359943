"""Refund, cancellation, confirmation, release and payout of the same orders at once: whoever comes first, the books are right."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from tests.builders.orders import GUEST, Paid, a_line, a_paid_order, a_part, delivered
from tests.builders.people import a_tenant
from velora.flows.bookkeeping.verify import verify
from velora.flows.payout_run.run import PayoutRun, reserve
from velora.flows.payout_run.run import settle as settle_payouts
from velora.flows.refund.ask import ReturnAsk, ask
from velora.flows.refund.cancel import Cancellation, cancel
from velora.flows.refund.decide import Decision, approve
from velora.flows.refund.settle import RefundNews, settle
from velora.flows.refund.start import Started
from velora.flows.release.release import Confirmation, confirm, release
from velora.kernel.errors import Refusal
from velora.kernel.principal import Principal
from velora.modules.payments.gateways.port import Refunded
from velora.modules.payouts.service import Settled
from velora.modules.returns import service as returns
from velora.platform.db import Database, UnitOfWork
from velora.platform.db.group_commit import in_one_transaction

T = TypeVar("T")
O = TypeVar("O")  # noqa: E741 -- outcome, as in group commit


async def alone(db: Database, phase: Callable[[UnitOfWork, Sequence[T]], Awaitable[Sequence[O | Refusal]]], item: T) -> O | Refusal:
    """In a transaction of its own, as another process would."""
    return (await in_one_transaction(db, phase, [item]))[0]


async def released(uow: UnitOfWork, limits: Sequence[int]) -> list[int]:
    return [await release(uow, limit) for limit in limits]


async def refunded(db: Database, paid: Paid) -> None:
    part = paid.parts[0]
    wish = ReturnAsk(paid.tenant_id, part.id, ((part.lines[0].id, 1),), returns.Reason.OTHER, "", Principal(guest_key=GUEST))
    facts = await alone(db, ask, wish)
    if isinstance(facts, returns.ReturnFacts):
        started = await alone(db, approve, Decision(paid.tenant_id, paid.order_id, facts.id, "", "test"))
        assert isinstance(started, Started), started
        await alone(db, settle, RefundNews(paid.tenant_id, started.refund_id, Refunded("re")))


async def paid_out(db: Database, tenant_id: int) -> None:
    reserved = await alone(db, reserve, PayoutRun(tenant_id))
    assert isinstance(reserved, list)
    for one in reserved:
        await alone(db, settle_payouts, Settled(tenant_id, one.id, "paid"))


async def test_everything_at_once_leaves_the_books_clean(db):
    async with db.begin(None) as uow:
        tenant = (await a_tenant(uow)).id
        orders = [await a_paid_order(uow, tenant, [a_part(uow, a_line(uow, quantity=2, bps=0))]) for _ in range(6)]
        for paid in orders[:4]:
            await delivered(uow, paid)
    work: list[Awaitable[object]] = []
    for paid in orders:
        work += [
            refunded(db, paid), refunded(db, paid), alone(db, confirm, Confirmation(*paid.part)),
            alone(db, cancel, Cancellation(tenant, paid.order_id, "test")), alone(db, released, 50), paid_out(db, tenant),
        ]  # fmt: skip
    await asyncio.gather(*work)
    verdict = await verify(db, tenant)
    assert [check for check in verdict.checks if check.count] == []
