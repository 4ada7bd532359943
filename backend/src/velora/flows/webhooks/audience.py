"""Who may hear of what: the one table. A marketplace hears what happened there; a seller hears what concerns it, wherever it sells.

A type that is in neither table is not offered, and a test asks for it: to offer an event is a decision.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from velora.kernel.events import Event
from velora.kernel.ids import encode
from velora.modules.catalog.events import ListingChanged, PopularityChanged, ProductChanged
from velora.modules.commission.events import RuleChanged
from velora.modules.escrow.events import EscrowReleased
from velora.modules.identity.events import AccountRegistered
from velora.modules.inventory.events import LevelChanged
from velora.modules.ledger.events import JournalsPosted
from velora.modules.orders import service as orders
from velora.modules.orders.events import (
    OrderAuthorised,
    OrderAwaited,
    OrderFailed,
    OrderPaid,
    OrderPlaced,
    SellerOrderCancelled,
    SellerOrderDelivered,
    SellerOrderShipped,
)
from velora.modules.orders.service import SellerOrder
from velora.modules.payments.events import PaymentCaptured, PaymentFailed, RefundSettled
from velora.modules.payouts.events import PayoutFailed, PayoutPaid, PayoutReserved
from velora.modules.returns.events import ReturnApproved, ReturnDeclined, ReturnRequested
from velora.modules.sellers.events import SellerApplied, SellerApproved, SellerDeclined, SellerSuspended
from velora.modules.tenants.events import TenantCreated, TenantResumed, TenantSuspended
from velora.platform.db import UnitOfWork

TEST: Final = "webhooks.test.v1"


class Concerns(Enum):
    """Which sellers an event is about: none, the one it names, the one of the seller order it names, or all of its order's."""

    NOBODY = 0
    NAMED = 1
    PART = 2
    PARTS = 3


@dataclass(frozen=True)
class Audience:
    tenant: bool
    sellers: Concerns


AUDIENCES: Final[Mapping[type[Event], Audience]] = {
    OrderAuthorised: Audience(tenant=True, sellers=Concerns.PARTS),
    OrderAwaited: Audience(tenant=True, sellers=Concerns.PARTS),
    OrderPaid: Audience(tenant=True, sellers=Concerns.PARTS),
    OrderFailed: Audience(tenant=True, sellers=Concerns.NOBODY),
    SellerOrderShipped: Audience(tenant=True, sellers=Concerns.PART),
    SellerOrderDelivered: Audience(tenant=True, sellers=Concerns.PART),
    SellerOrderCancelled: Audience(tenant=True, sellers=Concerns.PART),
    PaymentFailed: Audience(tenant=True, sellers=Concerns.NOBODY),
    RefundSettled: Audience(tenant=True, sellers=Concerns.NOBODY),
    ReturnRequested: Audience(tenant=True, sellers=Concerns.NAMED),
    ReturnApproved: Audience(tenant=True, sellers=Concerns.PART),
    ReturnDeclined: Audience(tenant=True, sellers=Concerns.PART),
    EscrowReleased: Audience(tenant=True, sellers=Concerns.NAMED),
    PayoutReserved: Audience(tenant=False, sellers=Concerns.NAMED),
    PayoutPaid: Audience(tenant=False, sellers=Concerns.NAMED),
    PayoutFailed: Audience(tenant=False, sellers=Concerns.NAMED),
    SellerApplied: Audience(tenant=True, sellers=Concerns.NAMED),
    SellerApproved: Audience(tenant=True, sellers=Concerns.NAMED),
    SellerDeclined: Audience(tenant=True, sellers=Concerns.NAMED),
    SellerSuspended: Audience(tenant=True, sellers=Concerns.NAMED),
    ListingChanged: Audience(tenant=True, sellers=Concerns.NOBODY),
    ProductChanged: Audience(tenant=False, sellers=Concerns.NAMED),
    RuleChanged: Audience(tenant=True, sellers=Concerns.NOBODY),
}

# What is told inside alone, and why.
NOT_OFFERED: Final[Mapping[type[Event], str]] = {
    OrderPlaced: "nobody has paid it yet and it may come to nothing; that it is on is told by paid, authorised and awaited",
    PaymentCaptured: "the paid order says the same",
    JournalsPosted: "how the books are kept is nobody's outside",
    PopularityChanged: "what the orders say, counted",
    LevelChanged: "every order moves several levels; how many there are is asked for",
    AccountRegistered: "who has an account is personal",
    TenantCreated: "the installation's own affair",
    TenantSuspended: "the installation's own affair",
    TenantResumed: "the installation's own affair",
}


def offered(*, to_seller: bool) -> list[str]:
    """The types of events that a seller, or else a marketplace, may choose."""
    return sorted(
        kind.type for kind, audience in AUDIENCES.items() if (audience.sellers is not Concerns.NOBODY if to_seller else audience.tenant)
    )


async def sellers_of(uow: UnitOfWork, events: Sequence[Any]) -> list[dict[int, dict[str, object]]]:
    """For each event, whom it concerns, and what each is told of it: of a whole order its own part, not what others sold."""
    parts = await _parts(uow, events)
    return [_concerned(event, parts) for event in events]


def _concerned(event: Any, parts: Mapping[tuple[int, int], Sequence[SellerOrder]]) -> dict[int, dict[str, object]]:
    match AUDIENCES[type(event)].sellers:
        case Concerns.NOBODY:
            return {}
        case Concerns.NAMED:
            return {event.seller_id: event.data()}
        case Concerns.PART:
            own = [part for part in parts.get((event.tenant_id, event.order_id), ()) if part.id == event.seller_order_id]
            return {part.seller_id: event.data() for part in own}
        case Concerns.PARTS:
            return {part.seller_id: _own_part(event, part) for part in parts.get((event.tenant_id, event.order_id), ())}


def _own_part(event: Any, part: SellerOrder) -> dict[str, object]:
    total = {"amount": part.total_minor, "currency": part.currency}
    return {**event.data(), "seller_order_id": encode("sor", part.id), "total": total}


async def _parts(uow: UnitOfWork, events: Sequence[Any]) -> dict[tuple[int, int], list[SellerOrder]]:
    by_order = {Concerns.PART, Concerns.PARTS}
    keys = {(event.tenant_id, event.order_id) for event in events if AUDIENCES[type(event)].sellers in by_order}
    found: dict[tuple[int, int], list[SellerOrder]] = {key: [] for key in keys}
    for part in await orders.parts_of(uow, keys) if keys else ():
        found[part.tenant_id, part.order_id].append(part)
    return found
