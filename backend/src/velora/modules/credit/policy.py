"""Whose credit pays for what. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from velora.modules.credit.errors import NotEnoughCredit

# A tenant's account in one currency.
Purse = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Wish:
    """So much of this account's credit shall pay for this order, under this payment."""

    tenant_id: int
    intent_id: int
    order_id: int
    account_id: int
    currency: str
    amount_minor: int

    @property
    def purse(self) -> Purse:
        return self.tenant_id, self.account_id, self.currency


def share_out(free: Mapping[Purse, int], wishes: Sequence[Wish]) -> list[Wish | NotEnoughCredit]:
    """Serve wishes in their order: the first that fits has it, and one that does not fit takes nothing from the next."""
    left = dict(free)
    outcomes: list[Wish | NotEnoughCredit] = []
    for wish in wishes:
        there = left.get(wish.purse, 0)
        if wish.amount_minor > there:
            outcomes.append(NotEnoughCredit(wish.amount_minor, there, wish.currency))
        else:
            left[wish.purse] = there - wish.amount_minor
            outcomes.append(wish)
    return outcomes
