"""What Velora tells others, as an AsyncAPI 3 document: a channel for each module, a message and a schema for each type of event.

It is generated from the events' own fields, so it cannot say anything else than what is sent.
"""

from collections.abc import Mapping
from inspect import getdoc
from typing import Any, Final

from velora.kernel.events import Detail, Event, Kind, details_of, event_types
from velora.platform.bus.cloudevents import CONTENT_TYPE, PREFIX, topic_of

Schema = dict[str, Any]

_KAFKA_BINDINGS: Final = "0.5.0"
_ID: Final = "_[0-9A-HJKMNP-TV-Z]{13}$"
_MONEY: Final[Schema] = {
    "type": "object",
    "description": "An amount in minor units: 1050 EUR is € 10.50.",
    "properties": {"amount": {"type": "integer"}, "currency": {"type": "string", "pattern": "^[A-Z]{3}$"}},
    "required": ["amount", "currency"],
}
_CLOUD_EVENT: Final[Schema] = {
    "type": "object",
    "description": "A CloudEvent 1.0 in structured JSON. `id` is unique: what comes twice has the same one.",
    "properties": {
        "specversion": {"type": "string", "const": "1.0"},
        "id": {"type": "string", "pattern": f"^evt{_ID}"},
        "source": {"type": "string", "format": "uri-reference", "description": "This installation, and of it the marketplace."},
        "type": {"type": "string"},
        "subject": {"type": "string", "description": "The id of what it happened to."},
        "time": {"type": "string", "format": "date-time"},
        "datacontenttype": {"type": "string", "const": "application/json"},
        "dataschema": {"type": "string", "format": "uri"},
        "tenantid": {"type": "string", "pattern": f"^ten{_ID}", "description": "The marketplace; missing for what belongs to none."},
        "traceparent": {
            "type": "string",
            "pattern": "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
            "description": "The trace in which it happened (CloudEvents' distributed tracing extension); missing where nobody traces.",
        },
        "data": {"type": "object"},
    },
    "required": ["specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "data"],
}


def document() -> Schema:
    """The whole document. The modules whose events it lists must have been imported."""
    kinds = list(event_types())
    topics = sorted({topic_of(kind.type) for kind in kinds})
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Velora's events",
            "version": "1.0.0",
            "description": "What happens in Velora, told at least once. What happened to one thing (its key) comes in its order. "
            "A type's number rises when a reader of the old one would break; whatever is added besides does not raise it. "
            "An installation may name another beginning of its topics than velora.",
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {topic: _channel(topic, [kind for kind in kinds if topic_of(kind.type) == topic]) for topic in topics},
        "operations": {
            f"tell_{topic}": {
                "action": "send",
                "channel": {"$ref": f"#/channels/{topic}"},
                "summary": f"What {topic} tells.",
                "messages": [{"$ref": f"#/channels/{topic}/messages/{kind.type}"} for kind in kinds if topic_of(kind.type) == topic],
            }
            for topic in topics
        },
        "components": {
            "messages": {kind.type: _message(kind) for kind in kinds},
            "schemas": {"CloudEvent": _CLOUD_EVENT, "Money": _MONEY} | {kind.type: schema_of(kind) for kind in kinds},
        },
    }


def schema_of(kind: type[Event]) -> Schema:
    """The `data` of such an event."""
    known = details_of(kind)
    amounts = any(one.kind is Kind.MONEY for one in known.values())
    told = [one for one in known.values() if not (amounts and one.name == "currency")]
    return {
        "type": "object",
        "title": kind.type,
        **({"description": doc} if (doc := _says(kind)) else {}),
        "properties": {one.outside: _property(one) for one in told},
        "required": [one.outside for one in told],
    }


def breaks(before: Mapping[str, Schema], now: Mapping[str, Schema]) -> list[str]:
    """What of this change would break whoever reads by the schemas as they were: each a sentence. Empty when nothing would."""
    found: list[str] = []
    for name, old in before.items():
        found += _breaks(name, old, now[name]) if name in now else [f"{name} is gone"]
    return found


