"""E5: what is due is parted between operator, reserve and seller. Commission is taken of what is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from velora.flows import postings
from velora.flows.house import TradingHouse
from velora.kernel.errors import NotFound, Refusal
from velora.kernel.ids import encode
from velora.modules.escrow import service as escrow
from velora.modules.ledger import service as ledger
from velora.modules.orders import service as orders
from velora.modules.tenants import service as tenants
from velora.platform.db import UnitOfWork

_A_BATCH: Final = 200


@dataclass(frozen=True)
class Confirmation:
    """The buyer says that everything has come. The route has checked that it is the buyer."""

    tenant_id: int
    seller_order_id: int

    @property
    def key(self) -> tuple[int, int]:
        return self.tenant_id, self.seller_order_id


async def release_due(house: TradingHouse) -> int:
    """Everything that is due has been released, in batches; how many seller orders."""
    released = 0
    while True:
        async with house.db.begin(None) as uow:
            count = await release(uow, _A_BATCH)
        released += count
        if count < _A_BATCH:
            return released


async def release(uow: UnitOfWork, limit: int, *, actor_ref: str = "system") -> int:
    """The next holds that are due are empty, and their parts stand where they belong; how many were due.

    Seller orders are locked before their holds, as everywhere.
    """
    due = await escrow.due(uow, limit)
    await orders.lock_parts(uow, due)
    await _release(uow, await escrow.claim_due(uow, due), actor_ref)
    return len(due)


async def confirm(uow: UnitOfWork, confirmations: Sequence[Confirmation]) -> list[escrow.Hold | Refusal]:
    """What is held for these falls due now; the worker releases it in a moment. Confirming twice changes nothing."""
    parts = await orders.lock_parts(uow, {one.key for one in confirmations})
    arrived = {key for key, part in parts.items() if part.state in (orders.State.SHIPPED, orders.State.DELIVERED, orders.State.COMPLETED)}
    on_its_way = [one.key for one in confirmations if one.key in arrived and parts[one.key].state == orders.State.SHIPPED]
    await orders.deliver(uow, on_its_way)
    outcomes = dict(zip(sorted(arrived), await escrow.confirm(uow, sorted(arrived)), strict=True))
    return [outcomes.get(one.key) or _why_not(one, parts.get(one.key)) for one in confirmations]


def _why_not(one: Confirmation, part: orders.SellerOrder | None) -> Refusal:
    if part is None:
        return NotFound("seller order", encode("sor", one.seller_order_id))
    return orders.WrongState(part.state, "confirmed as delivered")


async def _release(uow: UnitOfWork, holds: Sequence[escrow.Hold], actor_ref: str) -> None:
    if not holds:
        return
    await orders.complete(uow, {(one.tenant_id, one.seller_order_id) for one in holds})
    reserve_bps = {id_: tenant.reserve_bps for id_, tenant in (await tenants.by_id(uow, {one.tenant_id for one in holds})).items()}
    debts = await ledger.balances(uow, {(one.tenant_id, str(postings.receivable(one.seller_id))) for one in holds})
    journals: list[ledger.Journal] = []
    for one in holds:
        account = one.tenant_id, str(postings.receivable(one.seller_id)), one.currency
        parting = postings.part(
            one.rest, commission_minor=one.commission_left, owed_minor=debts.get(account, 0), reserve_bps=reserve_bps.get(one.tenant_id, 0)
        )
        debts[account] = debts.get(account, 0) - parting.recovered_minor
        journals.append(
            postings.released(
                tenant_id=one.tenant_id, seller_order_id=one.seller_order_id, order_id=one.order_id, seller_id=one.seller_id,
                currency=one.currency, parting=parting, at=uow.now, actor_ref=actor_ref,
            )
        )  # fmt: skip
    await escrow.release(uow, holds)
    await ledger.post(uow, [journal for journal in journals if journal.postings])
