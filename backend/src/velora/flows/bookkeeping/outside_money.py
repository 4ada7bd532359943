"""What our own rows say must lie outside: at the gateway, and what came into and left the bank through them. For check 19."""

from collections import Counter
from typing import Final

from velora.flows.postings import BANK, CLEARING
from velora.modules.disputes import service as disputes
from velora.modules.ledger import service as ledger
from velora.modules.ledger.policy import CONVERTED
from velora.modules.payments import service as payments
from velora.modules.suspense import service as suspense
from velora.modules.suspense.service import CaseState, Settlement
from velora.modules.transfers import service as transfers
from velora.platform.db import UnitOfWork

Place = tuple[int, str, str]  # tenant, account code, currency
_TO_MAKE: Final = "transfers"
_THROUGH_BANK: Final = ("receipt", "suspense_back_paid", "refund_paid")


async def at_gateway(uow: UnitOfWork, tenant_id: int | None) -> Counter[Place]:
    """What lies in gateway clearing. What pays an order out of suspense lies where it lay before."""
    said: Counter[Place] = Counter()
    account = str(CLEARING)
    for tenant, currency, captured, fees in await payments.capture_sums(uow, tenant_id):
        said[tenant, account, currency] += captured - fees
    for tenant, currency, state, total, _, to_credit, by_transfer in await payments.refund_sums(uow, tenant_id):
        if state == "succeeded":
            said[tenant, account, currency] -= total - to_credit - by_transfer
    for tenant, currency, gateway, state, how, total in await suspense.sums(uow, tenant_id):
        if how is Settlement.TAKE and state is CaseState.SETTLED:
            said[tenant, account, currency] -= total  # counted as captured
        if gateway != suspense.BANK and (state, how) != (CaseState.SETTLED, Settlement.GIVE_BACK):
            said[tenant, account, currency] += total
    for tenant, currency, _, taken, _, _, returned, fee, fee_back in await disputes.sums(uow, tenant_id):
        said[tenant, account, currency] -= taken - returned + fee - fee_back
    for tenant, currency, changed in await ledger.credited_by(uow, tenant_id, code=account, kind=CONVERTED):
        said[tenant, account, currency] -= changed
    return said


async def through_bank(uow: UnitOfWork, tenant_id: int | None) -> tuple[Counter[Place], Counter[Place]]:
    """What was recorded of the statement less what went back by transfer; and what the journals that say so moved in the bank.

    Beside it, what is on its way back; and what the list of transfers says is still to be made.
    """
    told: Counter[Place] = Counter()
    moved: Counter[Place] = Counter()
    account = str(BANK)
    for tenant, currency, gateway, state, how, total in await suspense.sums(uow, tenant_id):
        if gateway == suspense.BANK and (state, how) != (CaseState.SETTLED, Settlement.GIVE_BACK):
            told[tenant, account, currency] += total
        if gateway == suspense.BANK and state is CaseState.GIVING_BACK:
            told[tenant, _TO_MAKE, currency] += total
    for tenant, currency, state, *_, by_transfer in await payments.refund_sums(uow, tenant_id):
        told[tenant, account, currency] -= by_transfer if state == "succeeded" else 0
        told[tenant, _TO_MAKE, currency] += by_transfer if state == "requested" else 0
    for tenant, currency, state, total in await transfers.sums(uow, tenant_id):
        moved[tenant, _TO_MAKE, currency] += total if state in transfers.OPEN else 0
    for kind in _THROUGH_BANK:
        for tenant, currency, credited in await ledger.credited_by(uow, tenant_id, code=account, kind=kind):
            moved[tenant, account, currency] -= credited
    return told, moved