def _breaks(where: str, old: Schema, new: Schema) -> list[str]:
    """Whoever reads by `old` is given what is by `new`: nothing may be missing, and nothing be of a kind that it did not know."""
    found = [
        f"{where}: {key} was {old[key]} and is {new.get(key, 'anything')}"
        for key in ("type", "$ref", "pattern", "format", "const")
        if key in old and not _is_as_narrow(key, old[key], new.get(key))
    ]
    if "items" in old:
        found += _breaks(f"{where}[]", old["items"], new.get("items", {}))
    there = new.get("properties", {})
    for name, property_ in old.get("properties", {}).items():
        if name not in there:
            found.append(f"{where}.{name} is gone")
            continue
        if name in old.get("required", ()) and name not in new.get("required", ()):
            found.append(f"{where}.{name} may be missing")
        found += _breaks(f"{where}.{name}", property_, there[name])
    return found


def _is_as_narrow(key: str, old: Any, new: Any) -> bool:
    """The same, or fewer types than before: that surprises nobody."""
    return new == old or (key == "type" and new is not None and set(_several(new)) <= set(_several(old)))


def _several(types: str | list[str]) -> list[str]:
    return [types] if isinstance(types, str) else types


def _channel(topic: str, kinds: list[type[Event]]) -> Schema:
    compacted = all(kind.last_counts for kind in kinds)
    return {
        "address": f"{PREFIX}.{topic}",
        "summary": f"What {topic} tells, keyed by the thing it happened to."
        + (" Only the last word of a thing counts." if compacted else ""),
        "messages": {kind.type: {"$ref": f"#/components/messages/{kind.type}"} for kind in kinds},
        "bindings": {
            "kafka": {
                "topic": f"{PREFIX}.{topic}",
                "topicConfiguration": {"cleanup.policy": ["compact", "delete"] if compacted else ["delete"]},
                "bindingVersion": _KAFKA_BINDINGS,
            }
        },
    }


def _message(kind: type[Event]) -> Schema:
    prefix = details_of(kind)[kind.key].prefix
    return {
        "name": kind.type,
        "title": kind.__name__,
        **({"summary": doc} if (doc := _says(kind)) else {}),
        "contentType": CONTENT_TYPE,
        "payload": {
            "allOf": [
                {"$ref": "#/components/schemas/CloudEvent"},
                {
                    "type": "object",
                    "properties": {
                        "type": {"const": kind.type},
                        "subject": {"pattern": f"^{prefix}{_ID}"},
                        "data": {"$ref": f"#/components/schemas/{kind.type}"},
                    },
                },
            ]
        },
        "bindings": {
            "kafka": {"key": {"type": "string", "pattern": f"^{kind.aggregate}/{prefix}{_ID}"}, "bindingVersion": _KAFKA_BINDINGS}
        },
    }


def _says(kind: type[Event]) -> str:
    doc = getdoc(kind) or ""
    # Without words of its own a dataclass has its signature there, and a subclass its parent's words.
    return "" if doc.startswith(f"{kind.__name__}(") or doc == getdoc(Event) else " ".join(doc.split())


def _property(one: Detail) -> Schema:
    match one.kind:
        case Kind.ID:
            found: Schema = {"type": "string", "pattern": f"^{one.prefix}{_ID}"}
        case Kind.IDS:
            found = {"type": "array", "items": {"type": "string", "pattern": f"^{one.prefix}{_ID}"}}
        case Kind.MONEY:
            return {"$ref": "#/components/schemas/Money"}
        case Kind.NUMBER:
            found = {"type": "integer"}
        case Kind.FLAG:
            found = {"type": "boolean"}
        case Kind.TEXT:
            found = {"type": "string"}
        case Kind.TEXTS:
            found = {"type": "array", "items": {"type": "string"}}
    return found | {"type": [found["type"], "null"]} if one.optional else found
