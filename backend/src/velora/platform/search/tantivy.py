"""The embedded engine: tantivy indexes in one folder, one of which is live, read and written in threads.

One process at a time writes to an index; another waits for it. A killed process loses at most the batch it had not acknowledged:
tantivy publishes a commit by renaming one file, and its lock dies with the process.
"""

import asyncio
import importlib.metadata
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

import tantivy

from velora.platform.search.facets import facet_of, suggestions_of
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
    Stage,
    Suggestions,
    Synonyms,
)
from velora.platform.search.reading import Reading, suggesting
from velora.platform.search.tantivy_answers import (
    after_searches,
    counted,
    digest_in,
    hit_of,
    title_of,
    total_of,
    writer_of,
)
from velora.platform.search.tantivy_finding import Finding
from velora.platform.search.tantivy_generations import META, Generations
from velora.platform.search.tantivy_moments import Opened
from velora.platform.search.tantivy_narrowing import of_tenant, sold_by
from velora.platform.search.tantivy_rows import GONE, Writing, key_of, row_of, row_of_gone, schema, term
from velora.platform.search.tantivy_text import all_of, analyzers, must, ranked
from velora.platform.search.words import READ_FROM, words_of
from velora.platform.telemetry import metrics

T = TypeVar("T")

SHAPE: Final = "v5"  # another shape of the index is another generation, and is built anew


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
        self._open: dict[str, Opened] = {}
        self._readers = ThreadPoolExecutor(2, thread_name_prefix="search")
        self._writers = ThreadPoolExecutor(1, thread_name_prefix="indexing", initializer=after_searches)
        self._aside = ThreadPoolExecutor(1, thread_name_prefix="looking", initializer=after_searches)
        self._writing = asyncio.Lock()
        self._waiting: list[_Change] = []
        self._counting: Opened | None = None

    # ------------------------------------------------------------------------------------------- state

    @property
    def shape(self) -> str:
        return SHAPE

    async def ready(self) -> bool:
        return await self._in_thread(lambda: self._live() is not None)

    async def prepare(self) -> None:
        await self._with_live(Opened.look)

    async def _with_live(self, work: Callable[[Opened], object]) -> None:
        """Nothing where there is none; one that is broken is left for a search to notice."""

        def doing() -> None:
            if index := self._live():
                work(index)

        with suppress(ValueError, OSError):
            await self._in_thread(doing)

    async def about(self) -> About:
        return About(f"tantivy {importlib.metadata.version('tantivy')}, embedded", "green", "")

    async def close(self) -> None:
        self._readers.shutdown(wait=True)
        self._writers.shutdown(wait=True)
        self._aside.shutdown(wait=True)
        self._open.clear()

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, work)

    async def _in_turn(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._writers, work)

    def _live(self) -> Opened | None:
        """The live one, if it can be read."""
        name = self._generations.live()
        return self._opened(name) if name else None

    def _opened(self, name: str) -> Opened | None:
        """The index, or None when the folder does not hold one that can be read."""
        path = self._generations.path(name)
        if not (path / META).exists():
            self._open.pop(name, None)
        elif name not in self._open:
            try:
                self._open[name] = Opened(self._index_in(path), path / META, self._aside)
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
        await self._read_before(generation)
        return await self._in_turn(lambda: self._generations.publish(generation, notes))

    async def restore(self, generation: str, notes: Notes) -> None:
        await self._read_before(generation)
        await self._in_turn(lambda: self._generations.restore(generation, notes))

    async def _read_before(self, generation: str) -> None:
        """Where this process counts, it can count in this generation as soon as it is live."""
        index = self._opened(generation) if self._counting else None
        if index:
            with suppress(ValueError, OSError):
                await asyncio.get_running_loop().run_in_executor(self._aside, index.look)

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
        held = self._held(there, list(wanted))
        for row, (key, (version, document)) in enumerate(wanted.items(), writer.commit_opstamp + 1):
            known, instead = held.get(key, (version, 0))
            if known <= version:
                writing = Writing(version, row, instead)
                writer.delete_documents_by_term("key", term(key))
                writer.add_document(row_of(document, writing) if document else row_of_gone(key, writing))

    async def refresh(self) -> None:
        """What is written is visible when it is durable: now also to who counts here, where others wrote it."""
        await self._with_live(Opened.catch_up)

    async def drop_older(self, tenant_id: int | None, version: int) -> None:
        await self._delete(self._older(version), *([] if tenant_id is None else [of_tenant(self._schema, tenant_id)]))

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
        writer = writer_of(index.index)
        try:
            work(writer, index.searcher())
            writer.commit()
        except (ValueError, OSError) as error:
            self._open.pop(name, None)
            raise SearchUnavailable from error
        finally:
            writer.wait_merging_threads()
        index.catch_up()

    # ------------------------------------------------------------------------------------------- reading

    async def search(self, tenant_id: int, query: Query) -> Found:
        with metrics.searches.time():
            return await self._read(lambda index: self._finding(index, tenant_id, query).answer())

    def _finding(self, index: Opened, tenant_id: int, query: Query) -> Finding:
        moment = index.moment() if query.facets == () else self._counts(index).counted()
        return Finding(self._schema, moment, tenant_id, query)

    def _counts(self, index: Opened) -> Opened:
        """Who counts: the one that did, as long as another process has just made this one live and its rows are still being read here."""
        before = self._counting
        if before is None or before is index or index.is_read or not before.is_there:
            self._counting = index
            return index
        index.read_aside()
        return before

    async def suggest(
        self, tenant_id: int, text: str, *, currency: str, locale: str, facet: str, limit: int = 6, synonyms: tuple[Synonyms, ...] = ()
    ) -> Suggestions:
        readings = suggesting(text, locale, synonyms)
        with metrics.searches.time():
            return await self._read(lambda index: self._suggest(index.searcher(), (tenant_id, currency), text, readings, facet, limit))

    async def count(self, tenant_id: int, generation: str | None = None) -> int:
        there = self._there(of_tenant(self._schema, tenant_id))
        return await self._read(lambda index: total_of(index.searcher().search(there, limit=1)), generation)

    async def kept(self, keys: Sequence[Key], generation: str | None = None) -> dict[Key, Kept]:
        return await self._read(lambda index: self._kept(index.searcher(), keys), generation)

    async def _read(self, work: Callable[[Opened], T], generation: str | None = None) -> T:
        def reading() -> T:
            name = generation or self._generations.live()
            index = self._opened(name) if name else None
            if name is None or index is None:
                metrics.search_failures.inc()
                raise SearchUnavailable
            try:
                return work(index)
            except (ValueError, OSError) as error:
                metrics.search_failures.inc()
                self._open.pop(name, None)  # the folder may have been replaced under us: open it anew next time
                self._counting = None
                raise SearchUnavailable from error

        return await self._in_thread(reading)

    def _kept(self, searcher: tantivy.Searcher, keys: Sequence[Key]) -> dict[Key, Kept]:
        found = self._addresses(searcher, keys)
        rows = zip(map(searcher.doc, found), searcher.fast_field_values("written", found), strict=True)
        return {key_of(row): Kept(int(version or 0), digest_in(row)) for row, version in rows}

    def _held(self, searcher: tantivy.Searcher, keys: Sequence[Key]) -> dict[Key, tuple[int, int]]:
        """The version and the row of each that is there."""
        found = self._addresses(searcher, keys)
        versions, rows = (searcher.fast_field_values(name, found) for name in ("written", "row"))
        known = zip(found, versions, rows, strict=True)
        return {key_of(searcher.doc(address)): (int(version or 0), int(row or 0)) for address, version, row in known}

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

    def _suggest(
        self, searcher: tantivy.Searcher, place: tuple[int, str], text: str, readings: Iterable[Reading], facet: str, limit: int
    ) -> Suggestions:
        sold, currency = sold_by(self._schema, *place), place[1]
        if not words_of(text):
            return Suggestions((), (), ())
        for reading in readings:
            query = all_of(*sold, *must(self._schema, reading))
            result = searcher.search(ranked(self._schema, [query], reading), limit=READ_FROM)
            if result.hits:
                break
        else:
            return Suggestions((), (), ())
        found = [searcher.doc(address) for _, address in result.hits]
        values = facet_of(facet, counted(searcher, query, currency).get(facet, {}), frozenset()).values
        titles = [title_of(document) for document in found]
        return suggestions_of(text, [hit_of(document) for document in found], titles, values, limit)
