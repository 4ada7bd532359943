"""Requests to addresses that strangers gave us, without reaching what only we can reach.

addresses.py   which addresses may be reached
target.py      which URLs are taken
post.py        one request: to the checked address itself, no redirect followed, bounded in time and size
"""

from velora.platform.outbound.post import Answer, Outbound, Unreached
from velora.platform.outbound.target import Rules, Target, TargetRefused, target_of

__all__ = ["Answer", "Outbound", "Rules", "Target", "TargetRefused", "Unreached", "target_of"]
