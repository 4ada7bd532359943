"""What carries events from the outbox to those who listen: a log that every group of listeners reads at its own pace.

Each event comes at least once. What happened to one thing comes in its order. What a group has taken and not done comes again,
to whoever of the group asks next. A group that is new begins with what is relayed after `prepare` first named it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from velora.kernel.events import Event

Groups = Mapping[str, frozenset[str]]
"""The types of events that each group listens to, by the group's name."""


class BusAway(Exception):
    """The bus cannot be reached or does not answer in time. Nothing is lost: events wait in the outbox, or on the bus."""


class NoSuchPlace(Exception):
    """Nobody can read from there: no such group, no such part of the log, or somebody is reading. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Told:
    """One event on its way, by its id in the outbox, with the trace in which it happened, if somebody traces."""

    id: int
    event: Event
    traceparent: str = ""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """One that this version does not understand, and why."""

    id: int
    why: str


@dataclass(frozen=True, slots=True)
class Batch:
    """What a group took: in the order of what happened to each thing. `place` is the bus's own note of where it ends."""

    group: str
    told: Sequence[Told] = ()
    unreadable: Sequence[Unreadable] = ()
    place: Any = None

    def __len__(self) -> int:
        return len(self.told) + len(self.unreadable)


@dataclass(frozen=True, slots=True)
class Lag:
    """How many events a group has still to hear, and by part of the log where it stands.

    `oldest` is when the first of them happened; None when there is none, or it could not be read in time.
    """

    waiting: int
    places: Mapping[str, int]
    oldest: datetime | None = None


class Bus(Protocol):
    name: str
    """What it is, as `velora doctor` says it."""

    async def prepare(self, groups: Groups) -> None:
        """There is room for every event, and each group has its place. Costs nothing when it was so. Raises BusAway."""
        ...

    async def publish(self, told: Sequence[Told]) -> Sequence[Unreadable]:
        """These are kept durably, once they are marked as relayed; except for what is returned, which can never be taken.

        Raises BusAway: then some may be there, and all are published again later.
        """
        ...

    def marked(self) -> None:
        """What was published is marked as relayed."""
        ...

    async def take(self, group: str, types: frozenset[str], *, at_most: int, wait: float) -> Batch:
        """The next events for this group, or an empty batch when nothing has come for `wait` seconds. Raises BusAway."""
        ...

    async def done(self, batch: Batch) -> None:
        """The group has had these; they do not come again, except where somebody else took them meanwhile. Raises BusAway."""
        ...

    async def again(self, batch: Batch) -> None:
        """The group could not have these, and takes them again."""
        ...

    async def bury(self, one: Told, group: str, listener: str, reason: str) -> None:
        """Whoever looks on the bus finds there what this listener could not take, and why. Raises BusAway."""
        ...

    async def lags(self, groups: Groups) -> Mapping[str, Lag]:
        """How far each group is. Raises BusAway."""
        ...

    async def rewind(self, group: str, to: datetime | Mapping[str, int]) -> None:
        """The group takes again what was told from this moment on, or from these places. Raises NoSuchPlace, BusAway."""
        ...

    async def forget(self, group: str) -> None:
        """Nobody listens as this group any more: nothing is kept for it. Raises NoSuchPlace, BusAway."""
        ...

    async def topics(self) -> Mapping[str, str]:
        """What tells each topic of the log from any other that has had or will have its name; nothing where the outbox is the log.

        One that was deleted is made again, and is another. Raises BusAway.
        """
        ...

    async def restore(self, topics: Collection[str]) -> None:
        """These topics, which were deleted, are as they should be, and every group hears them from their start. Raises BusAway."""
        ...

    async def needed_from(self) -> int | None:
        """The round of the outbox from which on some group may still read there; None where all read elsewhere."""
        ...

    async def ping(self) -> str:
        """Which version answers. Raises BusAway."""
        ...

    async def close(self) -> None: ...
