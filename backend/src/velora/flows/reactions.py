"""Who listens to what: the one table. A module tells; it does not know who is here.

REACTIONS run in a transaction and exactly once for each event. EFFECTS run after the commit, outside any transaction, at
least once: what they do is the same when done again.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

from velora.flows.checkout.cards import keep_cards
from velora.flows.house import TradingHouse
from velora.flows.indexing import index_listings
from velora.flows.notices import buyers as letters_to_buyers
from velora.flows.notices import sellers as letters_to_sellers
from velora.flows.offering import follow
from velora.flows.payment_outcome import take_up
from velora.flows.shopping import follow as carts
from velora.flows.webhooks import telling as webhooks
from velora.kernel.events import Event
from velora.modules.catalog.events import ListingChanged, ProductChanged
from velora.modules.commission.events import RuleChanged
from velora.modules.escrow.events import EscrowReleased
from velora.modules.inventory.events import LevelChanged
from velora.modules.orders.events import (
    OrderAuthorised,
    OrderAwaited,
    OrderFailed,
    OrderPaid,
    SellerOrderCancelled,
    SellerOrderDelivered,
    SellerOrderShipped,
)
from velora.modules.payments.events import PaymentFailed, RefundSettled
from velora.modules.payouts.events import PayoutFailed, PayoutPaid, PayoutReserved
from velora.modules.returns.events import ReturnApproved, ReturnDeclined, ReturnRequested
from velora.modules.sellers.events import SellerApplied, SellerApproved, SellerDeclined, SellerSuspended
from velora.platform.bus import AWAY, Group, Groups, HasEffect, Reaction, Reacts, tell_everyone
from velora.platform.cache.port import CacheAway
from velora.platform.search.port import SearchUnavailable

Effect = Callable[[TradingHouse, Sequence[Any]], Awaitable[None]]

REACTIONS: Final[Mapping[type[Event], Sequence[Reaction]]] = {
    OrderAuthorised: [letters_to_buyers.confirm_order, webhooks.enqueue],
    OrderAwaited: [letters_to_buyers.confirm_order, webhooks.enqueue],
    OrderPaid: [letters_to_buyers.confirm_order, letters_to_buyers.say_money_came, follow.count_sales, webhooks.enqueue],
    OrderFailed: [webhooks.enqueue],
    PaymentFailed: [letters_to_buyers.say_lapsed, take_up.follow_failed, webhooks.enqueue],
    SellerOrderCancelled: [take_up.follow_cancelled, webhooks.enqueue],
    SellerOrderShipped: [letters_to_buyers.say_shipped, webhooks.enqueue],
    SellerOrderDelivered: [letters_to_buyers.say_delivered, webhooks.enqueue],
    EscrowReleased: [webhooks.enqueue],
    ReturnRequested: [webhooks.enqueue],
    ReturnApproved: [letters_to_buyers.say_return_approved, webhooks.enqueue],
    ReturnDeclined: [letters_to_buyers.say_return_declined, webhooks.enqueue],
    RefundSettled: [letters_to_buyers.say_refunded, webhooks.enqueue],
    PayoutReserved: [webhooks.enqueue],
    PayoutPaid: [letters_to_sellers.say_paid_out, webhooks.enqueue],
    PayoutFailed: [webhooks.enqueue],
    SellerApplied: [webhooks.enqueue],
    SellerApproved: [letters_to_sellers.welcome_seller, follow.follow_standing, webhooks.enqueue],
    SellerSuspended: [follow.follow_standing, webhooks.enqueue],
    SellerDeclined: [letters_to_sellers.say_declined, webhooks.enqueue],
    ListingChanged: [webhooks.enqueue],
    ProductChanged: [webhooks.enqueue],
    RuleChanged: [webhooks.enqueue],
}

EFFECTS: Final[Mapping[type[Event], Sequence[Effect]]] = {
    OrderAuthorised: [carts.take_out_what_was_paid, keep_cards],
    OrderAwaited: [carts.take_out_what_was_paid],
    OrderPaid: [carts.take_out_what_was_paid, keep_cards],
    ListingChanged: [index_listings],
    ProductChanged: [index_listings],
    LevelChanged: [index_listings],
}


def listeners(house: TradingHouse) -> list[Group]:
    """Everybody of the two tables, in groups that read the bus each at its own pace: those who live in one file read together.

    So a cache that cannot be reached keeps carts waiting, and nobody else.
    """
    away = (*AWAY, CacheAway, SearchUnavailable)
    return [Group(group.name, group.listeners, away) for group in [*reacting(), *_having_effects(house)]]


def reacting() -> list[Group]:
    """Those who react in a transaction: what follows for the database alone."""
    return _grouped({kind: [Reacts(_name(one), one) for one in some] for kind, some in REACTIONS.items()})


async def relay_once(house: TradingHouse) -> int:
    """What waits has reached everybody who listens and can be reached; how many events there were. Raises why somebody could not."""
    return await tell_everyone(house.db, house.bus, listeners(house))


def _having_effects(house: TradingHouse) -> list[Group]:
    return _grouped({kind: [HasEffect(_name(one), partial(one, house)) for one in some] for kind, some in EFFECTS.items()})


def _grouped(table: Mapping[type[Event], Sequence[Reacts | HasEffect]]) -> list[Group]:
    groups: dict[str, dict[type[Event], list[Reacts | HasEffect]]] = {}
    for kind, some in table.items():
        for one in some:
            groups.setdefault(_home(one.name), {}).setdefault(kind, []).append(one)
    return [Group(name, groups[name]) for name in sorted(groups)]


def _name(listener: Any) -> str:
    """Its name in the inbox: where it lives, and what it is called there."""
    return f"{listener.__module__.removeprefix('velora.')}.{listener.__qualname__}"


def _home(name: str) -> str:
    """The group of a listener is the file it lives in."""
    return name.removeprefix("flows.").rpartition(".")[0]


def _interests() -> Iterator[tuple[str, str]]:
    for table in (REACTIONS, EFFECTS):
        for kind, some in table.items():
            for one in some:
                yield _home(_name(one)), kind.type


INTERESTS: Final[Groups] = {name: frozenset(type_ for group, type_ in _interests() if group == name) for name in sorted(dict(_interests()))}
"""The types of events that each group listens to. No file has listeners of both tables: the one would wait for the engine of the other."""
