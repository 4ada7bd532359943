"""A fact reads back from its payload as it was told, and no two facts share a type."""

from dataclasses import dataclass
from typing import ClassVar

import pytest

from velora.kernel.events import Event, event_from


@dataclass(frozen=True)
class LampLit(Event):
    type: ClassVar[str] = "tests.lamp_lit.v1"
    aggregate: ClassVar[str] = "lamp"
    key: ClassVar[str] = "lamp_id"

    lamp_id: int
    rooms: tuple[str, ...] = ()
    by: str | None = None


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
