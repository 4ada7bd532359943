"""A fact reads back as it was told, from the outbox and from what others are told, and no two facts share a type."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import pytest

from velora.kernel.errors import MalformedId
from velora.kernel.events import Event, event_from, numbered
from velora.kernel.ids import OrderId, Prefix


@dataclass(frozen=True)
class LampLit(Event):
    type: ClassVar[str] = "tests.lamp_lit.v1"
    aggregate: ClassVar[str] = "lamp"
    key: ClassVar[str] = "lamp_id"

    lamp_id: int
    rooms: tuple[str, ...] = ()
    by: str | None = None


@dataclass(frozen=True)
class LampSold(Event):
    type: ClassVar[str] = "tests.lamp_sold.v1"
    aggregate: ClassVar[str] = "lamp"
    key: ClassVar[str] = "lamp_id"

    lamp_id: Annotated[int, Prefix("lmp")]
    price_minor: int
    currency: str
    order_ids: tuple[OrderId, ...]
    gift: bool = False


def test_outside_ids_have_their_prefix_and_amounts_their_currency():
    told = LampSold(7, 42, 1999, "EUR", (1, 2), gift=True)
    assert told.data() == {
        "tenant_id": "ten_0000000000007",
        "lamp_id": "lmp_000000000001A",
        "price": {"amount": 1999, "currency": "EUR"},
        "order_ids": ["ord_0000000000001", "ord_0000000000002"],
        "gift": True,
    }
    assert (told.subject, LampSold.from_data(told.data())) == ("lmp_000000000001A", told)


def test_a_fact_that_is_told_knows_its_number_and_says_the_same_with_it():
    told = numbered(LampLit(7, 42), 4711)
    assert (told.number, LampLit(7, 42).number) == (4711, 0)
    assert told == LampLit(7, 42)
    assert told.payload() == LampLit(7, 42).payload()


def test_what_a_newer_version_tells_besides_is_passed_over_and_what_an_older_one_did_not_tell_is_as_declared():
    told = LampSold(0, 42, 1999, "EUR", ()).data()
    assert told["tenant_id"] is None
    del told["gift"]
    assert LampSold.from_data(told | {"shade": "brass"}) == LampSold(0, 42, 1999, "EUR", ())


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"lamp_id": "ord_000000000001A"}, MalformedId),
        ({"price": 5}, TypeError),
        ({"price": {"amount": "x", "currency": "EUR"}}, ValueError),
    ],
)
def test_what_is_no_such_fact_is_refused(wrong: dict[str, object], error: type[Exception]):
    with pytest.raises(error):
        LampSold.from_data(LampSold(7, 42, 1999, "EUR", ()).data() | wrong)
    with pytest.raises(KeyError):
        LampSold.from_data({"tenant_id": None})


def test_a_field_that_nobody_outside_could_read_is_refused():
    @dataclass(frozen=True)
    class LampWarm(Event):
        type: ClassVar[str] = "tests.lamp_warm.v1"
        aggregate: ClassVar[str] = "lamp"
        key: ClassVar[str] = "degrees"

        degrees: float

    with pytest.raises(TypeError, match=r"LampWarm\.degrees"):
        LampWarm(7, 20.5).data()


def test_a_fact_reads_back_as_it_was_told():
    told = LampLit(7, 42, ("hall", "stairs"), None)
    stored = told.payload() | {"rooms": ["hall", "stairs"]}  # as JSON has it
    assert event_from("tests.lamp_lit.v1", stored) == told
    assert told.aggregate_id == 42


def test_a_type_that_nobody_declares_has_no_fact():
    with pytest.raises(KeyError):
        event_from("tests.lamp_lit.v9", {})


def test_two_facts_of_one_type_are_refused():
    with pytest.raises(TypeError, match="already taken by LampLit"):

        @dataclass(frozen=True)
        class LampOut(Event):
            type: ClassVar[str] = "tests.lamp_lit.v1"
            aggregate: ClassVar[str] = "lamp"
            key: ClassVar[str] = "lamp_id"
