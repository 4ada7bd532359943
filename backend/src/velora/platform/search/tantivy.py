"""The embedded engine: one tantivy index in one folder, read and written in threads.

One process at a time writes; another waits for it. A killed process loses at most the batch it had not acknowledged: tantivy
publishes a commit by renaming one file, and its lock dies with the process. The file `READY` says that a rebuild has been finished.
"""

import asyncio
import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar, cast

import orjson
import tantivy
from tantivy import Occur, Order

from velora.platform.search.port import (
    MAX_OFFSET,
    Document,
    Facet,
    Found,
    Hit,
    Key,
    Query,
    SearchUnavailable,
    Sort,
    Suggestions,
    Value,
)
from velora.platform.search.tantivy_rows import BETWEEN, PRICE, choice, price_in, row_of, schema, term
from velora.platform.search.tantivy_text import analyzers, exact, fuzzy
from velora.platform.search.words import completions, did_you_mean, words_of

T = TypeVar("T")

SHAPE: Final = "v2"  # another shape of the index lives in another folder, and is built anew
HEAP: Final = 64_000_000  # bytes of a writing batch
WAIT_FOR_WRITER: Final = 30.0  # seconds
MOST_VALUES: Final = 5_000  # facet values counted in one answer
SUGGEST_FROM: Final = 24  # hits that suggestions and spelling are read from


_ORDERS: Final = {
    Sort.PRICE_ASC: (PRICE, Order.Asc),
    Sort.PRICE_DESC: (PRICE, Order.Desc),
    Sort.NEWEST: ("created", Order.Desc),
    Sort.POPULAR: ("popularity", Order.Desc),
}


