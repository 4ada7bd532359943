"""Facts that a module tells: frozen, of plain values, named `module.what_happened.v1`.

In the outbox a fact has its fields as they are. Outside it has `data`: ids with their prefix, amounts with their currency.
"""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, ClassVar, Final, Self, TypeAlias, Union, get_args, get_origin, get_type_hints

from velora.kernel.ids import Prefix, TenantId, decode, encode

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"

_BY_TYPE: dict[str, type["Event"]] = {}
_MINOR: Final = "_minor"
NOBODYS: Final = 0
"""The tenant of what belongs to none."""


@dataclass(frozen=True)
class Event:
    """Subclasses name their `type`, their `aggregate`, and in `key` the field that holds the aggregate's id.

    `last_counts`: of one thing only the last of these facts matters, because whoever hears of it looks how things stand now.
    """

    type: ClassVar[str]
    aggregate: ClassVar[str]
    key: ClassVar[str]
    last_counts: ClassVar[bool] = False
    number: ClassVar[int] = 0
    """Its id in the outbox, which a fact has once it is told to those who listen."""

    tenant_id: TenantId

    def __init_subclass__(cls) -> None:
        known = _BY_TYPE.setdefault(cls.type, cls)
        # A dataclass decorator with slots makes a second class of the same name; anything else is two facts under one type.
        if known.__qualname__ != cls.__qualname__:
            raise TypeError(f"The event type {cls.type} is already taken by {known.__qualname__}.")
        _BY_TYPE[cls.type] = cls

    @property
    def aggregate_id(self) -> int:
        return int(getattr(self, self.key))

    @property
    def subject(self) -> str:
        """What it happened to, by the id that it has outside."""
        return encode(details_of(type(self))[self.key].prefix, self.aggregate_id)

    def payload(self) -> dict[str, object]:
        """The fields by name, as they stand in the outbox."""
        return {name: getattr(self, name) for name in details_of(type(self))}

    def data(self) -> dict[str, Json]:
        """What happened, as others are told it: `order_id` is `ord_…`, `total_minor` is `total` with its currency."""
        currency = getattr(self, "currency", None)
        return {one.outside: one.written(getattr(self, one.name), currency) for one in _told(type(self))}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """The fact that was told so. What it has more than this version knows is passed over.

        Raises KeyError, TypeError, ValueError or MalformedId for what is no such fact.
        """
        found = {one.name: one.read(data[one.outside]) for one in _told(cls) if one.outside in data or not one.has_default}
        if amount := next((data[one.outside] for one in _told(cls) if one.kind is Kind.MONEY and one.outside in data), None):
            found["currency"] = str(amount["currency"])
        return cls(**found)


class Kind(StrEnum):
    """What a field of a fact is, to whoever reads it."""

    ID = "id"
    IDS = "ids"
    MONEY = "money"
    NUMBER = "number"
    FLAG = "flag"
    TEXT = "text"
    TEXTS = "texts"


@dataclass(frozen=True, slots=True)
class Detail:
    """One field of a fact: its name inside and outside, and how its values are written there. `prefix` is that of its ids."""

    name: str
    outside: str
    kind: Kind
    prefix: str
    optional: bool
    has_default: bool

    def written(self, value: Any, currency: str | None) -> Json:
        match self.kind:
            case Kind.ID:
                return encode(self.prefix, value) if value or not self.optional else None
            case Kind.IDS:
                return [encode(self.prefix, one) for one in value]
            case Kind.MONEY:
                return {"amount": value, "currency": currency}
            case Kind.TEXTS:
                return list(value)
            case _:
                return value

    def read(self, value: Any) -> Any:
        match self.kind:
            case Kind.ID:
                return decode(self.prefix, value) if value is not None else self._none()
            case Kind.IDS:
                return tuple(decode(self.prefix, one) for one in value)
            case Kind.MONEY:
                return int(value["amount"])
            case Kind.TEXTS:
                return tuple(value)
            case _:
                return value

    def _none(self) -> int | None:
        return NOBODYS if self.name == "tenant_id" else None


@cache
def details_of(cls: type[Event]) -> dict[str, Detail]:
    """The fields of this kind of fact, by their name inside, in their order."""
    hints = get_type_hints(cls, include_extras=True)
    return {field.name: _detail(cls, field.name, hints[field.name], field.default is not MISSING) for field in fields(cls)}


def event_types() -> Iterator[type[Event]]:
    """Every kind of fact that Velora's own modules declare, as far as they are loaded, by type."""
    return iter([_BY_TYPE[type_] for type_ in sorted(_BY_TYPE) if _BY_TYPE[type_].__module__.startswith("velora.")])


def event_type(type_: str) -> type[Event]:
    """Raises KeyError for a type that no module of this version declares."""
    return _BY_TYPE[type_]


def event_from(type_: str, payload: dict[str, object]) -> Event:
    """The fact as it was told. Raises KeyError for a type that no module of this version declares."""
    return _BY_TYPE[type_](**{name: tuple(value) if isinstance(value, list) else value for name, value in payload.items()})  # pyright: ignore[reportArgumentType, reportUnknownArgumentType] -- the outbox row was written from the same class


def numbered(event: Event, number: int) -> Event:
    """The same fact, which knows its number from now on. The number is no part of what it says."""
    object.__setattr__(event, "number", number)
    return event


@cache
def _told(cls: type[Event]) -> tuple[Detail, ...]:
    """What stands outside: a currency stands with its amounts."""
    known = details_of(cls)
    amounts = any(one.kind is Kind.MONEY for one in known.values())
    return tuple(one for one in known.values() if not (amounts and one.name == "currency"))


def _detail(cls: type[Event], name: str, hint: Any, has_default: bool) -> Detail:
    optional = name == "tenant_id"
    if get_origin(hint) in (Union, UnionType) and NoneType in get_args(hint):
        optional, hint = True, next(one for one in get_args(hint) if one is not NoneType)
    several = get_origin(hint) is tuple
    inner = get_args(hint)[0] if several else hint
    prefix = next((one.letters for one in getattr(inner, "__metadata__", ()) if isinstance(one, Prefix)), "")
    plain = get_args(inner)[0] if prefix else inner
    match plain, bool(prefix), several, name.endswith(_MINOR):
        case _, True, _, _:
            kind = Kind.IDS if several else Kind.ID
        case _, _, False, True:
            kind = Kind.MONEY
        case known, _, False, _ if known in _PLAIN:
            kind = _PLAIN[known]
        case known, _, True, _ if known is str:
            kind = Kind.TEXTS
        case _:
            raise TypeError(f"{cls.__qualname__}.{name} is a {hint}, which nobody outside could read.")
    return Detail(name, name.removesuffix(_MINOR) if kind is Kind.MONEY else name, kind, prefix, optional, has_default)


_PLAIN: Final = {bool: Kind.FLAG, int: Kind.NUMBER, str: Kind.TEXT}
