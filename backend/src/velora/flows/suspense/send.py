"""Money of a case goes back: the gateway is asked outside any transaction, under the key of this try, and what it says is settled once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from velora.flows import suspense_postings as postings
from velora.flows.house import TradingHouse
from velora.flows.suspense.settle import case_of, posted
from velora.modules.approvals.service import ApprovalFacts
from velora.modules.audit import service as audit
from velora.modules.ledger import service as ledger
from velora.modules.payments.gateways.port import Refunded, RefundFailed, RefundOrder, RefundOutcome
from velora.modules.suspense import service as suspense
from velora.modules.suspense.service import CaseFacts, CaseState, ReturnHeard
from velora.platform.db import UnitOfWork

_A_SWEEP: Final = 100


@dataclass(frozen=True)
class BackNews:
    """Something heard of giving a case back, at this try."""

    tenant_id: int
    case_id: int
    tries: int
    outcome: RefundOutcome


async def send_back(house: TradingHouse, cases: Sequence[CaseFacts]) -> None:
    """The gateway is asked for each that is on its way back, and each is settled as far as it answered; the sweeper asks for the rest."""

    async def one(case: CaseFacts) -> None:
        order = RefundOrder(case.refund_key, case.charge_ref, case.amount_minor, case.currency)
        outcome = await house.gateway.refund(order)
        await house.writes.submit(settle_back, BackNews(case.tenant_id, case.id, case.tries, outcome))

    mine = [case for case in cases if case.state is CaseState.GIVING_BACK and case.gateway == house.settings.gateway]
    await asyncio.gather(*(one(case) for case in mine))


async def send_agreed(house: TradingHouse, agreed: Sequence[ApprovalFacts]) -> None:
    """What a second person has agreed to give back is sent."""
    async with house.db.read(None) as uow:
        cases = await suspense.by_id(uow, {case_of(one) for one in agreed})
    await send_back(house, list(cases.values()))


async def sweep_suspense(house: TradingHouse) -> int:
    """Cases on their way back of which nothing was heard for too long are sent again under their keys; how many were looked at."""
    async with house.db.read(None) as uow:
        waiting = await suspense.waiting(uow, limit=_A_SWEEP)
    await send_back(house, waiting)
    return len(waiting)


async def settle_back(uow: UnitOfWork, news: Sequence[BackNews]) -> list[bool]:
    """Each case stands as the gateway said: given back and posted, or refused, posted back and open again; whether each was heard of."""
    heard = [found for one in news if (found := _heard(one))]
    turned = await suspense.settle_returns(uow, heard)
    paid = [case for case in turned if case.state is CaseState.SETTLED]
    failed = [case for case in turned if case.state is CaseState.OPEN]
    keys = {case.key: (case.tenant_id, postings.suspense_key("back", case.id, case.tries)) for case in failed}
    asked = await ledger.find(uow, set(keys.values()))
    journals = [postings.suspense_back_paid(posted(case), at=uow.now) for case in paid]
    journals += [postings.suspense_back_failed(posted(case), at=uow.now, reverses_id=asked[keys[case.key]]) for case in failed]
    await ledger.post(uow, journals)
    entries = [audit.Entry(case.tenant_id, "system", "suspense.given_back", case.ref, {"refund": case.refund_ref}) for case in paid]
    entries += [audit.Entry(case.tenant_id, "system", "suspense.back_refused", case.ref, {"reason": case.refusal}) for case in failed]
    await audit.record(uow, entries)
    known = {(one.tenant_id, one.case_id) for one in heard}
    return [(one.tenant_id, one.case_id) in known for one in news]


def _heard(one: BackNews) -> ReturnHeard | None:
    match one.outcome:
        case Refunded(ref):
            return ReturnHeard(one.tenant_id, one.case_id, one.tries, succeeded=True, gateway_ref=ref)
        case RefundFailed(reason):
            return ReturnHeard(one.tenant_id, one.case_id, one.tries, succeeded=False, reason=reason)
        case _:
            return None
