"""The embedded engine: tantivy indexes in one folder, one of which is live, read and written in threads.

One process at a time writes to an index; another waits for it. A killed process loses at most the batch it had not acknowledged:
tantivy publishes a commit by renaming one file, and its lock dies with the process.
"""

import asyncio
import importlib.metadata
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, TypeVar

import tantivy
from tantivy import Occur

from velora.platform.search.facets import facet_of, suggestions_of
from velora.platform.search.marks import Marker
from velora.platform.search.port import (
    About,
    Document,
    Found,
    Generation,
    Kept,
    Key,
    Notes,
    Query,
    SearchUnavailable,
    Sort,
    Stage,
    Suggestions,
    Synonyms,
)
from velora.platform.search.reading import Reading, exact, fuzzy, suggesting
from velora.platform.search.tantivy_answers import (
    after_searches,
    counted,
    counted_at_once,
    digest_in,
    hit_of,
    text_of,
    title_of,
    total_of,
    writer_of,
)
from velora.platform.search.tantivy_generations import META, Generations
from velora.platform.search.tantivy_narrowing import any_of, within
from velora.platform.search.tantivy_pages import page, pinned
from velora.platform.search.tantivy_rows import GONE, either, key_of, keys_of, row_of, row_of_gone, schema, term
from velora.platform.search.tantivy_text import all_of, analyzers, must, ranked
from velora.platform.search.words import did_you_mean, words_of
from velora.platform.telemetry import metrics

T = TypeVar("T")

SHAPE: Final = "v4"  # another shape of the index is another generation, and is built anew
SUGGEST_FROM: Final = 24  # hits that suggestions and spelling are read from


