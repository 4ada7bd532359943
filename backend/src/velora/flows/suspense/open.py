"""A case is opened: the money is booked as nobody's, once for each charge at the gateway and each movement on the bank's statement."""

from collections.abc import Sequence

from velora.flows import suspense_postings as postings
from velora.modules.audit import service as audit
from velora.modules.ledger import service as ledger
from velora.modules.ledger.policy import Journal
from velora.modules.suspense import service as suspense
from velora.modules.suspense.service import BANK, CaseFacts, NewCase
from velora.platform.db import UnitOfWork


async def open_case(uow: UnitOfWork, cases: Sequence[NewCase]) -> list[CaseFacts]:
    """A case stands for each charge, with its money in suspense; told again, the first one answers. In order."""
    opened = await suspense.open_cases(uow, cases)
    new = [(one, told.by) for one, told in zip(opened, cases, strict=True) if one.is_new]
    await ledger.post(uow, [_journal(uow, one, by) for one, by in new])
    detail: list[dict[str, object]] = [{"gateway": one.gateway, "gateway_ref": one.gateway_ref} for one, _ in new]
    await audit.record(
        uow, [audit.Entry(one.tenant_id, by, "suspense.opened", one.ref, said) for (one, by), said in zip(new, detail, strict=True)]
    )
    return opened


def _journal(uow: UnitOfWork, case: CaseFacts, by: str) -> Journal:
    if case.gateway == BANK:
        return postings.received(
            tenant_id=case.tenant_id, case_id=case.id, reference=case.gateway_ref, currency=case.currency, amount_minor=case.amount_minor,
            at=uow.now, actor_ref=by,
        )  # fmt: skip
    return postings.unmatched(
        tenant_id=case.tenant_id, gateway=case.gateway, gateway_ref=case.gateway_ref, currency=case.currency,
        amount_minor=case.amount_minor, at=uow.now,
    )  # fmt: skip
