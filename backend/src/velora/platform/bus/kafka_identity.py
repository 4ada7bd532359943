"""Which topic it is that has a name: Kafka gives each an id when it is made, and never gives that again (Kafka 3.1 or later).

aiokafka asks for metadata as Kafka 1.0 gave it, without ids. This is its question in version 12, in aiokafka's own terms; see
https://kafka.apache.org/protocol#The_Messages_Metadata for the fields.
"""

# aiokafka says no types: what it answers is read as what its documentation says it is.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false, reportMissingTypeStubs=false

from collections.abc import Collection, Mapping
from typing import Any, Final, cast
from uuid import UUID

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import for_code
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Boolean, CompactArray, CompactString, Int16, Int32, Int64, Schema, TaggedFields

_TAGS: Final = ("tags", TaggedFields)
_TEXT: Final = CompactString("utf-8")
_ID: Final = Schema(("high", Int64), ("low", Int64))
_NONE: Final = (0, 0)


class _Metadata(Response):
    API_KEY = 3  # pyright: ignore[reportAssignmentType, reportIncompatibleMethodOverride]
    API_VERSION = 12  # pyright: ignore[reportAssignmentType, reportIncompatibleMethodOverride]
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("brokers", CompactArray(("node_id", Int32), ("host", _TEXT), ("port", Int32), ("rack", _TEXT), _TAGS)),
        ("cluster_id", _TEXT),
        ("controller_id", Int32),
        (
            "topics",
            CompactArray(
                ("error_code", Int16),
                ("name", _TEXT),
                ("id", _ID),
                ("is_internal", Boolean),
                (
                    "partitions",
                    CompactArray(
                        ("error_code", Int16),
                        ("index", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", CompactArray(Int32)),
                        ("in_sync", CompactArray(Int32)),
                        ("offline", CompactArray(Int32)),
                        _TAGS,
                    ),
                ),
                ("operations", Int32),
                _TAGS,
            ),
        ),
        _TAGS,
    )


class _MetadataRequest(RequestStruct):
    FLEXIBLE_VERSION = True
    API_KEY = 3
    API_VERSION = 12
    RESPONSE_TYPE = _Metadata
    SCHEMA = Schema(
        ("topics", CompactArray(("id", _ID), ("name", _TEXT), _TAGS)), ("may_make", Boolean), ("with_operations", Boolean), _TAGS
    )


class _Identities(Request[_MetadataRequest]):
    API_KEY = 3

    def __init__(self, topics: Collection[str]) -> None:
        self._topics = topics

    def build(self, request_struct_class: type[_MetadataRequest]) -> _MetadataRequest:
        return request_struct_class([(_NONE, name, {}) for name in self._topics], False, False, {})


async def identities(client: AIOKafkaClient, topics: Collection[str]) -> Mapping[str, str]:
    """The id of each of these topics, by its name. Raises KafkaError, also for a topic that the broker which was asked does not know."""
    answer = cast("Any", await client.send(client.get_random_node(), _Identities(topics)))
    found: dict[str, str] = {}
    for code, name, (high, low), *_ in answer.topics:
        if code:
            raise for_code(code)(name)
        found[name] = str(UUID(int=(high % 2**64) << 64 | low % 2**64))
    return found