@dataclass(slots=True)
class _Change:
    documents: Sequence[Document]
    gone: Sequence[Key]
    version: int
    done: "asyncio.Future[None]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class TantivyIndex:
    """A SearchIndex in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._generations = Generations(folder, SHAPE)
        self._schema = schema()
        self._analyzers = analyzers()
        self._open: dict[str, tantivy.Index] = {}
        self._readers = ThreadPoolExecutor(2, thread_name_prefix="search")
        self._counters = ThreadPoolExecutor(2, thread_name_prefix="counting")
        self._writers = ThreadPoolExecutor(1, thread_name_prefix="indexing", initializer=after_searches)
        self._writing = asyncio.Lock()
        self._waiting: list[_Change] = []

    # ------------------------------------------------------------------------------------------- state

    @property
    def shape(self) -> str:
        return SHAPE

    async def ready(self) -> bool:
        def is_ready() -> bool:
            name = self._generations.live()
            return name is not None and self._opened(name) is not None

        return await self._in_thread(is_ready)

    async def about(self) -> About:
        return About(f"tantivy {importlib.metadata.version('tantivy')}, embedded", "green", "")

    async def close(self) -> None:
        self._readers.shutdown(wait=True)
        self._counters.shutdown(wait=True)
        self._writers.shutdown(wait=True)
        self._open.clear()

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, work)

    async def _in_turn(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._writers, work)

    def _opened(self, name: str) -> tantivy.Index | None:
        """The index, or None when the folder does not hold one that can be read."""
        path = self._generations.path(name)
        if not (path / META).exists():
            self._open.pop(name, None)
        elif name not in self._open:
            try:
                self._open[name] = self._index_in(path)
            except (ValueError, OSError):
                return None
        return self._open.get(name)

    def _index_in(self, path: Path) -> tantivy.Index:
        index = tantivy.Index(self._schema, str(path))
        for name, analyzer in self._analyzers.items():
            index.register_tokenizer(name, analyzer)
        return index

    # ------------------------------------------------------------------------------------------- generations

    async def generations(self) -> list[Generation]:
        return await self._in_thread(lambda: [self._described(name) for name in self._generations.names()])

    def _described(self, name: str) -> Generation:
        kept = self._generations
        index = self._opened(name) if kept.shape(name) == SHAPE else None
        there = total_of(index.searcher().search(self._there(tantivy.Query.all_query()), limit=1)) if index else 0
        stage = kept.stage(name) if kept.shape(name) == SHAPE or kept.notes(name).published else Stage.ABANDONED
        return Generation(name, kept.shape(name), stage, there, kept.size(name), kept.notes(name))

    async def begin(self, notes: Notes) -> Generation:
        name = await self._in_turn(lambda: self._generations.begin(notes, self._index_in))
        return await self._in_thread(lambda: self._described(name))

    async def note(self, generation: str, notes: Notes) -> None:
        await self._in_turn(lambda: self._generations.note(generation, notes))

    async def publish(self, generation: str, notes: Notes) -> bool:
        return await self._in_turn(lambda: self._generations.publish(generation, notes))

    async def restore(self, generation: str, notes: Notes) -> None:
        await self._in_turn(lambda: self._generations.restore(generation, notes))

    async def discard(self, generation: str) -> None:
        self._open.pop(generation, None)
        await self._in_turn(lambda: self._generations.discard(generation))

    # ------------------------------------------------------------------------------------------- writing

    async def write(self, documents: Sequence[Document], gone: Sequence[Key] = (), *, version: int) -> None:
        change = _Change(documents, gone, version)
        self._waiting.append(change)
        async with self._writing:  # what came while the last commit ran goes into one commit
            batch, self._waiting = self._waiting, []
            if batch:
                await self._commit_all(batch)
        await change.done

    async def _commit_all(self, batch: Sequence[_Change]) -> None:
        try:
            await self._in_turn(lambda: self._write_everywhere(batch))
        except BaseException as error:
            for change in batch:
                change.done.set_exception(error if isinstance(error, Exception) else SearchUnavailable())
                change.done.exception()  # each caller that still waits raises it; nobody is warned about the others
            raise
        for change in batch:
            change.done.set_result(None)

    def _write_everywhere(self, batch: Sequence[_Change]) -> None:
        building, live = self._generations.building(), self._generations.live()
        replaced = building is not None and live is not None and self._opened(live) is None  # damaged, and soon another is live
        if live is not None and not replaced:
            self._committing(live, lambda writer, there: self._put(writer, there, batch))
        if building is not None:
            began = self._generations.notes(building).began
            if recent := [change for change in batch if change.version >= began]:
                self._committing(building, lambda writer, there: self._put(writer, there, recent))

    async def fill(self, generation: str, documents: Sequence[Document], gone: Sequence[Key], *, version: int) -> None:
        change = _Change(documents, gone, version)
        await self._in_turn(lambda: self._committing(generation, lambda writer, there: self._put(writer, there, [change])))

    def _put(self, writer: tantivy.IndexWriter, there: tantivy.Searcher, batch: Sequence[_Change]) -> None:
        wanted: dict[Key, tuple[int, Document | None]] = {}
        for change in batch:
            latest = {Key(document.tenant_id, document.id): document for document in change.documents}
            for key, document in (dict.fromkeys(change.gone) | latest).items():
                if key not in wanted or change.version >= wanted[key][0]:
                    wanted[key] = change.version, document
        held = self._versions(there, list(wanted))
        for key, (version, document) in wanted.items():
            if held.get(key, version) <= version:
                writer.delete_documents_by_term("key", term(key))
                writer.add_document(row_of(document, version) if document else row_of_gone(key, version))

    async def refresh(self) -> None:
        """A commit is visible when it is durable."""

    async def drop_older(self, tenant_id: int | None, version: int) -> None:
        await self._delete(self._older(version), *([] if tenant_id is None else [self._of_tenant(tenant_id)]))

    async def forget_gone(self, version: int) -> None:
        await self._delete(self._older(version), self._gone())

    async def _delete(self, *queries: tantivy.Query) -> None:
        def delete() -> None:
            if (live := self._generations.live()) is not None:
                self._committing(live, lambda writer, _: writer.delete_documents_by_query(all_of(*queries)))

        await self._in_turn(delete)

    def _committing(self, name: str, work: Callable[[tantivy.IndexWriter, tantivy.Searcher], object]) -> None:
        """`work` is durable and visible. It sees what was committed before it; the writer is given back at once, for other processes."""
        index = self._opened(name)
        if index is None:
            raise SearchUnavailable
        writer = writer_of(index)
        try:
            index.reload()
            work(writer, index.searcher())
            writer.commit()
        except (ValueError, OSError) as error:
            self._open.pop(name, None)
            raise SearchUnavailable from error
        finally:
            writer.wait_merging_threads()
        index.reload()

    # ------------------------------------------------------------------------------------------- reading

    async def search(self, tenant_id: int, query: Query) -> Found:
        with metrics.searches.time():
            return await self._read(lambda searcher: self._search(searcher, tenant_id, query))

    async def suggest(
        self, tenant_id: int, text: str, *, currency: str, locale: str, facet: str, limit: int = 6, synonyms: tuple[Synonyms, ...] = ()
    ) -> Suggestions:
        readings = suggesting(text, locale, synonyms)
        with metrics.searches.time():
            return await self._read(lambda searcher: self._suggest(searcher, (tenant_id, currency), text, readings, facet, limit))

    async def count(self, tenant_id: int, generation: str | None = None) -> int:
        there = self._there(self._of_tenant(tenant_id))
        return await self._read(lambda searcher: total_of(searcher.search(there, limit=1)), generation)

    async def kept(self, keys: Sequence[Key], generation: str | None = None) -> dict[Key, Kept]:
        return await self._read(lambda searcher: self._kept(searcher, keys), generation)

    async def _read(self, work: Callable[[tantivy.Searcher], T], generation: str | None = None) -> T:
        def reading() -> T:
            name = generation or self._generations.live()
            index = self._opened(name) if name else None
            if name is None or index is None:
                metrics.search_failures.inc()
                raise SearchUnavailable
            try:
                return work(index.searcher())
            except (ValueError, OSError) as error:
                metrics.search_failures.inc()
                self._open.pop(name, None)  # the folder may have been replaced under us: open it anew next time
                raise SearchUnavailable from error

        return await self._in_thread(reading)

    def _kept(self, searcher: tantivy.Searcher, keys: Sequence[Key]) -> dict[Key, Kept]:
        rows = [searcher.doc(address) for address in self._addresses(searcher, keys)]
        versions = self._versions(searcher, keys)
        return {(key := key_of(row)): Kept(versions[key], digest_in(row)) for row in rows}

    def _versions(self, searcher: tantivy.Searcher, keys: Sequence[Key]) -> dict[Key, int]:
        found = self._addresses(searcher, keys)
        written = searcher.fast_field_values("written", found)
        return {key_of(searcher.doc(address)): int(version or 0) for address, version in zip(found, written, strict=True)}

    def _addresses(self, searcher: tantivy.Searcher, keys: Sequence[Key]) -> list[tantivy.DocAddress]:
        if not keys:
            return []
        known = tantivy.Query.term_set_query(self._schema, "key", [term(key) for key in keys])
        return [address for _, address in searcher.search(known, limit=len(keys)).hits]

    def _older(self, version: int) -> tantivy.Query:
        return tantivy.Query.range_query(self._schema, "written", tantivy.FieldType.Integer, upper_bound=version, include_upper=False)

    def _gone(self) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, "gone", GONE, "basic")

    def _there(self, query: tantivy.Query) -> tantivy.Query:
        return all_of(query, without=self._gone())

    def _of_tenant(self, tenant_id: int) -> tantivy.Query:
        return tantivy.Query.const_score_query(tantivy.Query.term_query(self._schema, "tenant", tenant_id), 0.0)

    def _sold(self, tenant_id: int, currency: str) -> list[tantivy.Query]:
        """What this tenant sells in the currency."""
        sold_in = tantivy.Query.term_query(self._schema, "sold_in", currency, "basic")
        return [self._of_tenant(tenant_id), tantivy.Query.const_score_query(sold_in, 0.0)]

    def _search(self, searcher: tantivy.Searcher, tenant_id: int, query: Query) -> Found:
        reading = exact(query.text, query.locale, query.synonyms)
        found = self._found(searcher, tenant_id, query, reading)
        if found.total or not reading.meanings:
            return found
        near = fuzzy(query.text, query.locale, query.synonyms)
        guessed = self._found(searcher, tenant_id, query, near)
        if guessed.total:
            return replace(guessed, did_you_mean=did_you_mean(query.text, self._titles(searcher, tenant_id, query, near)))
        kept = self._most(searcher, tenant_id, query, near)
        if not kept:
            return found
        relaxed, fewer = near.relaxed(kept), near.of(kept)
        meant = did_you_mean(" ".join(relaxed.words), self._titles(searcher, tenant_id, query, fewer))
        return replace(self._found(searcher, tenant_id, query, fewer), did_you_mean=meant, relaxed=relaxed)

    def _titles(self, searcher: tantivy.Searcher, tenant_id: int, query: Query, reading: Reading) -> list[str]:
        """Of what fits these words best, whatever is chosen."""
        wanted = [*self._sold(tenant_id, query.currency), *must(self._schema, reading)]
        best = searcher.search(ranked(self._schema, wanted, reading), limit=SUGGEST_FROM)
        return [title_of(searcher.doc(address)) for _, address in best.hits]

    def _most(self, searcher: tantivy.Searcher, tenant_id: int, query: Query, reading: Reading) -> list[int]:
        """The words that what has most of them has; none where something has all of them but not what was chosen."""
        sold = self._sold(tenant_id, query.currency)
        if len(reading.meanings) < 2 or (query.narrows and total_of(searcher.search(all_of(*sold, *must(self._schema, reading)), 1))):
            return []
        each = must(self._schema, reading.counting())
        some = tantivy.Query.boolean_query([(Occur.Should, one) for one in each])
        hits = searcher.search(ranked(self._schema, [*sold, some], reading), limit=1).hits
        for _, address in hits:
            this = tantivy.Query.term_query(self._schema, "key", str(searcher.doc(address).get_first("key")), "basic")
            return [place for place, one in enumerate(each) if total_of(searcher.search(all_of(this, one), limit=1))]
        return []

    def _found(self, searcher: tantivy.Searcher, tenant_id: int, query: Query, reading: Reading) -> Found:
        words, sold = must(self._schema, reading), self._sold(tenant_id, query.currency)
        without, pins = (keys_of(self._schema, tenant_id, ids) for ids in (query.left_out, query.pinned))
        chosen = {key: any_of(self._schema, key, values, query.currency) for key, values in query.choices.items() if values}
        price, currency = within(self._schema, query), query.currency
        narrowed = [*sold, *chosen.values(), *price]
        first = pinned(searcher, tenant_id, query, all_of(*narrowed, pins)) if pins else []
        others = all_of(*narrowed, *words, without=either(without, pins))
        by_text = query.sort is Sort.RELEVANCE and bool(words)
        if by_text:
            others = ranked(self._schema, [others], reading, query.fresh_since)
        counts = None
        if query.facets != ():
            found = must(self._schema, reading.found())
            meant = either(all_of(*found) if found else tantivy.Query.all_query(), pins) if pins else None
            base = [*sold, *([meant] if meant else found)]
            everything = all_of(*base, *chosen.values(), *price, without=without)
            besides = {key: [one for other, one in chosen.items() if other != key] for key in chosen}
            apart = {key: all_of(*base, *parts, *price, without=without) for key, parts in besides.items()}
            bounds = all_of(*base, *chosen.values(), without=without) if price else everything
            counts = counted_at_once(self._counters, searcher, (everything, apart, bounds), currency)
        shown, more = page(searcher, query, first, others, by_text=by_text)
        marker = Marker(reading, query.locale) if query.marks and words else None
        hits = tuple(marker.marked(hit_of(row), title_of(row), text_of(row)) if marker else hit_of(row) for row in shown)
        total = len(first) + more
        if counts is None:
            return Found(hits, total, (), None, None, None)
        tally = counts()
        facets = (
            facet_of(key, values, query.choices.get(key, frozenset()))
            for key, values in tally.values.items()
            if values and (query.facets is None or key in query.facets)
        )
        return Found(hits, total, tuple(sorted(facets, key=lambda facet: facet.key)), tally.low, tally.high, None)

    def _suggest(
        self, searcher: tantivy.Searcher, place: tuple[int, str], text: str, readings: Iterable[Reading], facet: str, limit: int
    ) -> Suggestions:
        sold, currency = self._sold(*place), place[1]
        if not words_of(text):
            return Suggestions((), (), ())
        for reading in readings:
            query = all_of(*sold, *must(self._schema, reading))
            result = searcher.search(ranked(self._schema, [query], reading), limit=SUGGEST_FROM)
            if result.hits:
                break
        else:
            return Suggestions((), (), ())
        found = [searcher.doc(address) for _, address in result.hits]
        values = facet_of(facet, counted(searcher, query, currency, prices=False).values.get(facet, {}), frozenset()).values
        titles = [title_of(document) for document in found]
        return suggestions_of(text, [hit_of(document) for document in found], titles, values, limit)
