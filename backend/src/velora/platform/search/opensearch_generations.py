"""The generations in OpenSearch: an index for each, and two aliases that name the live one and the one being built.

`<prefix>-products-<shape>-<moment>` is an index, `<prefix>-products-<shape>` the alias that is searched. Each version of Velora that has
another shape has its own alias, so that two can run beside each other. An index's notes lie in the `_meta` of its mapping.
"""

import asyncio
import re
import time
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from velora.platform.search.address import OpenSearchAddress
from velora.platform.search.opensearch_client import NOT_THERE, OpenSearchAway, OpenSearchClient
from velora.platform.search.opensearch_rows import REFRESH_SECONDS, SHAPE, mapping, settings
from velora.platform.search.port import Generation, Notes, SearchUnavailable, Stage

TARGETS_SECONDS: Final = 0.5  # for so long a writer believes what it has read of the aliases


@dataclass(frozen=True, slots=True)
class Targets:
    """Where a write goes. What was read before `began` is not for the generation that is being built."""

    live: bool
    began: int | None


class Generations:
    def __init__(self, client: OpenSearchClient, address: OpenSearchAddress) -> None:
        self._client = client
        self._address = address
        self._all = f"{address.prefix}-products-*"
        self._pattern = re.compile(rf"{re.escape(address.prefix)}-products-(v\d+)-(\d+)-\w+")
        self.live = f"{address.prefix}-products-{SHAPE}"
        self.building = f"{self.live}-building"
        self._targets = Targets(live=False, began=None)
        self._read_at = float("-inf")

    async def targets(self) -> Targets:
        """At most TARGETS_SECONDS old: whoever begins a generation waits for so long before reading the database for it."""
        if time.monotonic() - self._read_at > TARGETS_SECONDS:
            asked_at = time.monotonic()
            found = await self._indices()
            began = [self._notes(one).began for one in found.values() if self.building in one.get("aliases", {})]
            live = any(self.live in one.get("aliases", {}) for one in found.values())
            self._targets, self._read_at = Targets(live, min(began, default=None)), asked_at
        return self._targets

    def look_again(self) -> None:
        """What was read of the aliases is no longer so."""
        self._read_at = float("-inf")

    async def is_live(self) -> bool:
        return any(self.live in one.get("aliases", {}) for one in (await self._indices(seconds=2.0)).values())

    async def all(self) -> list[Generation]:
        found = await self._indices()
        rows = await self._client.desk(
            "GET", f"/_cat/indices/{self._all}", params={"format": "json", "bytes": "b", "h": "index,store.size"}
        )
        sizes = {row["index"]: int(row["store.size"] or 0) for row in rows}
        newest = sorted(found, key=lambda name: self._parts(name)[::-1], reverse=True)
        return [await self._described(name, found[name], sizes.get(name, 0)) for name in newest]

    async def begin(self, notes: Notes) -> Generation:
        under_way = await self._under_way()
        if not under_way:
            name = f"{self.live}-{notes.began:016d}-{uuid4().hex[:4]}"
            body: dict[str, Any] = {
                "settings": settings(self._address),
                "mappings": mapping() | {"_meta": notes.to_json()},
                "aliases": {self.building: {}},
            }
            await self._client.desk("PUT", f"/{name}", body)
            under_way = await self._under_way()
            for late in under_way[1:]:  # another process began at the same moment: the first name is the one
                await self.discard(late)
        await asyncio.sleep(TARGETS_SECONDS)
        return next(one for one in await self.all() if one.name == under_way[0])

    async def note(self, name: str, notes: Notes) -> None:
        await self._client.desk("PUT", f"/{name}/_mapping", {"_meta": notes.to_json()})

    async def publish(self, name: str, notes: Notes) -> bool:
        try:
            await self._serving(name, notes)
            await self._swap(name, {"remove": {"index": name, "alias": self.building, "must_exist": True}})
        except OpenSearchAway as away:
            if away.http_status == NOT_THERE:
                return False
            raise
        return True

    async def restore(self, name: str, notes: Notes) -> None:
        await self._serving(name, notes)
        await self._swap(name)

    async def discard(self, name: str) -> None:
        try:
            await self._client.desk("DELETE", f"/{name}")
        except OpenSearchAway as away:
            if away.http_status != NOT_THERE:  # another process may discard it at the same moment
                raise

    async def _serving(self, name: str, notes: Notes) -> None:
        """It is ready to be searched, before the first search reaches it."""
        await self.note(name, notes)
        interval = {"index": {"refresh_interval": f"{round(REFRESH_SECONDS * 1000)}ms"}}
        await self._client.desk("PUT", f"/{name}/_settings", interval)
        await self._client.desk("POST", f"/{name}/_refresh")

    async def _swap(self, name: str, *first: dict[str, Any]) -> None:
        found = await self._indices()
        away = [{"remove": {"index": old, "alias": self.live}} for old, one in found.items() if self.live in one.get("aliases", {})]
        await self._client.desk("POST", "/_aliases", {"actions": [*first, *away, {"add": {"index": name, "alias": self.live}}]})
        self.look_again()

    async def _under_way(self) -> list[str]:
        return sorted(name for name, one in (await self._indices()).items() if self.building in one.get("aliases", {}))

    async def _indices(self, seconds: float = 10.0) -> dict[str, Any]:
        params = {"filter_path": "*.aliases,*.mappings._meta,*.settings.index.uuid"}
        found = await self._client.desk("GET", f"/{self._all}", params=params, seconds=seconds)
        return {name: one for name, one in found.items() if self._pattern.fullmatch(name)}

    def _parts(self, name: str) -> tuple[str, str]:
        """Its shape and moment."""
        parts = self._pattern.fullmatch(name)
        if parts is None:
            raise SearchUnavailable
        return parts[1], parts[2]

    def _notes(self, one: dict[str, Any]) -> Notes:
        return Notes.from_json(one.get("mappings", {}).get("_meta", {}))

    async def _described(self, name: str, one: dict[str, Any], size: int) -> Generation:
        notes, aliases, shape = self._notes(one), one.get("aliases", {}), self._parts(name)[0]
        finished = Stage.KEPT if notes.published else Stage.ABANDONED
        stage = Stage.LIVE if self.live in aliases else Stage.BUILDING if self.building in aliases else finished
        return Generation(name, shape, stage, await self._documents(name), size, notes)

    async def _documents(self, name: str) -> int:
        """0 of one that has just been made, or of which a shard cannot be read: its health says so."""
        there = {"query": {"bool": {"must_not": {"term": {"gone": "gone"}}}}}
        try:
            return int((await self._client.desk("POST", f"/{name}/_count", there))["count"])
        except OpenSearchAway as away:
            if away.http_status not in (NOT_THERE, 503):
                raise
            return 0
