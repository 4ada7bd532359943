"""Who has which money, kept as a child would: one number per account, credits less debits, and one card per seller order."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from tests.builders.orders import Paid
from velora.flows import postings
from velora.flows.postings import CLEARING, COMMISSION, REFUND_CLEARING
from velora.flows.refund.start import Started
from velora.modules.ledger.service import AccountRef
from velora.modules.returns.service import ReturnFacts


@dataclass(eq=False)
class Part:
    """One seller order of one line, with one delivery."""

    paid: Paid
    place: int
    state: str = "paid"
    due: datetime | None = None
    claims: int = 0
    refunded: int = 0
    commission_back: int = 0
    returned: int = 0
    taken: list[ReturnFacts] = field(default_factory=list)

    @property
    def sold(self):
        return self.paid.parts[self.place]

    @property
    def line(self):
        return self.sold.lines[0]

    @property
    def key(self) -> tuple[int, int]:
        return self.paid.tenant_id, self.sold.id

    @property
    def rest(self) -> int:
        return 0 if self.state == "released" else self.sold.items_minor + self.sold.shipping_minor - self.refunded

    @property
    def pieces_left(self) -> int:
        return self.line.quantity - sum(line.worth.quantity for one in self.taken for line in one.lines)


@dataclass(eq=False)
class Refund:
    """Money on its way back: of a return, or of a cancelled part."""

    started: Started
    part: Part
    net: int
    tax: int
    commission: int
    facts: ReturnFacts | None


class Books:
    def __init__(self, reserve_bps: int) -> None:
        self.reserve_bps = reserve_bps
        self.holds: Counter[str] = Counter()
        self.parts: list[Part] = []

    def move(self, debit: AccountRef, credit: AccountRef, amount: int) -> None:
        self.holds[str(debit)] -= amount
        self.holds[str(credit)] += amount

    def bought(self, part: Part) -> None:
        sold = part.sold
        self.parts.append(part)
        self.move(CLEARING, postings.escrow(sold.seller_id), sold.items_minor + sold.shipping_minor)
        self.move(CLEARING, postings.tax("DE"), sold.tax_minor)

    def refund_asked(self, refund: Refund) -> None:
        refund.part.refunded += refund.net
        refund.part.commission_back += refund.commission
        self.move(postings.escrow(refund.part.sold.seller_id), REFUND_CLEARING, refund.net)
        self.move(postings.tax("DE"), REFUND_CLEARING, refund.tax)

    def refund_paid(self, refund: Refund, now: datetime) -> None:
        part = refund.part
        part.claims -= 1
        self.move(REFUND_CLEARING, CLEARING, refund.net + refund.tax)
        if refund.facts:
            part.returned += sum(line.worth.quantity for line in refund.facts.lines)
            if part.returned == part.line.quantity:
                part.due = min(part.due or now, now)

    def refund_failed(self, refund: Refund) -> None:
        part = refund.part
        part.claims -= 1
        part.refunded -= refund.net
        part.commission_back -= refund.commission
        self.move(REFUND_CLEARING, postings.escrow(part.sold.seller_id), refund.net)
        self.move(REFUND_CLEARING, postings.tax("DE"), refund.tax)
        if refund.facts:
            part.taken.remove(refund.facts)

    def release(self, now: datetime) -> None:
        for part in self.parts:
            if part.due is None or part.due > now or part.claims or not part.rest:
                continue
            seller, rest = part.sold.seller_id, part.rest
            commission = min(part.line.commission_minor - part.commission_back, rest)
            kept = (2 * (rest - commission) * self.reserve_bps + 10000) // 20000
            part.state = "released"
            self.move(postings.escrow(seller), COMMISSION, commission)
            self.move(postings.escrow(seller), postings.reserve(seller), kept)
            self.move(postings.escrow(seller), postings.payable(seller), rest - commission - kept)