@dataclass(slots=True)
class _Change:
    documents: Sequence[Document]
    gone: Sequence[Key]
    done: "asyncio.Future[None]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class TantivyIndex:
    """A SearchIndex in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / SHAPE
        self._schema = schema()
        self._analyzers = analyzers()
        self._index: tantivy.Index | None = None
        self._readers = ThreadPoolExecutor(2, thread_name_prefix="search")
        self._writing = asyncio.Lock()
        self._waiting: list[_Change] = []

    # ------------------------------------------------------------------------------------------- state

    @property
    def _mark(self) -> Path:
        return self._folder / "READY"

    async def ready(self) -> bool:
        return await self._in_thread(lambda: self._mark.exists() and self._opened() is not None)

    async def close(self) -> None:
        self._readers.shutdown(wait=True)
        self._index = None

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, work)

    def _opened(self) -> tantivy.Index | None:
        """The index, or None when the folder does not hold one that can be read."""
        if self._index is None and (self._folder / "meta.json").exists():
            try:
                self._index = self._prepared(tantivy.Index(self._schema, str(self._folder)))
            except (ValueError, OSError):
                return None
        return self._index

    def _created(self) -> tantivy.Index:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._index = self._prepared(tantivy.Index(self._schema, str(self._folder)))
        return self._index

    def _prepared(self, index: tantivy.Index) -> tantivy.Index:
        for name, analyzer in self._analyzers.items():
            index.register_tokenizer(name, analyzer)
        return index

    # ------------------------------------------------------------------------------------------- writing

    async def write(self, documents: Sequence[Document], gone: Sequence[Key] = ()) -> None:
        change = _Change(documents, gone)
        self._waiting.append(change)
        async with self._writing:  # what came while the last commit ran goes into one commit
            batch, self._waiting = self._waiting, []
            if batch:
                await self._commit_all(batch)
        await change.done

    async def _commit_all(self, batch: Sequence[_Change]) -> None:
        stamp = time.time_ns()
        try:
            await self._in_thread(lambda: self._committing(lambda writer: self._put(writer, batch, stamp)))
        except BaseException as error:
            for change in batch:
                change.done.set_exception(error if isinstance(error, Exception) else SearchUnavailable())
                change.done.exception()  # each caller that still waits raises it; nobody is warned about the others
            raise
        for change in batch:
            change.done.set_result(None)

    def _put(self, writer: tantivy.IndexWriter, batch: Iterable[_Change], stamp: int) -> None:
        for change in batch:
            latest = {Key(document.tenant_id, document.id): document for document in change.documents}
            for key in [*latest, *change.gone]:
                writer.delete_documents_by_term("key", term(key))
            for document in latest.values():
                writer.add_document(row_of(document, stamp))

    async def begin_rebuild(self) -> int:
        await self._in_thread(self._usable)
        return time.time_ns()

    def _usable(self) -> None:
        """After this the folder holds an index: the one that was there, or an empty one in place of what could not be read."""
        try:
            index = self._opened()
            if index is not None:
                index.searcher()
                return
        except (ValueError, OSError):
            self._index = None
        shutil.rmtree(self._folder, ignore_errors=True)
        self._created()

    async def finish_rebuild(self, mark: int, tenant_id: int | None) -> None:
        stale = tantivy.Query.range_query(self._schema, "written", tantivy.FieldType.Integer, upper_bound=mark, include_upper=False)
        if tenant_id is not None:
            stale = tantivy.Query.boolean_query([(Occur.Must, stale), (Occur.Must, self._of_tenant(tenant_id))])
        async with self._writing:
            await self._in_thread(lambda: self._committing(lambda writer: writer.delete_documents_by_query(stale)))
            if tenant_id is None:
                await self._in_thread(self._mark.touch)

    def _committing(self, work: Callable[[tantivy.IndexWriter], object]) -> None:
        """`work` is durable and visible. The writer is given back at once, so that another process can write."""
        index = self._opened() or self._created()
        writer = _writer(index)
        try:
            work(writer)
            writer.commit()
        except (ValueError, OSError) as error:
            self._index = None
            raise SearchUnavailable from error
        finally:
            writer.wait_merging_threads()
        index.reload()

    # ------------------------------------------------------------------------------------------- reading

    async def search(self, tenant_id: int, query: Query) -> Found:
        return await self._read(lambda searcher: self._search(searcher, tenant_id, query))

    async def suggest(self, tenant_id: int, text: str, *, currency: str, locale: str, facet: str, limit: int = 6) -> Suggestions:
        return await self._read(lambda searcher: self._suggest(searcher, (tenant_id, currency), text, locale, facet, limit))

    async def count(self, tenant_id: int) -> int:
        return await self._read(lambda searcher: _total(searcher.search(self._of_tenant(tenant_id), limit=1)))

    async def _read(self, work: Callable[[tantivy.Searcher], T]) -> T:
        def reading() -> T:
            index = self._opened() if self._mark.exists() else None
            if index is None:
                raise SearchUnavailable
            try:
                return work(index.searcher())
            except (ValueError, OSError) as error:
                self._index = None  # the folder may have been replaced under us: open it anew next time
                raise SearchUnavailable from error

        return await self._in_thread(reading)

    def _of_tenant(self, tenant_id: int) -> tantivy.Query:
        return tantivy.Query.const_score_query(tantivy.Query.term_query(self._schema, "tenant", tenant_id), 0.0)

    def _sold(self, tenant_id: int, currency: str) -> list[tantivy.Query]:
        """What this tenant sells in the currency."""
        sold_in = tantivy.Query.term_query(self._schema, "sold_in", currency, "basic")
        return [self._of_tenant(tenant_id), tantivy.Query.const_score_query(sold_in, 0.0)]

    def _search(self, searcher: tantivy.Searcher, tenant_id: int, query: Query) -> Found:
        words = exact(self._schema, self._analyzers, query.text, query.locale)
        found = self._found(searcher, tenant_id, query, words)
        if found.total or not query.text.strip():
            return found
        near = fuzzy(self._schema, self._analyzers, query.text, query.locale)
        guessed = self._found(searcher, tenant_id, query, near)
        if not guessed.total:
            return found
        best = searcher.search(self._all_of(*self._sold(tenant_id, query.currency), *near), limit=SUGGEST_FROM)
        titles = [str(searcher.doc(address).get_first("title")) for _, address in best.hits]
        return Found(guessed.hits, guessed.total, guessed.facets, guessed.price_min, guessed.price_max, did_you_mean(query.text, titles))

    def _found(self, searcher: tantivy.Searcher, tenant_id: int, query: Query, words: Sequence[tantivy.Query]) -> Found:
        base = [*self._sold(tenant_id, query.currency), *words]
        chosen = {key: self._any_of(key, values, query.currency) for key, values in query.choices.items() if values}
        price, in_price, currency = self._price(query), price_in(query.currency), query.currency
        everything = self._all_of(*base, *chosen.values(), *price, without=self._without(tenant_id, query))
        by_text = query.sort is Sort.RELEVANCE and bool(words)
        by_field, order = _ORDERS.get(query.sort, ("popularity", Order.Desc))
        result = searcher.search(
            everything,
            limit=max(query.limit, 1),
            offset=min(query.offset, MAX_OFFSET),
            order_by_field=None if by_text else in_price if by_field == PRICE else by_field,
            order=Order.Desc if by_text else order,
        )
        hits = tuple(_hit(searcher.doc(address)) for _, address in result.hits)[: query.limit]
        total = _total(result)
        if query.facets == ():
            return Found(hits, total, (), None, None, None)
        counted = _counted(searcher, everything, currency)
        buckets = {key: values for key, values in counted.values.items() if key not in chosen}
        for key in chosen:
            others = [narrowed for other, narrowed in chosen.items() if other != key]
            buckets[key] = _counted(searcher, self._all_of(*base, *others, *price), currency).values.get(key, {})
        prices = _counted(searcher, self._all_of(*base, *chosen.values()), currency) if price else counted
        facets = (
            _facet(key, values, query.choices.get(key, frozenset()))
            for key, values in buckets.items()
            if values and (query.facets is None or key in query.facets)
        )
        return Found(hits, total, tuple(sorted(facets, key=lambda facet: facet.key)), prices.low, prices.high, None)

    def _suggest(self, searcher: tantivy.Searcher, place: tuple[int, str], text: str, locale: str, facet: str, limit: int) -> Suggestions:
        sold, currency = self._sold(*place), place[1]
        if not words_of(text):
            return Suggestions((), (), ())
        for matching in (exact, fuzzy):
            query = self._all_of(*sold, *matching(self._schema, self._analyzers, text, locale))
            result = searcher.search(query, limit=SUGGEST_FROM)
            if result.hits:
                break
        else:
            return Suggestions((), (), ())
        found = [searcher.doc(address) for _, address in result.hits]
        values = _facet(facet, _counted(searcher, query, currency, prices=False).values.get(facet, {}), frozenset()).values
        typed = words_of(text)[-1]
        named = [value for value in values if any(word.startswith(typed) for word in words_of(value.label))]
        return Suggestions(
            hits=tuple(_hit(document) for document in found[:limit]),
            facet_values=tuple((named or values[:2])[:limit]),
            words=completions(text, [str(document.get_first("title")) for document in found], limit),
        )

    # ------------------------------------------------------------------------------------------- parts of a query

    def _all_of(self, *queries: tantivy.Query, without: tantivy.Query | None = None) -> tantivy.Query:
        parts = [(Occur.Must, query) for query in queries]
        return tantivy.Query.boolean_query([*parts, (Occur.MustNot, without)] if without else parts)

    def _without(self, tenant_id: int, query: Query) -> tantivy.Query | None:
        if query.without is None:
            return None
        return tantivy.Query.term_query(self._schema, "key", term(Key(tenant_id, query.without)))

    def _any_of(self, key: str, values: Iterable[str], currency: str) -> tantivy.Query:
        named = [choice(key, value, place) for value in sorted(values) for place in ("", currency)]
        terms = [tantivy.Query.term_query(self._schema, "choice", one, "basic") for one in named]
        either = terms[0] if len(terms) == 1 else tantivy.Query.boolean_query([(Occur.Should, term) for term in terms])
        return tantivy.Query.const_score_query(either, 0.0)

    def _price(self, query: Query) -> list[tantivy.Query]:
        if query.price_from is None and query.price_to is None:
            return []
        integer = tantivy.FieldType.Integer
        within = tantivy.Query.range_query(
            self._schema, price_in(query.currency), integer, lower_bound=query.price_from, upper_bound=query.price_to
        )
        return [tantivy.Query.const_score_query(within, 0.0)]


def _writer(index: tantivy.Index) -> tantivy.IndexWriter:
    """The only writer of the folder; another process's batch is waited for."""
    give_up = time.monotonic() + WAIT_FOR_WRITER
    while True:
        try:
            return index.writer(HEAP, 1)
        except ValueError as error:
            if "LockBusy" not in str(error) or time.monotonic() > give_up:
                raise SearchUnavailable from error
            time.sleep(0.02)


