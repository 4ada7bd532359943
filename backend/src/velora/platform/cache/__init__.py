"""Values that may be lost: sessions in front of their rows, carts, counts of attempts.

Port       port.py
Keys       keys.py, all of them
Adapters   redis.py (Redis 7), sqlite.py (a file of its own beside the database)
"""

from velora.platform.cache.pacing import Admission, Pace
from velora.platform.cache.port import Cache, CacheAway, Tally

__all__ = ["Admission", "Cache", "CacheAway", "Pace", "Tally"]
