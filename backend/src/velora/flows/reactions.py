"""Who listens to what: the one table. A module tells; it does not know who is here.

REACTIONS run in a transaction and exactly once for each event. EFFECTS run after the commit, outside any transaction, at
least once: what they do is the same when done again.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, TypeVar

from velora.flows.checkout.cards import keep_cards
from velora.flows.documents import issue as documents
from velora.flows.house import TradingHouse
from velora.flows.indexing import index_listings
from velora.flows.notices import buyers as letters_to_buyers
from velora.flows.notices import sellers as letters_to_sellers
from velora.flows.offering import follow
from velora.flows.payment_outcome import take_up
from velora.flows.reporting import follow as figures
from velora.flows.shopping import follow as carts
from velora.flows.webhooks import telling as webhooks
from velora.kernel.events import Event
from velora.modules.catalog.events import ListingChanged, PopularityChanged, ProductChanged
from velora.modules.commission.events import RuleChanged
from velora.modules.escrow.events import EscrowReleased
from velora.modules.inventory.events import LevelChanged
from velora.modules.ledger.events import JournalsPosted
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
from velora.modules.payments.events import PaymentCaptured, PaymentFailed, RefundSettled
from velora.modules.payouts.events import PayoutFailed, PayoutPaid, PayoutReserved
from velora.modules.returns.events import ReturnApproved, ReturnDeclined, ReturnRequested
from velora.modules.sellers.events import SellerApplied, SellerApproved, SellerDeclined, SellerSuspended
from velora.platform.bus import AWAY, Group, Groups, HasEffect, Reaction, Reacts, tell_everyone
from velora.platform.cache.port import CacheAway
from velora.platform.search.port import SearchUnavailable

T = TypeVar("T")
Effect = Callable[[TradingHouse, Sequence[Any]], Awaitable[None]]

REACTIONS: Final[Mapping[type[Event], Sequence[Reaction]]] = {
    OrderPlaced: [figures.ask_for_days],
    OrderAuthorised: [letters_to_buyers.confirm_order, figures.ask_for_days, webhooks.enqueue],
    OrderAwaited: [letters_to_buyers.confirm_order, figures.ask_for_days, webhooks.enqueue],
    OrderPaid: [
        letters_to_buyers.confirm_order,
        letters_to_buyers.say_money_came,
        follow.count_sales,
        figures.ask_for_days,
        webhooks.enqueue,
    ],
    OrderFailed: [figures.ask_for_days, webhooks.enqueue],
    PaymentCaptured: [figures.ask_for_days],
    PaymentFailed: [letters_to_buyers.say_lapsed, take_up.follow_failed, figures.ask_for_days, webhooks.enqueue],
    SellerOrderCancelled: [take_up.follow_cancelled, documents.follow, figures.ask_for_days, webhooks.enqueue],
    SellerOrderShipped: [letters_to_buyers.say_shipped, documents.follow, figures.ask_for_days, webhooks.enqueue],
    SellerOrderDelivered: [letters_to_buyers.say_delivered, figures.ask_for_days, webhooks.enqueue],
    EscrowReleased: [figures.ask_for_days, webhooks.enqueue],
    ReturnRequested: [webhooks.enqueue],
    ReturnApproved: [letters_to_buyers.say_return_approved, documents.follow, webhooks.enqueue],
    ReturnDeclined: [letters_to_buyers.say_return_declined, webhooks.enqueue],
    RefundSettled: [letters_to_buyers.say_refunded, documents.follow, figures.ask_for_days, webhooks.enqueue],
    PayoutReserved: [webhooks.enqueue],
    PayoutPaid: [letters_to_sellers.say_paid_out, figures.ask_for_days, webhooks.enqueue],
    PayoutFailed: [webhooks.enqueue],
    SellerApplied: [webhooks.enqueue],
    SellerApproved: [letters_to_sellers.welcome_seller, follow.follow_standing, webhooks.enqueue],
    SellerSuspended: [follow.follow_standing, webhooks.enqueue],
    SellerDeclined: [letters_to_sellers.say_declined, webhooks.enqueue],
    ListingChanged: [webhooks.enqueue],
    ProductChanged: [webhooks.enqueue],
    JournalsPosted: [figures.ask_for_days],
    RuleChanged: [webhooks.enqueue],
}

EFFECTS: Final[Mapping[type[Event], Sequence[Effect]]] = {
    OrderAuthorised: [carts.take_out_what_was_paid, keep_cards],
    OrderAwaited: [carts.take_out_what_was_paid],
    OrderPaid: [carts.take_out_what_was_paid, keep_cards],
    ListingChanged: [index_listings],
    ProductChanged: [index_listings],
    LevelChanged: [index_listings],
    PopularityChanged: [index_listings],
}


_AWAY: Final = (*AWAY, CacheAway, SearchUnavailable)


def _name(listener: Any) -> str:
    """Its name in the inbox: where it lives, and what it is called there."""
    return f"{listener.__module__.removeprefix('velora.')}.{listener.__qualname__}"


def home_of(listener: str) -> str:
    """The group of this listener, by its name in the inbox: the file in which it lives."""
    return listener.removeprefix("flows.").rpartition(".")[0]


def _by_home(table: Mapping[type[Event], Sequence[T]]) -> dict[str, dict[type[Event], list[T]]]:
    """The table by the files in which those live who listen: each is a group, and reads the bus at its own pace."""
    homes: dict[str, dict[type[Event], list[T]]] = {}
    for kind, some in table.items():
        for one in some:
            homes.setdefault(home_of(_name(one)), {}).setdefault(kind, []).append(one)
    return dict(sorted(homes.items()))


_REACTING: Final = _by_home(REACTIONS)
_HAVING_EFFECTS: Final = _by_home(EFFECTS)
INTERESTS: Final[Groups] = {name: frozenset(kind.type for kind in heard) for name, heard in sorted((_REACTING | _HAVING_EFFECTS).items())}
"""The types of events that each group listens to. No file has listeners of both tables: the one would wait for the engine of the other."""


def listeners(house: TradingHouse) -> list[Group]:
    """Everybody of the two tables. A cache that cannot be reached keeps carts waiting, and nobody else."""
    return [group_of(house, name) for name in (*_REACTING, *_HAVING_EFFECTS)]


def group_of(house: TradingHouse, name: str) -> Group:
    """One of the groups that INTERESTS names."""
    if name in _REACTING:
        return _reacting(name)
    heard = {kind: [HasEffect(_name(one), partial(one, house)) for one in some] for kind, some in _HAVING_EFFECTS[name].items()}
    return Group(name, heard, _AWAY)


def reacting() -> list[Group]:
    """Those who react in a transaction: what follows for the database alone."""
    return [_reacting(name) for name in _REACTING]


def _reacting(name: str) -> Group:
    return Group(name, {kind: [Reacts(_name(one), one) for one in some] for kind, some in _REACTING[name].items()}, _AWAY)


async def relay_once(house: TradingHouse) -> int:
    """What waits has reached everybody who listens and can be reached; how many events there were. Raises why somebody could not."""
    return await tell_everyone(house.db, house.bus, listeners(house))
