"""The one movement of money in two currencies, and the journal that says so. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from velora.flows.postings import BANK, CLEARING
from velora.modules.ledger.policy import CONVERTED, AccountRef, Journal, Leg

EXCHANGE: Final = AccountRef("4030")
CHANGED_AT: Final = {"bank": BANK, "gateway": CLEARING}


@dataclass(frozen=True)
class Changed:
    """One side of a conversion: `account` is `bank` or `gateway`, and the amount is in minor units of the currency."""

    account: str
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class Conversion:
    """What a bank or the gateway changed: so much `sold` for so much `bought`. `rate` is of `bought` for one whole of `sold`."""

    tenant_id: int
    reference: str
    sold: Changed
    bought: Changed
    rate: str
    source: str
    on: datetime


def conversion_key(reference: str) -> str:
    return f"fx:{reference}"


def reference_of(key: str) -> str:
    """The bank's own name of what stands under this key."""
    return key.removeprefix(conversion_key(""))


def converted(conversion: Conversion, *, actor_ref: str) -> Journal:
    """Out of one currency through 4030 and through 4030 into the other: each currency balances by itself, and 4030 keeps both sides."""
    sold, bought = conversion.sold, conversion.bought
    out = Leg(EXCHANGE, CHANGED_AT[sold.account], sold.amount_minor, sold.currency)
    into = Leg(CHANGED_AT[bought.account], EXCHANGE, bought.amount_minor, bought.currency)
    return Journal(
        conversion.tenant_id, conversion_key(conversion.reference), CONVERTED, sold.currency, (out, into), conversion.on,
        actor_ref=actor_ref, payload=fx_payload(conversion),
    )  # fmt: skip


def fx_payload(conversion: Conversion) -> dict[str, object]:
    """What a conversion says of itself in the books: both sides, the rate and its source."""
    sides = {"sold": conversion.sold, "bought": conversion.bought}
    plain = {name: {"account": one.account, "amount": one.amount_minor, "currency": one.currency} for name, one in sides.items()}
    return {**plain, "rate": conversion.rate, "source": conversion.source}
