"""The engines of one running process, handed to whoever may use the network: routes, flows, workers, commands."""

from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.exc import DBAPIError

from velora.kernel.clock import Clock
from velora.platform.anchors.port import Anchors
from velora.platform.bus.port import Bus, BusAway
from velora.platform.cache.followed import Followed
from velora.platform.cache.port import Cache, CacheAway
from velora.platform.cache.recent import Recent
from velora.platform.cache.tallies import Tallies
from velora.platform.db import Database
from velora.platform.db.errors import DatabaseError
from velora.platform.db.group_commit import Writes
from velora.platform.files.port import Files
from velora.platform.mail.port import Mail
from velora.platform.outbound import Outbound
from velora.platform.search.port import SearchIndex, SearchUnavailable
from velora.platform.settings import Settings
from velora.platform.signing import SigningKeys

# What asking the database, the bus, the cache or the index raises while it does not answer.
NO_ANSWER: Final = (DatabaseError, DBAPIError, BusAway, CacheAway, SearchUnavailable, OSError, TimeoutError)
# How long a process believes who a session belongs to: so long may a session that was ended elsewhere still be served here.
_BELIEVED_SECONDS: Final = 1.0


@dataclass(frozen=True, kw_only=True)
class House:
    """What technology there is. `flows.house.TradingHouse` adds the gateway and the bank.

    `sealing` is the database as whoever seals the ledger may use it; the same as `db` unless it has a user of its own.
    """

    settings: Settings
    secret_key: bytes
    clock: Clock
    db: Database
    sealing: Database
    writes: Writes
    bus: Bus
    cache: Cache
    search: SearchIndex
    mail: Mail
    files: Files
    keys: SigningKeys
    anchors: Anchors
    outbound: Outbound = field(default_factory=Outbound)
    recent: Recent = field(default_factory=lambda: Recent(_BELIEVED_SECONDS))
    followed: Followed = field(default_factory=Followed)
    searched: Tallies = field(default_factory=Tallies)
