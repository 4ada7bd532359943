"""What may become of a transfer. Pure."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

# How long after it was sent (or could not be) the payee's account is kept: a bank that sends it back does so within days.
PAYEE_KEPT: Final = timedelta(days=60)


class TransferState(StrEnum):
    TO_MAKE = "to_make"
    AWAITING_SECOND = "awaiting_second"  # somebody says that it was sent, and a second person must agree
    SENT = "sent"
    FAILED = "failed"  # it could not be made


# In these the money has left the buyer's order, and not yet the bank.
OPEN: Final = frozenset({TransferState.TO_MAKE, TransferState.AWAITING_SECOND})
