"""Events on their way: the outbox is relayed onto a bus, and groups of listeners read it, each at its own pace."""

from velora.platform.bus.listening import AWAY, Effect, Group, HasEffect, Reaction, Reacts, interests, listen, tell_everyone
from velora.platform.bus.port import Bus, BusAway, Groups, Lag, NoSuchPlace
from velora.platform.bus.relaying import relay

__all__ = [
    "AWAY", "Bus", "BusAway", "Effect", "Group", "Groups", "HasEffect", "Lag", "NoSuchPlace", "Reaction", "Reacts", "interests", "listen",
    "relay", "tell_everyone",
]  # fmt: skip
