"""An event as everybody outside reads it: a CloudEvent 1.0, structured, in JSON."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

import orjson

from velora.kernel.errors import MalformedId
from velora.kernel.events import Event, Json, event_type
from velora.kernel.ids import decode, encode, time_of
from velora.platform.bus.port import Told
from velora.platform.telemetry.tracing import well_formed

CONTENT_TYPE: Final = "application/cloudevents+json; charset=UTF-8"
PREFIX: Final = "velora"
"""What the names of topics begin with, unless the installation says otherwise."""
SCHEMAS_AT: Final = "/api/asyncapi.json#/components/schemas/"


class NotAnEvent(ValueError):
    """These bytes are no event that this version knows. The message says why; `id` is the event's, where it has one."""

    def __init__(self, why: str, id_: int | None = None) -> None:
        super().__init__(why)
        self.id = id_


@dataclass(frozen=True, slots=True)
class CloudEvents:
    """Writes and reads CloudEvents of this installation, which others know by its address."""

    public_url: str

    def written(self, told: Told, **extensions: str) -> bytes:
        """The event as bytes. `extensions` are attributes beside the standard's: their names are small letters only."""
        return orjson.dumps(self._document(told) | extensions)

    def _document(self, told: Told) -> dict[str, Json]:
        event = told.event
        tenant = encode("ten", event.tenant_id) if event.tenant_id else ""
        about: dict[str, Json] = {
            "specversion": "1.0",
            "id": encode("evt", told.id),
            "source": f"{self.public_url}/tenants/{tenant}" if tenant else self.public_url,
            "type": event.type,
            "subject": event.subject,
            "time": time_of(told.id).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "datacontenttype": "application/json",
            "dataschema": f"{self.public_url}{SCHEMAS_AT}{event.type}",
            "data": event.data(),
        }
        if told.traceparent:
            about["traceparent"] = told.traceparent
        return about | {"tenantid": tenant} if tenant else about


def read(value: bytes, types: Collection[str]) -> Told | None:
    """The event that these bytes are, or None for one of another type than these. Raises NotAnEvent."""
    try:
        document = orjson.loads(value)
        id_ = decode("evt", document["id"])
        if document["type"] not in types:
            return None
    except (ValueError, KeyError, TypeError, AttributeError, MalformedId) as error:
        raise NotAnEvent(f"no CloudEvent of ours: {error!r}") from error
    try:
        return Told(id_, _event(document), well_formed(document.get("traceparent")))
    except (KeyError, TypeError, ValueError, MalformedId) as error:
        raise NotAnEvent(f"{document.get('type')}: {error!r}", id_) from error


def _event(document: dict[str, Any]) -> Event:
    return event_type(document["type"]).from_data(document["data"])


def key_of(event: Event) -> bytes:
    """What happened to one thing has one key: on a bus with several parts it is in one of them, in its order."""
    return f"{event.aggregate}/{event.subject}".encode()


def topic_of(type_: str) -> str:
    """The module that tells it."""
    return type_.partition(".")[0]
