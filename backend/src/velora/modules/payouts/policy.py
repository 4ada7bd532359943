"""Who is paid in a run. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Standing:
    """What a seller may be paid in one tenant and currency, and what it owes there."""

    tenant_id: int
    seller_id: int
    currency: str
    payable_minor: int
    owed_minor: int


def due(standings: Iterable[Standing], *, threshold_minor: int) -> list[Standing]:
    """Whoever has reached the threshold and owes nothing is paid everything; nobody is paid nothing."""
    return [one for one in standings if one.payable_minor >= max(threshold_minor, 1) and one.owed_minor == 0]
