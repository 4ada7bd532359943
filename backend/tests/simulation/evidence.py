"""Everything that can be known of a seed without asking the house's own code."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from tests.simulation.bank import BankBook
from tests.simulation.gateway import Charge, Company, Disputed
from tests.simulation.people import Goodwill, Purchase
from tests.simulation.town import Town
from tests.simulation.world import World
from velora.kernel.ids import encode
from velora.modules.payments.gateways.port import Refunded

Broken = Iterator[str]
# What was cancelled while a bank only held its money was never taken, so there is nothing to give back.
NEVER_TAKEN: Final = (
    "SELECT p.id FROM seller_order p JOIN tenant t ON t.id = p.tenant_id WHERE p.state = 'cancelled' AND t.charged = 'at_shipment' "
    "AND NOT EXISTS (SELECT 1 FROM escrow_hold h WHERE h.seller_order_id = p.id)"
)
_NO_CHARGE: Final = Charge("", "", "", 0, "", "")


@dataclass(frozen=True)
class PaidOrder:
    """A paid order as the gateway's book and the buyer's own wish tell of it: who paid what, what went back, and what banks did."""

    tenant_id: int
    order_id: int
    account_id: int | None
    due_minor: int
    wished_minor: int
    charge: Charge
    disputes: tuple[Disputed, ...]
    # Of what the house says went back: all of it, what of that the card had paid, and what the gateway gave.
    back_minor: int
    back_of_card_minor: int
    back_by_card_minor: int

    @property
    def by_credit_minor(self) -> int:
        """Credit pays first, as far as the buyer wished."""
        return min(self.wished_minor, self.due_minor)

    @property
    def by_card_minor(self) -> int:
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
        return min(self.lost_minor, self.by_card_minor - self.back_of_card_minor, self.due_minor - self.back_minor)


@dataclass(frozen=True)
class Evidence:
    """Everything that can be known of a seed from outside."""

    world: World
    town: Town
    company: Company
    bank: BankBook
    purchases: list[Purchase]
    goodwill: list[Goodwill]
    stock: dict[int, int]
    heard: set[tuple[str, int]]

    @property
    def rows(self) -> Callable[..., list[tuple[Any, ...]]]:
        return self.world.rows

    def has_lapsed(self, purchase: Purchase) -> bool:
        """Whether a bank held its money for a while and then no longer: the one way in which what was promised can end unpaid."""
        keys = self.rows("SELECT i.gateway_key FROM payment_intent i JOIN orders o ON o.id = i.order_id WHERE o.email = ?", purchase.email)
        return any(key in self.company.charges and self.company.charges[key].has_lapsed for (key,) in keys)

    def paid_orders(self) -> list[PaidOrder]:
        """Every paid order of the seed."""
        wishes = {purchase.email: (purchase.account_id, purchase.credit_minor) for purchase in self.purchases}
        back: dict[int, list[int]] = {}
        refunds = "SELECT order_id, id, amount_minor, from_credit_minor FROM payment_refund WHERE state = 'succeeded'"
        for order_id, refund_id, amount, of_credit in self.rows(refunds):
            given = self.company.refunds.get(encode("rfd", refund_id))
            sums = back.setdefault(order_id, [0, 0, 0])
            sums[0] += amount
            sums[1] += amount - of_credit
            sums[2] += given.amount_minor if given and isinstance(given.outcome, Refunded) else 0
        orders = (
            f"SELECT o.tenant_id, o.id, o.email, i.gateway_key, SUM(CASE WHEN p.id IN ({NEVER_TAKEN}) THEN 0 ELSE p.total_minor END) "
            "FROM orders o JOIN seller_order p ON p.order_id = o.id JOIN payment_intent i ON i.order_id = o.id "
            "WHERE o.paid_at IS NOT NULL GROUP BY o.tenant_id, o.id, o.email, i.gateway_key ORDER BY o.id"
        )
        return [
            PaidOrder(
                tenant_id, order_id, wishes[email][0], due, wishes[email][1], self.company.charges.get(key, _NO_CHARGE),
                tuple(one for one in self.company.disputes.values() if one.key == key), *back.get(order_id, (0, 0, 0)),
            )
            for tenant_id, order_id, email, key, due in self.rows(orders)
        ]  # fmt: skip
