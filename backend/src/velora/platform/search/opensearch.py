"""Search in OpenSearch 2: one index for all tenants. Routing and a filter by tenant are added here, never by the caller."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import orjson

from velora.platform.search.address import OpenSearchAddress
from velora.platform.search.facets import facet_of, suggestions_of
from velora.platform.search.opensearch_answers import (
    buckets_in,
    found_in,
    hits_in,
    most_in,
    most_questions,
    nearest_body,
    questions,
    tenants,
    titles_in,
)
from velora.platform.search.opensearch_client import CONFLICT, NOT_THERE, READ_SECONDS, OpenSearchAway, OpenSearchClient
from velora.platform.search.opensearch_generations import Generations
from velora.platform.search.opensearch_rows import SHAPE, key_of, name_of, row_of, row_of_gone
from velora.platform.search.port import (
    About,
    Document,
    Found,
    Generation,
    Kept,
    Key,
    Notes,
    Query,
    Suggestions,
    Synonyms,
)
from velora.platform.search.reading import Reading, exact, fuzzy, suggesting
from velora.platform.search.words import READ_FROM, did_you_mean, words_of

log: Final = logging.getLogger("velora.search")

_TRIES: Final = 3
_HEALTH: Final = ("green", "yellow", "red")


class OpenSearchIndex:
    """A SearchIndex at `address`."""

    def __init__(self, address: OpenSearchAddress) -> None:
        self._client = OpenSearchClient(address)
        self._generations = Generations(self._client, address)
        self._prefix = address.prefix

    # ------------------------------------------------------------------------------------------- state

    @property
    def shape(self) -> str:
        return SHAPE

    async def ready(self) -> bool:
        return await self._generations.is_live()

    async def prepare(self) -> None:
        """Its own processes read what they need."""

    async def about(self) -> About:
        root = await self._client.desk("GET", "/", seconds=READ_SECONDS)
        params = {"format": "json", "h": "health"}
        rows = await self._client.desk("GET", f"/_cat/indices/{self._prefix}-products-*", params=params, seconds=READ_SECONDS)
        worst = max((_HEALTH.index(row["health"]) for row in rows), default=0)
        return About(f"OpenSearch {root['version']['number']}", _HEALTH[worst], self._client.last_error)

    async def close(self) -> None:
        await self._client.close()

    # ------------------------------------------------------------------------------------------- generations

    async def generations(self) -> list[Generation]:
        return await self._generations.all()

    async def begin(self, notes: Notes) -> Generation:
        return await self._generations.begin(notes)

    async def note(self, generation: str, notes: Notes) -> None:
        await self._generations.note(generation, notes)

    async def publish(self, generation: str, notes: Notes) -> bool:
        return await self._generations.publish(generation, notes)

    async def restore(self, generation: str, notes: Notes) -> None:
        await self._generations.restore(generation, notes)

    async def discard(self, generation: str) -> None:
        await self._generations.discard(generation)

    # ------------------------------------------------------------------------------------------- writing

    async def write(self, documents: Sequence[Document], gone: Sequence[Key] = (), *, version: int) -> None:
        for _ in range(_TRIES):
            targets = await self._generations.targets()
            aliases = [self._generations.live] if targets.live else []
            if targets.began is not None and version >= targets.began:
                aliases.append(self._generations.building)
            if not await self._put(aliases, documents, gone, version):
                return
            self._generations.look_again()  # one of them was published or deleted since they were looked up
        raise OpenSearchAway("its indices come and go", NOT_THERE)

    async def fill(self, generation: str, documents: Sequence[Document], gone: Sequence[Key], *, version: int) -> None:
        if missed := await self._put([self._generations.building], documents, gone, version):
            raise OpenSearchAway(f"{generation} is not being built any more: {missed} documents were not taken", NOT_THERE)

    async def _put(self, aliases: Sequence[str], documents: Sequence[Document], gone: Sequence[Key], version: int) -> int:
        """How many were not taken because what they were to go to is no longer there."""
        rows = {key: row_of_gone(key, version) for key in gone}
        rows |= {Key(document.tenant_id, document.id): row_of(document, version) for document in documents}
        sources = [(key, orjson.dumps(row)) for key, row in rows.items()]
        actions = [_action(alias, key, version) + b"\n" + source for alias in aliases for key, source in sources]
        missed = 0
        for item in await self._client.bulk(actions):
            if item["status"] == NOT_THERE:
                missed += 1
            elif item["status"] >= 300 and item["status"] != CONFLICT:  # a newer one is there already
                self._refuse(item)
        return missed

    def _refuse(self, item: Mapping[str, Any]) -> None:
        why = f"{item['status']} {item['error'].get('type')}: {str(item['error'].get('reason'))[:300]}"
        if item["status"] == 400:
            raise RuntimeError(f"OpenSearch does not take {item['_id']} as it is: {why}. velora search reindex builds the index anew.")
        self._client.last_error = why
        raise OpenSearchAway(why, item["status"])

    async def refresh(self) -> None:
        params = {"ignore_unavailable": "true"}
        await self._client.desk("POST", f"/{self._generations.live},{self._generations.building}/_refresh", params=params)

    async def drop_older(self, tenant_id: int | None, version: int) -> None:
        mine = [] if tenant_id is None else [tenants(tenant_id)]
        await self._delete([{"range": {"written": {"lt": version}}}, *mine], tenant_id)

    async def forget_gone(self, version: int) -> None:
        await self._delete([{"range": {"written": {"lt": version}}}, {"term": {"gone": "gone"}}])

    async def _delete(self, filters: Sequence[Mapping[str, Any]], tenant_id: int | None = None) -> None:
        """What was written again meanwhile stays."""
        params = {"conflicts": "proceed", "refresh": "true", "ignore_unavailable": "true"}
        params |= {"routing": str(tenant_id)} if tenant_id is not None else {}
        await self.refresh()
        body = {"query": {"bool": {"filter": list(filters)}}}
        await self._client.desk("POST", f"/{self._generations.live}/_delete_by_query", body, params, seconds=300)

    # ------------------------------------------------------------------------------------------- reading

    async def search(self, tenant_id: int, query: Query) -> Found:
        reading = exact(query.text, query.locale, query.synonyms)
        found = found_in(await self._asked(tenant_id, questions(tenant_id, query, reading)), query, reading)
        near = fuzzy(query.text, query.locale, query.synonyms)
        if found.total or not near.meanings:
            return found
        if (guessed := await self._near(tenant_id, query, near, query.text)).total:
            return guessed
        kept = most_in(await self._asked(tenant_id, most_questions(tenant_id, query, near))) if len(near.meanings) > 1 else []
        if not kept:
            return found
        relaxed = near.relaxed(kept)
        return replace(await self._near(tenant_id, query, near.of(kept), " ".join(relaxed.words)), relaxed=relaxed)

    async def _near(self, tenant_id: int, query: Query, near: Reading, typed: str) -> Found:
        """What is near these words, and what they mean then."""
        best = nearest_body(tenant_id, query.currency, near, READ_FROM)
        titles, *answers = await self._asked(tenant_id, [best, *questions(tenant_id, query, near)])
        found = found_in(answers, query, near)
        return replace(found, did_you_mean=did_you_mean(typed, titles_in(titles)) if found.total else None)

    async def suggest(
        self, tenant_id: int, text: str, *, currency: str, locale: str, facet: str, limit: int = 6, synonyms: tuple[Synonyms, ...] = ()
    ) -> Suggestions:
        if not words_of(text):
            return Suggestions((), (), ())
        for reading in suggesting(text, locale, synonyms):
            body = nearest_body(tenant_id, currency, reading, READ_FROM, facet)
            [answer] = await self._asked(tenant_id, [body])
            if answer["hits"]["hits"]:
                break
        else:
            return Suggestions((), (), ())
        values = facet_of(facet, buckets_in(answer, currency).get(facet, {}), frozenset()).values
        return suggestions_of(text, hits_in(answer), titles_in(answer), values, limit)

    async def _asked(self, tenant_id: int, bodies: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Searches on this tenant's shard, in one request. All are answered, or it raises SearchUnavailable."""
        where = {"routing": str(tenant_id), "cancel_after_time_interval": f"{READ_SECONDS:.0f}s"}
        if len(bodies) == 1:
            return [await self._client.page("POST", f"/{self._generations.live}/_search", bodies[0], where)]
        head = orjson.dumps({"index": self._generations.live, **where})
        lines = b"".join(head + b"\n" + orjson.dumps(body) + b"\n" for body in bodies)
        return (await self._client.page("POST", "/_msearch", lines))["responses"]

    async def count(self, tenant_id: int, generation: str | None = None) -> int:
        body = {"query": {"bool": {"filter": [tenants(tenant_id)], "must_not": {"term": {"gone": "gone"}}}}}
        answer = await self._client.desk("POST", f"/{generation or self._generations.live}/_count", body, {"routing": str(tenant_id)})
        return int(answer["count"])

    async def kept(self, keys: Sequence[Key], generation: str | None = None) -> dict[Key, Kept]:
        if not keys:
            return {}
        body = {"docs": [{"_id": name_of(key), "routing": str(key.tenant_id)} for key in keys]}
        params = {"_source_includes": "digest"}
        answer = await self._client.desk("POST", f"/{generation or self._generations.live}/_mget", body, params)
        rows = (row for row in answer["docs"] if row.get("found"))
        return {key_of(row["_id"]): Kept(row["_version"], row["_source"].get("digest")) for row in rows}


def _action(alias: str, key: Key, version: int) -> bytes:
    return orjson.dumps(
        {
            "index": {
                "_index": alias,
                "_id": name_of(key),
                "routing": str(key.tenant_id),
                "version": version,
                "version_type": "external_gte",
                "require_alias": True,  # an index that is deleted by hand must not come back by itself, without its mapping
            }
        }
    )
