"""Who is paid in a run. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Standing:
    """What a seller may be paid in one tenant and currency, and what it owes there."""

    tenant_id: int
    seller_id: int
    currency: str
    payable_minor: int
    owed_minor: int


def due(standings: Iterable[Standing], *, thresholds: Mapping[str, int]) -> list[Standing]:
    """Whoever has reached the threshold of the currency and owes nothing in it is paid everything; nobody is paid nothing.

    A currency without a threshold is not paid out: no number of another currency stands in for it.
    """
    return [
        one
        for one in standings
        if one.currency in thresholds and one.payable_minor >= max(thresholds[one.currency], 1) and one.owed_minor == 0
    ]
