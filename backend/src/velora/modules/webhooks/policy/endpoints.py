"""What an endpoint may be."""

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Final

from velora.kernel.errors import Invalid

MOST_ENDPOINTS: Final = 10
LONGEST_DESCRIPTION: Final = 200


class EndpointState(StrEnum):
    ENABLED = "enabled"
    DISABLED = "disabled"


class Reason(StrEnum):
    """Why an endpoint is disabled: its owner asked, it said that it is gone, or nothing but failures came of it for three days."""

    NONE = ""
    ASKED = "asked"
    GONE = "gone"
    FAILING = "failing"


class DeliveryState(StrEnum):
    """Pending was not tried yet since it was asked for, failed will be tried again, given up will not be by itself."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    GIVEN_UP = "given_up"


OPEN: Final = frozenset({DeliveryState.PENDING, DeliveryState.FAILED})
NOT_HEARD: Final = frozenset({DeliveryState.FAILED, DeliveryState.GIVEN_UP})


def check(description: str, event_types: Sequence[str], offered: Collection[str]) -> Invalid | None:
    """The first thing that is wrong with what an owner says of an endpoint, besides its URL."""
    if len(description) > LONGEST_DESCRIPTION or not description.isprintable():
        return Invalid("/description", f"Use at most {LONGEST_DESCRIPTION} characters on one line.")
    if not event_types:
        return Invalid("/event_types", "Choose at least one event type.")
    if unknown := sorted(set(event_types) - set(offered)):
        return Invalid("/event_types", f"There is no event type {unknown[0]} here. The list of endpoints names those there are.")
    return None
