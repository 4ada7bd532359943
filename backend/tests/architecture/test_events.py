"""What others program against is kept in the project: a change of it is seen, and one that breaks them does not pass."""

from pathlib import Path

import orjson

from velora.apps.cli.document import as_text
from velora.kernel.events import event_types
from velora.platform.bus.asyncapi import breaks, document

KEPT = Path(__file__).parents[3] / "docs" / "asyncapi.json"


def test_the_kept_document_of_events_is_what_is_told():
    told = document()
    kept = orjson.loads(KEPT.read_bytes())
    assert breaks(kept["components"]["schemas"], told["components"]["schemas"]) == [], (
        "Readers would break: tell it under a type with the next number."
    )
    assert KEPT.read_text() == as_text(told), "Write it anew: velora asyncapi docs/asyncapi.json"


def test_every_event_is_named_for_its_module_and_has_a_number():
    for kind in event_types():
        module, name, number = kind.type.split(".")
        assert kind.__module__ == f"velora.modules.{module}.events", kind.type
        assert (name.isidentifier(), number[0], number[1:].isdecimal()) == (True, "v", True), kind.type
