"""The document of what is told says what is sent; and what would break a reader is found before it is written."""

from copy import deepcopy
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from velora.apps.api import create_app
from velora.apps.cli.console import Complaint
from velora.apps.cli.document import asyncapi
from velora.kernel.events import Event, Kind, details_of, event_types
from velora.platform.bus.asyncapi import breaks, document
from velora.platform.bus.cloudevents import CloudEvents, NotAnEvent, read
from velora.platform.bus.port import Told

assert create_app  # it imports every module, and with them their events

SENT = CloudEvents("https://market.example.com")
A_VALUE = {Kind.ID: 5, Kind.IDS: (5, 6), Kind.MONEY: 700, Kind.NUMBER: 8, Kind.FLAG: True, Kind.TEXT: "EUR", Kind.TEXTS: ("a",)}
OURS = list(event_types())
DOCUMENT = document()


def an_event(kind: type[Event], **other: object) -> Event:
    return kind(**({name: A_VALUE[one.kind] for name, one in details_of(kind).items()} | other))  # pyright: ignore[reportArgumentType] -- made from its own fields


def valid(document: dict[str, Any], kind: type[Event], sent: bytes) -> None:
    """Raises ValidationError unless these bytes are such a message, as the document describes it."""
    payload = document["components"]["messages"][kind.type]["payload"]
    Draft202012Validator(payload | {"components": document["components"]}).validate(orjson.loads(sent))


@pytest.mark.parametrize("kind", OURS, ids=[kind.type for kind in OURS])
def test_what_is_sent_is_what_the_document_says_and_reads_back(kind: type[Event]):
    for event in (an_event(kind), *([] if kind.key == "tenant_id" else [an_event(kind, tenant_id=0)])):
        sent = SENT.written(Told(1 << 60, event))
        valid(DOCUMENT, kind, sent)
        assert read(sent, {kind.type}) == Told(1 << 60, event)


def test_what_is_not_sent_so_is_not_valid():
    kind = OURS[0]
    sent = orjson.loads(SENT.written(Told(1 << 60, an_event(kind))))
    for wrong in ({"id": "x"}, {"specversion": "0.3"}, {"data": {}}, {"type": "lamps.lit.v1"}):
        with pytest.raises(ValidationError):
            valid(DOCUMENT, kind, orjson.dumps(sent | wrong))


@pytest.mark.parametrize(
    "value", [b"", b"{}", b"[]", b"no json", b'{"id": "ord_0000000000001"}', b'{"id": "evt_0000000000001", "type": "x"}']
)
def test_bytes_that_are_no_event_are_refused_in_words(value: bytes):
    with pytest.raises(NotAnEvent):
        read(value, {"x"})


def test_an_event_of_a_type_that_nobody_here_listens_to_is_passed_over():
    assert read(SENT.written(Told(1, an_event(OURS[0]))), {"lamps.lit.v1"}) is None


# ------------------------------------------------------------------------------------------ what would break a reader

A_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "order_id": {"type": "string", "pattern": "^ord_"},
        "note": {"type": ["string", "null"]},
        "lines": {"type": "array", "items": {"type": "integer"}},
    },
    "required": ["order_id", "note"],
}


def changed(**properties: Any) -> dict[str, Any]:
    made = deepcopy(A_SCHEMA)
    made["properties"].update(properties)
    return made


@pytest.mark.parametrize(
    ("now", "says"),
    [
        ({}, "a.v1 is gone"),
        ({"a.v1": A_SCHEMA | {"properties": {}}}, "a.v1.order_id is gone"),
        ({"a.v1": A_SCHEMA | {"required": ["order_id"]}}, "a.v1.note may be missing"),
        ({"a.v1": changed(order_id={"type": "integer", "pattern": "^ord_"})}, "a.v1.order_id: type was string and is integer"),
        ({"a.v1": changed(order_id={"type": ["string", "null"], "pattern": "^ord_"})}, "a.v1.order_id: type was string and is"),
        ({"a.v1": changed(order_id={"type": "string"})}, "a.v1.order_id: pattern was ^ord_ and is anything"),
        ({"a.v1": changed(lines={"type": "array", "items": {"type": "string"}})}, "a.v1.lines[]: type was integer and is string"),
    ],
)
def test_what_would_break_a_reader_is_said(now: dict[str, Any], says: str):
    found = breaks({"a.v1": A_SCHEMA}, now)
    assert any(one.startswith(says) for one in found), found


def test_what_is_added_or_said_more_narrowly_breaks_nobody():
    now = changed(note={"type": "string"}, lines={"type": "array", "items": {"type": "integer"}}, more={"type": "boolean"})
    assert breaks({"a.v1": A_SCHEMA}, {"a.v1": now | {"required": ["order_id", "note", "more"]}, "b.v1": A_SCHEMA}) == []


def test_a_document_that_would_break_its_readers_is_not_written(tmp_path):
    file = tmp_path / "asyncapi.json"
    before = document()
    before["components"]["schemas"]["orders.order_paid.v1"]["properties"]["gift"] = {"type": "boolean"}
    file.write_bytes(orjson.dumps(before))
    with pytest.raises(Complaint, match=r"orders\.order_paid\.v1\.gift is gone"):
        asyncapi(file)
    assert orjson.loads(file.read_bytes()) == before
    file.unlink()
    asyncapi(file)
    asyncapi(file)
    assert orjson.loads(file.read_bytes()) == document()
