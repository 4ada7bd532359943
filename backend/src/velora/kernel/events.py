"""Facts that a module tells: frozen, of plain values, named `module.what_happened.v1`."""

from dataclasses import dataclass, fields
from typing import ClassVar

_BY_TYPE: dict[str, type["Event"]] = {}


@dataclass(frozen=True)
class Event:
    """Subclasses name their `type`, their `aggregate`, and in `key` the field that holds the aggregate's id."""

    type: ClassVar[str]
    aggregate: ClassVar[str]
    key: ClassVar[str]

    tenant_id: int

    def __init_subclass__(cls) -> None:
        known = _BY_TYPE.setdefault(cls.type, cls)
        # A dataclass decorator with slots makes a second class of the same name; anything else is two facts under one type.
        if known.__qualname__ != cls.__qualname__:
            raise TypeError(f"The event type {cls.type} is already taken by {known.__qualname__}.")
        _BY_TYPE[cls.type] = cls

    @property
    def aggregate_id(self) -> int:
        return int(getattr(self, self.key))

    def payload(self) -> dict[str, object]:
        """The fields by name, as they stand in the outbox."""
        return {name: getattr(self, name) for name in _names_of(type(self))}


def _names_of(cls: type[Event]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(cls))


def event_from(type_: str, payload: dict[str, object]) -> Event:
    """The fact as it was told. Raises KeyError for a type that no module of this version declares."""
    return _BY_TYPE[type_](**{name: tuple(value) if isinstance(value, list) else value for name, value in payload.items()})  # pyright: ignore[reportArgumentType, reportUnknownArgumentType] -- the outbox row was written from the same class
