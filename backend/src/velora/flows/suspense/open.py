"""A case is opened: the money is booked as nobody's, once for each charge at the gateway."""

from collections.abc import Sequence

from velora.flows import postings
from velora.modules.audit import service as audit
from velora.modules.ledger import service as ledger
from velora.modules.suspense import service as suspense
from velora.modules.suspense.service import CaseFacts, NewCase
from velora.platform.db import UnitOfWork


async def open_case(uow: UnitOfWork, cases: Sequence[NewCase]) -> list[CaseFacts]:
    """A case stands for each charge, with its money in suspense; told again, the first one answers. In order."""
    opened = await suspense.open_cases(uow, cases)
    new = [one for one in opened if one.is_new]
    journals = [
        postings.unmatched(
            tenant_id=one.tenant_id, gateway=one.gateway, gateway_ref=one.gateway_ref, currency=one.currency,
            amount_minor=one.amount_minor, at=uow.now,
        )
        for one in new
    ]  # fmt: skip
    await ledger.post(uow, journals)
    detail: list[dict[str, object]] = [{"gateway": one.gateway, "gateway_ref": one.gateway_ref} for one in new]
    await audit.record(
        uow, [audit.Entry(one.tenant_id, "system", "suspense.opened", one.ref, said) for one, said in zip(new, detail, strict=True)]
    )
    return opened
