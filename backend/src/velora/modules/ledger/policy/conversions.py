"""What a conversion must be: two legs through one account, each in its currency, at the rate that the journal states."""

from collections.abc import Mapping
from typing import Any, Final

from velora.kernel.money import CURRENCY_DIGITS, exchanged, rate_of
from velora.modules.ledger.policy.books import CONVERTED, Written

WITHIN_MINOR: Final = 1  # banks round their own way


def agrees(computed_minor: int, stated_minor: int) -> bool:
    """Whether what came in is what the rate gives, within one minor unit."""
    return abs(computed_minor - stated_minor) <= WITHIN_MINOR


def is_as_stated(journal: Written) -> bool:
    """Whether a journal's currencies and amounts are what it says: one currency, or for a conversion two at its stated rate."""
    currencies = {currency for *_, currency in journal.postings}
    if journal.kind != CONVERTED:
        return len(currencies) <= 1
    legs = sorted(journal.postings)
    if len(legs) != 2 or len(currencies) != 2:
        return False
    sold, bought = (_side(journal.payload, name) for name in ("sold", "bought"))
    rate = rate_of(str(journal.payload.get("rate", "")))
    (*_, out, of), (*_, into, to) = legs
    if (out, of) != sold or (into, to) != bought or rate is None or not {of, to} <= CURRENCY_DIGITS.keys():
        return False
    return agrees(exchanged(out, of, to, rate), into)


def _side(payload: Mapping[str, Any], name: str) -> tuple[object, object]:
    side: Any = payload.get(name) or {}
    return side.get("amount"), side.get("currency")
