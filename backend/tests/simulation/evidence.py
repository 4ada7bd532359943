"""Everything that can be known of a seed without asking the house's own code."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from tests.simulation.bank import BankBook
from tests.simulation.desk import Desk
from tests.simulation.gateway import Charge, Company, Disputed
from tests.simulation.people import Goodwill, Purchase
from tests.simulation.town import Town
from tests.simulation.world import World
from velora.kernel.ids import encode
from velora.modules.payments.gateways.port import Refunded

Broken = Iterator[str]
# What was cancelled while a bank only held its money, or before it was paid at the door or by transfer, was never taken: there is nothing
# to give back.
NEVER_TAKEN: Final = (
    "SELECT p.id FROM seller_order p JOIN tenant t ON t.id = p.tenant_id JOIN payment_intent i ON i.order_id = p.order_id "
    "WHERE p.state = 'cancelled' AND (t.charged = 'at_shipment' OR i.method <> 'card') "
    "AND NOT EXISTS (SELECT 1 FROM escrow_hold h WHERE h.seller_order_id = p.id)"
)
_NO_CHARGE: Final = Charge("", "", "", 0, "", "")


@dataclass(frozen=True)
class PaidOrder:
    """A paid order as the gateway's book, the bank statement and the buyer's own wish tell of it: who paid what, what went back, and
    what banks did. What credit did not pay came in money: by card, at the door or by transfer.
    """

    tenant_id: int
    order_id: int
    account_id: int | None
    method: str
    due_minor: int
    wished_minor: int
    charge: Charge
    disputes: tuple[Disputed, ...]
    # Of what the house says went back: all of it, what of that had been paid in money, and what went back in money.
    back_minor: int
    back_of_money_minor: int
    back_in_money_minor: int

    @property
    def by_credit_minor(self) -> int:
        """Credit pays first, as far as the buyer wished."""
        return min(self.wished_minor, self.due_minor)

    @property
    def in_money_minor(self) -> int:
        return self.due_minor - self.by_credit_minor

    @property
    def lost_minor(self) -> int:
        """What banks kept for the buyer when they decided."""
        return sum(one.taken_minor for one in self.disputes if one.standing == "lost")

    @property
    def borne_minor(self) -> int:
        """What of that falls on sellers, tax offices and commission: at most what the card paid and the order was, less what went back.

        What the card had paid and went back as credit, as the buyer wished, has gone back all the same: the bank takes it once more.
        """
        return min(self.lost_minor, self.in_money_minor - self.back_of_money_minor, self.due_minor - self.back_minor)


@dataclass(frozen=True)
class Evidence:
    """Everything that can be known of a seed from outside."""

    world: World
    town: Town
    company: Company
    bank: BankBook
    desk: Desk
    purchases: list[Purchase]
    goodwill: list[Goodwill]
    stock: dict[int, int]
    heard: set[tuple[str, int]]

    @property
    def rows(self) -> Callable[..., list[tuple[Any, ...]]]:
        return self.world.rows

    def has_lapsed(self, purchase: Purchase) -> bool:
        """Whether a bank held its money for a while and then no longer, or finance gave it up: so what was promised can end unpaid."""
        if purchase.order_id in self.desk.given_up:
            return True
        keys = self.rows("SELECT i.gateway_key FROM payment_intent i JOIN orders o ON o.id = i.order_id WHERE o.email = ?", purchase.email)
        return any(key in self.company.charges and self.company.charges[key].has_lapsed for (key,) in keys)

    def given(self, refund_id: int) -> int | None:
        """What of this refund the gateway gave back, or a transfer; None when nothing."""
        ref = encode("rfd", refund_id)
        by_gateway = self.company.refunds.get(ref)
        if by_gateway is not None and isinstance(by_gateway.outcome, Refunded):
            return by_gateway.amount_minor
        return self.desk.sent[ref].amount_minor if ref in self.desk.sent else None

    def nobodys(self) -> Counter[int]:
        """What came past every gateway, paid for no order and was not sent back, by marketplace."""
        left: Counter[int] = Counter()
        for line in self.desk.lines:
            left[line.tenant_id] += line.amount_minor
        for one in self.paid_orders():
            left[one.tenant_id] -= one.in_money_minor if one.method != "card" else 0
        for about, sent in self.desk.sent.items():
            left[sent.tenant_id] -= sent.amount_minor if about.startswith("sus_") else 0
        return left

    def paid_orders(self) -> list[PaidOrder]:
        """Every paid order of the seed."""
        wishes = {purchase.email: (purchase.account_id, purchase.credit_minor) for purchase in self.purchases}
        back: dict[int, list[int]] = {}
        refunds = "SELECT order_id, id, amount_minor, from_credit_minor FROM payment_refund WHERE state = 'succeeded'"
        for order_id, refund_id, amount, of_credit in self.rows(refunds):
            sums = back.setdefault(order_id, [0, 0, 0])
            sums[0] += amount
            sums[1] += amount - of_credit
            sums[2] += self.given(refund_id) or 0
        orders = (
            "SELECT o.tenant_id, o.id, o.email, i.method, i.gateway_key, "
            f"SUM(CASE WHEN p.id IN ({NEVER_TAKEN}) THEN 0 ELSE p.total_minor END) "
            "FROM orders o JOIN seller_order p ON p.order_id = o.id JOIN payment_intent i ON i.order_id = o.id "
            "WHERE o.paid_at IS NOT NULL GROUP BY o.tenant_id, o.id, o.email, i.method, i.gateway_key ORDER BY o.id"
        )
        return [
            PaidOrder(
                tenant_id, order_id, wishes[email][0], method, due, wishes[email][1], self.company.charges.get(key, _NO_CHARGE),
                tuple(one for one in self.company.disputes.values() if one.key == key), *back.get(order_id, (0, 0, 0)),
            )
            for tenant_id, order_id, email, method, key, due in self.rows(orders)
        ]  # fmt: skip
