"""What is kept for an order is let go again, before the rest of its money has come."""

from collections.abc import Sequence
from dataclasses import dataclass

from velora.flows.once import Once, once
from velora.flows.second_person import Hand
from velora.kernel.errors import NotFound, Refusal
from velora.kernel.ids import encode
from velora.modules.audit import service as audit
from velora.modules.payments import service as payments
from velora.modules.suspense import service as suspense
from velora.modules.suspense.service import CaseFacts, CaseState, NotKept
from velora.platform.db import UnitOfWork
from velora.platform.db.idempotency import Replay


@dataclass(frozen=True)
class LettingGo:
    """This case shall not be kept for its order any longer, for this reason. The route has checked that `by` may."""

    tenant_id: int
    case_id: int
    reason: str
    by: Hand

    @property
    def key(self) -> tuple[int, int]:
        return self.tenant_id, self.case_id


async def let_go_once(uow: UnitOfWork, requests: Sequence[Once[LettingGo]]) -> list[CaseFacts | Replay | Refusal]:
    """As `let_go`, once for each Idempotency-Key."""
    return await once(uow, requests, let_go, lambda case: {"case": case.ref})


async def let_go(uow: UnitOfWork, wishes: Sequence[LettingGo]) -> list[CaseFacts | Refusal]:
    """Each case is open again, or is refused, and nothing was changed. Locks the payments of the orders, then the cases."""
    seen = await suspense.by_id(uow, {one.key for one in wishes})
    await payments.lock_of_orders(uow, {case.order for case in seen.values() if case.order_id})
    cases = await suspense.lock(uow, seen.keys())
    kept = {key: case for key, case in cases.items() if case.state is CaseState.KEPT and case.order_id == seen[key].order_id}
    opened = {case.key: case for case in await suspense.reopen(uow, list(kept.values()))}
    hands = {one.key: one for one in wishes}
    await audit.record(
        uow,
        [
            audit.Entry(key[0], hands[key].by.actor_ref, "suspense.let_go", case.ref, {"reason": hands[key].reason}, hands[key].by.address)
            for key, case in opened.items()
        ],
    )
    return [opened.get(one.key) or _refusal(one, cases.get(one.key)) for one in wishes]


def _refusal(wish: LettingGo, case: CaseFacts | None) -> Refusal:
    return NotKept(case.ref) if case else NotFound("case", encode("sus", wish.case_id))
