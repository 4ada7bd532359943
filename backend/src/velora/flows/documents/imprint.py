"""A seller says who it is before the law, and where: what its documents say from then on."""

from dataclasses import dataclass
from typing import Final

from velora.flows.documents.issue import issue_due
from velora.kernel.errors import Forbidden, NotFound, unrefused
from velora.kernel.ids import encode
from velora.kernel.principal import Principal
from velora.modules.audit import service as audit
from velora.modules.audit.policy import PLATFORM
from velora.modules.returns import service as returns
from velora.modules.sellers import service as sellers
from velora.modules.sellers.service import Imprint
from velora.platform.db import UnitOfWork

_ON_THE_WAY: Final = 200  # returns that may still wait for a label


@dataclass(frozen=True)
class Saying:
    """Who says what of a seller, and from which network address."""

    seller_id: int
    imprint: Imprint
    by: Principal
    address: str


async def say_imprint(uow: UnitOfWork, said: Saying) -> Imprint:
    """It is the seller's imprint, and its newest returns that were accepted have their labels now. Raises why not: only owners may."""
    if not await sellers.facts(uow, [said.seller_id]):
        raise NotFound("seller", encode("sel", said.seller_id))
    if not await sellers.may_manage(uow, said.seller_id, said.by):
        raise Forbidden("change who this seller is before the law; only its owners may")
    imprint = unrefused(await sellers.set_imprint(uow, said.seller_id, said.imprint))
    await audit.record(
        uow, [audit.Entry(PLATFORM, said.by.actor_ref, "sellers.imprint_set", encode("sel", said.seller_id), {}, said.address)]
    )
    accepted = (returns.State.APPROVED, returns.State.REFUNDED)
    newest = await returns.of_seller(uow, said.seller_id, states=accepted, limit=_ON_THE_WAY)
    await issue_due(uow, {(one.tenant_id, one.order_id) for one in newest})
    return imprint
