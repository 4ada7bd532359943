"""The seller's word on a return: approved, and the money is on its way back; or declined, and nothing moves."""

from collections.abc import Sequence
from dataclasses import dataclass

from velora.flows.once import Once, once
from velora.flows.refund.settle import settle_credit
from velora.flows.refund.start import Started, of_return, start
from velora.kernel.errors import Refusal
from velora.kernel.ids import encode
from velora.modules.audit import service as audit
from velora.modules.escrow import service as escrow
from velora.modules.payments import service as payments
from velora.modules.returns import service as returns
from velora.modules.returns.errors import AfterRelease
from velora.platform.db import UnitOfWork
from velora.platform.db.idempotency import Replay


@dataclass(frozen=True)
class Decision:
    """The route has checked that `actor_ref` may decide for the seller."""

    tenant_id: int
    order_id: int
    return_id: int
    note: str
    actor_ref: str

    @property
    def key(self) -> tuple[int, int]:
        return self.tenant_id, self.return_id


async def approve(uow: UnitOfWork, decisions: Sequence[Decision]) -> list[Started | Refusal]:
    """Each return is approved and its refund stands as requested, or says why not. Payments are locked first, then returns."""
    await payments.lock_of_orders(uow, {(one.tenant_id, one.order_id) for one in decisions})
    found = await returns.decidable(uow, [one.key for one in decisions])
    open_ = [(one, facts) for one, facts in zip(decisions, found, strict=True) if isinstance(facts, returns.ReturnFacts)]
    started = dict(
        zip((one.key for one, _ in open_), await start(uow, [of_return(facts, one.actor_ref) for one, facts in open_]), strict=True)
    )
    approved = [
        (facts, begun.refund_id, one.note) for one, facts in open_ if isinstance(begun := started[one.key], Started)
    ]  # fmt: skip
    await returns.approve(uow, approved)
    await escrow.unclaim(uow, [(facts.tenant_id, facts.seller_order_id) for facts, _, _ in approved])
    await _record(uow, [one for one, _ in open_ if isinstance(started[one.key], Started)], "returns.approved")
    await settle_credit(uow, [one for one in started.values() if isinstance(one, Started)])
    return [
        _in_words_of_returns(started[one.key]) if isinstance(facts, returns.ReturnFacts) else facts
        for one, facts in zip(decisions, found, strict=True)
    ]


async def decline(uow: UnitOfWork, decisions: Sequence[Decision]) -> list[returns.ReturnFacts | Refusal]:
    """Each return is declined, and what was kept for it may be released again; or says why not."""
    found = await returns.decidable(uow, [one.key for one in decisions])
    declined = [(facts, one) for one, facts in zip(decisions, found, strict=True) if isinstance(facts, returns.ReturnFacts)]
    await returns.decline(uow, [(facts, one.note) for facts, one in declined])
    await escrow.unclaim(uow, [(facts.tenant_id, facts.seller_order_id) for facts, _ in declined])
    await _record(uow, [one for _, one in declined], "returns.declined")
    now = await returns.by_id(uow, {one.key for _, one in declined})
    return [now[one.key] if isinstance(facts, returns.ReturnFacts) else facts for one, facts in zip(decisions, found, strict=True)]


async def approve_once(uow: UnitOfWork, requests: Sequence[Once[Decision]]) -> list[Started | Replay | Refusal]:
    """Each approval is done once, however often it is asked with the same key."""
    return await once(uow, requests, approve, lambda started: {"refund": encode("rfd", started.refund_id)})


async def decline_once(uow: UnitOfWork, requests: Sequence[Once[Decision]]) -> list[returns.ReturnFacts | Replay | Refusal]:
    """The same for a refusal."""
    return await once(uow, requests, decline, lambda facts: {"id": encode("ret", facts.id)})


async def _record(uow: UnitOfWork, decisions: Sequence[Decision], action: str) -> None:
    entries = [audit.Entry(one.tenant_id, one.actor_ref, action, encode("ret", one.return_id)) for one in decisions]
    await audit.record(uow, entries)


def _in_words_of_returns(outcome: Started | Refusal) -> Started | Refusal:
    return AfterRelease() if isinstance(outcome, escrow.AlreadyReleased) else outcome
