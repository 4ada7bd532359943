"""Finance gives a buyer credit as a goodwill. From a limit on a second person must agree first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from velora.flows.once import Once, once
from velora.flows.second_person import Done, Hand, ask_for, facts_of
from velora.flows.store_credit.moves import Gift, grant
from velora.kernel.errors import Refusal
from velora.kernel.ids import decode, encode
from velora.modules.approvals.service import ApprovalFacts, Matter
from velora.modules.audit import service as audit
from velora.platform.db import UnitOfWork
from velora.platform.db.idempotency import Replay

GIVE: Final = "credit.goodwill"


@dataclass(frozen=True)
class Wish:
    """This account shall have so much, for this reason. The route has checked that `by` may, and that the account is there."""

    tenant_id: int
    account_id: int
    amount_minor: int
    currency: str
    reason: str
    by: Hand
    second_person_from_minor: int

    @property
    def matter(self) -> Matter:
        return Matter(GIVE, encode("acc", self.account_id), {"reason": self.reason}, self.amount_minor, self.currency)


async def give_once(uow: UnitOfWork, requests: Sequence[Once[Wish]]) -> list[Done | Replay | Refusal]:
    """As `give`, once for each Idempotency-Key."""
    return await once(uow, requests, give, facts_of)


async def give(uow: UnitOfWork, wishes: Sequence[Wish]) -> list[Done | Refusal]:
    """Each is given and on record, or waits for a second person; a second wish for the same buyer meanwhile is refused."""
    alone = [one for one in wishes if one.amount_minor < one.second_person_from_minor]
    await grant(uow, [_gift(one, encode("gdw", uow.new_id())) for one in alone])
    await audit.record(uow, [_entry(one.tenant_id, one.matter, one.by) for one in alone])
    return [Done() if one in alone else await ask_for(uow, one.tenant_id, one.matter, one.by) for one in wishes]


async def give_agreed(uow: UnitOfWork, agreed: Sequence[ApprovalFacts]) -> None:
    """What a second person agreed to is given, in the transaction of the agreement, once for each request."""
    gifts = [
        Gift(
            one.tenant_id, f"goodwill:{one.ref}", "goodwill", decode("acc", one.matter.subject), one.matter.currency,
            one.matter.amount_minor, one.requested_by, ("approval", one.ref),
        )
        for one in agreed
    ]  # fmt: skip
    await grant(uow, gifts)
    await audit.record(uow, [_entry(one.tenant_id, one.matter, Hand(one.decided_by)) for one in agreed])


def _gift(wish: Wish, ref: str) -> Gift:
    return Gift(
        wish.tenant_id, f"goodwill:{ref}", "goodwill", wish.account_id, wish.currency, wish.amount_minor, wish.by.actor_ref,
        ("goodwill", ref),
    )  # fmt: skip


def _entry(tenant_id: int, matter: Matter, by: Hand) -> audit.Entry:
    detail: dict[str, object] = {"reason": matter.payload["reason"], "amount_minor": matter.amount_minor, "currency": matter.currency}
    return audit.Entry(tenant_id, by.actor_ref, "credit.given", matter.subject, detail, by.address)
