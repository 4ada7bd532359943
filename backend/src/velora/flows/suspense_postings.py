"""Money that is nobody's yet (2090): how it came, and what became of it. The page beside `postings`, and as pure.

It lies at the gateway (1010), or in the bank (1020) where no gateway brought it, and there it stays until it goes back. What pays an order
that waits for its money leaves suspense by that order's capture (`postings.captured`).
"""

from dataclasses import dataclass
from datetime import datetime

from velora.flows.postings import BANK, CLEARING, REFUND_CLEARING, ROUNDING, SUSPENSE
from velora.kernel.ids import encode
from velora.modules.ledger.policy import AccountRef, Journal, legs


def unmatched_key(gateway: str, gateway_ref: str) -> str:
    return f"unmatched:{gateway}:{gateway_ref}"


def receipt_key(reference: str) -> str:
    return f"receipt:{reference}"


def suspense_key(transition: str, case_id: int, tries: int) -> str:
    """`transition` is back, back-paid or back-failed: each try at giving a case back has its own. Written off or credited it is once."""
    return f"suspense-{transition}:{encode('sus', case_id)}:{tries}"


def came_key(gateway: str, gateway_ref: str) -> str:
    """How money came that lies in the bank, or at this gateway."""
    return receipt_key(gateway_ref) if gateway == "bank" else unmatched_key(gateway, gateway_ref)


def keys_of(gateway: str, gateway_ref: str, case_id: int, tries: int) -> list[str]:
    """The keys of everything that this case may have moved, but for what it paid: that is the order's capture."""
    once = [suspense_key(transition, case_id, 0) for transition in ("written-off", "credit")]
    tried = [suspense_key(transition, case_id, at) for at in range(1, tries + 1) for transition in ("back", "back-paid", "back-failed")]
    return [came_key(gateway, gateway_ref), *once, *tried]


def unmatched(*, tenant_id: int, gateway: str, gateway_ref: str, currency: str, amount_minor: int, at: datetime) -> Journal:
    """Money lies at the gateway that belongs to no payment we know: nobody's, until somebody says what becomes of it."""
    moves = legs((CLEARING, SUSPENSE, amount_minor))
    payload: dict[str, object] = {"gateway": gateway, "gateway_ref": gateway_ref}
    return Journal(tenant_id, unmatched_key(gateway, gateway_ref), "unmatched", currency, moves, at, payload=payload)


def received(*, tenant_id: int, case_id: int, reference: str, currency: str, amount_minor: int, at: datetime, actor_ref: str) -> Journal:
    """Money came into the bank, as its statement says: nobody's, until somebody says which order it is for."""
    payload: dict[str, object] = {"case": encode("sus", case_id)}
    moves = legs((BANK, SUSPENSE, amount_minor))
    return Journal(tenant_id, receipt_key(reference), "receipt", currency, moves, at, actor_ref, payload)


@dataclass(frozen=True)
class Suspended:
    """An amount in suspense, at one try of giving it back; `lies_in` the bank, or at the gateway."""

    tenant_id: int
    case_id: int
    tries: int
    currency: str
    amount_minor: int
    lies_in: AccountRef = CLEARING

    def journal(
        self,
        kind: str,
        key: str,
        debit: AccountRef,
        credit: AccountRef,
        at: datetime,
        actor_ref: str = "system",
        reverses: int | None = None,
    ) -> Journal:
        moves = legs((debit, credit, self.amount_minor))
        return Journal(self.tenant_id, key, kind, self.currency, moves, at, actor_ref, {"case": encode("sus", self.case_id)}, reverses)


def suspense_back(case: Suspended, *, at: datetime, actor_ref: str) -> Journal:
    """It is to go back to whoever paid it: posted before the gateway is asked, or a person sends it."""
    return case.journal("suspense_back", suspense_key("back", case.case_id, case.tries), SUSPENSE, REFUND_CLEARING, at, actor_ref)


def suspense_back_paid(case: Suspended, *, at: datetime) -> Journal:
    """It has gone back."""
    return case.journal("suspense_back_paid", suspense_key("back-paid", case.case_id, case.tries), REFUND_CLEARING, case.lies_in, at)


def suspense_back_failed(case: Suspended, *, at: datetime, reverses_id: int) -> Journal:
    """It could not go back, and is nobody's again."""
    key = suspense_key("back-failed", case.case_id, case.tries)
    return case.journal("suspense_back_failed", key, REFUND_CLEARING, SUSPENSE, at, reverses=reverses_id)


def suspense_written_off(case: Suspended, *, at: datetime, actor_ref: str) -> Journal:
    """It is too little to be anybody's, and the operator keeps it."""
    return case.journal("suspense_written_off", suspense_key("written-off", case.case_id, 0), SUSPENSE, ROUNDING, at, actor_ref)
