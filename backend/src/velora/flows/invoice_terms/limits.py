"""How much a buyer may owe on invoices. More than before needs a second person, from a limit on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from velora.flows.once import Once, once
from velora.flows.second_person import Done, Hand, ask_for, facts_of
from velora.kernel.errors import Refusal
from velora.kernel.ids import decode, encode
from velora.modules.approvals.service import ApprovalFacts, Matter
from velora.modules.audit import service as audit
from velora.modules.terms import service as terms
from velora.platform.db import UnitOfWork
from velora.platform.db.idempotency import Replay

LET: Final = "terms.let"


@dataclass(frozen=True)
class Wish:
    """This account may owe so much; with nothing, no more on invoice. The route has checked that `by` may, and that it is there."""

    tenant_id: int
    account_id: int
    limit_minor: int
    currency: str
    reason: str
    by: Hand
    second_person_from_minor: int

    @property
    def account(self) -> terms.Account:
        return self.tenant_id, self.account_id, self.currency

    @property
    def matter(self) -> Matter:
        return Matter(LET, encode("acc", self.account_id), {"reason": self.reason}, self.limit_minor, self.currency)


async def let_once(uow: UnitOfWork, requests: Sequence[Once[Wish]]) -> list[Done | Replay | Refusal]:
    """As `let`, once for each Idempotency-Key."""
    return await once(uow, requests, let, facts_of)


async def let(uow: UnitOfWork, wishes: Sequence[Wish]) -> list[Done | Refusal]:
    """Each limit holds and is on record, or waits for a second person. What is owed already stands, also above a lower limit."""
    standing = await terms.of_accounts(uow, {(one.tenant_id, one.account_id) for one in wishes})
    before = {account: one.limit_minor for account, one in standing.items()}
    alone = [one for one in wishes if one.limit_minor < one.second_person_from_minor or one.limit_minor <= before.get(one.account, 0)]
    await _set(uow, [(one.tenant_id, one.matter, one.by) for one in alone])
    return [Done() if one in alone else await ask_for(uow, one.tenant_id, one.matter, one.by) for one in wishes]


async def let_agreed(uow: UnitOfWork, agreed: Sequence[ApprovalFacts]) -> None:
    """What a second person agreed to holds, in the transaction of the agreement."""
    await _set(uow, [(one.tenant_id, one.matter, Hand(one.decided_by)) for one in agreed])


async def _set(uow: UnitOfWork, steps: Sequence[tuple[int, Matter, Hand]]) -> None:
    if not steps:
        return
    limits = {(tenant_id, decode("acc", one.subject), one.currency): one.amount_minor for tenant_id, one, _ in steps}
    await terms.set_limits(uow, limits)
    await audit.record(uow, [_entry(*step) for step in steps])


def _entry(tenant_id: int, matter: Matter, by: Hand) -> audit.Entry:
    detail: dict[str, object] = {"reason": matter.payload["reason"], "limit_minor": matter.amount_minor, "currency": matter.currency}
    return audit.Entry(tenant_id, by.actor_ref, "terms.limit_set", matter.subject, detail, by.address)
