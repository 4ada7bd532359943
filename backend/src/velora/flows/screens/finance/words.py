"""Journals in the words of the trade."""

from collections.abc import Mapping
from typing import Final

_TITLES: Final[Mapping[str, str]] = {
    "capture": "Captured",
    "gateway_fee": "Gateway fee",
    "refund": "Refund requested",
    "refund_paid": "Refund paid",
    "refund_failed": "Refund failed",
    "release": "Released to seller",
    "payout": "Payout reserved",
    "payout_paid": "Payout paid",
    "payout_failed": "Payout failed",
}


def title_of(kind: str) -> str:
    """What a person calls a journal of this kind."""
    return _TITLES.get(kind, kind.replace("_", " ").capitalize())
