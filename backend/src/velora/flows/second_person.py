"""A second person is asked before something is done, and what was agreed to is taken when it is done: both on record.

What follows when somebody agrees stands in `flows/four_eyes/actions.py`. A flow that needs a second person asks here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from velora.kernel.errors import Refusal
from velora.kernel.ids import decode
from velora.modules.approvals import service as approvals
from velora.modules.approvals.service import ApprovalFacts, Matter, Request, Taking
from velora.modules.audit import service as audit
from velora.platform.db import UnitOfWork
from velora.platform.db.idempotency import Replay


@dataclass(frozen=True)
class Hand:
    """Whose hand did it, and from which network address."""

    actor_ref: str
    address: str = ""


@dataclass(frozen=True)
class Done:
    """It is done, or waits for a second person under this approval."""

    approval: ApprovalFacts | None = None


async def ask_for(uow: UnitOfWork, tenant_id: int, matter: Matter, by: Hand) -> Done | Refusal:
    """It waits for a second person from now on; or the refusal names the request for the same that waits already."""
    [asked] = await ask(uow, [Request(tenant_id, matter, by.actor_ref)], by)
    return asked if isinstance(asked, Refusal) else Done(asked)


def facts_of(done: Done) -> dict[str, object]:
    """What is kept of it with an Idempotency-Key, for whoever asks again."""
    return {"approval": done.approval.ref if done.approval else ""}


def approval_of(done: Done | Replay) -> int | None:
    """Under which approval it waits, told now or before; None where it is done."""
    ref = str((done.body if isinstance(done, Replay) else facts_of(done))["approval"])
    return decode("apr", ref) if ref else None


async def ask(uow: UnitOfWork, requests: Sequence[Request], by: Hand) -> list[ApprovalFacts | Refusal]:
    """Each waits for a second person from now on, unless the same is waiting already: then the refusal names that one."""
    outcomes = await approvals.request(uow, requests)
    await on_record(uow, [(one, by) for one in outcomes if isinstance(one, ApprovalFacts)])
    return outcomes


async def take(uow: UnitOfWork, takings: Sequence[Taking], by: Hand) -> list[ApprovalFacts | Refusal]:
    """Each was agreed to exactly as it is done in this transaction, and can never be taken again; or the refusal says what is missing."""
    outcomes = await approvals.take(uow, takings)
    await on_record(uow, [(one, by) for one in outcomes if isinstance(one, ApprovalFacts)])
    return outcomes


async def on_record(uow: UnitOfWork, steps: Sequence[tuple[ApprovalFacts, Hand]]) -> None:
    """Each request stands in the audit as it is now, by whose hand."""
    entries = [
        audit.Entry(
            one.tenant_id, by.actor_ref, f"approvals.{one.state}", one.ref, {"action": one.matter.action, "subject": one.matter.subject},
            by.address,
        )
        for one, by in steps
    ]  # fmt: skip
    await audit.record(uow, entries)
