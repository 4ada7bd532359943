"""Identifiers: 63-bit integers in the order of time, shown outside as a type prefix and Crockford base32.

Bits from the top: 41 of milliseconds since 2010-01-01 (until 2079), 10 of node, 12 of sequence. So an id is its own
creation time, and a month of rows is a range of ids.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Annotated

from velora.kernel.clock import Clock
from velora.kernel.errors import MalformedId

EPOCH = datetime(2010, 1, 1, tzinfo=UTC)
NODES = 1 << 10
_SEQUENCE_BITS = 12
_TIME_SHIFT = 22
NODE_BITS = (NODES - 1) << _SEQUENCE_BITS
"""Which bits of an id say where it was made: of one place the ids are in the order of time, also where clocks disagree."""
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [high + low for high in _ALPHABET for low in _ALPHABET]
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_LENGTH = 13
_LARGEST = (1 << 63) - 1

IdSource = Callable[[], int]


@dataclass(frozen=True)
class Prefix:
    """Says of an int what its id begins with outside."""

    letters: str


AccountId = Annotated[int, Prefix("acc")]
JournalId = Annotated[int, Prefix("jrn")]
ListingId = Annotated[int, Prefix("lst")]
OrderId = Annotated[int, Prefix("ord")]
PaymentId = Annotated[int, Prefix("pi")]
PayoutId = Annotated[int, Prefix("pay")]
ProductId = Annotated[int, Prefix("prd")]
RefundId = Annotated[int, Prefix("rfd")]
ReturnId = Annotated[int, Prefix("ret")]
RuleId = Annotated[int, Prefix("rul")]
SellerId = Annotated[int, Prefix("sel")]
SellerOrderId = Annotated[int, Prefix("sor")]
ShipmentId = Annotated[int, Prefix("shp")]
TenantId = Annotated[int, Prefix("ten")]
VariantId = Annotated[int, Prefix("var")]


def id_source(clock: Clock, node: int) -> IdSource:
    """Every call gives a larger id than the one before, also when the clock is set back or the sequence runs out."""
    lock = Lock()
    last = -1

    def next_id() -> int:
        nonlocal last
        passed = clock.now() - EPOCH
        now = (passed.days * 86_400 + passed.seconds) * 1000 + passed.microseconds // 1000
        with lock:
            ticks = max(last + 1, now << _SEQUENCE_BITS)
            last = ticks
        return ((ticks >> _SEQUENCE_BITS) << _TIME_SHIFT) | (node << _SEQUENCE_BITS) | (ticks & ((1 << _SEQUENCE_BITS) - 1))

    return next_id


def first_id_at(moment: datetime) -> int:
    """The smallest id that can be made at this moment (UTC); ids made earlier are below it."""
    return ((moment - EPOCH) // timedelta(milliseconds=1)) << _TIME_SHIFT


def time_of(id_: int) -> datetime:
    """When this id was made, to the millisecond (UTC)."""
    return EPOCH + timedelta(milliseconds=id_ >> _TIME_SHIFT)


def encode(prefix: str, id_: int) -> str:
    """`ord_` and thirteen letters, which sort as the ids do."""
    pairs = _PAIRS
    return (
        f"{prefix}_{_ALPHABET[id_ >> 60]}{pairs[id_ >> 50 & 1023]}{pairs[id_ >> 40 & 1023]}{pairs[id_ >> 30 & 1023]}"
        f"{pairs[id_ >> 20 & 1023]}{pairs[id_ >> 10 & 1023]}{pairs[id_ & 1023]}"
    )


def decode(prefix: str, text: str) -> int:
    """The id behind the letters; small letters and the look-alikes O, I and L are understood. Raises MalformedId."""
    head, _, tail = text.partition("_")
    if head != prefix or len(tail) != _LENGTH:
        raise MalformedId(prefix, text)
    value = 0
    for letter in tail.upper():
        if letter not in _VALUES:
            raise MalformedId(prefix, text)
        value = value << 5 | _VALUES[letter]
    if value > _LARGEST:
        raise MalformedId(prefix, text)
    return value


def try_decode(prefix: str, text: str) -> int | None:
    """The id behind the letters, or None for what cannot be one: it names nothing that there is."""
    try:
        return decode(prefix, text)
    except MalformedId:
        return None
