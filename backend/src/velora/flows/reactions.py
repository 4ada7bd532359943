"""Who listens to what: the one table. A module tells; it does not know who is here.

REACTIONS run in a transaction and exactly once for each event. EFFECTS run after the commit, outside any transaction, at
least once: what they do is the same when done again.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from velora.flows.house import TradingHouse
from velora.kernel.events import Event
from velora.platform.db.relay import Reaction, relay

Effect = Callable[[TradingHouse, Sequence[Any]], Awaitable[None]]

REACTIONS: Final[Mapping[type[Event], Sequence[Reaction]]] = {}

EFFECTS: Final[Mapping[type[Event], Sequence[Effect]]] = {}


async def relay_once(house: TradingHouse) -> int:
    """The oldest waiting events reach everybody who listens; how many there were."""
    bound = {kind: [_bound(effect, house) for effect in effects] for kind, effects in EFFECTS.items()}
    return await relay(house.db, REACTIONS, bound)


def _bound(effect: Effect, house: TradingHouse) -> Callable[[Sequence[Any]], Awaitable[None]]:
    run = partial(effect, house)
    run.__module__, run.__qualname__ = effect.__module__, effect.__qualname__  # pyright: ignore[reportAttributeAccessIssue] -- its name in the inbox
    return run
