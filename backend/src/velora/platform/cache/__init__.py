"""Values that may be lost: sessions in front of their rows, carts, counts of attempts.

Port       port.py
Adapters   redis.py (Redis 7), sqlite.py (a file of its own beside the database)
"""

from velora.platform.cache.port import Cache, CacheAway, Tally

__all__ = ["Cache", "CacheAway", "Tally"]
