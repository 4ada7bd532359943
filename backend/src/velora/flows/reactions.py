"""Who listens to what: the one table. A module tells; it does not know who is here.

REACTIONS run in a transaction and exactly once for each event. EFFECTS run after the commit, outside any transaction, at
least once: what they do is the same when done again.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
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
from velora.platform.cache.port import CacheAway
from velora.platform.db.relay import AWAY, Reaction, relay
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


async def relay_once(house: TradingHouse) -> int:
    """The oldest waiting events reach everybody who listens; how many there were.

    While the cache or the search index is away, the events of those who need it wait, and this raises why once the others have had them.
    """
    bound = {kind: [_bound(effect, house) for effect in effects] for kind, effects in EFFECTS.items()}
    return await relay(house.db, REACTIONS, bound, (*AWAY, CacheAway, SearchUnavailable))


def _bound(effect: Effect, house: TradingHouse) -> Callable[[Sequence[Any]], Awaitable[None]]:
    run = partial(effect, house)
    run.__module__, run.__qualname__ = effect.__module__, effect.__qualname__  # pyright: ignore[reportAttributeAccessIssue] -- its name in the inbox
    return run
