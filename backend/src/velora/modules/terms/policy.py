"""Who may owe how much. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from velora.modules.terms.errors import NoTerms, OverLimit

# A tenant's account in one currency.
Account = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Wish:
    """So much more this account is to owe."""

    tenant_id: int
    account_id: int
    currency: str
    amount_minor: int

    @property
    def account(self) -> Account:
        return self.tenant_id, self.account_id, self.currency


@dataclass(frozen=True, slots=True)
class Standing:
    """How much may be owed, and how much is."""

    limit_minor: int
    owed_minor: int

    @property
    def left_minor(self) -> int:
        return max(self.limit_minor - self.owed_minor, 0)


def share_out(standing: Mapping[Account, Standing], wishes: Sequence[Wish]) -> list[Wish | NoTerms | OverLimit]:
    """Serve wishes in their order: the first that fits has it, and one that does not fit takes nothing from the next."""
    left = {account: one.left_minor for account, one in standing.items() if one.limit_minor}
    outcomes: list[Wish | NoTerms | OverLimit] = []
    for wish in wishes:
        there = left.get(wish.account)
        if there is None:
            outcomes.append(NoTerms())
        elif wish.amount_minor > there:
            outcomes.append(OverLimit(wish.amount_minor, there, wish.currency))
        else:
            left[wish.account] = there - wish.amount_minor
            outcomes.append(wish)
    return outcomes