class _HasCount(Protocol):
    count: int


def _total(result: tantivy.SearchResult) -> int:
    return cast("_HasCount", result).count  # tantivy's stubs forget this attribute


def _hit(row: tantivy.Document) -> Hit:
    return Hit(int(row.get_first("id") or 0), orjson.loads(bytes(row.get_first("card") or b"{}")))


@dataclass(frozen=True, slots=True)
class _Bucket:
    facet_label: str
    label: str
    parent: str
    count: int


@dataclass(frozen=True, slots=True)
class _Counted:
    values: dict[str, dict[str, _Bucket]]  # by facet key, then value
    low: int | None
    high: int | None


def _counted(searcher: tantivy.Searcher, query: tantivy.Query, currency: str, *, prices: bool = True) -> _Counted:
    """How often each facet value occurs in a currency, and what the prices in it lie between.

    A value that was renamed counts once, under the label that more documents carry.
    """
    asked: dict[str, Any] = {"facets": {"terms": {"field": "facet", "size": MOST_VALUES}}}
    asked |= {PRICE: {"stats": {"field": price_in(currency)}}} if prices else {}
    answer = cast("dict[str, Any]", searcher.aggregate(query, asked))  # pyright: ignore[reportUnknownMemberType] -- tantivy says dict
    values: dict[str, dict[str, _Bucket]] = {}
    for bucket in answer["facets"]["buckets"]:
        key, facet_label, value, label, parent, *only = str(bucket["key"]).split(BETWEEN)
        if only not in ([], [currency]):
            continue
        count = int(bucket["doc_count"])
        known = values.setdefault(key, {})
        first = known.get(value)
        known[value] = (
            _Bucket(first.facet_label, first.label, first.parent, first.count + count)
            if first
            else _Bucket(facet_label, label, parent, count)
        )
    low, high = (answer[PRICE]["min"], answer[PRICE]["max"]) if prices else (None, None)
    return _Counted(values, None if low is None else round(low), None if high is None else round(high))


def _facet(key: str, buckets: dict[str, _Bucket], selected: frozenset[str]) -> Facet:
    values = [Value(value, each.label, each.count, value in selected, each.parent) for value, each in buckets.items()]
    label = max(buckets.values(), key=lambda bucket: bucket.count).facet_label if buckets else key
    return Facet(key, label, tuple(sorted(values, key=lambda value: (-value.count, value.label))))
